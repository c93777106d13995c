"""What proves a user: password, invitation and second factor. Folded from the user's stream when they are needed, kept
in no state or view.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from services.identity.administrators import ADMINISTRATOR
from services.identity.membership import Standing, held_roles, require_governs, standing
from services.identity.organisation import Language, Name
from services.identity.second_factor import NO_FACTOR, Factor, factor_of
from services.identity.user import USER, User
from shared.clock import Micros
from shared.domain.aggregate import Commands
from shared.domain.command import C, CommandModel, Context
from shared.domain.lifecycle import require_live
from shared.domain.types import Email
from shared.errors import Forbidden, Rejected
from shared.events import identity as events
from shared.events import identity_factor
from shared.events.envelope import Event, Recorded
from shared.kernel.lookups import Lookups
from shared.messages import say
from shared.messages.named import option_named
from shared.security.apikeys import require_person
from shared.security.permissions import Access, system_access

COMMANDS = Commands(USER, __name__)

INVITATION_LIVES: Micros = 7 * 86_400 * 1_000_000
NOT_VALID = "this invitation is not valid; ask for a new one"


@dataclass(frozen=True, slots=True)
class Credential:
    """secret: the argon2id hash, "" = none. version: of the stream, when password or second factor was last changed;
    since: at which moment; cause: which of them.

    issuer: who made the invitation.
    """

    secret: str = ""
    version: int = 0
    invitation: str = ""
    invited_until: Micros = 0
    issuer: str = ""
    factor: Factor = NO_FACTOR
    cause: str = "password"
    since: Micros = 0


# Each of these makes an earlier invitation void: it was made for other rights, or it is used.
VOIDING = (
    events.UserPasswordChanged,
    events.UserEmailChanged,
    events.UserRolesAssigned,
    events.UserMovedToTeams,
    events.UserManagerSet,
    events.UserSuspended,
    events.UserDeactivated,
    events.UserArchived,
    events.UserErased,
)


def credential_of(history: Sequence[Recorded]) -> Credential:
    """Fold a user's stream for what proves that somebody is this user."""
    secret, version, since, cause, invitation, until, issuer = "", 0, 0, "password", "", 0, ""
    for recorded in history:
        if isinstance(recorded.event, VOIDING):
            invitation, until, issuer = "", 0, ""
        match recorded.event:
            case events.UserPasswordChanged(secret=given):
                secret, version, since, cause = given, recorded.version, recorded.occurred_at, "password"
            case events.UserPasswordRehashed(secret=given):
                secret = given
            case identity_factor.SecondFactorConfirmed() | identity_factor.SecondFactorRemoved():
                version, since, cause = recorded.version, recorded.occurred_at, "second-factor"
            case events.InvitationIssued(token_hash=token, expires_at=expires):
                invitation, until, issuer = token, expires, recorded.metadata.on_behalf_of or recorded.actor
    return Credential(secret, version, invitation, until, issuer, factor_of(history), cause, since)


def new_secret() -> str:
    """256 random bits, as 43 characters of base64url."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """How a token of 256 random bits is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two hashes are equal and not empty, in constant time."""
    return bool(one) and hmac.compare_digest(one.encode(), other.encode())


async def its_credential(cmd: C, lookups: Lookups) -> Credential:
    return credential_of(await lookups.events("user", lookups.id))


# --- commands and their decisions: hidden, since their routes deal with the clear secrets -----------------------------


class CreateAdministrator(CommandModel):
    """The first user of an organisation, whole: only set-up sends it."""

    name: Name
    email: Email
    language: Language
    secret: str


@COMMANDS.command("CreateAdministrator", action="manage", verb="administrator", creates=True, hidden=True)
def create_administrator(cmd: CreateAdministrator, state: User, ctx: Context) -> list[Event]:
    details = cmd.model_dump(include={"name", "email", "language"})
    return [
        events.UserInvited(ctx.id, details, [ADMINISTRATOR], [], None),
        events.UserActivated(),
        events.UserPasswordChanged(ctx.id, cmd.secret),
    ]


class IssueInvitation(CommandModel):
    token_hash: str


@COMMANDS.command("IssueInvitation", action="manage", verb="invitation", prepare=standing, hidden=True)
def issue_invitation(cmd: IssueInvitation, state: User, ctx: Context[Standing]) -> list[Event]:
    """A new link; an earlier one is void. For an active user it is the way back in after a forgotten password."""
    require_live(state)
    if state.status not in ("invited", "active"):
        raise Rejected(
            say("a user who is {status} cannot be invited", status=option_named("user", "status", state.status)),
            code="not-invited",
        )
    require_governs(require_person(ctx.access), ctx.facts)  # a link makes a password
    return [events.InvitationIssued(cmd.token_hash, ctx.now + INVITATION_LIVES)]


class ActivateUser(CommandModel):
    """token_hash: of the invitation. secret: the hash of the password that the user chose."""

    token_hash: str
    secret: str


async def its_invitation(cmd: ActivateUser, lookups: Lookups) -> Credential:
    """Raises Forbidden unless the issuer could make the invitation now: rights and teams may have changed since."""
    credential = await its_credential(cmd, lookups)
    issuer = await _access_of(credential.issuer, lookups)
    if issuer is None or not issuer.allows("user", "manage"):
        raise Forbidden(NOT_VALID)
    try:
        require_governs(issuer, await standing(cmd, lookups.by(issuer)))
    except Forbidden:
        raise Forbidden(NOT_VALID) from None
    return credential


async def _access_of(issuer: str, lookups: Lookups) -> Access | None:
    """The rights of an active user, with their roles read strongly; None for any other user.

    An issuer that is no user at all is the suite itself: every request is some user's.
    """
    user = await lookups.state(USER, issuer)
    if user.version == 0:
        return system_access(lookups.tenant, issuer)
    if user.status != "active" or user.archived:
        return None
    return (await lookups.places()).access(lookups.tenant, issuer, await held_roles(lookups, user.roles))


@COMMANDS.command("ActivateUser", action="edit", verb="activate", prepare=its_invitation, hidden=True)
def activate(cmd: ActivateUser, state: User, ctx: Context[Credential]) -> list[Event]:
    require_invitation(ctx.facts, state, cmd.token_hash, ctx.now)
    chosen = events.UserPasswordChanged(ctx.id, cmd.secret)
    return [chosen] if state.status == "active" else [events.UserActivated(), chosen]


def require_invitation(credential: Credential, state: User, hashed: str, now: Micros) -> None:
    """Raises Forbidden, without a reason, unless the token is the user's newest invitation, unused and in time."""
    good = same(credential.invitation, hashed) and now < credential.invited_until
    if not good or state.archived or state.status not in ("invited", "active"):
        raise Forbidden(NOT_VALID)


class ChangePassword(CommandModel):
    secret: str


@COMMANDS.command("ChangePassword", action="edit", verb="password", hidden=True)
def change_password(cmd: ChangePassword, state: User, ctx: Context) -> list[Event]:
    require_live(state)
    if state.status != "active":
        raise Rejected("the user is not active", code="not-active")
    return [events.UserPasswordChanged(ctx.id, cmd.secret)]


class RehashPassword(CommandModel):
    """version: the credential's when the password was checked."""

    secret: str
    version: int


@COMMANDS.command("RehashPassword", action="edit", verb="rehash", prepare=its_credential, hidden=True)
def rehash(cmd: RehashPassword, state: User, ctx: Context[Credential]) -> list[Event]:
    return [events.UserPasswordRehashed(ctx.id, cmd.secret)] if ctx.facts.version == cmd.version else []
