"""Every command of every caller goes through here: HTTP, policies, imports and the command line alike."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from opentelemetry import trace
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from shared.clock import Clock, Ids, Micros
from shared.domain.aggregate import Command, CommandModel, Context
from shared.domain.record import Record
from shared.domain.rules import Withdraw
from shared.errors import Conflict, CrmError, Invalid, KeyReused, PreconditionFailed, Unavailable
from shared.events.codec import Codec
from shared.events.common import Erased
from shared.events.envelope import Event, Metadata, Recorded
from shared.eventstore.port import Appended, DifferentRequest, Request, StoreBroken, StoreUnavailable, WrongVersion
from shared.faults import crashpoint
from shared.kernel.call import Call as Call
from shared.kernel.catalogue import AnyAggregate, Catalogue
from shared.kernel.custom_fields import CustomFields
from shared.kernel.lookups import Lookups, Sources, views_reach
from shared.kernel.parsing import parse
from shared.kernel.preconditions import check, when
from shared.kernel.reach_check import check_reach
from shared.kernel.repository import Repository
from shared.kernel.request_keys import RequestKeys
from shared.kernel.rule_enforcement import Written, numbered, settle, settle_again, settle_recorded
from shared.kernel.uniqueness import Duplicate, Reservations, held_value, redacted_for
from shared.security.directory import Directory
from shared.security.permissions import Access
from shared.telemetry.metrics import COMMAND_SECONDS, timed
from shared.telemetry.spans import span, tracing_is_on
from shared.views.port import Views

ATTEMPTS = 5
_tracer = trace.get_tracer("crm.command")


@dataclass(frozen=True, slots=True)
class Done:
    """The command's effect is durable: the record has this version. changed: whether events were written now."""

    id: str
    version: int
    position: int = 0
    changed: bool = True


@dataclass(frozen=True, slots=True)
class Task:
    """One command on its way through the bus."""

    aggregate: AnyAggregate
    command: Command
    body: CommandModel
    call: Call
    traceparent: str


@dataclass(slots=True)
class CommandBus:
    """`custom` wants to hear every projected batch (`custom.on_events`).

    directory: users and teams, read for each decision unless the composition root sets a cached one.
    reach: returns once the views have come to a position; None = look until they have. holds_rules: those over several
    records, after each append; who sends in bulk leaves them to the policy.
    """

    catalogue: Catalogue
    repository: Repository
    views: Views
    codec: Codec
    reservations: Reservations
    clock: Clock
    ids: Ids
    reach: Callable[[int], Awaitable[None]] | None = None
    holds_rules: bool = True
    custom: CustomFields = field(init=False)
    directory: Directory = field(init=False)
    _requests: RequestKeys = field(init=False)
    _tracing: bool = field(init=False)
    _running: dict[tuple[str, str], asyncio.Future[None]] = field(init=False, default_factory=dict)
    _queues: WeakValueDictionary[str, asyncio.Lock] = field(init=False, default_factory=WeakValueDictionary)

    def __post_init__(self) -> None:
        self.custom = CustomFields(self.views)
        self.directory = Directory(self.views, self.clock, self.catalogue.roles, max_age=-1)
        self._requests = RequestKeys(self.reservations.keys)
        self._tracing = tracing_is_on()

    def lookups(self, access: Access, id: str) -> Lookups:
        """The look-ups of a command on a record."""
        reach = self.reach or partial(views_reach, self.views)
        return Lookups(
            access, id, Sources(self.catalogue, self.repository, self.views, self.directory, self.custom, reach)
        )

    async def settle(self, recorded: Recorded) -> None:
        """Hold the rules over several records for an event of the log."""
        await settle_recorded(self, recorded)

    async def send(self, name: str, body: CommandModel | dict[str, Any], call: Call) -> Done:
        """Validate, check rights, decide, append.

        Raises: NotFound, Forbidden, Invalid, Rejected, Conflict, PreconditionFailed, KeyReused, Unavailable.
        """
        aggregate, command = self.catalogue.command(name)
        return await self.execute(aggregate, command, parse(command, body), call)

    async def execute(self, aggregate: AnyAggregate, command: Command, body: CommandModel, call: Call) -> Done:
        """As `send`, for a command already looked up and parsed."""
        with timed(COMMAND_SECONDS, command.name):
            if not self._tracing:
                return await self._keyed(Task(aggregate, command, body, call, ""))
            with span(_tracer, command.name) as begun:
                return await self._keyed(Task(aggregate, command, body, call, _traceparent(begun)))

    async def _keyed(self, task: Task) -> Done:
        """Twins of one Idempotency-Key run one after the other; the store tells the later ones what the first did."""
        call = task.call
        if call.key is None:
            return await self._with_retries(task, None)
        tenant, own = call.access.tenant, f"{call.access.user}/{call.key}"
        request = await self._requests.request(tenant, own, task.aggregate, task.command, task.body, call.id)
        slot = (tenant, request.key)
        while (twin := self._running.get(slot)) is not None:
            await asyncio.shield(twin)
        self._running[slot] = ended = asyncio.get_running_loop().create_future()
        try:
            return await self._with_retries(task, request)
        except CrmError as error:
            if error.status == 503:
                raise
            earlier = await self._earlier(call.access.tenant, request)  # refused now, but done before?
            if earlier is None:
                raise
            await settle_again(self, call.access.tenant, earlier)
            return _done(earlier)
        finally:
            del self._running[slot]
            ended.set_result(None)

    async def _earlier(self, tenant: str, request: Request) -> Appended | None:
        try:
            return await self.repository.store.find_request(tenant, request)
        except DifferentRequest as error:
            raise KeyReused() from error

    async def _with_retries(self, task: Task, request: Request | None) -> Done:
        try:
            try:
                return await self._once(task, request)
            except WrongVersion:
                if task.call.if_match is not None:
                    raise
                return await self._again(task, request)
        except WrongVersion as error:
            if task.call.if_match is not None:
                raise PreconditionFailed(task.call.if_match, error.actual) from error
            raise Conflict() from error
        except DifferentRequest as error:
            raise KeyReused() from error
        except (StoreUnavailable, StoreBroken) as error:
            raise Unavailable(str(error)) from error

    async def _again(self, task: Task, request: Request | None) -> Done:
        """Those who lost a race for a record queue up for it within this process; other processes are met by jitter."""
        stream = task.aggregate.stream(task.call.id or task.call.new_id or "")
        lock = self._queues.setdefault(stream, asyncio.Lock())
        async with lock:
            retrying = AsyncRetrying(
                stop=stop_after_attempt(ATTEMPTS - 1),
                wait=wait_random_exponential(multiplier=0.005, max=0.1),
                retry=retry_if_exception_type(WrongVersion),
                reraise=True,
            )
            return await retrying(self._once, task, request)

    async def _once(self, task: Task, request: Request | None) -> Done:
        aggregate, command, body, call = task.aggregate, task.command, task.body, task.call
        access, now = call.access, self.clock.now()
        id = call.id or call.new_id or self.ids.new()
        state: Record = (
            aggregate.state()
            if command.creates and call.new_id is None
            else await self.repository.load(aggregate, access.tenant, id)
        )
        check(aggregate, command, body, state, access, call.if_match)
        if command.creates and state.version:
            return Done(id, state.version, changed=False)  # a saga's repeated step: the record is there
        happened = when(call.occurred_at, now, state)
        complete = command.creates and not call.causation_id
        body = await self.custom.checked(access.tenant, aggregate.name, body, complete=complete)
        lookups = self.lookups(access, id)
        facts = None if command.prepare is None else await command.prepare(body, lookups)
        context = Context(access.tenant, id, access.user, now, happened, access, self.ids.new, facts, call.reason)
        events = command.decide(body, state, context)
        if not events and request is None:
            return Done(id, state.version, changed=False)
        after = aggregate.after(state, events)
        after.id, after.version = id, state.version + len(events)
        await check_reach(aggregate, state, after, lookups)
        return await self._append(task, state, after, events, happened, request)

    async def _append(
        self,
        task: Task,
        state: Record,
        after: Record,
        events: list[Event],
        occurred_at: Micros,
        request: Request | None,
    ) -> Done:
        aggregate, call, id = task.aggregate, task.call, after.id
        tenant, stream, expected = call.access.tenant, aggregate.stream(id), state.version
        metadata = await self.codec.seal_reason(tenant, stream, _metadata(task, self.ids.new()), occurred_at)
        try:
            encoded = await self.codec.encode(tenant, stream, events, [self.ids.new() for _ in events], occurred_at)
        except ValueError as error:
            raise Invalid(str(error)) from error
        if aggregate.uniques and events:
            await self._reserve(task, state, after)
            crashpoint("command.reserved")
        crashpoint("command.encoded")
        if request is not None:
            request.proof(stream)  # made here: the store's writer never waits for the key ring
        appended = await self.repository.store.append(tenant, stream, expected, encoded, metadata, request)
        for event in events:
            if isinstance(event, Erased):
                crashpoint("command.erased")
                await self.reservations.keys.destroy(tenant, event.subject_id)  # a policy does it too, after a crash
        if appended.repeated:
            await settle_again(self, tenant, appended)
        elif aggregate.rules and self.holds_rules:
            crashpoint("command.appended")
            named, actor = numbered(expected, events, encoded), call.on_behalf_of or call.access.user
            await self._settle(
                task, Written(aggregate, tenant, id, named, appended.position, actor, metadata.correlation_id), after
            )
        return _done(appended)

    async def _settle(self, task: Task, written: Written, after: Record) -> None:
        """Hold the rules over several records. Raises the rule's error when the change had to be withdrawn."""
        breach = await settle(self, written, after)
        if breach is not None and breach.rule.refuses and task.command.model is not Withdraw:
            raise breach.rule.error()

    async def _reserve(self, task: Task, before: Record, after: Record) -> None:
        """Reserve the values that the events give the record."""
        aggregate, call, id = task.aggregate, task.call, after.id
        absorbed = getattr(after, "absorbed", ())
        for unique in aggregate.uniques:
            value = held_value(unique, after)
            if not value or value == held_value(unique, before):
                continue
            try:
                await self.reservations.take(aggregate, call.access.tenant, unique, unique.text(after), id, absorbed)
            except Duplicate as clash:
                if not getattr(task.body, "allow_duplicate", False):
                    raise await self._redacted(aggregate, clash, call.access) from None
                if not (call.reason or call.causation_id):
                    raise Invalid.field("allow_duplicate", "reason-needed", "say why, in X-Reason") from None

    async def _redacted(self, aggregate: AnyAggregate, clash: Duplicate, access: Access) -> Duplicate:
        holder = clash.extra.get("holder")
        owner = (await self.repository.load(aggregate, access.tenant, str(holder))).owner if holder else None
        return redacted_for(access, aggregate, clash, owner)


def _metadata(task: Task, command_id: str) -> Metadata:
    call = task.call
    return Metadata(
        actor=call.access.user,
        on_behalf_of=call.on_behalf_of,
        command=command_id,
        command_name=task.command.name,
        correlation_id=call.correlation_id or command_id,
        causation_id=call.causation_id or command_id,
        reason=call.reason,
        traceparent=task.traceparent,
    )


def _done(appended: Appended) -> Done:
    return Done(appended.stream.partition("-")[2], appended.version, appended.position, not appended.repeated)


def _traceparent(begun: trace.Span) -> str:
    context = begun.get_span_context()
    if not context.is_valid:
        return ""
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
