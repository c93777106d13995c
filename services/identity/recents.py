"""Recents: which records a user opened last. One record per user, under the user's own id.

Reading leaves no trace in the log, so the client reports it: many at once, a few times an hour.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field as F

from shared.domain.aggregate import Aggregate
from shared.domain.command import CommandModel, Context
from shared.domain.fields import displayed, record_fields
from shared.domain.record import Record
from shared.domain.ways_back import NOT_UNDOABLE
from shared.events import identity as events
from shared.events.envelope import Event
from shared.views.port import Collection, Kind

MOST = 50  # records that are kept

# --- state ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Recents(Record):
    """entries: {type, id, at}, the newest first; at: microseconds."""

    entries: Annotated[
        list[dict[str, Any]], displayed(Kind.JSON, "最近打开", "Opened last", personal=True, writable=False)
    ] = field(default_factory=list)


def evolve(state: Recents, event: Event) -> None:
    match event:
        case events.RecentsNoted(subject_id=user, entries=entries):
            new = {(e["type"], e["id"]) for e in entries}
            state.owner = user
            state.entries = [*entries, *(e for e in state.entries if (e["type"], e["id"]) not in new)][:MOST]


RECENTS = Aggregate(
    name="recents",
    service="identity",
    noun="recents",
    state=Recents,
    evolve=evolve,
    collection=Collection("recents", 1, record_fields(Recents), title="id"),
    about_owner=True,
    own_only=True,
    not_undoable=frozenset({"identity.RecentsNoted"}),
)


# --- commands and their decisions -------------------------------------------------------------------------------------


class Opened(CommandModel):
    type: str = F(min_length=1, max_length=60)
    id: str = F(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")


class NoteRecents(CommandModel):
    """items: the records that were opened, the newest first."""

    items: list[Opened] = F(min_length=1, max_length=MOST)


class FirstRecents(NoteRecents):
    pass


@RECENTS.command("KeepRecents", action="create", verb="", creates=True, hidden=True)
def keep(cmd: FirstRecents, state: Recents, ctx: Context) -> list[Event]:
    return [events.RecentsNoted(ctx.actor, _entries(cmd, ctx))]


@RECENTS.command("NoteRecents", action="edit", verb="note", hidden=True, back=NOT_UNDOABLE)
def note(cmd: NoteRecents, state: Recents, ctx: Context) -> list[Event]:
    first, wanted = state.entries[: len(cmd.items)], [(one.type, one.id) for one in cmd.items]
    if [(e["type"], e["id"]) for e in first] == wanted:
        return []
    return [events.RecentsNoted(ctx.actor, _entries(cmd, ctx))]


def _entries(cmd: NoteRecents, ctx: Context) -> list[dict[str, Any]]:
    found = {(one.type, one.id): {"type": one.type, "id": one.id, "at": ctx.occurred_at} for one in cmd.items}
    return list(found.values())
