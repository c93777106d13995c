"""Rules over several records. They are checked after the append; the change that broke one is withdrawn. ADR 8.

The order of the log decides. A change that breaks a rule at its own position is withdrawn by a later event. A change
that only a later one made wrong stays, since the later one is withdrawn. The command withdraws before it answers; a
policy does so for a process that died in between (`shared/streaming/settling.py`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import Field as F

from shared.domain.aggregate import Aggregate
from shared.domain.command import CommandModel, CommandRegistry, Context
from shared.domain.record import Record
from shared.domain.undo import effect, returned, undone_event
from shared.errors import CrmError, Invalid, Rejected
from shared.events.envelope import Event, Recorded
from shared.kernel.lookups import Lookups

WITHDRAWN = "withdrawn: "  # how the reason of a withdrawal, or the cause of an archiving, begins

Broken = Callable[[Any, Any, Lookups], Awaitable[bool]]  # state after the event, the event, look-ups
Repair = Callable[[Any, Recorded, Lookups], Awaitable[list[Event] | None]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule over several records that one append cannot hold.

    after, when: the events that may break it. broken: whether the record breaks it, according to the look-ups.
    field: named by the error; "" = none. asks_views: `broken` finds records in the views, which must have come to the
    event. repair: the events that restore the rule; None, or None from it = the change is undone.
    refuses: the command is refused, too.
    """

    code: str
    message: str
    after: tuple[type[Any], ...]
    broken: Broken
    when: Callable[[Any], bool] = lambda event: True
    field: str = ""
    asks_views: bool = False
    repair: Repair | None = None
    refuses: bool = True
    name: str = ""  # needed where two rules share a code

    @property
    def key(self) -> str:
        return self.name or self.code

    def error(self) -> CrmError:
        if self.field:
            return Invalid.field(self.field, self.code, self.message)
        return Rejected(self.message, code=self.code)


def touches(*fields: str) -> Callable[[Any], bool]:
    """For the `when` of a rule: whether an event changes one of the fields. Events without `changes` all do."""
    wanted = frozenset(fields)
    return lambda event: not wanted.isdisjoint(getattr(event, "changes", wanted))


@dataclass(frozen=True, slots=True)
class Breach:
    rule: Rule
    version: int


class Withdraw(CommandModel):
    """Take back the change that made `version`: it broke a rule over several records.

    allow_duplicate: the record may hold its former unique values again.
    """

    version: int = F(ge=1)
    rule: str
    allow_duplicate: bool = True


async def breach_of(
    aggregate: Aggregate[Any], state: Record, events: Sequence[tuple[int, Event]], position: int, lookups: Lookups
) -> Breach | None:
    """The first rule that an append breaks. state: the record now. events: (version, event). position: of the append.

    Raises Unavailable when the views did not come to the position in time.
    """
    for rule in aggregate.rules:
        for version, event in events:
            if type(event) in rule.after and rule.when(event):
                if rule.asks_views:
                    await lookups.reach(position)
                if await _is_broken(rule, aggregate, state, event, position, lookups):
                    return Breach(rule, version)
    return None


async def standing_breaches(
    aggregate: Aggregate[Any], history: Sequence[Recorded], lookups: Lookups
) -> list[tuple[Rule, Recorded]]:
    """The rules that a record breaks today, each with the change that broke it and was not withdrawn."""
    found: list[tuple[Rule, Recorded]] = []
    state = aggregate.fold(history)
    for rule in aggregate.rules:
        touching = (e for e in reversed(history) if type(e.event) in rule.after and rule.when(e.event))
        last = next(touching, None)
        if last is not None and await _is_broken(rule, aggregate, state, last.event, last.position, lookups):
            found.append((rule, last))
    return found


async def _is_broken(
    rule: Rule, aggregate: Aggregate[Any], state: Record, event: Event, position: int, lookups: Lookups
) -> bool:
    """Whether the rule is broken now and was at the event's own position; later events answer for themselves."""
    if not await rule.broken(state, event, lookups):
        return False
    then = lookups.at(position)
    return await rule.broken(await then.state(aggregate, state.id), event, then)


# --- withdrawal -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Withdrawal:
    history: list[Recorded]
    rule: Rule
    repair: list[Event] | None


def add_withdrawal(
    registry: CommandRegistry[Any],
    title: str,
    archived: type[Any],
    undone: Callable[..., Event],
    split: Callable[[Event], list[Event]] | None,
) -> None:
    """Register the hidden `Withdraw<Title>Change`."""
    aggregate = registry.aggregate

    async def look(cmd: Withdraw, lookups: Lookups) -> Withdrawal:
        rule = next(r for r in aggregate.rules if r.key == cmd.rule)
        history = await lookups.events(aggregate.name, lookups.id)
        repair = None
        if rule.repair is not None:
            repair = await rule.repair(aggregate.fold(history), history[cmd.version - 1], lookups)
        return Withdrawal(history, rule, repair)

    @registry.command(f"Withdraw{title}Change", action="edit", verb="withdraw", hidden=True, prepare=look)
    def withdraw(cmd: Withdraw, state: Record, ctx: Context[Withdrawal]) -> list[Event]:
        facts = ctx.facts
        target = facts.history[cmd.version - 1]
        if facts.repair is not None:
            return facts.repair
        if cmd.version == 1:
            return [] if state.archived else [archived(cause=WITHDRAWN + facts.rule.key)]
        back = returned(effect(aggregate, facts.history[: cmd.version], cmd.version), aggregate.dump(state))
        if not back or is_withdrawal(target):
            return []
        event = undone_event(undone, target, back, ctx.id)
        return [event] if split is None else split(event)


def withdrawal_of(aggregate: Aggregate[Any]) -> str:
    """The name of the command that takes back a change of this record type."""
    return next(c.name for c in aggregate.commands.values() if c.model is Withdraw)


def is_withdrawal(recorded: Recorded) -> bool:
    """Whether an event takes another one back by a rule."""
    return recorded.metadata.command_name.partition(".")[2].startswith("Withdraw")


def withdrawn_by(history: list[Recorded], version: int) -> str | None:
    """The key of the rule by which the command that wrote a version was taken back; None = it stands."""
    command = history[version - 1].metadata.command
    ids = {e.event_id for e in history if e.metadata.command == command}
    for recorded in history[version:]:
        if recorded.metadata.causation_id in ids and is_withdrawal(recorded):
            return recorded.metadata.reason.removeprefix(WITHDRAWN)
    return None
