"""Reverting a job: what it created is archived, what it changed is undone, what others changed since is left.

The log itself says what there is to do: every event of a job bears its id as correlation id.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from itertools import groupby
from typing import Any

import orjson

from services.integration.jobs.freshness import MAX_BEHIND, wait_for_views
from services.integration.jobs.job_store import JobFile, Touched
from services.integration.jobs.progress import Progress
from services.integration.jobs.sender import IN_FLIGHT, Sender, command_of
from shared.errors import CrmError, PreconditionFailed
from shared.events.envelope import Stored, category_of, id_of
from shared.faults import crashpoint
from shared.kernel.bus import Call
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.kernel import Kernel
from shared.messages import part, say
from shared.messages.kept import kept
from shared.messages.named import type_named
from shared.security.permissions import Access

PAGE = 1_000  # events read at once

Outcome = tuple[str, Any, int]  # what became of a record, why (`kept`), its place


class Revert:
    """job: the record type of the job. back: the command, by its verb, that takes a change of a record back: undo takes
    the version, another one nothing.
    """

    def __init__(
        self,
        kernel: Kernel,
        job: AnyAggregate,
        id: str,
        access: Access,
        file: JobFile,
        progress: Progress,
        back: str = "undo",
    ) -> None:
        self._kernel, self._id, self._access, self._file, self._progress = kernel, id, access, file, progress
        self._job, self._back = job, back
        self._sender = Sender(kernel.bus, access, id)
        self._correlation = f"{id}:revert"

    async def run(self, may_continue: Callable[[], Awaitable[object]]) -> dict[str, int]:
        """Begin or continue the revert; returns how many records were archived, undone and left.

        may_continue: called before every batch; what it raises ends the run. Raises ClaimLost.
        """
        mark = self._file.mark()
        if not mark.scanned:
            await self._scan()
            mark.scanned = True
            self._file.save(mark)
        total = sum(self._file.outcomes().values())
        done = total - self._file.outcomes().get("", 0)
        while batch := self._file.to_do(IN_FLIGHT):
            self._progress.update(doing="revert", total=total, done=done)
            await may_continue()
            self._sender.begin(touched.id for touched in batch)
            for _, group in groupby(batch, key=lambda t: t.category):  # what hangs on others goes before them
                outcomes = await asyncio.gather(*(self._one(touched) for touched in group))
                crashpoint("revert.batch_sent")
                self._file.done(outcomes)
                done += len(outcomes)
            await wait_for_views(self._kernel, may_continue, MAX_BEHIND)
        await wait_for_views(self._kernel, may_continue)
        found = self._file.outcomes()
        return {name: found.get(name, 0) for name in ("archived", "undone", "left")}

    async def _scan(self) -> None:
        """Collect from the log every record that the import touched, and whether others touched it since."""
        self._file.forget_touched()
        store, tenant = self._kernel.store, self._access.tenant
        started = (await store.read(tenant, self._job.stream(self._id)))[0].position
        head, position, mine = await store.head(), started, self._id.encode()
        while position < head and (page := await store.read_all(position, PAGE, tenant=tenant)):
            self._file.touch([change for one in page if (change := self._change(one, mine)) is not None])
            position = page[-1].position
            self._progress.update(doing="reading the log", done=position - started, total=head - started)

    def _change(self, one: Stored, mine: bytes) -> tuple[str, str, int, str] | None:
        category = category_of(one.stream)
        if category not in self._kernel.catalogue or category == self._job.name:
            return None
        whose = "other"
        if mine in one.metadata:
            correlation = orjson.loads(one.metadata)["correlation_id"]
            whose = {self._id: "import", self._correlation: "revert"}.get(correlation, "other")
        return category, id_of(one.stream), one.version, whose

    async def _one(self, touched: Touched) -> Outcome:
        try:
            if not touched.created:
                return await self._take_back(touched)
            if touched.foreigner:
                return _left(_CHANGED, touched)
            return await self._archive(touched)
        except PreconditionFailed:
            return _left(_CHANGED, touched)
        except CrmError as error:
            return _left(_why(error), touched)

    async def _archive(self, touched: Touched) -> Outcome:
        aggregate = self._kernel.catalogue[touched.category]
        command = command_of(aggregate, "archive")
        if command is None:
            return _left(say("a {resource} cannot be archived", resource=type_named(touched.category)), touched)
        body = command.adapter.validate_python({"cause": f"{self._job.name}:{self._id}"})
        await self._sender.send(aggregate, command, body, self._call(touched, "archive", touched.last))
        return "archived", "", touched.n

    async def _take_back(self, touched: Touched) -> Outcome:
        aggregate = self._kernel.catalogue[touched.category]
        command = command_of(aggregate, self._back)
        if command is None:
            return _left(
                say("changes of a {resource} cannot be undone", resource=type_named(touched.category)), touched
            )
        undo = self._back == "undo"  # which looks itself for what others changed since
        seen = None if undo else await self._untouched_since(aggregate, touched, command.sets)
        if seen is None and not undo:
            return _left(_CHANGED, touched)
        for step in await self._steps(aggregate, touched):
            named = {"version": step[-1]} if len(step) == 1 else {"version": step[-1], "first": step[0]}
            body = command.adapter.validate_python(named if undo else {})
            what = f"{self._back}/{'-'.join(str(n) for n in named.values())}"
            await self._sender.send(aggregate, command, body, self._call(touched, what, seen))
        return "undone", "", touched.n

    async def _steps(self, aggregate: AnyAggregate, touched: Touched) -> list[list[int]]:
        """The versions that the job made, those of each command together, the newest first: what a command did in
        several events is one act, and goes back as one or stays."""
        if len(touched.versions) == 1:
            return [touched.versions]
        history = await self._kernel.repository.events(aggregate, self._access.tenant, touched.id)
        commands = {one.version: one.metadata.command for one in history}
        return [list(versions) for _, versions in groupby(touched.versions, commands.__getitem__)][::-1]

    async def _untouched_since(self, aggregate: AnyAggregate, touched: Touched, fields: Sequence[str]) -> int | None:
        """The record's version; None where others touched the fields after the job, even if they are as before."""
        history = await self._kernel.repository.events(aggregate, self._access.tenant, touched.id)
        state, job = aggregate.state(), touched.versions[-1]
        for one in history:
            before = [getattr(state, name) for name in fields]
            aggregate.step(state, one)
            others = one.version > job and one.metadata.correlation_id != self._correlation
            if others and before != [getattr(state, name) for name in fields]:
                return None
        return len(history)

    def _call(self, touched: Touched, what: str, if_match: int | None = None) -> Call:
        key = f"{self._job.name}/{self._id}/revert/{touched.category}/{touched.id}/{what}"
        reason = f"{self._job.name} reverted"
        return Call(self._access, touched.id, if_match, key, correlation_id=self._correlation, reason=reason)


_CHANGED = say("others changed it since")


def _left(why: str, touched: Touched) -> Outcome:
    return "left", kept(why), touched.n


def _why(error: CrmError) -> str:
    """A refusal, with the fields that it names: of an undo, those that were changed since."""
    fields = ", ".join(e.field for e in error.errors if e.field)
    return say("{why}: {fields}", why=part(error.detail), fields=fields) if fields else error.detail
