"""Every command of every caller goes through here: HTTP, policies, imports and the command line alike."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import orjson
from opentelemetry import trace
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from shared.clock import Clock, Ids, Micros
from shared.domain.aggregate import Command, CommandModel, Context
from shared.domain.catalogue import AnyAggregate, Catalogue
from shared.domain.custom import check_custom
from shared.domain.lookups import Lookups
from shared.domain.record import Record
from shared.domain.repository import Repository
from shared.domain.uniqueness import Reservations
from shared.errors import Conflict, Forbidden, Invalid, KeyReused, NotFound, PreconditionFailed, Unavailable
from shared.events.codec import Codec
from shared.events.envelope import Event, Metadata
from shared.eventstore.port import Appended, DifferentRequest, Request, StoreBroken, StoreUnavailable, WrongVersion
from shared.security.permissions import Access
from shared.telemetry.metrics import COMMAND_SECONDS, timed
from shared.views.port import Views

ATTEMPTS = 5
_tracer = trace.get_tracer("crm.command")


@dataclass(frozen=True, slots=True)
class Call:
    """Everything around one command that is not its body.

    id: the record; None = a new one. if_match: the version the caller saw. key: Idempotency-Key.
    occurred_at: when it happened, if not now. new_id: the id to give a new record (sagas choose it beforehand).
    """

    access: Access
    id: str | None = None
    if_match: int | None = None
    key: str | None = None
    occurred_at: Micros | None = None
    reason: str = ""
    correlation_id: str = ""
    causation_id: str = ""
    on_behalf_of: str = ""
    new_id: str | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The command's effect is durable: the record has this version. changed: whether events were written now."""

    id: str
    version: int
    position: int = 0
    changed: bool = True


@dataclass(slots=True)
class CommandBus:
    catalogue: Catalogue
    repository: Repository
    views: Views
    codec: Codec
    reservations: Reservations
    clock: Clock
    ids: Ids
    _spans: bool = field(default=True)

    async def send(self, name: str, body: CommandModel | dict[str, Any], call: Call) -> Done:
        """Validate, check rights, decide, append.

        Raises: NotFound, Forbidden, Invalid, Rejected, Conflict, PreconditionFailed, KeyReused, Unavailable.
        """
        aggregate, command = self.catalogue.command(name)
        parsed = body if isinstance(body, CommandModel) else command.adapter.validate_python(body)
        return await self.execute(aggregate, command, parsed, call)

    async def execute(self, aggregate: AnyAggregate, command: Command, body: CommandModel, call: Call) -> Done:
        """As `send`, for a command already looked up and parsed."""
        with timed(COMMAND_SECONDS, command.name), _tracer.start_as_current_span(command.name) as span:
            request = _request(command, body, call)
            if request is not None:
                earlier = await self._earlier(call.access.tenant, request)
                if earlier is not None:
                    return earlier
            return await self._with_retries(aggregate, command, body, call, request, _traceparent(span))

    async def _earlier(self, tenant: str, request: Request) -> Done | None:
        try:
            found = await self.repository.store.find_request(tenant, request)
        except DifferentRequest as error:
            raise KeyReused() from error
        return None if found is None else _done(found)

    async def _with_retries(
        self,
        aggregate: AnyAggregate,
        command: Command,
        body: CommandModel,
        call: Call,
        request: Request | None,
        traceparent: str,
    ) -> Done:
        try:
            async for attempt in AsyncRetrying(
                stop=stop_after_attempt(1 if call.if_match is not None else ATTEMPTS),
                wait=wait_random_exponential(multiplier=0.005, max=0.1),
                retry=retry_if_exception_type(WrongVersion),
                reraise=True,
            ):
                with attempt:
                    return await self._once(aggregate, command, body, call, request, traceparent)
        except WrongVersion as error:
            if call.if_match is not None:
                raise PreconditionFailed(call.if_match, error.actual) from error
            raise Conflict() from error
        except DifferentRequest as error:
            raise KeyReused() from error
        except (StoreUnavailable, StoreBroken) as error:
            raise Unavailable(str(error)) from error
        raise AssertionError("tenacity either returns or raises")

    async def _once(
        self,
        aggregate: AnyAggregate,
        command: Command,
        body: CommandModel,
        call: Call,
        request: Request | None,
        traceparent: str,
    ) -> Done:
        access, now = call.access, self.clock.now()
        id = call.id or call.new_id or self.ids.new()
        state: Record = (
            aggregate.state()
            if command.creates and call.new_id is None
            else await self.repository.load(aggregate, access.tenant, id)
        )
        if command.creates and state.version:
            return Done(id, state.version, changed=False)  # a saga's repeated step: the record is there
        self._check(aggregate, command, body, state, call)
        occurred_at = _occurred(call.occurred_at, now, state)
        facts = None
        if command.prepare is not None:
            lookups = Lookups(access, id, self.catalogue, self.repository, self.views)
            facts = await command.prepare(body, lookups)
        await check_custom(self.views, access.tenant, aggregate.name, body)
        context = Context(access.tenant, id, access.user, now, occurred_at, access, self.ids.new, facts)
        events = command.decide(body, state, context)
        if not events and request is None:
            return Done(id, state.version, changed=False)
        await self._reserve(aggregate, access.tenant, id, state, events, call)
        appended = await self._append(aggregate, command, id, state, events, occurred_at, call, request, traceparent)
        return _done(appended)

    def _check(self, aggregate: AnyAggregate, command: Command, body: CommandModel, state: Record, call: Call) -> None:
        access = call.access
        if command.creates:
            access.check(aggregate.name, command.action)
            if (owner := getattr(body, "owner", None)) not in (None, access.user):
                _check_owner(access, aggregate.name, owner)
        else:
            if state.version == 0:
                raise NotFound()
            owned = aggregate.collection.owner is not None
            access.check(aggregate.name, command.action, state.owner if owned else "")
            if call.if_match is not None and call.if_match != state.version:
                raise PreconditionFailed(call.if_match, state.version)
        access.check_fields(aggregate.name, body.model_fields_set)

    async def _reserve(
        self, aggregate: AnyAggregate, tenant: str, id: str, state: Record, events: list[Event], call: Call
    ) -> None:
        if not aggregate.uniques or not events:
            return
        before = {u.name: u.value(state) for u in aggregate.uniques}
        after_state = aggregate.restore(aggregate.dump(state))
        for event in events:
            aggregate.evolve_all(after_state, event)
        for unique in aggregate.uniques:
            value = unique.value(after_state)
            if value and value != before[unique.name]:
                await self.reservations.take(aggregate, tenant, unique, value, id)

    async def _append(
        self,
        aggregate: AnyAggregate,
        command: Command,
        id: str,
        state: Record,
        events: list[Event],
        occurred_at: Micros,
        call: Call,
        request: Request | None,
        traceparent: str,
    ) -> Appended:
        access, stream = call.access, aggregate.stream(id)
        command_id = self.ids.new()
        metadata = Metadata(
            actor=access.user,
            on_behalf_of=call.on_behalf_of,
            command=command_id,
            command_name=command.name,
            correlation_id=call.correlation_id or command_id,
            causation_id=call.causation_id or command_id,
            reason=call.reason,
            traceparent=traceparent,
        )
        try:
            encoded = await self.codec.encode(
                access.tenant, stream, events, [self.ids.new() for _ in events], occurred_at
            )
        except ValueError as error:
            raise Invalid(str(error)) from error
        return await self.repository.store.append(access.tenant, stream, state.version, encoded, metadata, request)


def _check_owner(access: Access, resource: str, owner: str) -> None:
    """Creating for someone else needs the right to assign that far."""
    try:
        access.check(resource, "assign", owner)
    except (NotFound, Forbidden) as error:
        raise Invalid.field("owner", "forbidden-owner", "you may not create records for this user") from error


def _occurred(requested: Micros | None, now: Micros, state: Record) -> Micros:
    """When it happened: never in the future, never before the stream's last event."""
    if requested is None:
        return max(now, state.updated_at)
    if requested > now:
        raise Invalid.field("occurred_at", "in-the-future", "it cannot have happened in the future")
    if requested < state.updated_at:
        raise Invalid.field("occurred_at", "before-last", "the record has a later event already")
    return requested


def _request(command: Command, body: CommandModel, call: Call) -> Request | None:
    if call.key is None:
        return None
    asked = [command.name, call.id, body.model_dump(mode="json", exclude_unset=True)]
    return Request(call.key, hashlib.sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).digest())


def _done(appended: Appended) -> Done:
    return Done(appended.stream.partition("-")[2], appended.version, appended.position, not appended.repeated)


def _traceparent(span: trace.Span) -> str:
    context = span.get_span_context()
    if not context.is_valid:
        return ""
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
