"""User: somebody at work. Their own state; how they join, where they stand and how they leave is in `membership`.

Password and second factor are no part of this state: `credentials` reads them from the same stream; no view, history
or export has them. The state says whether there is a second factor.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeVar, get_args

from pydantic import Field as F

from services.identity.built_in import BUILT_IN_IDS
from services.identity.organisation import Language, Name
from services.identity.role import require_cover, roles_of
from shared.domain.aggregate import Aggregate, Unique
from shared.domain.command import CommandModel, Context
from shared.domain.fields import displayed, plain, record_fields
from shared.domain.hierarchy import Hierarchy
from shared.domain.lifecycle import changed_fields, require_live
from shared.domain.match import email_key
from shared.domain.record import Record, fold_values
from shared.domain.rules import touches
from shared.domain.types import Custom, Email, Phone, Reference, TimeZone
from shared.domain.ways_back import again
from shared.events import identity as events
from shared.events import identity_factor
from shared.events.envelope import Event
from shared.kernel.lookups import Lookups
from shared.security.permissions import Role
from shared.security.reach import reaches_all, require_owners
from shared.security.roles import SEEN_BY_ALL
from shared.views.port import Collection, Key, Kind, Meaning

Status = Literal["listed", "invited", "active", "suspended", "deactivated"]
DETAILS = {"name", "email", "phone", "language", "time_zone", "custom"}  # in the personal `details` of an event


# --- state ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class User(Record):
    """time_zone: "" = the organisation's. joined: has had a password. epoch: the generation of access tokens that is
    good."""

    name: Annotated[
        Name, plain(Kind.TEXT, "姓名", "Name", indexed=True, searchable=True, personal=True, required=True)
    ] = ""
    email: Annotated[
        str, displayed(Kind.KEYWORD, "邮箱", "E-mail", indexed=True, searchable=True, personal=True, key=Key.EMAIL)
    ] = ""
    phone: Annotated[
        Phone, plain(Kind.KEYWORD, "电话", "Phone", indexed=True, searchable=True, personal=True, key=Key.PHONE)
    ] = ""
    language: Annotated[
        Language,
        plain(Kind.KEYWORD, "语言", "Language", indexed=True, options=get_args(Language), meaning=Meaning.LANGUAGE),
    ] = "en"
    time_zone: Annotated[TimeZone, plain(Kind.KEYWORD, "时区", "Time zone")] = ""
    roles: Annotated[
        list[str], displayed(Kind.KEYWORDS, "角色", "Roles", indexed=True, ref="role", known=BUILT_IN_IDS)
    ] = field(default_factory=list)
    teams: Annotated[list[str], displayed(Kind.KEYWORDS, "团队", "Teams", indexed=True, ref="team")] = field(
        default_factory=list
    )
    manager: Annotated[str | None, displayed(Kind.KEYWORD, "上级", "Manager", indexed=True, ref="user")] = None
    status: Annotated[
        str, displayed(Kind.KEYWORD, "状态", "Status", indexed=True, writable=False, options=get_args(Status))
    ] = "listed"
    second_factor: Annotated[
        bool, displayed(Kind.BOOLEAN, "两步验证", "Second factor", indexed=True, writable=False)
    ] = False
    joined: Annotated[bool, displayed(Kind.BOOLEAN, "已加入", "Has joined", indexed=True, writable=False)] = False
    epoch: Annotated[
        int, displayed(Kind.INTEGER, "权限代次", "Generation of rights", writable=False, technical=True)
    ] = 0


def evolve(state: User, event: Event) -> None:
    if isinstance(event, events.NEW_EPOCH):
        state.epoch += 1
    match event:
        case events.UserInvited(details=details) | events.UserListed(details=details):
            fold_values(state, details)
            state.roles, state.teams, state.manager = event.roles, event.teams, event.manager
            state.status = "invited" if isinstance(event, events.UserInvited) else "listed"
        case events.ListedUserInvited(email=email, roles=roles):
            state.email, state.roles, state.status = email, roles, "invited"
        case events.UserActivated():
            state.status, state.joined = "active", True
        case events.UserEmailChanged(email=email):
            state.email = email
        case events.UserRolesAssigned(roles=roles):
            state.roles = roles
        case events.UserMovedToTeams(teams=teams):
            state.teams = teams
        case events.UserManagerSet(manager=manager):
            state.manager = manager
        case events.UserSuspended():
            state.status = "suspended"
        case events.UserReactivated(status=status):
            state.status = status
        case events.UserDeactivated() | events.UserErased():  # also one whose key was gone before they had left
            state.status = "deactivated"
        case identity_factor.SecondFactorConfirmed():
            state.second_factor = True
        case identity_factor.SecondFactorRemoved():
            state.second_factor = False


async def reach(before: User, after: User, lookups: Lookups) -> None:
    """Raises Forbidden unless the caller reaches the people whom a new team or a new manager attaches.

    `membership` checks roles and sign-ins. A new user owns nothing yet.
    """
    joined = set(after.teams) - set(before.teams)
    managed = after.manager is not None and after.manager != before.manager
    if not (joined or managed) or reaches_all(lookups.access):
        return
    places = await lookups.places()
    own = frozenset({after.id} if before.version else ())
    brought = (places.under(*joined) | own) if joined else frozenset[str]()
    if managed and before.version:
        brought |= places.line(after.id)
    require_owners(lookups.access, places.shared_rights(), brought)


USER = Aggregate(
    name="user",
    service="identity",
    noun="users",
    may_own=lambda user: user.status != "deactivated",
    looks_up=("role", "team"),
    state=User,
    evolve=evolve,
    evolves_shared=True,
    grants=SEEN_BY_ALL,
    collection=Collection(
        "users",
        5,
        record_fields(
            User,
            owned=False,
        ),
        owner=None,
    ),
    erasure=events.UserErased,
    person=True,
    not_undoable=frozenset(
        f"identity.{name}"
        for name in (
            "ListedUserInvited",
            "InvitationIssued",
            "UserActivated",
            "UserPasswordChanged",
            "UserPasswordRehashed",
            "SecondFactorBegun",
            "SecondFactorConfirmed",
            "RecoveryCodesReplaced",
            "RecoveryCodeSpent",
            "SecondFactorRemoved",
            "UserEmailChanged",
            "UserRolesAssigned",
            "UserMovedToTeams",
            "UserManagerSet",
            "UserSuspended",
            "UserReactivated",
            "UserDeactivated",
            "UserArchived",
            "UserRestored",
            "UserErased",
        )
    ),
    uniques=(Unique("email", lambda u: u.email, email_key, everywhere=True),),
    reach=reach,
)


LINE = Hierarchy(
    USER,
    "manager",
    "nobody can report to themselves",
    top=lambda previous: events.UserManagerSet(None, previous),
    depth=1000,
)
USER.rules = (LINE.rule([events.UserManagerSet, events.UserChangeUndone], when=touches("manager")),)


# --- commands and their decisions -------------------------------------------------------------------------------------

Places = Annotated[list[Reference], F(max_length=50)]


class NewUser(CommandModel, plain=User, required=("name",)):
    roles: Places = F(default_factory=list)
    teams: Places = F(default_factory=list)
    manager: Reference | None = None
    custom: Custom = F(default_factory=dict)


class InviteUser(NewUser):
    """They may sign in once they have accepted; `POST /identity/users/{id}/invitation` makes the link."""

    email: Annotated[Email, F(min_length=3)]

    model_config = {
        "json_schema_extra": {
            "examples": [{"name": "李雷", "email": "li.lei@example.com", "roles": ["sales_representative"]}]
        }
    }


Newcomer = TypeVar("Newcomer", bound=NewUser)


async def new_user_facts(cmd: Newcomer, lookups: Lookups) -> list[Role]:
    """The roles the newcomer is to have; teams and manager exist."""
    for team in cmd.teams:
        await lookups.exists("teams", "team", team)
    await lookups.exists("manager", "user", cmd.manager)
    return list((await roles_of(lookups, cmd.roles)).values())


@USER.command("InviteUser", action="create", verb="", creates=True, prepare=new_user_facts)
def invite(cmd: InviteUser, state: User, ctx: Context[list[Role]]) -> list[Event]:
    require_cover(ctx.access, ctx.facts)
    return [events.UserInvited(ctx.id, _details(cmd), unique(cmd.roles), unique(cmd.teams), cmd.manager)]


class ListUser(NewUser):
    """From an import: somebody who owns records but cannot sign in until invited."""


@USER.command("ListUser", action="create", verb="list", creates=True, prepare=new_user_facts, hidden=True)
def list_user(cmd: ListUser, state: User, ctx: Context[list[Role]]) -> list[Event]:
    require_cover(ctx.access, ctx.facts)
    return [events.UserListed(ctx.id, _details(cmd), unique(cmd.roles), unique(cmd.teams), cmd.manager)]


def _details(cmd: NewUser) -> dict[str, object]:
    return cmd.model_dump(include=DETAILS, exclude_unset=True)


def unique(ids: list[str]) -> list[str]:
    """Each id once, in the order given."""
    return list(dict.fromkeys(ids))


class ChangeProfile(CommandModel, plain=User):
    """The plain fields; the e-mail address is a sign-in name and has a command of its own."""

    custom: Custom = F(default_factory=dict)


@USER.command("ChangeProfile", action="edit", verb="PATCH")
def change_profile(cmd: ChangeProfile, state: User, ctx: Context) -> list[Event]:
    require_live(state)
    changes = changed_fields(state, cmd.model_dump(exclude_unset=True))
    return [events.UserProfileChanged(ctx.id, changes)] if changes else []


class SetManager(CommandModel):
    """Whom the user reports to; null = nobody. Who has rights "below" sees the work of all who report to them."""

    manager: Reference | None


@USER.command(
    "SetManager",
    action="manage",
    verb="manager",
    prepare=LINE.wanted_line,
    edits=("manager",),
    back=again("manager", "manager"),
)
def set_manager(cmd: SetManager, state: User, ctx: Context[list[str]]) -> list[Event]:
    require_live(state)
    if cmd.manager == state.manager:
        return []
    LINE.check(ctx.id, ctx.facts)
    return [events.UserManagerSet(cmd.manager, state.manager)]
