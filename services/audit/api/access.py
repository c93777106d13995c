"""Access at a past moment over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response
from typing_extensions import TypedDict

from services.audit.access_then import Reason, Then, access_then
from services.audit.api.difference import record_named
from shared.clock import to_rfc3339
from shared.errors import Invalid, NotFound
from shared.http import params
from shared.http.answers import DateTime, is_id, json_answer
from shared.http.auth import Authenticator
from shared.http.openapi import answer, operation, query
from shared.http.routing import DirectRouter
from shared.kernel.kernel import Kernel
from shared.kernel.seen import seen
from shared.security.permissions import ACTIONS, Access, Action

By = Annotated[str, Field(json_schema_extra={"enum": ["everybody", "own", "team", "below", "share"]})]


class RoleGiving(TypedDict):
    role: str
    zh: str
    en: str
    level: Annotated[str, Field(json_schema_extra={"enum": ["own", "team", "below", "all"]})]
    by: Annotated[By, Field(description="How the role reached the record: whose it was, as seen from the user")]
    teams: Annotated[list[str], Field(description="The names of the teams that user and owner shared")]


class RightThen(TypedDict):
    action: str
    allowed: bool
    because: Annotated[
        list[RoleGiving], Field(description="Each role that alone gave it, if you see whose it is and who is where")
    ]


class AccessThen(TypedDict):
    record: str
    user: str
    at: DateTime
    existed: Annotated[bool, Field(description="Whether the record was there")]
    active: Annotated[bool, Field(description="Whether the user could sign in")]
    visible: bool
    editable: Annotated[bool, Field(description="Whether one of `commands` could have changed it")]
    owner: Annotated[str | None, Field(description="If you may see it")]
    rights: list[RightThen]
    commands: Annotated[
        list[str],
        Field(description="Those that rights and the record's state admitted, if you see the fields they depend on"),
    ]
    hidden: Annotated[list[str], Field(description="Fields of the record type that the user did not see")]
    read_only: Annotated[list[str], Field(description="Fields that the user could not change, hidden ones too")]


_ACCESS = operation(
    "access",
    "Whether somebody could see or edit a record at a moment, and by which role, team or share",
    "explorer",
    {200: answer("What they could do, and why", AccessThen)},
    description="People, teams, roles, shares and the record are those of that moment, built-in roles those of today.",
    parameters=[
        query("record", "As its stream is named: `account-0192…`", required=True),
        query("user", "The user's id", required=True),
        query("at", "A moment (RFC 3339) or a day, whose end is meant; without it, now"),
    ],
    errors=(401, 403, 404, 422, 503),
)


def access_router(kernel: Kernel) -> APIRouter:
    router = DirectRouter()
    authenticator = Authenticator(kernel)

    @router.get("/access", openapi_extra=_ACCESS)
    async def access(request: Request) -> Response:
        asking = await authenticator.access(request)
        asking.check("audit", "read")
        given = params.only(params.pairs_of(request), ("record", "user", "at"))
        aggregate, id = record_named(kernel, given)
        if not given.get("user"):
            raise Invalid.field("user", "missing", "this parameter is needed")
        user = given["user"]
        if not is_id(user) or user not in await seen(kernel, kernel.catalogue["user"], [user], asking):
            raise NotFound()
        if id not in await seen(kernel, aggregate, [id], asking):
            raise NotFound()
        now = kernel.clock.now()
        at = min(now, params.instant("at", given["at"], params.calendar_of(request))) if given.get("at") else now
        then = await access_then(kernel, asking.tenant, (aggregate, id), user, at)
        return json_answer(_shown(then, asking, user, to_rfc3339(at)))

    return router


def _shown(then: Then, asking: Access, user: str, at: str) -> AccessThen:
    """Without what is hidden from the asker, and without what would tell it."""
    commands, name = _commands(then, asking), then.aggregate.name
    shows_owner = asking.may_see(name, "owner")
    explained = shows_owner and asking.may_see("user", "roles") and asking.may_see("user", "teams")
    found = then.document if then.allowed("read") else None
    return {
        "record": then.aggregate.stream(then.id),
        "user": user,
        "at": at,
        "existed": then.document is not None,
        "active": then.access is not None,
        "visible": found is not None,
        "editable": any(commands.values()),
        "owner": then.document.get("owner") if shows_owner and then.document is not None else None,
        "rights": [_right(then, action, explained) for action in ACTIONS if action not in ("create", "import")],
        "commands": sorted(command for command, may in commands.items() if may),
        "hidden": [] if then.access is None else sorted(then.access.hidden(name)),
        "read_only": [] if then.access is None else sorted(then.access.locked(name)),
    }


def _commands(then: Then, asking: Access) -> dict[str, bool]:
    """Those whose admission tells the asker of no field that they do not see."""
    name, known = then.aggregate.name, then.aggregate.commands
    found = then.commands().items()
    return {one: may for one, may in found if all(asking.may_see(name, field) for field in known[one].when)}


def _right(then: Then, action: Action, explained: bool) -> RightThen:
    because = [_giving(reason) for reason in then.reasons(action)] if explained else []
    return {"action": action, "allowed": then.allowed(action), "because": because}


def _giving(reason: Reason) -> RoleGiving:
    return {
        "role": reason.role.id,
        "zh": reason.role.zh,
        "en": reason.role.en,
        "level": reason.level.name.lower(),
        "by": reason.by,
        "teams": [*reason.teams],
    }
