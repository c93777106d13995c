"""Documents → responses: stored bytes are joined, never decoded, wherever nothing has to be left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Self

import orjson
from fastapi import Request
from pydantic import BaseModel, ModelWrapValidatorHandler, ValidationError, WithJsonSchema, model_validator
from starlette.responses import Response

from shared.domain.custom_values import path
from shared.errors import NotFound
from shared.http.params import field_names, no_such_fields
from shared.kernel.bus import Done
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.kernel import Kernel
from shared.kernel.seen import seen
from shared.security.permissions import Access
from shared.views.entries import entry_of
from shared.views.port import Document, Field, Kind

JSON = "application/json"
_CUSTOM = "custom."
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_VERSION = re.compile(rb'\{"id":"[^"\\]*","version":([0-9]+)')


Date = Annotated[str, WithJsonSchema({"type": "string", "format": "date"})]
DateTime = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]  # RFC 3339


def one_of(*values: str) -> WithJsonSchema:
    """In the OpenAPI document: a text out of a closed set."""
    return WithJsonSchema({"type": "string", "enum": [*values]})


class Answer(BaseModel):
    """What a route answers. `model_answer` writes it, and the OpenAPI document shows its schema.

    A field that is not set is left out of the answer. Where an answer holds many rows, a TypedDict and `json_answer`
    take their place: mypy holds the answer to it, and it costs nothing.
    """

    @model_validator(mode="wrap")
    @classmethod
    def _is_made_here(cls, value: Any, make: ModelWrapValidatorHandler[Self]) -> Self:
        """A wrong answer is our fault: raises TypeError, for a ValidationError would become the caller's 422."""
        try:
            return make(value)
        except ValidationError as error:
            raise TypeError(f"{cls.__name__}: {error}") from error


def model_answer(answer: Answer, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(answer.model_dump_json(by_alias=True, exclude_unset=True), status, headers, JSON)


def json_answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(value), status, headers, JSON)


def done_answer(done: Done, undo: Document, location: str | None = None) -> Response:
    """The outcome of a command and how to take it back: 201 with its Location for a new record, else 200."""
    headers = {"ETag": f'"{done.version}"'}
    if location is not None:
        headers["Location"] = location
    return json_answer({"id": done.id, "version": done.version, **undo}, 200 if location is None else 201, headers)


def record_answer(raw: bytes) -> Response:
    """A stored document with its version as ETag."""
    head = _VERSION.match(raw)
    version = int(head[1]) if head else orjson.loads(raw)["version"]
    return Response(raw, 200, {"ETag": f'"{version}"'}, JSON)


def page_answer(items: list[bytes], next_: str | None) -> Response:
    body = b'{"items":[%b],"next":%b}' % (b",".join(items), orjson.dumps(next_))
    return Response(body, 200, None, JSON)


def is_id(text: str) -> bool:
    """Whether a text can be the id of a record."""
    return _ID.fullmatch(text) is not None


def path_id(request: Request, name: str = "id") -> str:
    """An id from the path. What cannot be an id answers like one that is unknown: raises NotFound."""
    id: str = request.scope["path_params"][name]
    if not is_id(id):
        raise NotFound()
    return id


async def asked_fields(
    kernel: Kernel, aggregate: AnyAggregate, access: Access, given: Mapping[str, str]
) -> list[str] | None:
    """The fields of `fields=`; None = all. Raises Invalid for those that are not there, or custom ones and hidden."""
    names = field_names(aggregate.collection, given.get("fields"), custom=True)
    if own := [n for n in names or () if n.startswith(_CUSTOM)]:
        known = {path(n) for n in await kernel.bus.custom.defined(access.tenant, aggregate.name)}
        if unknown := [n for n in own if n not in known or not access.may_see(aggregate.name, n)]:
            raise no_such_fields(unknown)
    return names


def sparse(document: Document, names: list[str] | None, also: tuple[str, ...] = ()) -> Document:
    """Only these fields, in the asked order, and what was asked for in addition to fields. Of custom values those that
    are named, unless all are asked for.
    """
    if names is None:
        return document
    found = {n: document[n] for n in (*names, *also) if n in document}
    if own := [n.removeprefix(_CUSTOM) for n in names if n.startswith(_CUSTOM)]:
        values = document.get("custom") or {}
        found.setdefault("custom", {n: values[n] for n in own if n in values})
    return found


async def titles_of(
    documents: Iterable[Document], fields: Iterable[Field], kernel: Kernel, access: Access
) -> dict[str, str]:
    """The titles of all records that the documents refer to and the caller may see, by id. A merged record's is that of
    the one it lives on in, which has its own entry, too.
    """
    wanted: dict[str, set[str]] = {}
    for field in fields:
        # one id of several types is looked for in each of them; lists of such ids have their types next to them
        resources = field.names if field.kind is Kind.KEYWORD else (field.ref,)
        for resource in resources:
            if resource not in kernel.catalogue:
                continue
            for document in documents:
                value = entry_of(document, field) if field.is_entry else document.get(field.name)
                many = value if isinstance(value, list) else [value]
                wanted.setdefault(resource, set()).update(i for i in many if isinstance(i, str))
    survivors = await kernel.bus.merges.of(access.tenant)
    titles: dict[str, str] = {}
    for resource, ids in wanted.items():
        living = {id: survivors.living(id) for id in ids}
        found = await _titles(resource, sorted(set(living.values())), kernel, access)
        titles |= found | {id: found[other] for id, other in living.items() if other in found}
    return titles


async def _titles(resource: str, ids: list[str], kernel: Kernel, access: Access) -> dict[str, str]:
    aggregate = kernel.catalogue[resource]
    collection = aggregate.collection
    if not ids or collection.title in access.hidden(resource):
        return {}
    found = await seen(kernel, aggregate, ids, access)
    return {id: str(d.get(collection.title) or "") for id, d in found.items()}


async def titles_by_type(
    records: Iterable[tuple[str, str]], kernel: Kernel, access: Access
) -> dict[tuple[str, str], str]:
    """The titles of records, given as (record type, id), that are there and that the caller may see.

    A record type that the program no longer knows is left out.
    """
    wanted: dict[str, list[str]] = {}
    for resource, id in records:
        if resource in kernel.catalogue:
            wanted.setdefault(resource, []).append(id)
    found = [(resource, await _titles(resource, ids, kernel, access)) for resource, ids in wanted.items()]
    return {(resource, id): title for resource, titles in found for id, title in titles.items()}
