"""What the identity service's own routes share: who calls from where, the session cookie, rights over oneself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from services.identity.authentication import Device, Tokens
from services.identity.session import LONGEST
from shared.errors import Forbidden
from shared.http.answers import json_answer
from shared.http.headers import header
from shared.http.openapi import Components, schema, schemas_of
from shared.http.routing import DirectRoute
from shared.security.permissions import Access, Level, Role

SELF = Role("self", "本人", "Oneself", {"session": {"read": Level.OWN}, "user": {"read": Level.ALL, "edit": Level.ALL}})
MAX_AGE = LONGEST // 1_000_000  # seconds


class Router(APIRouter):
    """Direct routes and the schemas their operations refer to."""

    components: Components

    def __init__(self, models: Iterable[type[BaseModel]], answers: dict[str, Any] | None = None) -> None:
        super().__init__(route_class=DirectRoute)
        self.components = {"schemas": schemas_of(models) | (answers or {})}


def object_of(required: str, **properties: Any) -> dict[str, Any]:
    """A JSON object's schema; required: names divided by blanks."""
    return {"type": "object", "required": required.split(), "properties": properties}


TEXT = {"type": "string"}
TOKENS = object_of(
    "access_token token_type expires_in session",
    access_token=TEXT,
    token_type={"const": "Bearer"},
    expires_in={"type": "integer", "description": "Seconds"},
    session={"type": "string", "description": "The session's id"},
    refresh_token={"type": "string", "description": "Absent where the cookie was used: it stands in the cookie alone"},
)
TOKENS_REF = schema("Tokens")


def device_of(request: Request) -> Device:
    return Device(request.client.host if request.client else "", header(request, b"user-agent"))


def as_oneself(access: Access) -> Access:
    """The caller with rights over their own session and profile; used with the caller's own id only."""
    return Access(access.tenant, access.user, (*access.roles, SELF), access.team, access.below, access.name)


def cookie_name(request: Request) -> str:
    """Browsers take a `__Host-` cookie over TLS alone; plain HTTP is for one's own machine."""
    return "__Host-crm_session" if request.url.scheme == "https" else "crm_session"


def token_of_cookie(request: Request) -> str:
    """The refresh token in the cookie, "" if there is none. Raises Forbidden when another site sent the request."""
    token = request.cookies.get(cookie_name(request), "")
    origin = header(request, b"origin")
    foreign = bool(origin) and urlsplit(origin).netloc != header(request, b"host")
    if token and (foreign or header(request, b"sec-fetch-site") in ("cross-site", "same-site")):
        raise Forbidden("this request came from another site")
    return token


def tokens_answer(request: Request, tokens: Tokens, *, status: int = 200, by_cookie: bool = False) -> Response:
    body = {
        "access_token": tokens.access,
        "token_type": "Bearer",
        "expires_in": tokens.expires_in,
        "session": tokens.session,
    }
    response = json_answer(body if by_cookie else body | {"refresh_token": tokens.refresh}, status)
    set_cookie(request, response, tokens.refresh, MAX_AGE)
    return response


def set_cookie(request: Request, response: Response, token: str, max_age: int) -> None:
    """max_age 0 takes the cookie away."""
    response.set_cookie(
        cookie_name(request),
        token,
        max_age=max_age,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
