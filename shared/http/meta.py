"""`GET /meta`: what a client needs to draw lists and forms for every record type, within the caller's rights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast, get_args

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from shared.descriptions.codes import Codes, codes_in
from shared.descriptions.describe import Description, group_of, groups_of, has_title
from shared.descriptions.model import Meta
from shared.http import params
from shared.http.answers import JSON
from shared.http.auth import Authenticator
from shared.http.codes import Messages, messages_in
from shared.http.compression import accepted
from shared.http.headers import header
from shared.http.kept import Kept, Packed
from shared.http.openapi import answer, operation, query
from shared.http.problems import LANGUAGE, language_of
from shared.http.routing import DirectRouter
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.kernel import Kernel
from shared.messages.languages import ENGLISH, Language
from shared.security.permissions import ACTIONS, Access, Level
from shared.views.port import Document, Kind
from shared.views.query import OPERATORS
from shared.views.query_model import Op

Defined = Mapping[str, Mapping[str, Document]]  # record type → name → definition of a custom field

_ENUMERATIONS: dict[str, Any] = {
    "actions": list(ACTIONS),
    "levels": {level.name.lower(): int(level) for level in Level},
    "operators": {kind.value: sorted(OPERATORS[kind] & set(get_args(Op))) for kind in Kind},
}


_ASKED = query("language", "Instead of that of `Accept-Language`", {"enum": [*get_args(Language)]})
_META = operation(
    "meta",
    "Record types, fields, commands and enumerations, with labels in one language",
    "meta",
    {200: answer("The description", Meta)},
    parameters=[_ASKED],
)
_MESSAGES = operation(
    "messages",
    "Problem types and error codes, with their texts in one language",
    "meta",
    {200: answer("Texts with parameters in braces", Messages)},
    parameters=[_ASKED],
    errors=(422,),
    public=True,
)
_CODES = operation(
    "codes",
    "Countries and currencies by their codes, with their names in one language",
    "meta",
    {200: answer("What a field that means a country or a currency may hold", Codes)},
    parameters=[_ASKED],
    errors=(422,),
    public=True,
)


def meta_router(kernel: Kernel) -> APIRouter:
    router, kept = DirectRouter(), Kept()
    authenticator = Authenticator(kernel)

    @router.get("/meta", openapi_extra=_META)
    async def meta(request: Request) -> Response:
        access = await authenticator.access(request, setting_up=True)  # the page for it is drawn from this
        given = params.only(params.pairs_of(request), ("language",))
        language = _language(request, given)
        readable = [a for a in kernel.catalogue if access.level(a.name, "read") is not Level.NONE]
        defined = {a.name: await kernel.bus.custom.defined(access.tenant, a.name) for a in readable}
        key = (access.tenant, language, *(role.id for role in access.roles))
        basis = (
            access.roles,
            access.derived,
            {n: [(d["id"], d["version"]) for d in f.values()] for n, f in defined.items()},
        )
        content = kept.of(key, basis, lambda: orjson.dumps(_meta(kernel, readable, defined, access, language)))
        return await _answer(request, content, language or ENGLISH)

    @router.get("/meta/codes", openapi_extra=_CODES)
    async def codes(request: Request) -> Response:
        given = params.only(params.pairs_of(request), ("language",))
        language = _language(request, given) or ENGLISH
        content = kept.of(("codes", language), None, lambda: orjson.dumps(codes_in(language)))
        return await _answer(request, content, language)

    @router.get("/meta/messages", openapi_extra=_MESSAGES)
    async def messages(request: Request) -> Response:
        given = params.only(params.pairs_of(request), ("language",))
        language = _language(request, given) or ENGLISH
        content = kept.of(("messages", language), None, lambda: orjson.dumps(messages_in(language)))
        return await _answer(request, content, language)

    return router


async def _answer(request: Request, content: Packed, language: Language) -> Response:
    """In the best coding that the caller takes. It is kept there, and asked for again by its ETag."""
    coding, body = await content.best(accepted(request.scope))
    headers = {"Content-Language": language, "Vary": "Accept-Encoding, Accept-Language", "Cache-Control": "no-cache"}
    return Response(body, 200, headers | ({"Content-Encoding": coding} if coding else {}), JSON)


def _meta(
    kernel: Kernel, readable: Sequence[AnyAggregate], defined: Defined, access: Access, language: Language | None
) -> Meta:
    said = language or ENGLISH
    groups = groups_of(readable, said)
    order = [group["name"] for group in groups]
    drawn = sorted((a for a in readable if has_title(a)), key=lambda a: order.index(group_of(a)))
    described = [(a, Description(a, access, language, readable)) for a in drawn]
    types = [one.type(_seen(kernel, a, defined[a.name], access)) for a, one in described]
    found = Meta(language=said, groups=groups, types=types, enumerations=_ENUMERATIONS)
    return {**found, "sandbox": kernel.sandbox} if kernel.sandbox else found


def _language(request: Request, given: dict[str, str]) -> Language | None:
    """The one that is asked for; None where none is."""
    named = params.option(given, "language", get_args(Language), "")
    if named:
        return cast(Language, named)
    return language_of(request.scope) if header(request, b"accept-language") else request.scope.get(LANGUAGE)


def _seen(kernel: Kernel, aggregate: AnyAggregate, defined: Mapping[str, Document], access: Access) -> list[Document]:
    """The definitions of a record type's custom fields, as this caller sees them."""
    if (definition := kernel.catalogue.field_definition) is None:
        return []
    seen = [d for name, d in defined.items() if access.may_see(aggregate.name, f"custom.{name}")]
    masked = (access.masked(definition.name, d) for d in seen)
    return [d for d in masked if {"name", "kind"} <= d.keys()]
