"""API key: what a program signs in with, in the name of the user who made it. Its secret is shown once.

It has one role, which holds no more than its maker does, now and whenever it is used; it ends by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field as F

from services.identity.role import roles_of
from shared.clock import Micros
from shared.domain.aggregate import Aggregate
from shared.domain.command import CommandModel, Context
from shared.domain.fields import displayed, record_fields
from shared.domain.record import Record
from shared.domain.types import Moment, Reference
from shared.domain.ways_back import NoWay
from shared.errors import Forbidden, Invalid, Rejected
from shared.events import identity_keys as events
from shared.events.envelope import Event
from shared.kernel.lookups import Lookups
from shared.messages import say, shown
from shared.security.apikeys import ApiKey, Opens, require_person
from shared.security.permissions import Level, Role
from shared.security.roles import EVERY_ROLE, grant
from shared.views.port import Collection, Kind

DAY: Micros = 86_400 * 1_000_000
LIVES, LONGEST = 90 * DAY, 365 * DAY
REVOKED = NoWay("revoked", "a revoked key stays revoked; make a new one")


# --- state ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class ApiKeyRecord(Record):
    """owner: who made it. digest: of its secret; no answer shows it."""

    name: Annotated[str, displayed(Kind.TEXT, "名称", "Name", indexed=True, writable=False)] = ""
    role: Annotated[str, displayed(Kind.KEYWORD, "角色", "Role", indexed=True, ref="role", writable=False)] = ""
    read_only: Annotated[bool, displayed(Kind.BOOLEAN, "只读", "Reads only", writable=False)] = False
    types: Annotated[list[str], displayed(Kind.KEYWORDS, "记录类型", "Record types", writable=False)] = field(
        default_factory=list
    )
    expires_at: Annotated[Micros, displayed(Kind.DATETIME, "到期时间", "Expires", indexed=True, writable=False)] = 0
    used_at: Annotated[Micros, displayed(Kind.DATETIME, "上次使用", "Last used", writable=False)] = 0
    revoked: Annotated[bool, displayed(Kind.BOOLEAN, "已吊销", "Revoked", indexed=True, writable=False)] = False
    digest: Annotated[str, displayed(Kind.KEYWORD, "摘要", "Digest", writable=False, technical=True)] = ""


def evolve(state: ApiKeyRecord, event: Event) -> None:
    match event:
        case events.ApiKeyIssued(name=name, holder=holder, role=role, digest=digest):
            state.name, state.owner, state.role, state.digest = name, holder, role, digest
            state.read_only, state.types, state.expires_at = event.read_only, event.types, event.expires_at
        case events.ApiKeyRotated(digest=digest, expires_at=expires_at):
            state.digest, state.expires_at = digest, expires_at
        case events.ApiKeyUsed(at=at):
            state.used_at = at
        case events.ApiKeyRevoked():
            state.revoked, state.digest = True, ""


def key_of(state: ApiKeyRecord) -> ApiKey:
    types = tuple(state.types)
    holder = state.owner or ""
    return ApiKey(state.id, holder, state.role, state.read_only, types, state.digest, state.expires_at, state.used_at)


API_KEY = Aggregate(
    name="api_key",
    service="identity",
    noun="api-keys",
    looks_up=("role",),
    state=ApiKeyRecord,
    evolve=evolve,
    grants={EVERY_ROLE: grant(Level.OWN, "read", "create", "manage")},
    collection=Collection("api_keys", 1, record_fields(ApiKeyRecord)),
    opens=Opens(key_of, "identity.NoteApiKeyUse"),
    not_undoable=frozenset(f"identity.ApiKey{end}" for end in ("Issued", "Rotated", "Used", "Revoked")),
)


# --- commands and their decisions: hidden, since their routes deal with the clear secrets -----------------------------


class IssueApiKey(CommandModel):
    name: Annotated[str, F(min_length=1, max_length=100)]
    role: Reference
    read_only: bool = False
    types: Annotated[list[Annotated[str, F(max_length=60)]], F(max_length=50)] = F(default_factory=list)
    digest: str
    expires_at: Moment | None = None


async def its_role(cmd: IssueApiKey, lookups: Lookups) -> Role:
    """Raises Invalid for a role or a record type that there is not."""
    known = {*(a.name for a in lookups.catalogue), *lookups.catalogue.resources}
    if unknown := sorted(set(cmd.types) - known):
        message = say("there is no record type {name}", name=shown(unknown[0]))
        raise Invalid.field("types", "unknown-resource", message)
    return (await roles_of(lookups, [cmd.role], "role"))[cmd.role]


@API_KEY.command("IssueApiKey", action="create", verb="", creates=True, prepare=its_role, hidden=True)
def issue(cmd: IssueApiKey, state: ApiKeyRecord, ctx: Context[Role]) -> list[Event]:
    """A key for its maker, with one role that gives no more than they hold."""
    require_person(ctx.access)
    if not ctx.access.covers(ctx.facts):
        message = say("the role {name} holds rights that you do not hold", name=shown(ctx.facts.en))
        raise Invalid.field("role", "not-held", message)
    until = _until(cmd.expires_at, ctx.now)
    return [events.ApiKeyIssued(cmd.name, ctx.actor, cmd.role, cmd.read_only, cmd.types, cmd.digest, until)]


def _until(wanted: Micros | None, now: Micros) -> Micros:
    if wanted is None:
        return now + LIVES
    if not now < wanted <= now + LONGEST:
        raise Invalid.field("expires_at", "out-of-range", "a key ends in the future, after a year at most")
    return wanted


class RotateApiKey(CommandModel):
    """A new secret for the same key; the old one is refused from now on."""

    digest: str
    expires_at: Moment | None = None


@API_KEY.command("RotateApiKey", action="manage", verb="rotate", hidden=True)
def rotate(cmd: RotateApiKey, state: ApiKeyRecord, ctx: Context) -> list[Event]:
    require_person(ctx.access)
    if state.owner != ctx.actor:
        raise Forbidden("only its maker gets the new secret of a key", code="not-yours")
    if state.revoked:
        raise Rejected("the key is revoked; make a new one", code="revoked")
    return [events.ApiKeyRotated(cmd.digest, _until(cmd.expires_at, ctx.now))]


class RevokeApiKey(CommandModel):
    pass


@API_KEY.command("RevokeApiKey", action="manage", verb="revoke", hidden=True, back=REVOKED)
def revoke(cmd: RevokeApiKey, state: ApiKeyRecord, ctx: Context) -> list[Event]:
    require_person(ctx.access)
    return [] if state.revoked else [events.ApiKeyRevoked()]


class NoteApiKeyUse(CommandModel):
    at: int


@API_KEY.command("NoteApiKeyUse", action="manage", verb="used", hidden=True)
def note_use(cmd: NoteApiKeyUse, state: ApiKeyRecord, ctx: Context) -> list[Event]:
    return [] if state.revoked or cmd.at <= state.used_at else [events.ApiKeyUsed(cmd.at)]
