"""Sending the commands of planned rows through the bus, with the importer's own rights."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from services.integration.imports.batch_repository import BatchRepository
from services.integration.mapping.plan import RowPlan
from services.integration.mapping.prepared import PreparedStep
from shared.domain.command import Command, CommandModel
from shared.errors import CrmError, FieldError, KeyReused
from shared.eventstore.port import StoreUnavailable
from shared.kernel.bus import Call, CommandBus
from shared.kernel.catalogue import AnyAggregate
from shared.security.keyring import KeysUnavailable
from shared.security.permissions import Access
from shared.views.port import ViewsUnavailable

IN_FLIGHT = 256  # records worked on at once: the store commits them together
AWAY = (StoreUnavailable, ViewsUnavailable, KeysUnavailable)  # answers again later
MAX_WAIT = 10.0  # longest wait, in seconds, between two attempts while the store cannot take anything

NumberedPlans = Sequence[tuple[int, RowPlan]]


class Sender:
    def __init__(self, bus: CommandBus, access: Access, import_id: str) -> None:
        self._bus, self._repository = bus, BatchRepository(bus.repository)
        self.access, self._import = access, import_id
        self._slots = asyncio.Semaphore(IN_FLIGHT)

    async def send_all(self, step: PreparedStep, plans: NumberedPlans) -> None:
        """Carry out every plan; rows of the same record one after the other. A refused row's plan becomes rejected."""
        queues: dict[str, list[tuple[int, RowPlan]]] = {}
        for number, plan in plans:
            if plan.commands:
                queues.setdefault(plan.id, []).append((number, plan))
        made = {queue[0][1].id for queue in queues.values() if queue[0][1].outcome == "created"}
        self._repository.begin(made, queues)
        async with asyncio.TaskGroup() as group:
            for queue in queues.values():
                group.create_task(self._queue(step, queue))

    async def _queue(self, step: PreparedStep, queue: NumberedPlans) -> None:
        async with self._slots:
            for number, plan in queue:
                await self._row(step, number, plan)

    async def _row(self, step: PreparedStep, number: int, plan: RowPlan) -> None:
        prefix = f"import/{self._import}/{step.index}/{number}"
        for n, planned in enumerate(plan.commands):
            call = Call(
                self.access,
                id=None if planned.command.creates else plan.id,
                new_id=plan.id if planned.command.creates else None,
                key=f"{prefix}/{n}",
                occurred_at=planned.occurred_at,
                correlation_id=self._import,
            )
            try:
                await self.send(step.aggregate, planned.command, planned.body, call)
            except CrmError as error:
                plan.problems = list(error.errors) or [FieldError("", error.type, error.detail)]
                if n and plan.outcome == "created":
                    await self._archive_again(step.aggregate, plan, prefix)
                plan.outcome = "rejected"
                return

    def begin(self, changed: Iterable[str]) -> None:
        """A batch that changes the records of these ids: each of its commands reads them as they are."""
        self._repository.begin((), changed)

    async def send(self, aggregate: AnyAggregate, command: Command, body: CommandModel, call: Call) -> None:
        """Send one command; wait while the store cannot take it. Raises every other refusal."""
        wait = 0.1
        while True:
            try:
                await self._bus.execute(aggregate, command, body, call, batch=self._repository)
                return
            except KeyReused:
                return  # done before a crash, from a lookup that has another answer now
            except CrmError as error:
                if error.status != 503:
                    raise
            except AWAY:
                pass
            await asyncio.sleep(wait)
            wait = min(wait * 2, MAX_WAIT)

    async def _archive_again(self, aggregate: AnyAggregate, plan: RowPlan, prefix: str) -> None:
        """A row is taken whole or not at all: the record whose later command was refused is archived again."""
        command = command_of(aggregate, "archive")
        if command is None:
            return
        body = command.adapter.validate_python({"cause": f"import:{self._import}"})
        call = Call(self.access, id=plan.id, key=f"{prefix}/back", correlation_id=self._import)
        try:
            await self.send(aggregate, command, body, call)
        except CrmError as error:
            plan.problems.append(FieldError("", "half-done", f"the record {plan.id} stays: {error.detail}"))


def command_of(aggregate: AnyAggregate, verb: str) -> Command | None:
    """An aggregate's command by its path segment."""
    return next((c for c in aggregate.commands.values() if c.verb == verb), None)
