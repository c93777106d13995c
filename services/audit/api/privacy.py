"""What is known about the person of a request: the inventory, and the file that the person is given."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from hashlib import sha256
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import Field, TypeAdapter
from starlette.responses import Response
from typing_extensions import TypedDict

from services.audit.inventory import Inventory, inventory_of
from services.audit.person_file import as_json, as_page
from services.audit.person_words import words_for
from services.audit.subject_request import SUBJECT_REQUEST
from shared.domain.command import CommandModel
from shared.errors import Forbidden
from shared.http import params
from shared.http.answers import json_answer, path_id
from shared.http.auth import Authenticator
from shared.http.body import parse
from shared.http.export import eyes_for_export
from shared.http.headers import call_of
from shared.http.openapi import answer, body_of, operation
from shared.http.problems import language_of
from shared.http.routing import DirectRouter
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.kernel import Kernel
from shared.security.permissions import Access, Level
from shared.security.quota import LONG_EXPORTS
from shared.views.port import Document

SHOWN = 50  # records of a type in the inventory
_MEDIA = {"json": "application/json", "html": "text/html; charset=utf-8"}


class KnownRecord(TypedDict):
    id: str
    title: str
    by: Annotated[list[str], Field(description="Fields that name the person; `id`: it is theirs")]


class KnownRecords(TypedDict):
    resource: str
    count: int
    personal: Annotated[bool, Field(description="One at least is the person's own, which the file holds whole")]
    whole: Annotated[bool, Field(description="The file holds all of them")]
    items: Annotated[list[KnownRecord], Field(description=f"The first {SHOWN} that you see")]


class Known(TypedDict):
    events: Annotated[int, Field(description="Changes in the log of the person's own records that you read")]
    sections: list[KnownRecords]
    left_out: Annotated[
        list[str], Field(description="Record types that the file lacks: you may not read or not export them")
    ]


class MakePersonFile(CommandModel):
    """All that is known about the person, in one file; the log keeps that it was made and what it held."""

    format: Literal["json", "html"] = "html"


_ID = {"name": "id", "in": "path", "required": True, "description": "The request's id", "schema": {"type": "string"}}
_INVENTORY = operation(
    "inventory",
    "All that is known about the person of a request, in every service",
    "subject-requests",
    {200: answer("Records by type", Known)},
    parameters=[_ID],
    errors=(401, 403, 404, 503),
)
_CONTENTS = {"text/html": {"schema": {"type": "string"}}, "application/json": {"schema": {"type": "object"}}}
_FILE = operation(
    "make_person_file",
    "The file that the person is given",
    "subject-requests",
    {200: {**answer("The file, in the language of `Accept-Language`"), "content": _CONTENTS}},
    parameters=[_ID],
    body=body_of(MakePersonFile, {"format": "html"}, required=False),
    description="JSON for programs or a page to read. It holds what you may export; `POST` since the log keeps it.",
    errors=(401, 403, 404, 409, 413, 415, 422, 429, 503),
)


def privacy_router(kernel: Kernel) -> APIRouter:
    router = DirectRouter()
    authenticator, model = Authenticator(kernel), TypeAdapter(MakePersonFile)

    @router.get("/subject-requests/{id}/inventory", openapi_extra=_INVENTORY)
    async def inventory(request: Request) -> Response:
        access = await authenticator.access(request)
        params.only(params.pairs_of(request), ())
        person = _person(await kernel.queries.get(SUBJECT_REQUEST, path_id(request), access))
        found = await inventory_of(kernel, access, person["type"], person["id"], lambda aggregate: access)
        filed = await inventory_of(kernel, access, person["type"], person["id"], _exported_by(access))
        return json_answer(_known(found, filed))

    @router.post("/subject-requests/{id}/person-file", openapi_extra=_FILE)
    async def person_file(request: Request) -> Response:
        access, id = await authenticator.access(request), path_id(request)
        access.scope(SUBJECT_REQUEST.name, "export")
        params.only(params.pairs_of(request), ())
        format = (await parse(request, model)).format
        person = _person(await kernel.queries.get(SUBJECT_REQUEST, id, access))
        await LONG_EXPORTS.take(kernel.limits, access.user)
        found = await inventory_of(kernel, access, person["type"], person["id"], _exported_by(access))
        calendar = await kernel.directory.calendar(access.tenant, access.user)
        day = calendar.day_of(kernel.clock.now())
        if format == "json":
            content = await asyncio.to_thread(as_json, found, person, day)
        else:
            words = await words_for(kernel, access, found, language_of(request.scope))
            content = await asyncio.to_thread(as_page, found, day, words)
        digest = sha256(content).hexdigest()
        body = {"format": format, "records": found.counts, "sha256": digest, "left_out": found.left_out}
        await kernel.bus.send("audit.RecordSubjectExport", body, call_of(request, access, id))
        headers = {"Content-Disposition": f'attachment; filename="person-{day}.{format}"'}
        return Response(content, media_type=_MEDIA[format], headers=headers)

    return router


def _exported_by(access: Access) -> Callable[[AnyAggregate], Access | None]:
    def eyes(aggregate: AnyAggregate) -> Access | None:
        if access.level(aggregate.name, "export") is Level.NONE:
            return None
        return eyes_for_export(access, aggregate.name)

    return eyes


def _person(asked: Document) -> dict[str, str]:
    """Raises Forbidden where the caller may read the request, but not whom it is about."""
    if "person" not in asked or "person_type" not in asked:
        raise Forbidden("you may not see whom the request is about")
    return {"type": asked["person_type"], "id": asked["person"]}


def _known(found: Inventory, filed: Inventory) -> Known:
    """What the caller reads, and what of it the file would have: `filed`, by the rights to export."""
    whole = {section.aggregate.name: section.count for section in filed.sections if section.whole}
    sections: list[KnownRecords] = [
        {
            "resource": section.aggregate.name,
            "count": section.count,
            "personal": section.personal,
            "whole": whole.get(section.aggregate.name) == section.count,
            "items": [
                {
                    "id": one.document["id"],
                    "title": str(one.document.get(section.aggregate.collection.title) or ""),
                    "by": [*one.by],
                }
                for one in section.records[:SHOWN]
            ],
        }
        for section in found.sections
    ]
    return {"events": found.events, "sections": sections, "left_out": filed.left_out}
