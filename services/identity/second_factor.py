"""The second factor of a user: begun, confirmed by a code, removed; folded from the user's stream like the password.

The codes themselves are checked by `second_step`: decisions here know hashes alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from services.identity.membership import Standing, require_governs, standing
from services.identity.user import USER, User
from shared.clock import Micros
from shared.domain.aggregate import Commands
from shared.domain.command import C, CommandModel, Context
from shared.domain.lifecycle import require_live
from shared.domain.ways_back import NOT_UNDOABLE
from shared.errors import Rejected
from shared.events import identity_factor as events
from shared.events.envelope import Event, Recorded
from shared.kernel.lookups import Lookups
from shared.messages import say
from shared.security.apikeys import require_person
from shared.security.permissions import Access, Level

COMMANDS = Commands(USER, __name__)

BEGUN_LIVES: Micros = 15 * 60 * 1_000_000


@dataclass(frozen=True, slots=True)
class Factor:
    """secret: the shared one in base32, "" = no second factor. version: of the stream, when the secret was given out;
    since: when it was confirmed. codes: hashes of the recovery codes that are left.

    begun: a secret that waits for its first code; begun_version and begun_at: when it was given out.
    """

    secret: str = ""
    version: int = 0
    since: Micros = 0
    codes: tuple[str, ...] = ()
    begun: str = ""
    begun_version: int = 0
    begun_at: Micros = 0

    def waits(self, now: Micros) -> bool:
        """Whether a secret was begun that may still be confirmed."""
        return bool(self.begun) and now < self.begun_at + BEGUN_LIVES


NO_FACTOR = Factor()


def factor_of(history: Iterable[Recorded]) -> Factor:
    """Fold a user's stream for their second factor."""
    factor = NO_FACTOR
    for recorded in history:
        match recorded.event:
            case events.SecondFactorBegun(secret=secret):
                factor = replace(factor, begun=secret, begun_version=recorded.version, begun_at=recorded.occurred_at)
            case events.SecondFactorConfirmed(codes=codes):
                factor = Factor(factor.begun, factor.begun_version, recorded.occurred_at, tuple(codes))
            case events.RecoveryCodesReplaced(codes=codes):
                factor = replace(factor, codes=tuple(codes))
            case events.RecoveryCodeSpent(code=spent):
                factor = replace(factor, codes=tuple(one for one in factor.codes if one != spent))
            case events.SecondFactorRemoved():
                factor = NO_FACTOR
    return factor


def asks(policy: str, access: Access) -> bool:
    """Whether an organisation's policy asks a user with these rights for a second factor."""
    match policy:
        case "everybody":
            return True
        case "administrators":
            return access.level("user", "manage") is not Level.NONE
    return False


async def its_factor(cmd: C, lookups: Lookups) -> Factor:
    return factor_of(await lookups.events("user", lookups.id))


# --- commands and their decisions: hidden where their routes deal with the clear codes --------------------------------


class BeginSecondFactor(CommandModel):
    secret: str


@COMMANDS.command("BeginSecondFactor", action="edit", verb="begin-second-factor", prepare=its_factor, hidden=True)
def begin(cmd: BeginSecondFactor, state: User, ctx: Context[Factor]) -> list[Event]:
    """An earlier one that waits for its code is replaced."""
    require_active(state)
    require_off(ctx.facts)
    return [events.SecondFactorBegun(ctx.id, cmd.secret)]


class ConfirmSecondFactor(CommandModel):
    """begun: the version of the user's stream that gave out the secret of the code. codes: hashes."""

    begun: int
    codes: list[str]


@COMMANDS.command("ConfirmSecondFactor", action="edit", verb="confirm-second-factor", prepare=its_factor, hidden=True)
def confirm(cmd: ConfirmSecondFactor, state: User, ctx: Context[Factor]) -> list[Event]:
    require_active(state)
    require_off(ctx.facts)
    if not ctx.facts.waits(ctx.now) or ctx.facts.begun_version != cmd.begun:
        raise not_begun()
    return [events.SecondFactorConfirmed(ctx.id, cmd.codes)]


class ReplaceRecoveryCodes(CommandModel):
    codes: list[str]


@COMMANDS.command("ReplaceRecoveryCodes", action="edit", verb="replace-recovery-codes", prepare=its_factor, hidden=True)
def replace_codes(cmd: ReplaceRecoveryCodes, state: User, ctx: Context[Factor]) -> list[Event]:
    require_on(ctx.facts)
    return [events.RecoveryCodesReplaced(ctx.id, cmd.codes)]


class SpendRecoveryCode(CommandModel):
    code: str


@COMMANDS.command("SpendRecoveryCode", action="edit", verb="spend-recovery-code", prepare=its_factor, hidden=True)
def spend(cmd: SpendRecoveryCode, state: User, ctx: Context[Factor]) -> list[Event]:
    """Once: the second of two at the same moment is refused as any code that is none of theirs."""
    if cmd.code not in ctx.facts.codes:
        raise Rejected("this code is not right, or it was used already", code="wrong-code")
    return [events.RecoveryCodeSpent(ctx.id, cmd.code)]


class RemoveSecondFactor(CommandModel):
    pass


@COMMANDS.command("RemoveSecondFactor", action="edit", verb="remove-second-factor", prepare=its_factor, hidden=True)
def remove(cmd: RemoveSecondFactor, state: User, ctx: Context[Factor]) -> list[Event]:
    require_on(ctx.facts)
    return [events.SecondFactorRemoved("own")]


class ResetSecondFactor(CommandModel):
    """They signed in by it and have lost it: the password suffices, until they set up another one."""


@COMMANDS.command(
    "ResetSecondFactor",
    action="manage",
    verb="reset-second-factor",
    prepare=standing,
    sets=("second_factor",),
    when={"second_factor": (True,)},
    back=NOT_UNDOABLE,
)
def reset(cmd: ResetSecondFactor, state: User, ctx: Context[Standing]) -> list[Event]:
    """Nobody resets their own: who holds a session would not need the code to be rid of it."""
    if not state.second_factor:
        return []
    access = require_person(ctx.access)
    if ctx.id == access.user:
        raise Rejected("remove your own second factor with its code, or ask another administrator", code="own-factor")
    require_governs(access, ctx.facts)
    return [events.SecondFactorRemoved("administrator")]


# --- what they refuse -------------------------------------------------------------------------------------------------


def require_active(state: User) -> None:
    require_live(state)
    if state.status != "active":
        raise Rejected("the user is not active", code="not-active")


def require_off(factor: Factor) -> None:
    if factor.secret:
        raise Rejected("the second factor is set up already; remove it first", code="second-factor-on")


def require_on(factor: Factor) -> None:
    if not factor.secret:
        raise Rejected("no second factor is set up", code="second-factor-off")


def not_begun() -> Rejected:
    return Rejected(
        say("begin again: a second factor is to be confirmed within {minutes} minutes", minutes=15),
        code="second-factor-not-begun",
    )
