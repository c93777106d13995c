"""`GET /meta`: what a client needs to draw lists and forms for every record type, within the caller's rights."""

from __future__ import annotations

from typing import Annotated, Any, get_args

from fastapi import APIRouter, Request
from pydantic import Field as F
from starlette.responses import Response
from typing_extensions import TypedDict

from shared.domain.codes import COUNTRIES, CURRENCIES
from shared.domain.command import Command
from shared.http import params
from shared.http.answers import json_answer
from shared.http.auth import Authenticator
from shared.http.openapi import answer, operation
from shared.http.records import method_and_path
from shared.http.routing import DirectRoute
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.custom_fields import definitions
from shared.kernel.kernel import Kernel
from shared.security.permissions import ACTIONS, Access, Level
from shared.views.port import Document, Field, Kind
from shared.views.query import OPERATORS
from shared.views.query_model import Op

_ENUMERATIONS: dict[str, Any] = {
    "countries": sorted(COUNTRIES),
    "currencies": sorted(CURRENCIES),
    "actions": list(ACTIONS),
    "levels": {level.name.lower(): int(level) for level in Level},
    "operators": {kind.value: sorted(OPERATORS[kind] & set(get_args(Op))) for kind in Kind},
}


class MetaField(TypedDict):
    name: str
    kind: str
    zh: str
    en: str
    filterable: bool
    sortable: bool
    searchable: bool
    writable: bool
    required: bool
    personal: bool
    options: list[str]
    ref: str | None
    currency: Annotated[str | None, F(description="Of an amount: the field that holds its currency")]


class MetaCommand(TypedDict):
    name: str
    verb: str
    method: str
    path: str
    action: str
    allowed: bool
    fields: Annotated[dict[str, bool], F(description="field → whether it must be given")]


class MetaType(TypedDict):
    name: str
    service: str
    path: Annotated[str, F(description="Where its records are")]
    title: Annotated[str, F(description="The field that names a record")]
    rights: Annotated[dict[str, str], F(description="action → none, own, team, below or all")]
    fields: list[MetaField]
    custom: Annotated[list[Document], F(description="The definitions of its custom fields")]
    commands: list[MetaCommand]


class Meta(TypedDict):
    types: list[MetaType]
    enumerations: dict[str, Any]


def meta_router(kernel: Kernel) -> APIRouter:
    router = APIRouter(route_class=DirectRoute)
    authenticator = Authenticator(kernel)
    described = operation(
        "meta", "Record types, fields, commands and enumerations", "meta", {200: answer("The description", Meta)}
    )

    @router.get("/meta", openapi_extra=described)
    async def meta(request: Request) -> Response:
        access = await authenticator.access(request)
        params.only(params.pairs_of(request), ())
        readable = [a for a in kernel.catalogue if access.level(a.name, "read") is not Level.NONE]
        types = [describe(a, access, await _custom(kernel, a, access)) for a in readable]
        return json_answer(Meta(types=types, enumerations=_ENUMERATIONS))

    return router


async def _custom(kernel: Kernel, aggregate: AnyAggregate, access: Access) -> list[Document]:
    """The definitions of a record type's custom fields, as this caller sees them."""
    if (definition := kernel.catalogue.field_definition) is None:
        return []
    defined = await definitions(kernel.catalogue, kernel.views, access.tenant, aggregate.name)
    seen = [d for name, d in defined.items() if access.may_see(aggregate.name, f"custom.{name}")]
    return [access.masked(definition.name, d) for d in seen]


def describe(aggregate: AnyAggregate, access: Access, custom: list[Document]) -> MetaType:
    """One record type as this caller may use it: hidden fields are left out."""
    hidden, locked = access.hidden(aggregate.name), access.locked(aggregate.name)
    return {
        "name": aggregate.name,
        "service": aggregate.service,
        "path": f"/{aggregate.service}/{aggregate.noun}",
        "title": aggregate.collection.title,
        "rights": {action: access.level(aggregate.name, action).name.lower() for action in ACTIONS},
        "fields": [_field(f, f.name in locked) for f in aggregate.collection.fields if f.name not in hidden],
        "custom": custom,
        "commands": [_command(aggregate, c, access) for c in aggregate.commands.values() if not c.hidden],
    }


def _field(field: Field, locked: bool) -> MetaField:
    return {
        "name": field.name,
        "kind": field.kind.value,
        "zh": field.zh,
        "en": field.en,
        "filterable": field.indexed,
        "sortable": field.indexed and field.kind not in (Kind.KEYWORDS, Kind.JSON),
        "searchable": field.searchable,
        "writable": field.writable and not locked,
        "required": field.required,
        "personal": field.personal,
        "options": list(field.options),
        "ref": field.ref,
        "currency": field.currency or None,
    }


def _command(aggregate: AnyAggregate, command: Command, access: Access) -> MetaCommand:
    method, path = method_and_path(aggregate, command)
    locked = access.locked(aggregate.name)
    return {
        "name": command.name,
        "verb": command.verb,
        "method": method,
        "path": f"/{aggregate.service}{path}",
        "action": command.action,
        "allowed": access.level(aggregate.name, command.action) is not Level.NONE,
        "fields": {name: f.is_required() for name, f in command.model.model_fields.items() if name not in locked},
    }
