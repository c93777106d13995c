"""Team: users who see each other's work; a tree without cycles."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, TypeVar

from pydantic import Field as F

from shared.domain.aggregate import Aggregate
from shared.domain.command import CommandModel, Context
from shared.domain.fields import displayed, plain, record_fields
from shared.domain.hierarchy import Hierarchy
from shared.domain.lifecycle import Lifecycle, add_lifecycle, changed_fields, require_live
from shared.domain.record import Record, fold_values
from shared.domain.rules import touches
from shared.domain.types import Custom, Reference
from shared.domain.ways_back import again
from shared.events import identity as events
from shared.events.envelope import Event
from shared.kernel.lookups import Lookups
from shared.security.reach import reaches_all, require_owners
from shared.security.roles import SEEN_BY_ALL
from shared.views.port import Collection, Kind

# --- state ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Team(Record):
    name: Annotated[str, displayed(Kind.TEXT, "名称", "Name", indexed=True, searchable=True, required=True)] = ""
    parent: Annotated[
        str | None, displayed(Kind.KEYWORD, "上级团队", "Parent", indexed=True, writable=False, ref="team")
    ] = None
    leads: Annotated[
        list[Reference], F(max_length=50), plain(Kind.KEYWORDS, "负责人", "Leads", indexed=True, ref="user")
    ] = field(default_factory=list)


def evolve(state: Team, event: Event) -> None:
    match event:
        case events.TeamCreated(details=details):
            fold_values(state, details)
        case events.TeamParentSet(parent=parent):
            state.parent = parent


async def reach(before: Team, after: Team, lookups: Lookups) -> None:
    """Raises Forbidden unless the caller reaches the people that a new lead, a new parent or a restored team gains."""
    if after.archived or reaches_all(lookups.access):
        return
    led = set(after.leads) - set(before.leads)
    placed = after.parent is not None and after.parent != before.parent
    if led or placed or before.archived:
        places = await lookups.places()
        require_owners(lookups.access, places.shared_rights(), places.under(after.id))


TEAM = Aggregate(
    name="team",
    service="identity",
    noun="teams",
    looks_up=("user",),
    state=Team,
    evolve=evolve,
    grants=SEEN_BY_ALL,
    collection=Collection(
        "teams",
        1,
        record_fields(
            Team,
            owned=False,
        ),
        owner=None,
    ),
    not_undoable=frozenset({"identity.TeamParentSet", "identity.TeamArchived", "identity.TeamRestored"}),
    reach=reach,
)

add_lifecycle(
    TEAM,
    "Team",
    Lifecycle(None, events.TeamTagsChanged, events.TeamArchived, events.TeamRestored, events.TeamChangeUndone),
)

TREE = Hierarchy(
    TEAM,
    "parent",
    "a team cannot stand below itself",
    top=lambda previous: events.TeamParentSet(None, previous),
)
TEAM.rules = (TREE.rule([events.TeamParentSet, events.TeamChangeUndone], when=touches("parent")),)


# --- commands and their decisions -------------------------------------------------------------------------------------


class TeamDetails(CommandModel, plain=Team):
    custom: Custom = F(default_factory=dict)


class CreateTeam(TeamDetails):
    name: Annotated[str, F(min_length=1, max_length=200)]
    parent: Reference | None = None

    model_config = {"json_schema_extra": {"examples": [{"name": "华东销售部"}]}}


async def before_create(cmd: CreateTeam, lookups: Lookups) -> None:
    await lookups.exists("parent", "team", cmd.parent)
    await leads_exist(cmd, lookups)


Details = TypeVar("Details", bound=TeamDetails)


async def leads_exist(cmd: Details, lookups: Lookups) -> None:
    for lead in cmd.onto(Team()).leads:
        await lookups.exists("leads", "user", lead)


@TEAM.command("CreateTeam", action="create", verb="", creates=True, prepare=before_create)
def create(cmd: CreateTeam, state: Team, ctx: Context) -> list[Event]:
    return [events.TeamCreated(cmd.model_dump(exclude_unset=True))]


class ChangeTeamDetails(TeamDetails):
    name: Annotated[str, F(min_length=1, max_length=200)] = ""


@TEAM.command("ChangeTeamDetails", action="edit", verb="PATCH", prepare=leads_exist)
def change_details(cmd: ChangeTeamDetails, state: Team, ctx: Context) -> list[Event]:
    require_live(state)
    changes = changed_fields(state, cmd.model_dump(exclude_unset=True))
    return [events.TeamDetailsChanged(changes)] if changes else []


class SetParentTeam(CommandModel):
    """Place the team under another one; null = at the top."""

    parent: Reference | None


@TEAM.command(
    "SetParentTeam",
    action="edit",
    verb="parent",
    prepare=TREE.wanted_line,
    edits=("parent",),
    back=again("parent", "parent"),
)
def set_parent(cmd: SetParentTeam, state: Team, ctx: Context[list[str]]) -> list[Event]:
    require_live(state)
    if cmd.parent == state.parent:
        return []
    TREE.check(ctx.id, ctx.facts)
    return [events.TeamParentSet(cmd.parent, state.parent)]
