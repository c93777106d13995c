"""`GET /meta`: what a client needs to draw lists and forms for every record type, within the caller's rights."""

from __future__ import annotations

from typing import Any, cast, get_args

from fastapi import APIRouter, Request
from starlette.responses import Response

from shared.descriptions.describe import Description, groups_of
from shared.descriptions.model import Meta
from shared.domain.codes import COUNTRIES, CURRENCIES
from shared.http import params
from shared.http.answers import json_answer
from shared.http.auth import Authenticator
from shared.http.headers import header
from shared.http.openapi import answer, operation, query
from shared.http.problems import language_of
from shared.http.routing import DirectRoute
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.custom_fields import definitions
from shared.kernel.kernel import Kernel
from shared.messages.languages import ENGLISH, Language
from shared.security.permissions import ACTIONS, Access, Level
from shared.views.port import Document, Kind
from shared.views.query import OPERATORS
from shared.views.query_model import Op

_ENUMERATIONS: dict[str, Any] = {
    "countries": sorted(COUNTRIES),
    "currencies": sorted(CURRENCIES),
    "actions": list(ACTIONS),
    "levels": {level.name.lower(): int(level) for level in Level},
    "operators": {kind.value: sorted(OPERATORS[kind] & set(get_args(Op))) for kind in Kind},
}


def meta_router(kernel: Kernel) -> APIRouter:
    router = APIRouter(route_class=DirectRoute)
    authenticator = Authenticator(kernel)
    documented = operation(
        "meta",
        "Record types, fields, commands and enumerations, with labels in one language",
        "meta",
        {200: answer("The description", Meta)},
        parameters=[
            query("language", "Of the labels, instead of that of `Accept-Language`", {"enum": [*get_args(Language)]})
        ],
    )

    @router.get("/meta", openapi_extra=documented)
    async def meta(request: Request) -> Response:
        access = await authenticator.access(request)
        given = params.only(params.pairs_of(request), ("language",))
        language = _language(request, given)
        readable = [a for a in kernel.catalogue if access.level(a.name, "read") is not Level.NONE]
        described = [Description(a, access, language, readable) for a in readable]
        types = [one.type(await _custom(kernel, a, access)) for one, a in zip(described, readable, strict=True)]
        groups = groups_of(readable, language or ENGLISH)
        meta = Meta(language=language or ENGLISH, groups=groups, types=types, enumerations=_ENUMERATIONS)
        headers = {"Content-Language": meta["language"], "Vary": "Accept-Language", "Cache-Control": "no-cache"}
        return json_answer(meta, headers=headers)  # kept, and asked for again by its ETag

    return router


def _language(request: Request, given: dict[str, str]) -> Language | None:
    """The one that is asked for; None where none is."""
    named = params.option(given, "language", get_args(Language), "")
    if named or not header(request, b"accept-language"):
        return cast(Language, named) if named else None
    return language_of(request.scope)


async def _custom(kernel: Kernel, aggregate: AnyAggregate, access: Access) -> list[Document]:
    """The definitions of a record type's custom fields, as this caller sees them."""
    if (definition := kernel.catalogue.field_definition) is None:
        return []
    defined = await definitions(kernel.catalogue, kernel.views, access.tenant, aggregate.name)
    seen = [d for name, d in defined.items() if access.may_see(aggregate.name, f"custom.{name}")]
    return [access.masked(definition.name, d) for d in seen]
