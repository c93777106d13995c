"""Every command of every caller goes through here: HTTP, policies, imports and the command line alike.

The way of a command: idempotency → retry → decide → append → the rules over several records.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from opentelemetry import trace

from shared.clock import Clock, Ids
from shared.domain.command import Command, CommandModel
from shared.domain.rules import Withdraw
from shared.domain.ways_back import ARCHIVE, FORBIDDEN, RESTORE, UNDO, NoWay
from shared.errors import CrmError, Forbidden, NotFound
from shared.events.codec import Codec
from shared.events.envelope import Recorded
from shared.eventstore.port import Appended
from shared.faults import crashpoint
from shared.kernel.append import AfterAppend, Appender
from shared.kernel.batch import Batch
from shared.kernel.call import Call as Call
from shared.kernel.call import Done as Done
from shared.kernel.call import Task
from shared.kernel.catalogue import AnyAggregate, Catalogue
from shared.kernel.custom_fields import CustomFields
from shared.kernel.decide import Decider, Decision
from shared.kernel.idempotency import Idempotency
from shared.kernel.lookups import Lookups, Sources, views_reach
from shared.kernel.merges import Merges
from shared.kernel.parsing import parse
from shared.kernel.repository import Repository
from shared.kernel.request_keys import KeyedRequest, RequestKeys
from shared.kernel.retry import Retries
from shared.kernel.rule_enforcement import Written, enforce, enforce_recorded, enforce_repeated
from shared.kernel.undo_handles import Handle
from shared.kernel.uniqueness import Reservations
from shared.security.directory import Directory
from shared.security.permissions import Access
from shared.telemetry.metrics import COMMAND_SECONDS, timed
from shared.telemetry.spans import span, tracing_is_on
from shared.views.port import Views

_tracer = trace.get_tracer("crm.command")
_SHARED_WAYS = frozenset(way.verb for way in (UNDO, ARCHIVE, RESTORE))


@dataclass(slots=True)
class CommandBus:
    """after_append: what follows durable events before the command is acknowledged (`destroy_keys`).

    reach: returns once the views have come to a position; None = look until they have. holds_rules: whether commands
    hold the rules over several records themselves.
    """

    catalogue: Catalogue
    repository: Repository
    views: Views
    codec: Codec
    reservations: Reservations
    clock: Clock
    ids: Ids
    directory: Directory
    after_append: Sequence[AfterAppend]
    reach: Callable[[int], Awaitable[None]] | None = None
    holds_rules: bool = True
    custom: CustomFields = field(init=False)
    merges: Merges = field(init=False)
    _decider: Decider = field(init=False)
    _appender: Appender = field(init=False)
    _idempotency: Idempotency = field(init=False)
    _retries: Retries = field(init=False, default_factory=Retries)
    _tracing: bool = field(init=False)

    def __post_init__(self) -> None:
        self.custom = CustomFields(self.catalogue, self.views)
        self.merges = Merges(self.catalogue, self.views)
        self._decider = Decider(self._lookups_of, self.custom, self.clock, self.ids, self.directory, self.merges)
        self._appender = Appender(self.codec, self.reservations, self.ids, self.after_append)
        self._idempotency = Idempotency(RequestKeys(self.reservations.keys), self._replay)
        self._tracing = tracing_is_on()

    def lookups(self, access: Access, aggregate: AnyAggregate, id: str, batch: Batch | None = None) -> Lookups:
        """The look-ups of a command on a record."""
        records, views = (self.repository, self.views) if batch is None else (batch.repository, batch.views)
        reach = self.reach or partial(views_reach, self.views)
        return Lookups(
            access,
            aggregate,
            id,
            Sources(
                self.catalogue, records, views, self.directory, self.custom, self.merges, reach, self.clock, self.ids
            ),
        )

    def _lookups_of(self, task: Task, id: str) -> Lookups:
        return self.lookups(task.call.access, task.aggregate, id, task.batch)

    async def enforce(self, recorded: Recorded) -> None:
        """Enforce the rules over several records for an event of the log."""
        await enforce_recorded(self, recorded)

    async def send(self, name: str, body: CommandModel | dict[str, Any], call: Call) -> Done:
        """Validate, check rights, decide, append.

        Raises: NotFound, Forbidden, Invalid, Rejected, Conflict, PreconditionFailed, KeyReused, Unavailable.
        """
        aggregate, command = self.catalogue.command(name)
        return await self.execute(aggregate, command, parse(command, body), call)

    async def execute(
        self,
        aggregate: AnyAggregate,
        command: Command,
        body: CommandModel,
        call: Call,
        *,
        batch: Batch | None = None,
    ) -> Done:
        """As `send`, for a command already looked up and parsed, alone or as one of a batch."""
        records = self.repository if batch is None else batch.repository
        with timed(COMMAND_SECONDS, command.name):
            if not self._tracing:
                return await self._run(Task(aggregate, command, body, call, records, batch, ""))
            with span(_tracer, command.name) as begun:
                return await self._run(Task(aggregate, command, body, call, records, batch, _traceparent(begun)))

    async def admitted(self, aggregate: AnyAggregate, found: Handle | NoWay, access: Access) -> Handle | NoWay:
        """The handle, unless its command looks things up and they tell that the caller has no right to it.

        The ways that all records share are judged by rights and state alone: every new record would pay for it.
        """
        if isinstance(found, NoWay) or found.command.prepare is None or found.command.verb in _SHARED_WAYS:
            return found
        body, call = parse(found.command, found.body), Call(access, found.id)
        try:
            await self._decider.decide(Task(aggregate, found.command, body, call, self.repository, None, ""))
        except (Forbidden, NotFound):
            return FORBIDDEN
        except CrmError:  # what else it refuses may be otherwise by the time it is sent
            return found
        return found

    async def _run(self, task: Task) -> Done:
        return await self._idempotency.once(task, self._retried)

    async def _retried(self, task: Task, request: KeyedRequest | None) -> Done:
        return await self._retries.run(task, request, self._attempt)

    async def _attempt(self, task: Task, request: KeyedRequest | None) -> Done:
        decide = self._decider.decide
        decision = await (decide(task) if task.batch is None else task.batch.decide(task, decide))
        if decision.repeated or not (decision.events or request):
            return Done(decision.id, decision.before.version, changed=False, decision=decision)
        written = await self._appender.append(task, decision, request)
        await self._enforce(task, decision, written)
        # a repeat cannot tell whether there were events: without, the first answer looks at the history, too
        known = decision if decision.events and task.batch is None else None
        return _done(written.appended, bool(decision.events), known)

    async def _enforce(self, task: Task, decision: Decision, written: Written) -> None:
        """Enforce the rules over several records. Raises the rule's error when the change had to be withdrawn."""
        if written.appended.repeated:
            await enforce_repeated(self, written.tenant, written.appended)
        elif task.aggregate.rules and self.holds_rules and task.batch is None:
            crashpoint("command.appended")
            breach = await enforce(self, written, decision.after)
            if breach is not None and breach.rule.refuses and task.command.model is not Withdraw:
                raise breach.rule.error()

    async def _replay(self, tenant: str, earlier: Appended) -> Done:
        """The answer to a request that was carried out before."""
        await enforce_repeated(self, tenant, earlier)
        return _done(earlier)


def _done(appended: Appended, changed: bool = True, decision: Decision | None = None) -> Done:
    id, repeated = appended.stream.partition("-")[2], appended.repeated
    known = None if repeated else decision
    return Done(id, appended.version, appended.position, changed and not repeated, repeated, known)


def _traceparent(begun: trace.Span) -> str:
    context = begun.get_span_context()
    if not context.is_valid:
        return ""
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
