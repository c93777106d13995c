"""First step of a command: load the record, check what holds for every command, decide which events happen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shared.clock import Clock, Ids, Micros
from shared.domain.command import CommandModel, Context
from shared.domain.record import Record
from shared.errors import Rejected
from shared.events.common import Erased
from shared.events.envelope import Event
from shared.kernel.call import Task
from shared.kernel.custom_fields import CustomFields
from shared.kernel.holds import refuse_held
from shared.kernel.lookups import Lookups
from shared.kernel.merges import Merges
from shared.kernel.preconditions import check, when
from shared.kernel.reach_check import check_reach
from shared.kernel.renaming import means_itself, renamed
from shared.security.directory import Directory
from shared.security.permissions import SYSTEM
from shared.views.entries import entry_name


@dataclass(frozen=True, slots=True)
class Decision:
    """before, after: the record without and with the events. occurred_at: when they happened.

    repeated: the record that the command creates is there already, since a saga repeats its step.
    """

    id: str
    before: Record
    after: Record
    events: list[Event]
    occurred_at: Micros
    repeated: bool = False


class Decider:
    """Reads and decides. It writes nothing."""

    def __init__(
        self,
        lookups: Callable[[Task, str], Lookups],
        custom: CustomFields,
        clock: Clock,
        ids: Ids,
        directory: Directory,
        merges: Merges,
    ) -> None:
        self._lookups, self._custom, self._clock, self._ids = lookups, custom, clock, ids
        self._directory, self._merges = directory, merges

    async def decide(self, task: Task) -> Decision:
        """Raises NotFound, Forbidden, Invalid, PreconditionFailed, Rejected."""
        aggregate, command, body, call = task.aggregate, task.command, task.body, task.call
        access, now = call.access, self._clock.now()
        id = call.id or call.new_id or self._ids.new()
        state = await _load(task, id)
        check(aggregate, command, body, state, access, call.if_match)
        if command.creates and state.version:
            return Decision(id, state, state, [], now, repeated=True)
        happened = when(call.occurred_at, now, state)
        complete = command.creates and not call.causation_id
        calendars = [await self._directory.calendar(access.tenant, user) for user in ("", access.user)]
        lookups = self._lookups(task, id)
        lookups.day = calendars[0].day_of(happened)
        body = await self._custom.checked(access.tenant, aggregate.name, body, lookups.named, complete=complete)
        body = await self._renamed(task, body, state)
        facts = None if command.prepare is None else await command.prepare(body, lookups)
        context = Context(
            access.tenant, id, access.user, now, happened, access, self._ids.new, facts, call.reason, *calendars
        )
        events = command.decide(body, state, context)
        after = aggregate.after(state, events)
        after.id, after.version = id, state.version + len(events)
        await check_reach(aggregate, state, after, lookups)
        await self._refuse_erasure(task, state, events, lookups)
        return Decision(id, state, after, events, happened)

    async def _refuse_erasure(self, task: Task, state: Record, events: list[Event], lookups: Lookups) -> None:
        """Raises Rejected for an erasure that a hold forbids, and of a person where it needs an approved request."""
        if not any(isinstance(event, Erased) for event in events):
            return
        access = task.call.access
        if task.aggregate.person and access.user != SYSTEM and await self._directory.erases_by_request(access.tenant):
            raise Rejected("people are erased here by a request that two people approve", code="needs-request")
        await refuse_held(task.aggregate, state, lookups)

    async def _renamed(self, task: Task, body: CommandModel, state: Record) -> CommandModel:
        """The command with the living in place of merged records."""
        if means_itself(task.command) or not (body.references or getattr(body, "custom", None)):
            return body
        aggregate, tenant = task.aggregate, task.call.access.tenant
        if not (survivors := await self._merges.of(tenant)):
            return body
        own = await self._custom.fields(tenant, aggregate.name) if getattr(body, "custom", None) else {}
        custom = {entry_name(f) for f in own.values() if self._merges.concern(f)}
        return renamed(body, aggregate, state, survivors, custom)


async def _load(task: Task, id: str) -> Record:
    """The record as it is now; a new one that nobody chose an id for needs no reading."""
    state: Record = (
        task.aggregate.state()
        if task.command.creates and task.call.new_id is None
        else await task.repository.load(task.aggregate, task.call.access.tenant, id)
    )
    return state
