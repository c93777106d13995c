"""API keys: made by a person, shown once, listed, rotated, revoked."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field as F
from pydantic import TypeAdapter
from starlette.responses import Response

from services.identity.api_key import API_KEY
from shared.clock import Micros, to_rfc3339
from shared.domain.command import CommandModel
from shared.domain.types import Moment, Reference
from shared.http import params
from shared.http.answers import Answer, done_answer, model_answer, path_id
from shared.http.auth import Authenticator
from shared.http.body import parse
from shared.http.headers import call_of
from shared.http.openapi import WRITE_ERRORS, answer, body_of, operation, query, schema
from shared.http.routing import DirectRouter
from shared.http.undo import undo_answer
from shared.kernel.bus import Call
from shared.kernel.kernel import Kernel
from shared.security.apikeys import new_key
from shared.views.port import MAX_PAGE, Query

Types = Annotated[list[Annotated[str, F(max_length=60)]], F(max_length=50)]


class Scopes(CommandModel):
    """What of the role the key is for. types: record types and other resources; none = all of the role's."""

    read_only: bool = False
    types: Types = F(default_factory=list)


class NewApiKey(CommandModel):
    """expires_at: left out = in 90 days; after a year at most."""

    name: Annotated[str, F(min_length=1, max_length=100)]
    role: Reference
    scopes: Scopes = F(default_factory=Scopes)
    expires_at: Moment | None = None

    model_config = {
        "json_schema_extra": {
            "examples": [{"name": "Nightly export", "role": "read_only", "scopes": {"types": ["account"]}}]
        }
    }


class NewSecret(CommandModel):
    """expires_at: left out = in 90 days; after a year at most."""

    expires_at: Moment | None = None


class IssuedApiKey(Answer):
    id: str
    version: int
    key: Annotated[str, F(description="Shown this once; only its digest is kept")]
    expires_at: str


class OwnApiKey(Answer):
    id: str
    name: str = ""
    owner: Annotated[str, F(description="Who made it, and in whose name it acts")] = ""
    role: str = ""
    scopes: Scopes
    created_at: str = ""
    expires_at: str = ""
    used_at: Annotated[str | None, F(description="When it was used last, to the hour")] = None
    revoked: bool = False


class ApiKeyPage(Answer):
    items: list[OwnApiKey]
    next: str | None


_NEW: TypeAdapter[NewApiKey] = TypeAdapter(NewApiKey)
_SECRET: TypeAdapter[NewSecret] = TypeAdapter(NewSecret)
_ID = {"name": "id", "in": "path", "required": True, "description": "The key's id", "schema": {"type": "string"}}
_ISSUING = operation(
    "issueApiKey",
    "Make an API key",
    "api-keys",
    {201: answer("The key, shown this once", IssuedApiKey)},
    description="It acts in your name with one role, which holds no more than you do, now and whenever it is used.",
    body=body_of(NewApiKey),
    errors=[e for e in WRITE_ERRORS if e not in (404, 412)],
)
_LISTING = operation(
    "listApiKeys",
    "Your API keys, or as an administrator everybody's",
    "api-keys",
    {200: answer("Newest first", ApiKeyPage)},
    parameters=[query("cursor", "The `next` of the page before")],
)
_ROTATING = operation(
    "rotateApiKey",
    "Give an API key a new secret",
    "api-keys",
    {200: answer("The key, shown this once; the former secret is refused from now on", IssuedApiKey)},
    parameters=[_ID],
    body=body_of(NewSecret, {}, required=False),
    errors=WRITE_ERRORS,
)
_REVOKING = operation(
    "revokeApiKey",
    "Revoke an API key for good",
    "api-keys",
    {200: answer("Revoked", schema("Changed"))},
    parameters=[_ID],
    errors=WRITE_ERRORS,
)


def keys_router(kernel: Kernel) -> APIRouter:
    router, keys = DirectRouter(), _Keys(kernel)
    router.add_api_route("/api-keys", keys.issue, methods=["POST"], openapi_extra=_ISSUING)
    router.add_api_route("/api-keys", keys.list, methods=["GET"], openapi_extra=_LISTING)
    router.add_api_route("/api-keys/{id}/rotate", keys.rotate, methods=["POST"], openapi_extra=_ROTATING)
    router.add_api_route("/api-keys/{id}", keys.revoke, methods=["DELETE"], openapi_extra=_REVOKING)
    return router


class _Keys:
    def __init__(self, kernel: Kernel) -> None:
        self._kernel, self._access = kernel, Authenticator(kernel).access

    async def issue(self, request: Request) -> Response:
        access = await self._access(request)
        access.scope(API_KEY.name, "create")
        wanted = await parse(request, _NEW)
        id = self._kernel.ids.new()
        key, digest = new_key(access.tenant, id)
        body = {"name": wanted.name, "role": wanted.role, "digest": digest, "expires_at": _moment(wanted.expires_at)}
        call = Call(access, new_id=id)
        done = await self._kernel.bus.send("identity.IssueApiKey", {**body, **wanted.scopes.model_dump()}, call)
        return await self._issued(access.tenant, done.id, key, 201)

    async def list(self, request: Request) -> Response:
        access = await self._access(request)
        given = params.only(params.pairs_of(request), ("cursor",))
        newest = Query(descending=True, limit=MAX_PAGE, cursor=given.get("cursor") or None)
        page = await self._kernel.queries.find(API_KEY, newest, access)
        return model_answer(ApiKeyPage(items=[_shown(d) for d in page.items], next=page.next))

    async def rotate(self, request: Request) -> Response:
        access, id = await self._access(request), path_id(request)
        access.scope(API_KEY.name, "manage")
        wanted = await parse(request, _SECRET)
        key, digest = new_key(access.tenant, id)
        body = {"digest": digest, "expires_at": _moment(wanted.expires_at)}
        call = replace(call_of(request, access, id), key=None)  # a secret is never answered twice
        await self._kernel.bus.send("identity.RotateApiKey", body, call)
        return await self._issued(access.tenant, id, key, 200)

    async def revoke(self, request: Request) -> Response:
        access, id = await self._access(request), path_id(request)
        access.scope(API_KEY.name, "manage")
        command = API_KEY.commands["identity.RevokeApiKey"]
        done = await self._kernel.bus.send(command.name, {}, call_of(request, access, id))
        undo = await self._kernel.queries.undo_of(API_KEY, command, done, access)
        return done_answer(done, undo_answer(request, API_KEY, undo))

    async def _issued(self, tenant: str, id: str, key: str, status: int) -> Response:
        state = await self._kernel.repository.load(API_KEY, tenant, id)
        until = to_rfc3339(state.expires_at)
        return model_answer(IssuedApiKey(id=id, version=state.version, key=key, expires_at=until), status)


def _moment(at: Micros | None) -> str | None:
    return None if at is None else to_rfc3339(at)


def _shown(document: dict[str, Any]) -> OwnApiKey:
    """The key without what is hidden from the caller."""
    scopes = Scopes(**{n: document[n] for n in Scopes.model_fields if n in document})
    names = OwnApiKey.model_fields.keys() - {"scopes"}
    return OwnApiKey(**{n: document[n] for n in names if n in document}, scopes=scopes)
