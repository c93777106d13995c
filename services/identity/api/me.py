"""Who am I, what may I do, and the two things one may change of oneself."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field as F
from pydantic import TypeAdapter
from starlette.responses import Response

from services.identity.api.common import SessionTokens, as_oneself, device_of, session_of, tokens_answer
from services.identity.authentication import Authentication
from services.identity.organisation import ORGANISATION
from services.identity.second_factor import asks
from services.identity.user import USER, ChangeProfile
from shared.domain.command import VERBATIM, CommandModel
from shared.domain.types import Reading
from shared.domain.ways_back import FORMER_VALUES, NOTHING_CHANGED
from shared.http.answers import Answer, done_answer, model_answer
from shared.http.auth import Authenticator
from shared.http.body import parse
from shared.http.headers import call_of
from shared.http.openapi import WRITE_ERRORS, answer, body_of, operation, schema
from shared.http.routing import DirectRouter
from shared.http.undo import undo_answer
from shared.kernel.bus import Done
from shared.kernel.kernel import Kernel
from shared.kernel.undo_handles import Handle
from shared.security.apikeys import require_person
from shared.security.permissions import ACTIONS, Access, Level
from shared.views.port import Document


class OwnRole(Answer):
    id: str
    zh: str
    en: str


class MySecondFactor(Answer):
    enabled: bool
    required: Annotated[bool, F(description="Whether the organisation asks you for one")]


class Me(Answer):
    tenant: str
    user: Document
    organisation: Document
    second_factor: MySecondFactor
    roles: list[OwnRole]
    rights: Annotated[dict[str, dict[str, str]], F(description="record type → action → own, team, below or all")]
    hidden: Annotated[dict[str, list[str]], F(description="record type → fields you do not see")]
    read_only: Annotated[dict[str, list[str]], F(description="record type → fields you may not change")]
    position: Annotated[int, F(description="what is read from now on holds all up to here: `/changes` tells the rest")]


class NewPassword(CommandModel):
    """cookie: as at a sign-in."""

    current: Annotated[str, VERBATIM, F(min_length=1, max_length=1024)]
    new: Annotated[str, VERBATIM, F(min_length=1, max_length=1024)]
    cookie: bool = False

    model_config = {
        "str_strip_whitespace": False,
        "json_schema_extra": {"examples": [{"current": "correct horse battery", "new": "seven kinds of boxes"}]},
    }


_PASSWORD: TypeAdapter[NewPassword] = TypeAdapter(NewPassword)
_PROFILE: TypeAdapter[ChangeProfile] = TypeAdapter(ChangeProfile)


_WHO = operation("me", "Who you are and what you may do", "me", {200: answer("You", Me)})
_CHANGE_PROFILE = operation(
    "changeOwnProfile",
    "Change your name, phone, language or time zone",
    "me",
    {200: answer("Changed", schema("Changed"))},
    body=body_of(ChangeProfile, {"language": "zh"}, required=False),
    errors=WRITE_ERRORS,
)
_CHANGE_PASSWORD = operation(
    "changeOwnPassword",
    "Change your password",
    "me",
    {200: answer("Every session ended; this is a new one", SessionTokens)},
    body=body_of(NewPassword),
    errors=WRITE_ERRORS,
)


def me_router(kernel: Kernel, authentication: Authentication) -> APIRouter:
    router = DirectRouter()
    authenticator = Authenticator(kernel)

    @router.get("/me", openapi_extra=_WHO)
    async def me(request: Request) -> Response:
        return model_answer(await _describe(kernel, await authenticator.access(request, setting_up=True)))

    @router.patch("/me", openapi_extra=_CHANGE_PROFILE)
    async def change_profile(request: Request) -> Response:
        access = require_person(await authenticator.access(request))
        country = await kernel.directory.country(access.tenant)
        body = await parse(request, _PROFILE, Reading(in_body=True, country=country))
        call = call_of(request, as_oneself(access), access.user)
        command = USER.commands["identity.ChangeProfile"]
        done = await kernel.bus.execute(USER, command, body, call)
        return done_answer(done, _undo_of_profile(request, done))

    @router.post("/password", openapi_extra=_CHANGE_PASSWORD)
    async def change_password(request: Request) -> Response:
        access = require_person(await authenticator.access(request, setting_up=True))
        body, session = await parse(request, _PASSWORD), session_of(kernel, request)
        tokens = await authentication.change_password(access, session, body.current, body.new, device_of(request))
        return tokens_answer(request, tokens, by_cookie=body.cookie)

    return router


def _undo_of_profile(request: Request, done: Done) -> Document:
    """The same request with the former values: the right to `undo` is one over all users."""
    decision = done.decision
    if decision is None or not decision.events:
        return undo_answer(request, USER, NOTHING_CHANGED)
    body = FORMER_VALUES.body(decision.before, decision.events[-1])
    handle = Handle(USER.commands["identity.ChangeProfile"], done.id, body, FORMER_VALUES.label)
    shown = undo_answer(request, USER, handle)
    return {"undo": {**shown["undo"], "path": f"{request.scope.get('root_path', '')}/me"}}


async def _describe(kernel: Kernel, access: Access) -> Me:
    user = await kernel.repository.load(USER, access.tenant, access.user)
    organisation = await kernel.repository.load(ORGANISATION, access.tenant, access.tenant)
    names = [a.name for a in kernel.catalogue]
    return Me(
        tenant=access.tenant,
        user=access.masked("user", USER.document(user)),
        organisation=access.masked("organisation", ORGANISATION.document(organisation)),
        second_factor=MySecondFactor(enabled=user.second_factor, required=asks(organisation.second_factor, access)),
        roles=[OwnRole(id=r.id, zh=r.zh, en=r.en) for r in access.roles],
        rights={name: _rights(access, name) for name in (*names, *sorted(kernel.catalogue.resources))},
        hidden={name: sorted(fields) for name in names if (fields := access.hidden(name))},
        read_only={name: sorted(fields) for name in names if (fields := access.locked(name))},
        position=kernel.projection.position,
    )


def _rights(access: Access, resource: str) -> dict[str, str]:
    levels = {action: access.level(resource, action) for action in ACTIONS}
    return {action: level.name.lower() for action, level in levels.items() if level is not Level.NONE}
