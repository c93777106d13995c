"""How a user joins, where they stand and how they leave: the commands of USER that touch anybody's rights.

Nobody gives or takes a role that holds more than they hold themselves, nor governs a user who holds or reaches more;
and an organisation keeps an active administrator.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field as F

from services.identity.administrators import ADMINISTRATOR, NEEDS_ADMINISTRATOR, administers, other_administrators
from services.identity.role import require_cover, roles_of
from services.identity.user import USER, Places, User, unique
from shared.domain.aggregate import Commands
from shared.domain.command import C, Command, CommandModel, Context, live
from shared.domain.lifecycle import Lifecycle, add_lifecycle, require_live
from shared.domain.types import Email, Reference
from shared.domain.ways_back import FINAL, NOT_UNDOABLE, NoWay, Way, again
from shared.errors import Invalid, Rejected
from shared.events import identity as events
from shared.events.envelope import Event
from shared.kernel.catalogue import AnyAggregate, Catalogue
from shared.kernel.lookups import Lookups
from shared.messages import say
from shared.security.permissions import Access, Role
from shared.security.reach import reaches_all, require_reach_of, require_transfer

COMMANDS = Commands(USER, __name__)

# --- what these decisions know in addition to the user ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """held: the user's roles now; wanted: those they are to have; others: another user is an active administrator.

    reach: what those roles give at the user's place; None for a caller who reaches everything.
    """

    held: tuple[Role, ...]
    wanted: tuple[Role, ...] = ()
    others: bool = True
    reach: Access | None = None
    unowned: frozenset[str] = frozenset()


async def standing(cmd: C, lookups: Lookups) -> Standing:
    user = await lookups.state(USER, lookups.id)
    wanted = tuple((await roles_of(lookups, getattr(cmd, "roles", ()))).values())
    held = await held_roles(lookups, user.roles)
    reach = None
    if not reaches_all(lookups.access):
        reach = (await lookups.places()).access(lookups.tenant, lookups.id, (*held, *wanted))
    return Standing(held, wanted, await other_administrators(lookups, lookups.id), reach, lookups.unowned())


def require_governs(access: Access, facts: Standing) -> None:
    """Raises Forbidden unless the caller holds and reaches all that the user does, before and after the change.

    A caller who governs a user can pass on a link that signs in as them.
    """
    require_cover(access, (*facts.held, *facts.wanted))
    if facts.reach is not None:
        require_reach_of(access, facts.reach, facts.unowned)


async def held_roles(lookups: Lookups, ids: Iterable[str]) -> tuple[Role, ...]:
    """As `roles_of`, without those that were archived since: they give nothing."""
    found = []
    for id in ids:
        try:
            found.append((await roles_of(lookups, [id]))[id])
        except Invalid:
            continue
    return tuple(found)


def require_another(state: User, facts: Standing) -> None:
    """Raises Rejected when the user is the last active administrator."""
    if administers(state) and not facts.others:
        raise Rejected(NEEDS_ADMINISTRATOR, code="last-administrator")


# --- roles and teams --------------------------------------------------------------------------------------------------


class AssignRoles(CommandModel):
    """The roles the user has from now on, instead of the former."""

    roles: Places


@COMMANDS.command(
    "AssignRoles", action="manage", verb="roles", prepare=standing, edits=("roles",), back=again("roles", "roles")
)
def assign_roles(cmd: AssignRoles, state: User, ctx: Context[Standing]) -> list[Event]:
    require_live(state)
    wanted = unique(cmd.roles)
    if wanted == state.roles:
        return []
    facts = ctx.facts
    require_governs(ctx.access, facts)
    if ADMINISTRATOR not in wanted:
        require_another(state, facts)
    return [events.UserRolesAssigned(wanted, state.roles)]


class MoveToTeams(CommandModel):
    """The teams the user is in from now on, instead of the former."""

    teams: Places


async def before_move(cmd: MoveToTeams, lookups: Lookups) -> None:
    for team in cmd.teams:
        await lookups.exists("teams", "team", team)


@COMMANDS.command(
    "MoveToTeams", action="manage", verb="teams", prepare=before_move, edits=("teams",), back=again("teams", "teams")
)
def move_to_teams(cmd: MoveToTeams, state: User, ctx: Context) -> list[Event]:
    require_live(state)
    wanted = unique(cmd.teams)
    return [] if wanted == state.teams else [events.UserMovedToTeams(wanted, state.teams)]


# --- joining ----------------------------------------------------------------------------------------------------------


class InviteListedUser(CommandModel):
    """A user known from an import gets an e-mail address and may sign in once they have accepted."""

    email: Annotated[Email, F(min_length=3)]
    roles: Places = F(default_factory=list)


@COMMANDS.command(
    "InviteListedUser",
    action="manage",
    verb="invite",
    prepare=standing,
    sets=("status",),
    when=live(status=("listed",)),
    back=NOT_UNDOABLE,
)
def invite_listed(cmd: InviteListedUser, state: User, ctx: Context[Standing]) -> list[Event]:
    require_live(state)
    if state.status != "listed":
        raise Rejected("only a listed user can be invited", code="not-listed")
    require_governs(ctx.access, ctx.facts)
    roles = unique(cmd.roles) if "roles" in cmd.model_fields_set else state.roles
    return [events.ListedUserInvited(ctx.id, cmd.email, roles)]


class ChangeEmail(CommandModel):
    """The name the user signs in with."""

    email: Annotated[Email, F(min_length=3)]


@COMMANDS.command(
    "ChangeEmail",
    action="manage",
    verb="email",
    prepare=standing,
    edits=("email",),
    when=live(status=("invited", "active", "suspended", "deactivated")),
    back=again("email", "email"),
)
def change_email(cmd: ChangeEmail, state: User, ctx: Context[Standing]) -> list[Event]:
    require_live(state)
    if cmd.email == state.email:
        return []
    if state.status == "listed":
        raise Rejected("this user does not sign in; invite them", code="listed")
    require_governs(ctx.access, ctx.facts)
    return [events.UserEmailChanged(ctx.id, cmd.email, state.email)]


# --- leaving ----------------------------------------------------------------------------------------------------------


class SuspendUser(CommandModel):
    """Nothing of theirs works until they are reactivated."""


LET_IN = Way("reactivate", say("Let the user in again"))
SUSPEND = Way("suspend", say("Suspend the user again"))
DEACTIVATE = Way("deactivate", say("Deactivate the user again"))
SUSPENDED = NoWay("was-suspended", "the user was suspended before; reactivate and suspend them again")
HANDED_OVER = NoWay("handed-over", "the work went to another user, record by record; transfer it back")


@COMMANDS.command(
    "SuspendUser",
    action="manage",
    verb="suspend",
    prepare=standing,
    sets=("status",),
    when={"status": ("active",)},
    back=LET_IN,
)
def suspend(cmd: SuspendUser, state: User, ctx: Context[Standing]) -> list[Event]:
    if state.status == "suspended":
        return []
    if state.status != "active":
        raise Rejected("only an active user can be suspended", code="not-active")
    require_governs(ctx.access, ctx.facts)
    require_another(state, ctx.facts)
    return [events.UserSuspended()]


class ReactivateUser(CommandModel):
    pass


def _out_again(before: User, event: Event) -> Way:
    return SUSPEND if before.status == "suspended" else DEACTIVATE


@COMMANDS.command(
    "ReactivateUser",
    action="manage",
    verb="reactivate",
    prepare=standing,
    sets=("status",),
    when=live(status=("suspended", "deactivated")),
    back=_out_again,
)
def reactivate(cmd: ReactivateUser, state: User, ctx: Context[Standing]) -> list[Event]:
    require_live(state)
    if state.status not in ("suspended", "deactivated"):
        return []
    require_governs(ctx.access, ctx.facts)
    return [events.UserReactivated("active" if state.joined else "invited" if state.email else "listed")]


class DeactivateUser(CommandModel):
    """They have left. Hand their work over as well."""


def _in_again(before: User, event: Event) -> Way | NoWay:
    return SUSPENDED if before.status == "suspended" else LET_IN


@COMMANDS.command(
    "DeactivateUser",
    action="manage",
    verb="deactivate",
    prepare=standing,
    sets=("status",),
    when={"status": ("listed", "invited", "active", "suspended")},
    back=_in_again,
)
def deactivate(cmd: DeactivateUser, state: User, ctx: Context[Standing]) -> list[Event]:
    if state.status == "deactivated":
        return []
    require_governs(ctx.access, ctx.facts)
    require_another(state, ctx.facts)
    return [events.UserDeactivated()]


def _may_archive(state: User, ctx: Context[Standing]) -> None:
    if state.status == "active":
        raise Rejected("an active user cannot be archived; deactivate them first", code="active")
    require_governs(ctx.access, ctx.facts)


def _restored(state: User, ctx: Context[Standing]) -> list[Event]:
    require_governs(ctx.access, ctx.facts)
    return [events.UserRestored()]


add_lifecycle(
    COMMANDS,
    "User",
    Lifecycle(None, events.UserTagsChanged, events.UserArchived, events.UserRestored, events.UserChangeUndone),
    before={"archive": _may_archive},
    when={"archive": live(status=("listed", "invited", "suspended", "deactivated"))},
    look={"archive": standing, "restore": standing},
    restored=_restored,
)


class HandOverUser(CommandModel):
    """Open work of the user gets another owner, record by record. What is finished stays with who did it: closed deals,
    done activities, converted and disqualified leads."""

    to: Reference


async def may_hand_over(cmd: HandOverUser, lookups: Lookups) -> None:
    """Raises unless the successor exists and the caller may transfer every record: a policy does it on their behalf."""
    await lookups.owner(cmd.to, "to")
    for aggregate, _ in transfers(lookups.catalogue):
        require_transfer(lookups.access, aggregate.name, lookups.id, cmd.to)


def transfers(catalogue: Catalogue) -> Iterator[tuple[AnyAggregate, Command]]:
    """The record types that have owners, each with the command that gives a record to another one."""
    for aggregate in catalogue:
        if aggregate.collection.owner is not None:
            yield from ((aggregate, command) for command in aggregate.commands.values() if command.verb == "transfer")


@COMMANDS.command("HandOverUser", action="manage", verb="hand-over", prepare=may_hand_over, when={}, back=HANDED_OVER)
def hand_over(cmd: HandOverUser, state: User, ctx: Context) -> list[Event]:
    if cmd.to == ctx.id:
        raise Invalid.field("to", "same-user", "choose somebody else")
    return [events.UserWorkHandedOver(cmd.to)]


class EraseUser(CommandModel):
    """Name, e-mail and phone become unreadable, in backups too. The user must have left."""


@COMMANDS.command(
    "EraseUser",
    action="erase",
    verb="erase",
    prepare=standing,
    when={"status": ("listed", "deactivated"), "erased": (False,)},
    back=FINAL,
)
def erase(cmd: EraseUser, state: User, ctx: Context[Standing]) -> list[Event]:
    if state.erased:
        return []
    if state.status not in ("deactivated", "listed"):
        raise Rejected("deactivate the user first", code="not-deactivated")
    require_governs(ctx.access, ctx.facts)
    return [events.UserErased(ctx.id)]
