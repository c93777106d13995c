"""Calendar feed: an address with a secret, at which calendar programs read a user's activities without a session.

The address is shown once; only a digest of its secret is kept. What it shows follows the user's rights of now.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from pydantic import Field as F

from shared.domain.aggregate import Aggregate
from shared.domain.command import CommandModel, Context
from shared.domain.fields import displayed, record_fields
from shared.domain.record import Record
from shared.domain.ways_back import NoWay
from shared.events import customer_calendar as events
from shared.events.envelope import Event
from shared.security.apikeys import require_person
from shared.views.port import Collection, Kind

MOST = 20  # live feeds of one user
Whose = Literal["mine", "team"]
Tasks = Literal["todo", "event"]
REVOKED = NoWay("revoked", "a revoked address stays revoked; make a new one")

# --- state ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class CalendarFeed(Record):
    """owner: whose rights count. whose: the owner's activities, or those of all in their teams. tasks: what things to
    do become, VTODO or VEVENT. digest: of the secret; no answer shows it."""

    name: Annotated[str, displayed(Kind.TEXT, "名称", "Name", writable=False)] = ""
    whose: Annotated[str, displayed(Kind.KEYWORD, "范围", "Whose", writable=False, options=get_args(Whose))] = "mine"
    tasks: Annotated[str, displayed(Kind.KEYWORD, "任务形式", "Tasks as", writable=False, options=get_args(Tasks))] = (
        "todo"
    )
    revoked: Annotated[bool, displayed(Kind.BOOLEAN, "已吊销", "Revoked", indexed=True, writable=False)] = False
    digest: Annotated[str, displayed(Kind.KEYWORD, "摘要", "Digest", writable=False, technical=True)] = ""


def evolve(state: CalendarFeed, event: Event) -> None:
    match event:
        case events.CalendarFeedMade(holder=holder, name=name, whose=whose, tasks=tasks, digest=digest):
            state.owner, state.name, state.whose, state.tasks, state.digest = holder, name, whose, tasks, digest
        case events.CalendarFeedRevoked():
            state.revoked, state.digest = True, ""


CALENDAR_FEED = Aggregate(
    name="calendar_feed",
    service="customer",
    noun="calendar-feeds",
    state=CalendarFeed,
    evolve=evolve,
    own_only=True,
    collection=Collection("calendar_feeds", 1, record_fields(CalendarFeed)),
    not_undoable=frozenset({"customer.CalendarFeedMade", "customer.CalendarFeedRevoked"}),
)


# --- commands and their decisions: hidden, since their route deals with the clear secret ------------------------------


class MakeCalendarFeed(CommandModel):
    name: Annotated[str, F(min_length=1, max_length=100)]
    whose: Whose = "mine"
    tasks: Tasks = "todo"
    digest: str


@CALENDAR_FEED.command("MakeCalendarFeed", action="create", verb="", creates=True, hidden=True)
def make(cmd: MakeCalendarFeed, state: CalendarFeed, ctx: Context) -> list[Event]:
    require_person(ctx.access)
    return [events.CalendarFeedMade(ctx.actor, cmd.name, cmd.whose, cmd.tasks, cmd.digest)]


class RevokeCalendarFeed(CommandModel):
    pass


@CALENDAR_FEED.command("RevokeCalendarFeed", action="edit", verb="revoke", hidden=True, back=REVOKED)
def revoke(cmd: RevokeCalendarFeed, state: CalendarFeed, ctx: Context) -> list[Event]:
    return [] if state.revoked else [events.CalendarFeedRevoked()]
