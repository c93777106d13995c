"""What the identity service's own routes share: who calls from where, the session cookie, rights over oneself."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from fastapi import Request
from pydantic import Field
from starlette.responses import Response

from services.identity.attempts import Device
from services.identity.authentication import Tokens
from services.identity.session import LONGEST
from shared.errors import Forbidden
from shared.http.answers import Answer, model_answer
from shared.http.headers import header
from shared.kernel.kernel import Kernel
from shared.security.permissions import Access, Level, Role

SELF = Role("self", "本人", "Oneself", {"session": {"read": Level.OWN}, "user": {"read": Level.ALL, "edit": Level.ALL}})
INBOX = Role(
    "inbox",
    "收件箱",
    "Inbox",
    {name: {"read": Level.OWN, "create": Level.OWN, "edit": Level.OWN} for name in ("follow", "notification")},
)
Code = Annotated[str, Field(max_length=100)]  # of a second factor
MAX_AGE = LONGEST // 1_000_000  # seconds
_BEARER: Literal["Bearer"] = "Bearer"


class SessionTokens(Answer):
    access_token: str
    token_type: Literal["Bearer"]
    expires_in: Annotated[int, Field(description="Seconds")]
    session: Annotated[str, Field(description="The session's id")]
    refresh_token: Annotated[
        str,
        Field(description="Absent where the cookie alone has it: asked for with `cookie`, or used for this refresh"),
    ] = ""


def device_of(request: Request) -> Device:
    return Device(request.client.host if request.client else "", header(request, b"user-agent"))


def session_of(kernel: Kernel, request: Request) -> str:
    """The session that the bearer token belongs to; call it after the token was accepted."""
    token = header(request, b"authorization").partition(" ")[2]
    return kernel.verifier.verify(token).session


def as_oneself(access: Access, own: Role = SELF) -> Access:
    """The caller with rights over what is their own, session and profile by default; used with their own id only."""
    return Access(access.tenant, access.user, (*access.roles, own), access.team, access.below, access.name)


def cookie_name(request: Request) -> str:
    """Browsers take a `__Secure-` cookie over TLS alone; plain HTTP is for one's own machine."""
    return "__Secure-crm_session" if request.url.scheme == "https" else "crm_session"


FORMER_COOKIE = "__Host-crm_session"  # with the path `/`, which that prefix asks for


def token_of_cookie(request: Request) -> str:
    """The refresh token in the cookie, "" if there is none. Raises Forbidden when another site sent the request."""
    token = request.cookies.get(cookie_name(request)) or request.cookies.get(FORMER_COOKIE, "")
    origin = header(request, b"origin")
    foreign = bool(origin) and urlsplit(origin).netloc != header(request, b"host")
    if token and (foreign or header(request, b"sec-fetch-site") in ("cross-site", "same-site")):
        raise Forbidden("this request came from another site")
    return token


def token_fields(tokens: Tokens) -> dict[str, Any]:
    """What SessionTokens says of them, without the refresh token."""
    return {
        "access_token": tokens.access,
        "token_type": _BEARER,
        "expires_in": tokens.expires_in,
        "session": tokens.session,
    }


def tokens_answer(
    request: Request,
    tokens: Tokens,
    *,
    status: int = 200,
    by_cookie: bool = False,
    body: SessionTokens | None = None,
) -> Response:
    """body: the answer made of `token_fields`, where it says more than them."""
    body = body or SessionTokens(**token_fields(tokens))
    if not by_cookie:
        body.refresh_token = tokens.refresh
    response = model_answer(body, status)
    set_cookie(request, response, tokens.refresh, MAX_AGE)
    return response


def set_cookie(request: Request, response: Response, token: str, max_age: int) -> None:
    """Only this service is ever sent the cookie. max_age 0 takes it away."""
    secure = request.url.scheme == "https"
    response.set_cookie(
        cookie_name(request),
        token,
        max_age=max_age,
        path=request.scope.get("root_path") or "/",
        secure=secure,
        httponly=True,
        samesite="strict",
    )
    if FORMER_COOKIE in request.cookies:
        response.delete_cookie(FORMER_COOKIE, secure=secure, httponly=True, samesite="strict")
