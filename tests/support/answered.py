"""Every answer of the suite under test is held to the schema that its OpenAPI document has for it."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import brotli
import jsonschema_rs
import orjson
from fastapi import Request
from starlette.responses import Response

import shared.http.app
from shared.http.app import ServiceApp
from shared.http.routing import DirectRoute, Handler, path_of

Document = dict[str, Any]
JSON = "application/json"
_CODINGS: dict[str, Callable[[bytes], bytes]] = {"": bytes, "br": brotli.decompress, "gzip": gzip.decompress}

_answer, _openapi = shared.http.app._answer, ServiceApp.openapi
_documents: dict[tuple[str, ...], Document] = {}  # by the paths of the application that they describe
_components: dict[tuple[int, bool], Document] = {}
_validators: dict[tuple[int, str, str, int, bool], jsonschema_rs.Validator | None] = {}
wrong: list[str] = []  # since the last look


def forget() -> None:
    """The documents of the applications seen: the next ones are described again."""
    for kept in (_documents, _components, _validators):
        kept.clear()


async def checked(handler: Handler, request: Request) -> Response:
    """The answer, noted in `wrong` where it is not as described."""
    response = await _answer(handler, request)
    app: ServiceApp = request.scope["app"]
    found = app._table.find(request.method, path_of(request.scope))
    if response.media_type == JSON and isinstance(found, tuple) and isinstance(found[0], DirectRoute):
        whole = "fields" not in request.query_params and sees_all(request)
        validator = validator_of(app, found[0].path, request.method.lower(), response.status_code, whole=whole)
        if validator is not None:
            unpacked = _CODINGS[response.headers.get("Content-Encoding", "")](bytes(response.body))
            value = orjson.loads(unpacked)
            for error in validator.iter_errors(value):
                at = "/".join(map(str, error.instance_path))
                wrong.append(f"{request.method} {request.url.path} {response.status_code} at {at}: {error.message}")
                break
    return response


def sees_all(request: Request) -> bool:
    """Whether no field of any record type is hidden from the caller."""
    access = request.scope.get("access")
    return access is not None and not any(role.hidden for role in access.roles)


def document_of(app: ServiceApp) -> Document:
    """Made once for all applications with these paths: to make it takes longer than many a test."""
    key = (app.title, *(route.path for route in app._api_routes))
    if key not in _documents:
        _documents[key] = orjson.loads(orjson.dumps(_openapi(app)))
    return _documents[key]


def validator_of(
    app: ServiceApp, path: str, method: str, status: int, *, whole: bool
) -> jsonschema_rs.Validator | None:
    """whole: records have all their fields. None = the document has no schema for this answer."""
    document = document_of(app)
    key = (id(document), path, method, status, whole)
    if key not in _validators:
        _validators[key] = _made(document, path, method, status, whole=whole)
    return _validators[key]


def _made(document: Document, path: str, method: str, status: int, *, whole: bool) -> jsonschema_rs.Validator | None:
    operation = document["paths"].get(path, {}).get(method)
    if operation is None:
        return None  # not described: the document itself, a page
    answer = operation["responses"].get(str(status))
    if answer is None:
        return jsonschema_rs.validator_for(False)
    schema = answer.get("content", {}).get(JSON, {}).get("schema")
    if schema is None:
        return None
    if whole:
        schema = _whole(schema)
    components = _components_of(document, whole=whole)
    return jsonschema_rs.Draft202012Validator({**schema, "components": components}, validate_formats=True)


def _components_of(document: Document, *, whole: bool) -> Document:
    key = (id(document), whole)
    if key not in _components:
        found: Document = {"schemas": document["components"]["schemas"]}
        _components[key] = _whole(found) if whole else found
    return _components[key]


def _whole(value: Any) -> Any:
    """The schema without the other choice that records have, that of a part."""
    match value:
        case {"anyOf": [{"$ref": str(one)}, {"$ref": str(other)}]} if other == f"{one}Part":
            return {"$ref": one}
        case dict():
            return {key: _whole(entry) for key, entry in value.items()}
        case list():
            return [_whole(entry) for entry in value]
    return value


@contextmanager
def held() -> Iterator[None]:
    """Answers are checked within."""
    with patch.object(shared.http.app, "_answer", checked), patch.object(ServiceApp, "openapi", document_of):
        yield
