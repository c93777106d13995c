"""Carrying out an import: batch by batch, every row's commands in order, the rows of a batch side by side.

Every command bears a key made of import, step, row and number, so that a batch may be sent again after a crash.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice

from services.integration.imports import row_errors
from services.integration.imports.command_sender import RowSender
from services.integration.imports.lookup import Finder, Wanted, record_id
from services.integration.jobs.freshness import MAX_BEHIND, wait_for_views
from services.integration.jobs.job_store import FaultyRow, JobFile, Mark
from services.integration.jobs.progress import SHOWN, Progress
from services.integration.jobs.rehearsal import Stage
from services.integration.jobs.shelves import MadeKey
from services.integration.mapping.plan import Known, RowPlan, Surroundings, is_about, key_text, plan_row
from services.integration.mapping.prepared import PreparedStep
from services.integration.mapping.settling import settle
from services.integration.mapping.values import BadCell, Cells, texts_of
from shared.domain.custom_values import kind_of
from shared.errors import FieldError
from shared.faults import crashpoint
from shared.kernel.catalogue import Catalogue
from shared.kernel.custom_fields import definitions
from shared.kernel.kernel import Kernel
from shared.messages import say
from shared.security.permissions import Access
from shared.tabular.table import Facts, Row, read_rows
from shared.views.port import Kind, ReadableViews

BATCH = 512  # rows
MAX_GATHERED = 100_000  # records of one step that gather values over rows

_MESSAGES = {
    "too-many-columns": say(
        "the row has more cells than the file has columns; look for a separator or a quotation mark out of place"
    ),
    "too-few-columns": say("the row has fewer cells than the file has columns; add what is missing"),
}


@dataclass(slots=True)
class Job:
    """All that one import's run needs. access: the importer's rights now. dry: a rehearsal.

    may_continue: called before every batch; brings `access` up to date, or raises Stopped.
    """

    id: str
    access: Access
    steps: list[PreparedStep]
    files: dict[str, Facts]
    file: JobFile
    progress: Progress
    may_continue: Callable[[Job], Awaitable[None]]
    dry: bool = False


@dataclass(slots=True)
class _Batch:
    """Rows with their cells by column name, and what they come to."""

    rows: list[tuple[Row, Cells]]
    plans: list[RowPlan] = field(default_factory=list)
    made: list[tuple[int, bytes, str]] = field(default_factory=list)
    rejected: list[FaultyRow] = field(default_factory=list)
    warned: list[FaultyRow] = field(default_factory=list)


class Runner:
    def __init__(self, kernel: Kernel, job: Job, stage: Stage) -> None:
        self._kernel, self._job, self._stage = kernel, job, stage
        self._finder = Finder(stage.views, kernel.catalogue, job.access, job.file, job.steps)
        self._sender = RowSender(stage, kernel.views, job.access, job.id)
        self._unseen: deque[tuple[int, set[MadeKey]]] = deque()  # what the views show from a position on
        self._mark = job.file.mark()
        self._warned = len(list(islice(job.file.warned(), SHOWN)))
        if not self._mark.counts:
            self._mark.counts = [{} for _ in job.steps]

    async def run(self) -> Mark:
        """From the mark in the job store to the end. Raises Stopped, ClaimLost, Invalid (broken file), Forbidden."""
        if self._mark.row:
            await self._wait_for_views(0)  # duplicates of what a killed process made are found
        tenant, directory = self._job.access.tenant, self._kernel.directory
        country, calendar = await directory.country(tenant), await directory.calendar(tenant)
        self._mark.time_zone = self._mark.time_zone or calendar.time_zone
        calendar = replace(calendar, time_zone=self._mark.time_zone)
        await self._finder.know(self._kernel.bus.custom, tenant, self._job.steps)
        for step in self._job.steps[self._mark.step :]:
            self._report(step)
            await self._step(await self._settled(replace(step, country=country, calendar=calendar)))
            await self._wait_for_views(0)  # a later step finds what this one made
            self._forget_seen()
            self._finder.forget()
            if self._job.dry:
                self._stage.bus.custom.forget_all()
            self._mark.step, self._mark.row = step.index + 1, 0
            self._job.file.save(self._mark)
        return self._mark

    async def _settled(self, step: PreparedStep) -> PreparedStep:
        """What the mapping leaves open and the columns tell is filled in. Raises Invalid."""
        custom = await self._custom_kinds(step)
        return await asyncio.to_thread(settle, step, lambda: (cells for _, cells in self._rows(step, 0)), custom, {})

    async def _step(self, step: PreparedStep) -> None:
        custom = await self._custom_kinds(step)
        gathered = self._gather(step)
        rows = self._rows(step, self._mark.row)
        in_flight: tuple[_Batch, asyncio.Task[None]] | None = None
        try:
            while taken := list(islice(rows, BATCH)):
                batch = _Batch(taken)
                around = Surroundings(self._finder, self._kernel.clock.now(), custom, gathered)
                await self._plan(step, batch, around)  # while the batch before is being committed
                if in_flight is not None:
                    sent, in_flight = in_flight, None
                    await self._finish(step, *sent)
                await self._job.may_continue(self._job)
                self._finder.access = self._sender.access = self._job.access
                in_flight = batch, asyncio.create_task(self._send(step, batch))
                await self._wait_for_views(MAX_BEHIND)
        finally:
            if in_flight is not None:
                await self._finish(step, *in_flight)

    async def _send(self, step: PreparedStep, batch: _Batch) -> None:
        plans = [(row.number, plan) for (row, _), plan in zip(batch.rows, batch.plans, strict=True)]
        await self._sender.send_all(step, plans)

    async def _finish(self, step: PreparedStep, batch: _Batch, sending: asyncio.Task[None]) -> None:
        try:
            await sending
        except asyncio.CancelledError:
            sending.cancel()
            raise
        crashpoint("import.batch_sent")
        records = self._stage.made.recent()
        if self._job.dry:
            self._stage.made.write()
        else:
            store = self._kernel.store
            self._mark.position = await store.head()
            self._mark.chain_hash = (await store.chain_hash(self._mark.position)).hex()
            self._unseen.append((self._mark.position, records))
            self._forget_seen()
        self._settle(step, batch)
        crashpoint("import.batch_settled")

    def _forget_seen(self) -> None:
        """Drop the made records that the views show by now, unless a later batch changed them again."""
        while self._unseen and self._unseen[0][0] <= self._kernel.projection.position:
            _, records = self._unseen.popleft()
            self._stage.made.forget(records.difference(*(later for _, later in self._unseen)))

    def _rows(self, step: PreparedStep, after: int) -> Iterator[tuple[Row, Cells]]:
        if step.spec.file is None:
            return iter([(Row(1, 1, ()), {})] if after < 1 else [])
        facts = self._job.files[step.spec.file]
        return ((row, dict(zip(facts.columns, row.cells, strict=False))) for row in read_rows(facts, after))

    async def _custom_kinds(self, step: PreparedStep) -> dict[str, Kind]:
        if not any(name.startswith("custom.") for name in step.spec.fields):
            return {}
        views, tenant = self._stage.views, self._job.access.tenant
        return await custom_kinds(self._kernel.catalogue, views, tenant, step.spec.resource)

    def _gather(self, step: PreparedStep) -> dict[str, dict[str, list[str]]]:
        """The key's canonical form → field → the distinct texts of all rows of that key."""
        gathered: dict[str, dict[str, list[str]]] = {}
        for _, cells in self._rows(step, 0) if step.gathers else ():
            try:
                if not is_about(step, cells) or not (key := self._form(step, key_text(step, cells))):
                    continue
                for name in step.gathers:
                    texts = gathered.setdefault(key, {}).setdefault(name, [])
                    texts += [t for t in texts_of(step.gathered(name), cells) if t not in texts]
            except BadCell:
                continue  # the row itself is rejected in its turn
            if len(gathered) > MAX_GATHERED:
                raise ValueError(f"more than {MAX_GATHERED} records gather values; sort this out before the import")
        return gathered

    async def _plan(self, step: PreparedStep, batch: _Batch, around: Surroundings) -> None:
        await self._finder.fetch(self._wanted(step, batch, around))
        earlier: set[str] = set()
        for row, cells in batch.rows:
            if row.problem:
                plan = RowPlan("rejected", problems=[FieldError("", row.problem, _MESSAGES[row.problem])])
            else:
                plan = self._plan_row(step, row, cells, around, earlier)
            batch.plans.append(plan)

    def _plan_row(self, step: PreparedStep, row: Row, cells: Cells, around: Surroundings, earlier: set[str]) -> RowPlan:
        spec, new_id = step.spec, record_id(self._job.id, step.index, row.number)
        known: list[Known] = []
        if spec.key is not None:
            try:
                ids = self._finder.ids(spec.resource, spec.key, key_text(step, cells))
            except BadCell:
                ids = []
            known = [Known(id, id in earlier or self._made_here(step, id)) for id in ids if id != new_id]
        plan = plan_row(step, cells, known, new_id, around)
        if plan.key and plan.outcome not in ("rejected", "passed") and spec.key is not None:
            self._finder.remember(spec.resource, spec.key, self._form(step, plan.key), plan.id)
            earlier.add(plan.id)
        return plan

    def _form(self, step: PreparedStep, text: str) -> str:
        """The form in which a row's key is compared; "" for none."""
        return self._finder.canonical(step.spec.resource, step.spec.key, text) if step.spec.key and text else ""

    def _made_here(self, step: PreparedStep, id: str) -> bool:
        """Whether a row of this step made the record: its id says so."""
        return id[:18] == self._job.id[:18] and id == record_id(self._job.id, step.index, int(id[-8:], 16))

    def _wanted(self, step: PreparedStep, batch: _Batch, around: Surroundings) -> Iterator[Wanted]:
        key = step.spec.key
        for _, cells in batch.rows:
            if not is_about(step, cells):
                continue
            try:
                text = key_text(step, cells)
                if key is not None and text:
                    yield step.spec.resource, key, text
                for value in step.lookups:
                    resource, _, name = value.lookup.partition(".")
                    for found in texts_of(value, cells):
                        yield resource, name, found
                for field_name, texts in around.gathered.get(self._form(step, text), {}).items():
                    resource, _, name = step.gathered(field_name).lookup.partition(".")
                    for found in texts if resource else ():
                        yield resource, name, found
            except BadCell:
                continue

    def _settle(self, step: PreparedStep, batch: _Batch) -> None:
        """Count and write down what became of the batch: then it is done for good."""
        counts = self._mark.counts[step.index]
        for (row, cells), plan in zip(batch.rows, batch.plans, strict=True):
            counts[plan.outcome] = counts.get(plan.outcome, 0) + 1
            if plan.outcome == "rejected":
                batch.rejected.append(_faulty(step, row, cells, plan.problems))
                self._finder.drop(step.spec.resource, step.spec.key, plan.key)
                continue
            if plan.warnings:
                self._warn(step, plan)
                if self._warned < SHOWN:
                    self._warned += 1
                    batch.warned.append(_faulty(step, row, cells, plan.warnings))
            if plan.key and plan.outcome != "passed":
                batch.made.append((step.index, self._job.file.key_of(self._form(step, plan.key)), plan.id))
        self._mark.step, self._mark.row = step.index, batch.rows[-1][0].number
        self._job.file.save(self._mark, batch.made, batch.rejected, batch.warned)
        self._report(step)

    def _warn(self, step: PreparedStep, plan: RowPlan) -> None:
        counts = self._mark.counts[step.index]
        counts["warnings"] = counts.get("warnings", 0) + 1
        for warning in plan.warnings:
            what = f"{step.spec.name}.{warning.field}: {warning.code}"
            self._mark.warned[what] = self._mark.warned.get(what, 0) + 1

    def _report(self, step: PreparedStep) -> None:
        counts = self._mark.counts
        done = sum(n for of_step in counts for name, n in of_step.items() if name != "warnings")
        rejected = sum(of_step.get("rejected", 0) for of_step in counts)
        self._job.progress.update(doing=step.spec.name, done=done, rejected=rejected)

    async def _wait_for_views(self, behind: int) -> None:
        if not self._job.dry:
            await wait_for_views(self._kernel, partial(self._job.may_continue, self._job), behind)


async def custom_kinds(catalogue: Catalogue, views: ReadableViews, tenant: str, resource: str) -> dict[str, Kind]:
    """The kinds of a resource's custom fields by name."""
    found = await definitions(catalogue, views, tenant, resource)
    return {name: kind_of(definition) for name, definition in found.items()}


def _faulty(step: PreparedStep, row: Row, cells: Cells, errors: list[FieldError]) -> FaultyRow:
    return FaultyRow(step.index, row.number, row.line, list(row.cells), row_errors.entries(step, cells, errors))
