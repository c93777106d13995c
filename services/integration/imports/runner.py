"""Carrying out an import: batch by batch, every row's commands in order, the rows of a batch side by side.

Every command bears a key made of import, step, row and number, so that a batch may be sent again after a crash.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from services.integration.imports.command_sender import Sender
from services.integration.imports.job_store import JobFile, Mark, RejectedRow
from services.integration.imports.lookup import Finder, Wanted, record_id
from services.integration.imports.report import Progress
from services.integration.mapping.plan import Known, RowPlan, Surroundings, is_about, key_text, plan_row
from services.integration.mapping.prepared import PreparedStep
from services.integration.mapping.values import BadCell, Cells, texts_of
from shared.errors import FieldError
from shared.faults import crashpoint
from shared.kernel.custom_fields import definitions
from shared.kernel.kernel import Kernel
from shared.security.permissions import Access
from shared.tabular.table import Facts, Row, read_rows
from shared.views.port import Kind

BATCH = 512  # rows
MAX_BEHIND = 2_000  # events the view may be behind before the import waits for it
MAX_GATHERED = 100_000  # records of one step that gather values over rows

_MESSAGES = {
    "too-many-columns": "the row has more cells than the file has columns; is a separator or a quote out of place?",
    "too-few-columns": "the row has fewer cells than the file has columns",
}


class Stopped(Exception):
    """The import was paused; everything up to its mark is done."""


async def _go_on() -> None:
    """Nothing stops the run."""


@dataclass(slots=True)
class Job:
    """All that one import's run needs. access: the importer's rights now. dry: plan only.

    may_go_on: asked before every batch; brings `access` up to date, or raises Stopped.
    """

    id: str
    access: Access
    steps: list[PreparedStep]
    files: dict[str, Facts]
    file: JobFile
    progress: Progress
    dry: bool = False
    may_go_on: Callable[[], Awaitable[None]] = _go_on


@dataclass(slots=True)
class _Batch:
    """Rows with their cells by column name, and what they come to."""

    rows: list[tuple[Row, Cells]]
    plans: list[RowPlan] = field(default_factory=list)
    made: list[tuple[int, bytes, str]] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)


class Runner:
    def __init__(self, kernel: Kernel, job: Job) -> None:
        self._platform, self._job = kernel, job
        self._finder = Finder(kernel.views, kernel.catalogue, job.access, job.file, job.steps)
        self._sender = Sender(kernel.bus, job.access, job.id)
        self._mark = job.file.mark()
        if not self._mark.counts:
            self._mark.counts = [{} for _ in job.steps]
        job.progress.done = sum(n for counts in self._mark.counts for name, n in counts.items() if name != "warnings")
        job.progress.rejected = sum(counts.get("rejected", 0) for counts in self._mark.counts)

    async def run(self) -> Mark:
        """From where the job file's mark is to the end. Raises Stopped, Invalid (a file is broken), Forbidden."""
        for step in self._job.steps[self._mark.step :]:
            self._job.progress.tell(doing=step.spec.name)
            await self._step(step)
            await self._catch_up(0)
            self._finder.forget()
            self._mark.step, self._mark.row = step.index + 1, 0
            self._job.file.save(self._mark)
        return self._mark

    async def _step(self, step: PreparedStep) -> None:
        custom = await self._custom_kinds(step)
        gathered = self._gather(step)
        rows = self._rows(step, self._mark.row)
        on_the_way: tuple[_Batch, asyncio.Task[None]] | None = None
        try:
            while taken := list(islice(rows, BATCH)):
                await self._job.may_go_on()
                self._finder.access = self._sender.access = self._job.access
                batch = _Batch(taken)
                around = Surroundings(self._finder, self._platform.clock.now(), custom, gathered)
                await self._plan(step, batch, around)  # while the batch before is being committed
                if on_the_way is not None:
                    await self._arrived(step, *on_the_way)
                on_the_way = batch, asyncio.create_task(self._send(step, batch))
        finally:
            if on_the_way is not None:
                await self._arrived(step, *on_the_way)

    async def _send(self, step: PreparedStep, batch: _Batch) -> None:
        if not self._job.dry:
            numbers = [row.number for row, _ in batch.rows]
            await self._sender.send_all(step, list(zip(numbers, batch.plans, strict=True)))

    async def _arrived(self, step: PreparedStep, batch: _Batch, sending: asyncio.Task[None]) -> None:
        try:
            await sending
        except asyncio.CancelledError:
            sending.cancel()
            raise
        crashpoint("import.batch_sent")
        store = self._platform.store
        self._mark.position = await store.head()
        self._mark.chain_hash = (await store.chain_hash(self._mark.position)).hex()
        self._settle(step, batch)
        crashpoint("import.batch_settled")
        await self._catch_up(MAX_BEHIND)

    def _rows(self, step: PreparedStep, after: int) -> Iterator[tuple[Row, Cells]]:
        if step.spec.file is None:
            return iter([(Row(1, 1, ()), {})] if after < 1 else [])
        facts = self._job.files[step.spec.file]
        return ((row, dict(zip(facts.columns, row.cells, strict=False))) for row in read_rows(facts, after))

    async def _custom_kinds(self, step: PreparedStep) -> dict[str, Kind]:
        if not any(name.startswith("custom.") for name in step.spec.fields):
            return {}
        return await custom_kinds(self._platform, self._job.access.tenant, step.spec.resource)

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
            self._finder.learn(spec.resource, spec.key, self._form(step, plan.key), plan.id)
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
        counts, progress = self._mark.counts[step.index], self._job.progress
        for (row, _), plan in zip(batch.rows, batch.plans, strict=True):
            counts[plan.outcome] = counts.get(plan.outcome, 0) + 1
            if plan.outcome == "rejected":
                batch.rejected.append(_rejected(step, row, plan.problems))
                progress.rejected += 1
                self._finder.drop(step.spec.resource, step.spec.key, plan.key)
                continue
            if plan.warnings:
                counts["warnings"] = counts.get("warnings", 0) + 1
                for warning in plan.warnings:
                    what = f"{step.spec.name}.{warning.field}: {warning.code}"
                    self._mark.warned[what] = self._mark.warned.get(what, 0) + 1
            if plan.key and plan.outcome != "passed":
                batch.made.append((step.index, self._job.file.key_of(self._form(step, plan.key)), plan.id))
        self._mark.step, self._mark.row = step.index, batch.rows[-1][0].number
        self._job.file.save(self._mark, batch.made, batch.rejected)
        progress.tell(done=progress.done + len(batch.rows))

    async def _catch_up(self, behind: int) -> None:
        """Let the views come near: what is imported is seen at once, and memory stays flat."""
        projector, head = self._platform.projector, await self._platform.store.head()
        while not self._job.dry and head - projector.position > behind:
            if not await projector.step():
                return


async def custom_kinds(kernel: Kernel, tenant: str, resource: str) -> dict[str, Kind]:
    """The kinds of a resource's custom fields by name."""
    found = await definitions(kernel.views, tenant, resource)
    return {name: Kind(definition["kind"]) for name, definition in found.items()}


def _rejected(step: PreparedStep, row: Row, errors: list[FieldError]) -> RejectedRow:
    told = [{"field": e.field, "code": e.code, "message": e.message} for e in errors]
    return RejectedRow(step.index, row.number, row.line, list(row.cells), told)
