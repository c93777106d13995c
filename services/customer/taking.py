"""Values that a merge takes over from other persons, and their removal when one of these persons is erased."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shared.domain.aggregate import Aggregate
from shared.domain.command import CommandModel, Context
from shared.domain.record import MergeableRecord
from shared.domain.types import Reference
from shared.domain.undo import value_of
from shared.events.common import Changes, Erased
from shared.events.envelope import Event, Recorded
from shared.events.registry import type_of
from shared.events.sealing import ERASED
from shared.events.taken import Whose, persons
from shared.kernel.lookups import Lookups
from shared.views.port import Document

if TYPE_CHECKING:
    from services.customer.merging import MergeEvents

Own = dict[str, Document]  # id → the values a record has of its own; the survivor comes first


async def own_values(
    aggregate: Aggregate[Any], events: MergeEvents, survivor: str, others: Iterable[str], lookups: Lookups
) -> Own:
    """Empty for records that are not about persons."""
    if not type_of(events.merged).taken:
        return {}
    ids = dict.fromkeys((survivor, *others))
    return {id: _own(aggregate, await lookups.events(aggregate.name, id)) for id in ids}


@dataclass(frozen=True, slots=True)
class Past:
    """A survivor's events, and the values that it and the records it absorbed have of their own."""

    history: list[Recorded]
    own: Own = field(default_factory=dict)


async def past_of(aggregate: Aggregate[Any], events: MergeEvents, lookups: Lookups) -> Past:
    history = await lookups.events(aggregate.name, lookups.id)
    absorbed = aggregate.fold(history).absorbed
    return Past(history, await own_values(aggregate, events, lookups.id, absorbed, lookups))


def _own(aggregate: Aggregate[Any], history: list[Recorded]) -> Document:
    """The state without merges and erasures. Values of an erased person are there as long as their key is."""
    mine = (e for e in history if not type_of(type(e.event)).taken and not isinstance(e.event, Erased))
    return aggregate.dump(aggregate.fold(mine))


def whose_values(changes: Changes, own: Own) -> Whose:
    """The other person whose value each changed value is. The survivor's own values, and marks, belong to none."""
    found: Whose = {}
    for name, change in changes.items():
        sides = {side: _whose(name, value, own) for side, value in change.items()}
        taken = {side: whose for side, whose in sides.items() if persons({name: {side: whose}})}
        if taken:
            found[name] = taken
    return found


def _whose(field: str, value: Any, own: Own) -> Any:
    if isinstance(value, list) and not field.startswith("custom."):
        return [_holder(field, entry, own) for entry in value]
    return _holder(field, value, own)


def _holder(field: str, value: Any, own: Own) -> str:
    if value in (None, "", True, False, ERASED):
        return ""
    survivor = next(iter(own), "")
    for id, values in own.items():
        held = value_of(values, field)
        if _same(held, value) or (isinstance(held, list) and any(_same(entry, value) for entry in held)):
            return "" if id == survivor else id
    return ""


def _same(one: Any, other: Any) -> bool:
    """Which entry is the primary one may differ from record to record."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {**one, "primary": None} == {**other, "primary": None}
    return bool(one == other)


class ForgetTakenValues(CommandModel):
    """`person` was erased: the record no longer shows what it had taken over from them.

    allow_duplicate: what it held before the merge, it may hold again.
    """

    person: Reference
    allow_duplicate: bool = True


def add_forgetting(aggregate: Aggregate[Any], title: str, events: MergeEvents, forgotten: type[Any]) -> None:
    """Register the hidden `ForgetTaken<Title>Values`; it is sent once the person's key is destroyed."""

    async def look(cmd: ForgetTakenValues, lookups: Lookups) -> Past:
        return await past_of(aggregate, events, lookups)

    @aggregate.command(f"ForgetTaken{title}Values", action="erase", verb="forget-taken", hidden=True, prepare=look)
    def forget(cmd: ForgetTakenValues, state: MergeableRecord, ctx: Context[Past]) -> list[Event]:
        """The state may still hold the values; the history no longer does."""
        history = ctx.facts.history
        if state.erased or any(isinstance(e.event, forgotten) and e.event.person == cmd.person for e in history):
            return []
        now = aggregate.dump(aggregate.fold(history))
        values = {field: value_of(now, field) for field in sorted(_taken_from(cmd.person, history))}
        changes = {field: {"from": value, "to": value} for field, value in values.items()}
        return [forgotten(ctx.id, changes, cmd.person, whose_values(changes, ctx.facts.own))] if changes else []


def _taken_from(person: str, history: list[Recorded]) -> set[str]:
    """The fields that held values of the person at any time."""
    taken = [e.event.whose for e in history if type_of(type(e.event)).taken]
    return {field for whose in taken for field, sides in whose.items() if person in persons({field: sides})}
