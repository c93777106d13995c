"""Undo handles as answers show them: a request to send as it is, or null and why not."""

from __future__ import annotations

from fastapi import Request

from shared.domain.ways_back import NoWay
from shared.http.commandpaths import method_and_path
from shared.http.problems import language_of
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.undo_handles import Handle
from shared.messages.languages import in_language
from shared.views.port import Document


def undo_answer(request: Request, aggregate: AnyAggregate, found: Handle | NoWay, root: str | None = None) -> Document:
    """`undo`, and where that is null `undo_reason`. root: what the service of the record type is served under; None =
    what the request came by.
    """
    language = language_of(request.scope)
    if isinstance(found, NoWay):
        return {"undo": None, "undo_reason": {"code": found.code, "message": in_language(found.message, language)}}
    method, path = method_and_path(aggregate, found.command)
    root = request.scope.get("root_path", "") if root is None else root
    return {
        "undo": {
            "method": method,
            "path": f"{root}{path.replace('{id}', found.id)}",
            "body": found.said(language),
            "label": in_language(found.label, language),
        }
    }
