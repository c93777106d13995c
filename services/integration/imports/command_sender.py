"""Sending the commands of planned rows through the bus, with the importer's own rights."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from services.integration.imports.row_order import RowBatch, RowOrder
from services.integration.jobs.layered_views import LayeredViews
from services.integration.jobs.rehearsal import Stage
from services.integration.jobs.sender import IN_FLIGHT, Sender, command_of
from services.integration.mapping.plan import Planned, RowPlan
from services.integration.mapping.prepared import PreparedStep
from shared.domain.command import CommandModel
from shared.errors import CrmError, FieldError, Invalid, NotFound
from shared.kernel.batch import Batch
from shared.kernel.bus import Call
from shared.kernel.catalogue import AnyAggregate
from shared.messages import part, say
from shared.security.permissions import Access
from shared.views.port import ReadableViews

NumberedPlans = Sequence[tuple[int, RowPlan]]


class RowSender(Sender):
    """below, made: the views and what they lack, where rows look for duplicates."""

    def __init__(self, stage: Stage, below: ReadableViews, access: Access, import_id: str) -> None:
        super().__init__(stage.bus, access, import_id)
        self._views = LayeredViews(below, stage.made)
        self._slots = asyncio.Semaphore(IN_FLIGHT)

    async def send_all(self, step: PreparedStep, plans: NumberedPlans) -> None:
        """Carry out every plan, side by side but with the outcome of one after the other.

        A refused row's plan becomes rejected.
        """
        order, last = RowOrder(len(plans), self._views.made), dict[str, int]()
        made_ids = {plan.id for _, plan in plans if plan.commands and plan.outcome == "created"}
        self._repository.begin(made_ids, (plan.id for _, plan in plans if plan.commands))
        async with asyncio.TaskGroup() as group:
            for n, (number, plan) in enumerate(plans):
                if not plan.commands:
                    order.ended(n)
                    continue
                await self._slots.acquire()  # in the order of the rows, so that a row waits for running ones only
                batch = RowBatch(n, order, self._repository, self._views)
                group.create_task(self._turn(step, number, plan, batch, last.get(plan.id)))
                last[plan.id] = n
        order.settle()

    async def _turn(self, step: PreparedStep, number: int, plan: RowPlan, batch: RowBatch, before: int | None) -> None:
        """before: the last row of the same record."""
        stays = False
        try:
            if before is not None:
                await batch.order.end_of(before)
            stays = await self._row(step, number, plan, batch)
        finally:
            batch.order.ended(batch.row, stays)
            self._slots.release()

    async def _row(self, step: PreparedStep, number: int, plan: RowPlan, batch: Batch) -> bool:
        """Returns whether what the first command did stays."""
        prefix, changed = f"import/{self.job}/{step.index}/{number}", False
        for n, planned in enumerate(plan.commands):
            try:
                changed = await self._changes(step, plan, planned, f"{prefix}/{n}", batch) or changed
            except CrmError as error:
                plan.problems = list(error.errors) or [self._problem(plan, error)]
                is_new, plan.outcome = plan.outcome == "created", "rejected"
                if n and is_new:
                    await self._archive_again(step.aggregate, plan, prefix, batch)
                return n > 0 and not is_new
        if plan.outcome == "updated" and not changed:
            plan.outcome = "unchanged"
        return True

    async def _changes(self, step: PreparedStep, plan: RowPlan, planned: Planned, key: str, batch: Batch) -> bool:
        """Carry out one command, without the bad values that the mapping lets be left out; whether it changed anything.

        Raises every other refusal.
        """
        body: CommandModel | None = planned.body
        while body is not None and not planned.draft.is_needless:
            known = len(planned.draft.left)
            try:
                done = await self.send(step.aggregate, planned.command, body, self._call(plan, planned, key), batch)
            except Invalid as error:
                body = planned.draft.without(error.errors)
                if body is None:
                    raise
                plan.warnings += planned.draft.left[known:]
            else:
                return done is None or done.changed or await self.changed_before(step.aggregate, done)
        return False

    def _call(self, plan: RowPlan, planned: Planned, key: str) -> Call:
        creates = planned.command.creates
        return Call(
            self.access,
            id=None if creates else plan.id,
            new_id=plan.id if creates else None,
            key=key,
            occurred_at=planned.occurred_at,
            correlation_id=self.job,
        )

    def _problem(self, plan: RowPlan, error: CrmError) -> FieldError:
        """A refusal that names no field."""
        if isinstance(error, NotFound) and plan.id[:18] == self.job[:18]:
            why = say(
                "the earlier row that was to make this record was rejected; correct that row and import both again"
            )
            return FieldError("", "earlier-row-rejected", why)
        return FieldError("", str(error.extra.get("code", error.type)), error.detail)

    async def _archive_again(self, aggregate: AnyAggregate, plan: RowPlan, prefix: str, batch: Batch) -> None:
        """A row is taken whole or not at all: the record whose later command was refused is archived again."""
        command = command_of(aggregate, "archive")
        if command is None:
            return
        body = command.adapter.validate_python({"cause": f"import:{self.job}"})
        call = Call(self.access, id=plan.id, key=f"{prefix}/back", correlation_id=self.job)
        try:
            await self.send(aggregate, command, body, call, batch)
        except CrmError as error:
            plan.problems.append(
                FieldError("", "half-done", say("the record {id} stays: {why}", id=plan.id, why=part(error.detail)))
            )
