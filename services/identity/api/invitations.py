"""Invitations: an administrator gets a link to pass on, its bearer chooses a password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field as F
from pydantic import TypeAdapter
from starlette.responses import Response

from services.identity.authentication import Authentication
from services.identity.credentials import INVITATION_LIVES, NOT_VALID, new_secret, require_invitation, token_hash
from shared.clock import to_rfc3339
from shared.domain.command import VERBATIM, CommandModel
from shared.errors import Forbidden
from shared.http.answers import Answer, model_answer, path_id
from shared.http.auth import Authenticator
from shared.http.body import parse
from shared.http.headers import call_of
from shared.http.openapi import answer, body_of, operation
from shared.http.routing import DirectRouter
from shared.kernel.bus import Call
from shared.kernel.kernel import Kernel
from shared.security.permissions import system_access


class AcceptInvitation(CommandModel):
    token: Annotated[str, F(min_length=1, max_length=300)]
    password: Annotated[str, VERBATIM, F(min_length=1, max_length=1024)]

    model_config = {
        "str_strip_whitespace": False,
        "json_schema_extra": {"examples": [{"token": "0193a7c2.0193a7c2.JZ1kT9", "password": "seven kinds of boxes"}]},
    }


_ACCEPT: TypeAdapter[AcceptInvitation] = TypeAdapter(AcceptInvitation)
_ID = {"name": "id", "in": "path", "required": True, "description": "The user's id", "schema": {"type": "string"}}


class Invitation(Answer):
    token: Annotated[str, F(description="Shown this once; only its hash is kept")]
    path: Annotated[str, F(description="Of the page where the invited person chooses a password")]
    expires_at: str


class Accepted(Answer):
    email: str


_ISSUING = operation(
    "issueInvitation",
    "Make a link with which a user chooses a password",
    "user",
    {201: answer("The link; earlier ones are void", Invitation)},
    description="To join, or for an active user after a forgotten password. Good for seven days, once.",
    parameters=[_ID],
    errors=(401, 403, 404, 409, 422, 503),
)
_ACCEPTING = operation(
    "acceptInvitation",
    "Choose a password",
    "user",
    {200: answer("You may sign in now", Accepted), 403: {"$ref": "#/components/responses/Problem403"}},
    body=body_of(AcceptInvitation),
    errors=(409, 413, 415, 422, 503),
    public=True,
)


def invitations_router(kernel: Kernel, authentication: Authentication) -> APIRouter:
    router = DirectRouter()
    authenticator = Authenticator(kernel)

    @router.post("/users/{id}/invitation", openapi_extra=_ISSUING)
    async def issue(request: Request) -> Response:
        access = await authenticator.access(request)
        token = await issue_invitation(kernel, call_of(request, access, path_id(request)))
        expires_at = to_rfc3339(kernel.clock.now() + INVITATION_LIVES)
        return model_answer(Invitation(token=token, path=page_of(token), expires_at=expires_at), 201)

    @router.post("/invitations/accept", openapi_extra=_ACCEPTING)
    async def accept(request: Request) -> Response:
        body = await parse(request, _ACCEPT)
        email = await accept_invitation(kernel, authentication, body.token, body.password)
        return model_answer(Accepted(email=email))

    return router


async def issue_invitation(kernel: Kernel, call: Call) -> str:
    """The token with which the user whom the call names may choose a password, once."""
    secret = new_secret()
    await kernel.bus.send("identity.IssueInvitation", {"token_hash": token_hash(secret)}, call)
    return f"{call.access.tenant}.{call.id}.{secret}"


def page_of(token: str) -> str:
    """The page of the client on which an invitation is accepted."""
    return f"/invitation#token={token}"


async def accept_invitation(kernel: Kernel, authentication: Authentication, token: str, password: str) -> str:
    """Set the password of the token's user; returns the name they sign in with. Raises Forbidden, Invalid."""
    parts = token.split(".")
    if len(parts) != 3 or not all(parts):
        raise Forbidden(NOT_VALID)
    tenant, id, secret = parts
    known = await authentication.known(tenant, id)
    require_invitation(known.credential, known.user, token_hash(secret), kernel.clock.now())
    chosen = await authentication.new_password("password", password, known)
    body = {"token_hash": token_hash(secret), "secret": chosen}
    await kernel.bus.send("identity.ActivateUser", body, Call(system_access(tenant, id), id))
    await authentication.known_shown(tenant, id)
    return known.user.email
