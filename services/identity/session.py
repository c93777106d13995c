"""Session: one sign-in on one device. Its refresh token is spent at each use for a successor; a spent one ends it all.

The hashes of the tokens are no part of the state: a `Family` reads them from the same stream.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from services.identity.credentials import Credential, credential_of, same
from services.identity.user import USER, User
from shared.clock import Micros, from_rfc3339
from shared.domain.aggregate import Aggregate
from shared.domain.command import C, CommandModel, Context
from shared.domain.fields import displayed, record_fields
from shared.domain.record import Record
from shared.events import identity as events
from shared.events.envelope import Event, Recorded
from shared.kernel.lookups import Lookups
from shared.views.port import Collection, Kind

_SECOND: Micros = 1_000_000
GRACE = 10 * _SECOND  # in which the immediate predecessor answers with the same successor
IDLE = 8 * 3600 * _SECOND
LONGEST = 30 * 86_400 * _SECOND


Method = Literal["password", "password+totp", "password+recovery-code"]

# --- state ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Session(Record):
    """owner: whose. device: what the browser said of itself; it and the address are forgotten when the session ends."""

    device: Annotated[str, displayed(Kind.TEXT, "设备", "Device", personal=True, writable=False)] = ""
    ip: Annotated[str, displayed(Kind.KEYWORD, "IP 地址", "IP address", personal=True, writable=False)] = ""
    method: Annotated[str, displayed(Kind.KEYWORD, "登录方式", "Method", writable=False)] = ""
    status: Annotated[
        str, displayed(Kind.KEYWORD, "状态", "Status", indexed=True, writable=False, options=("live", "ended"))
    ] = "live"
    cause: Annotated[str, displayed(Kind.KEYWORD, "结束原因", "Why it ended", writable=False)] = ""
    expires_at: Annotated[Micros, displayed(Kind.DATETIME, "到期时间", "Expires", indexed=True, writable=False)] = 0


def evolve(state: Session, event: Event) -> None:
    match event:
        case events.SignedIn(subject_id=user, device=device, method=method, expires_at=expires_at):
            state.owner, state.method, state.expires_at = user, method, expires_at
            state.device, state.ip = device.get("agent", ""), device.get("ip", "")
        case events.SignedOut():
            _end(state, "signed-out")
        case events.SessionRevoked(cause=cause):
            _end(state, cause)


def _end(state: Session, cause: str) -> None:
    state.status, state.cause = "ended", cause
    state.device = state.ip = ""


SESSION = Aggregate(
    name="session",
    service="identity",
    noun="sessions",
    looks_up=("user",),
    state=Session,
    evolve=evolve,
    collection=Collection(
        "sessions",
        2,
        record_fields(
            Session,
        ),
        title="device",
    ),
    about_owner=True,
    not_undoable=frozenset(
        {"identity.SessionRefreshed", "identity.SignedOut", "identity.SessionRevoked", "identity.SignedIn"}
    ),
)


# --- the chain of its refresh tokens ----------------------------------------------------------------------------------


@dataclass(slots=True)
class Family:
    """current, previous: hashes of the newest token and of its immediate predecessor; spent: of all before."""

    user: str = ""
    current: str = ""
    previous: str = ""
    spent: set[str] = field(default_factory=set)
    refreshed_at: Micros = 0
    expires_at: Micros = 0
    credential: int = 0
    ended: bool = False

    def live(self, now: Micros) -> bool:
        return not self.ended and _in_time(self.refreshed_at, self.expires_at, now)


def _in_time(refreshed: Micros, expires: Micros, now: Micros) -> bool:
    return now < min(expires, refreshed + IDLE)


def family_of(history: Iterable[Recorded]) -> Family:
    family = Family()
    for recorded in history:
        match recorded.event:
            case events.SignedIn(subject_id=user, token_hash=hashed, credential=credential, expires_at=expires_at):
                family = Family(user, hashed, "", set(), recorded.occurred_at, expires_at, credential)
            case events.SessionRefreshed(token_hash=hashed):
                if family.previous:
                    family.spent.add(family.previous)
                family.previous, family.current = family.current, hashed
                family.refreshed_at = recorded.occurred_at
            case events.SignedOut() | events.SessionRevoked():
                family.ended = True
    return family


def may_go_on(document: Mapping[str, Any], since: Micros, now: Micros) -> bool:
    """Whether a live session, as the views tell it, would be refreshed: one from before the credential was last changed
    (since), or too long at rest, ends at its next refresh.
    """
    begun, refreshed, expires = (from_rfc3339(document[name]) for name in ("created_at", "updated_at", "expires_at"))
    return begun >= since and _in_time(refreshed, expires, now)


@dataclass(frozen=True, slots=True)
class Facts:
    family: Family
    user: User
    credential: Credential


async def session_facts(cmd: C, lookups: Lookups) -> Facts:
    family = family_of(await lookups.events("session", lookups.id))
    user = await lookups.state(USER, family.user)
    return Facts(family, user, credential_of(await lookups.events("user", family.user)))


# --- commands and their decisions: hidden, since their routes deal with the clear tokens ------------------------------


class SignIn(CommandModel):
    user: str
    token_hash: str
    credential: int
    device: dict[str, Any]
    method: Method = "password"


@SESSION.command("SignIn", action="create", verb="", creates=True, hidden=True)
def sign_in(cmd: SignIn, state: Session, ctx: Context) -> list[Event]:
    expires_at = ctx.now + LONGEST
    return [events.SignedIn(cmd.user, cmd.device, cmd.method, cmd.token_hash, cmd.credential, expires_at)]


class RefreshSession(CommandModel):
    """presented: the hash of the token that came; successor: of the one that would follow it."""

    presented: str
    successor: str


@SESSION.command("RefreshSession", action="edit", verb="refresh", prepare=session_facts, hidden=True)
def refresh(cmd: RefreshSession, state: Session, ctx: Context[Facts]) -> list[Event]:
    """Whether it was granted is read from the stream afterwards: its newest token is then the successor."""
    facts = ctx.facts
    family = facts.family
    if not family.live(ctx.now):
        return []
    if facts.user.status != "active" or facts.user.archived:
        return [events.SessionRevoked("status")]
    if facts.credential.version != family.credential:
        return [events.SessionRevoked(facts.credential.cause)]
    if same(family.current, cmd.presented):
        return [events.SessionRefreshed(cmd.successor)]
    if same(family.previous, cmd.presented):
        return [] if ctx.now - family.refreshed_at <= GRACE else [events.SessionRevoked("reuse")]
    return [events.SessionRevoked("reuse")] if cmd.presented in family.spent else []


class SignOut(CommandModel):
    pass


@SESSION.command("SignOut", action="edit", verb="sign-out", hidden=True)
def sign_out(cmd: SignOut, state: Session, ctx: Context) -> list[Event]:
    return [events.SignedOut()] if state.status == "live" else []


class RevokeSession(CommandModel):
    """Ended from another session, or by an administrator."""


@SESSION.command("RevokeSession", action="manage", verb="revoke", hidden=True)
def revoke(cmd: RevokeSession, state: Session, ctx: Context) -> list[Event]:
    return [events.SessionRevoked("ended")] if state.status == "live" else []
