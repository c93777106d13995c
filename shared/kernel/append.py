"""Second step of a command: encode its events, reserve unique values, append to the store."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from shared.clock import Ids
from shared.errors import Invalid
from shared.events.codec import Codec
from shared.events.envelope import Metadata
from shared.faults import crashpoint
from shared.kernel.call import Task
from shared.kernel.decide import Decision
from shared.kernel.request_keys import KeyedRequest
from shared.kernel.rule_enforcement import Written, numbered
from shared.kernel.uniqueness import Duplicate, Reservations, held_value, redacted_for

AfterAppend = Callable[[Written], Awaitable[None]]


class Appender:
    """after: runs when the events are durable and before the command is acknowledged, for a repeated request too."""

    def __init__(self, codec: Codec, reservations: Reservations, ids: Ids, after: Sequence[AfterAppend]) -> None:
        self._codec, self._reservations, self._ids, self._after = codec, reservations, ids, after

    async def append(self, task: Task, decision: Decision, request: KeyedRequest | None) -> Written:
        """Raises Invalid, Duplicate, KeyReused, Unavailable, and what the store's `append` raises."""
        aggregate, call, events = task.aggregate, task.call, decision.events
        tenant, stream, expected = call.access.tenant, aggregate.stream(decision.id), decision.before.version
        at, metadata = decision.occurred_at, _metadata(task, self._ids.new())
        metadata = await self._codec.seal_reason(tenant, stream, metadata, at)
        try:
            encoded = await self._codec.encode(tenant, stream, events, [self._ids.new() for _ in events], at)
        except ValueError as error:
            raise Invalid(str(error)) from error
        if aggregate.uniques and events:
            await self._reserve(task, decision)
            crashpoint("command.reserved")
        crashpoint("command.encoded")
        stored = None if request is None else await request.stored(stream)
        appended = await task.repository.store.append(tenant, stream, expected, encoded, metadata, stored)
        if appended.repeated and request is not None:
            await request.check(appended)
        named, actor = numbered(expected, events, encoded), call.on_behalf_of or call.access.user
        written = Written(aggregate, tenant, decision.id, named, appended, actor, metadata.correlation_id)
        for then in self._after:
            await then(written)
        return written

    async def _reserve(self, task: Task, decision: Decision) -> None:
        """Reserve the values that the events give the record."""
        aggregate, call, after = task.aggregate, task.call, decision.after
        tenant, absorbed = call.access.tenant, getattr(after, "absorbed", ())
        for unique in aggregate.uniques:
            value = held_value(unique, after)
            if not value or value == held_value(unique, decision.before):
                continue
            try:
                await self._reservations.take(aggregate, tenant, unique, unique.text(after), decision.id, absorbed)
            except Duplicate as clash:
                if not getattr(task.body, "allow_duplicate", False):
                    raise await _redacted(task, clash) from None
                if not (call.reason or call.causation_id):
                    raise Invalid.field("allow_duplicate", "reason-needed", "say why: this needs a reason") from None


async def _redacted(task: Task, clash: Duplicate) -> Duplicate:
    """The clash without what the caller may not see of the other record."""
    aggregate, access, holder = task.aggregate, task.call.access, clash.extra.get("holder")
    owner = (await task.repository.load(aggregate, access.tenant, str(holder))).owner if holder else None
    return redacted_for(access, aggregate, clash, owner)


def _metadata(task: Task, command_id: str) -> Metadata:
    call = task.call
    return Metadata(
        actor=call.access.actor,
        on_behalf_of=call.on_behalf_of or (call.access.user if call.access.key else ""),
        command=command_id,
        command_name=task.command.name,
        correlation_id=call.correlation_id or command_id,
        causation_id=call.causation_id or command_id,
        reason=call.reason,
        traceparent=task.traceparent,
    )
