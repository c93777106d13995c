"""After the append: enforce the rules over several records, or withdraw the change (`rules.py`, ADR 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.domain.record import Record
from shared.domain.rules import WITHDRAWN, Breach, breach_of, withdrawal_of, withdrawn_by
from shared.errors import Rejected
from shared.events.envelope import Event, NewEvent, Recorded, category_of, id_of
from shared.eventstore.port import Appended
from shared.faults import crashpoint
from shared.kernel.call import Call
from shared.kernel.catalogue import AnyAggregate
from shared.security.permissions import system_access

if TYPE_CHECKING:
    from shared.kernel.bus import CommandBus


@dataclass(frozen=True, slots=True)
class Written:
    """The events of one append to one record, as (version, event, event id), and their caller."""

    aggregate: AnyAggregate
    tenant: str
    id: str
    events: Sequence[tuple[int, Event, str]]
    appended: Appended
    actor: str
    correlation_id: str


def numbered(expected: int, events: Sequence[Event], encoded: Sequence[NewEvent]) -> list[tuple[int, Event, str]]:
    """The events of an append with their versions and ids."""
    return [(expected + n, event, e.event_id) for n, (event, e) in enumerate(zip(events, encoded, strict=True), 1)]


async def enforce(bus: CommandBus, written: Written, state: Record) -> Breach | None:
    """Withdraw a change that breaks a rule; returns the breach. state: the record now."""
    breach = await _breach(bus, written, state)
    if breach is not None:
        crashpoint("command.breach_found")
        await _withdraw(bus, written, breach)
    return breach


async def enforce_recorded(bus: CommandBus, recorded: Recorded) -> None:
    """The same for an event of the log: its command may have died before it could."""
    aggregate = bus.catalogue[recorded.category]
    written = _written(aggregate, [recorded])
    if recorded.version == 1 and await _breach(bus, written, aggregate.fold([recorded])) is None:
        return  # most events begin a record; its later events are looked at by themselves
    await enforce(bus, written, await bus.repository.load(aggregate, recorded.tenant, recorded.id))


async def enforce_repeated(bus: CommandBus, tenant: str, appended: Appended) -> None:
    """For a repeated request: raise the breach if its change was withdrawn, then or now."""
    if category_of(appended.stream) not in bus.catalogue or not appended.version:
        return
    aggregate, id = bus.catalogue[category_of(appended.stream)], id_of(appended.stream)
    if not aggregate.rules:
        return
    history = await bus.repository.events(aggregate, tenant, id)
    key = withdrawn_by(history, appended.version)
    if key is not None:  # the reason that names the rule may have been erased
        known = [rule.error() for rule in aggregate.rules if rule.key == key]
        raise known[0] if known else Rejected("another change at the same moment forbade this one", code="withdrawn")
    command = history[appended.version - 1].metadata.command
    mine = [e for e in history if e.metadata.command == command]
    breach = await enforce(bus, _written(aggregate, mine), aggregate.fold(history))
    if breach is not None and breach.rule.refuses:
        raise breach.rule.error()


async def _breach(bus: CommandBus, written: Written, state: Record) -> Breach | None:
    events = [(version, event) for version, event, _ in written.events]
    lookups = bus.lookups(system_access(written.tenant), written.aggregate, written.id)
    return await breach_of(written.aggregate, state, events, written.appended.position, lookups)


def _written(aggregate: AnyAggregate, events: Sequence[Recorded]) -> Written:
    last = events[-1]
    actor = last.metadata.on_behalf_of or last.metadata.actor
    named = [(e.version, e.event, e.event_id) for e in events]
    appended = Appended(last.stream, last.version, last.position)
    return Written(aggregate, last.tenant, last.id, named, appended, actor, last.metadata.correlation_id)


async def _withdraw(bus: CommandBus, written: Written, breach: Breach) -> None:
    """Withdraw once, although command, policy and repeated request may all ask for it."""
    cause = next(event_id for version, _, event_id in written.events if version == breach.version)
    call = Call(
        access=system_access(written.tenant),
        id=written.id,
        key=f"withdraw/{cause}/{breach.rule.key}",
        on_behalf_of=written.actor,
        correlation_id=written.correlation_id,
        causation_id=cause,
        reason=WITHDRAWN + breach.rule.key,
    )
    body = {"version": breach.version, "rule": breach.rule.key}
    await bus.send(withdrawal_of(written.aggregate), body, call)
