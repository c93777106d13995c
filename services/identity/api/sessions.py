"""Signing in, staying signed in, signing out."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field as F
from pydantic import TypeAdapter
from starlette.responses import Response

from services.identity.api.common import (
    Code,
    SessionTokens,
    as_oneself,
    device_of,
    session_of,
    set_cookie,
    token_of_cookie,
    tokens_answer,
)
from services.identity.authentication import Authentication
from services.identity.session import SESSION, Session, may_go_on
from shared.domain.command import VERBATIM, CommandModel
from shared.errors import NotFound, ProjectionBehind, Unauthenticated
from shared.http.answers import Answer, model_answer, path_id
from shared.http.auth import Authenticator
from shared.http.body import parse
from shared.http.openapi import answer, body_of, operation
from shared.http.routing import DirectRouter
from shared.kernel.bus import Call
from shared.kernel.kernel import Kernel
from shared.security.apikeys import require_person
from shared.security.permissions import Level, system_access
from shared.views.port import Condition, Query


class NewSession(CommandModel):
    """cookie: keep the refresh token out of the answer's body; the cookie alone has it. code: of the second factor,
    where the user has one: of their app, or a recovery code; blanks and hyphens do not matter."""

    email: Annotated[str, F(min_length=1, max_length=254)]
    password: Annotated[str, VERBATIM, F(min_length=1, max_length=1024)]
    cookie: bool = False
    code: Code = ""

    model_config = {
        "str_strip_whitespace": False,
        "json_schema_extra": {"examples": [{"email": "li.lei@example.com", "password": "correct horse battery"}]},
    }


class RefreshToken(CommandModel):
    """Left out where the browser's cookie holds it."""

    refresh_token: Annotated[str, F(max_length=300)] = ""

    model_config = {"json_schema_extra": {"examples": [{"refresh_token": "0193a7c2.0193a7c2.JZ1kT9"}]}}


class OwnSession(Answer):
    id: str
    device: str
    ip: str
    method: str
    created_at: str
    updated_at: Annotated[str, F(description="When it was last refreshed")]
    expires_at: str
    current: Annotated[bool, F(description="Whether it is the one this request belongs to")]


class OwnSessions(Answer):
    items: list[OwnSession]


_NEW: TypeAdapter[NewSession] = TypeAdapter(NewSession)
_REFRESH: TypeAdapter[RefreshToken] = TypeAdapter(RefreshToken)
_ID = {"name": "id", "in": "path", "required": True, "description": "The session's id", "schema": {"type": "string"}}
_SET_COOKIE = "The refresh token, HttpOnly and SameSite=Strict"


def sessions_router(kernel: Kernel, authentication: Authentication) -> APIRouter:
    router = DirectRouter()
    _add_sign_in(router, authentication)
    _add_refresh(router, authentication)
    _add_own(router, kernel, authentication)
    _add_sign_out(router, kernel, authentication)
    _add_ending(router, kernel)
    return router


def _add_sign_in(router: APIRouter, authentication: Authentication) -> None:
    docs = operation(
        "signIn",
        "Sign in",
        "session",
        {
            201: answer("Signed in", SessionTokens, Set_Cookie=_SET_COOKIE),
            401: answer_wrong(),
            403: {"$ref": "#/components/responses/Problem403"},
        },
        description="The same answer for a wrong password and for nobody of that name. Where the user has a second "
        "factor, a right password without a code is refused with `second-factor-required`, a wrong, malformed or used "
        "code with `wrong-code`. The cookie's old session ends.",
        body=body_of(NewSession),
        errors=(413, 415, 422, 429, 503),
        public=True,
    )

    @router.post("/sessions", openapi_extra=docs)
    async def sign_in(request: Request) -> Response:
        body = await parse(request, _NEW)
        left = token_of_cookie(request)
        tokens = await authentication.sign_in(body.email, body.password, device_of(request), body.code)
        with suppress(Unauthenticated):  # the cookie is replaced: nobody could end that session by it any more
            if left:
                await authentication.sign_out(left)
        return tokens_answer(request, tokens, status=201, by_cookie=body.cookie)


def answer_wrong() -> dict[str, str]:
    """A public route's 401, which `operation` leaves out by itself."""
    return {"$ref": "#/components/responses/Problem401"}


def _add_refresh(router: APIRouter, authentication: Authentication) -> None:
    docs = operation(
        "refreshSession",
        "Spend the refresh token for a new pair",
        "session",
        {
            200: answer("Refreshed", SessionTokens, Set_Cookie=_SET_COOKIE),
            401: answer_wrong(),
            403: {"$ref": "#/components/responses/Problem403"},
        },
        description="A spent token ends the session; for ten seconds the last one answers with the same successor.",
        body=body_of(RefreshToken, required=False),
        errors=(409, 413, 415, 422, 503),
        public=True,
    )

    @router.post("/sessions/refresh", openapi_extra=docs)
    async def refresh(request: Request) -> Response:
        given = (await parse(request, _REFRESH)).refresh_token
        token = given or token_of_cookie(request)
        if not token:
            raise Unauthenticated("send the refresh token")
        return tokens_answer(request, await authentication.refresh(token), by_cookie=not given)


def _add_own(router: APIRouter, kernel: Kernel, authentication: Authentication) -> None:
    authenticator = Authenticator(kernel)
    found = {200: answer("Newest first", OwnSessions)}
    docs = operation("listOwnSessions", "Your live sessions", "session", found)

    @router.get("/sessions", openapi_extra=docs)
    async def own(request: Request) -> Response:
        access = require_person(await authenticator.access(request, setting_up=True))
        current = session_of(kernel, request)
        with suppress(ProjectionBehind):
            await kernel.queries.wait_for(SESSION, current, access.tenant, 1)
        where = (Condition("owner", "eq", access.user), Condition("status", "eq", "live"))
        query = Query(where, sort="created_at", descending=True, limit=200)
        page = await kernel.queries.find(SESSION, query, as_oneself(access))
        since, now = (await authentication.known(access.tenant, access.user)).credential.since, kernel.clock.now()
        live = (d for d in page.items if d["id"] == current or may_go_on(d, since, now))
        items = [OwnSession(**d, current=d["id"] == current) for d in live]
        return model_answer(OwnSessions(items=items))


def _add_sign_out(router: APIRouter, kernel: Kernel, authentication: Authentication) -> None:
    authenticator = Authenticator(kernel)
    docs = operation(
        "signOut",
        "Sign out of this session",
        "session",
        {204: {"description": "Signed out"}, 403: {"$ref": "#/components/responses/Problem403"}},
        description="By the access token or, where it has run out, by the cookie.",
        errors=(503,),
        public=True,
    )

    @router.delete("/sessions/current", openapi_extra=docs)
    async def sign_out(request: Request) -> Response:
        token = token_of_cookie(request)
        with suppress(Unauthenticated):
            access = require_person(await authenticator.access(request, setting_up=True))
            own = Call(system_access(access.tenant, access.user), session_of(kernel, request))
            with suppress(NotFound):
                await kernel.bus.send("identity.SignOut", {}, own)
        if token:
            with suppress(Unauthenticated):
                await authentication.sign_out(token)
        response = Response(status_code=204, headers={"Clear-Site-Data": '"cache"'})
        set_cookie(request, response, "", 0)
        return response


def _add_ending(router: APIRouter, kernel: Kernel) -> None:
    authenticator = Authenticator(kernel)
    docs = operation(
        "endSession",
        "End one of your sessions, or as an administrator anybody's",
        "session",
        {204: {"description": "Ended"}},
        parameters=[_ID],
        errors=(401, 404, 409, 422, 503),
    )

    @router.delete("/sessions/{id}", openapi_extra=docs)
    async def end(request: Request) -> Response:
        access = require_person(await authenticator.access(request, setting_up=True))
        id = path_id(request)
        session: Session = await kernel.repository.load(SESSION, access.tenant, id)
        governs = not access.unproven and access.level("session", "manage") is Level.ALL
        if session.version == 0 or (session.owner != access.user and not governs):
            raise NotFound()
        await kernel.bus.send("identity.RevokeSession", {}, Call(system_access(access.tenant, access.user), id))
        return Response(status_code=204)
