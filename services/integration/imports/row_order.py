"""The rows of a batch decide side by side, and come to what they would have come to one after the other.

A decision is tried at once, on what the views show. When its turn comes, every earlier row has decided: if one of those
changes an answer that the decision was made on, it is made again. So a duplicate is found inside a file as well as
across files, and of two rows that want one unique value the earlier gets it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import NamedTuple

from services.integration.jobs.layered_views import LayeredViews
from services.integration.jobs.made_records import MadeRecords
from services.integration.jobs.shelves import MadeKey
from shared.errors import CrmError
from shared.kernel.batch import Batch, Decide
from shared.kernel.call import Task
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.decide import Decision
from shared.kernel.repository import Repository
from shared.kernel.uniqueness import held_value
from shared.views.port import Document, Page, Query, Scope


class _Left(NamedTuple):
    """What a command of a row left of its record."""

    row: int
    aggregate: AnyAggregate
    decision: Decision

    @property
    def key(self) -> MadeKey:
        return self.aggregate.collection.name, self.decision.id


class RowOrder:
    """The turns of `count` rows, numbered from 0. made: receives the records as the rows leave them, in their order."""

    def __init__(self, count: int, made: MadeRecords) -> None:
        loop = asyncio.get_running_loop()
        self.made = made
        self._decided: dict[int, _Left | None] = {}
        self._first: dict[int, _Left] = {}
        self._later: list[_Left] = []
        self._next = 0  # all rows before have decided
        self._waiting: dict[int, asyncio.Future[None]] = {}
        self._ended = [loop.create_future() for _ in range(count)]
        self._claims: dict[tuple[str, str], int] = {}
        self._rows: dict[MadeKey, int] = {}  # which row left a record as it is noted

    async def turn(self, row: int) -> None:
        """Return once every earlier row has decided its first command."""
        if self._next < row:
            self._waiting[row] = asyncio.get_running_loop().create_future()
            await self._waiting[row]

    def decided(self, row: int, aggregate: AnyAggregate, decision: Decision) -> None:
        """The row's first command comes to this; `settle` notes what later ones come to."""
        left = _Left(row, aggregate, decision) if decision.events else None
        if row < self._next or row in self._decided:
            if left is not None:
                self._later.append(left)
        else:
            self._pass(row, left)

    def _pass(self, row: int, left: _Left | None) -> None:
        self._decided[row] = left
        while self._next in self._decided:
            if (first := self._decided.pop(self._next)) is not None:
                self.made.note(first.aggregate, first.decision.after)
                self._rows[first.key] = self._next
                self._first[self._next] = first
            self._next += 1
            if (waiter := self._waiting.pop(self._next, None)) is not None and not waiter.done():
                waiter.set_result(None)

    async def end_of_those(self, row: int, records: Iterable[MadeKey]) -> None:
        """Wait for the ends of the earlier rows that left these records as they are noted."""
        for earlier in sorted({self._rows[key] for key in records if key in self._rows}):
            if earlier < row:
                await self.end_of(earlier)

    async def claim(self, row: int, values: list[tuple[str, str]]) -> None:
        """Wait until earlier rows that want one of these unique values have ended."""
        before = {self._claims[value] for value in values if value in self._claims} - {row}
        self._claims.update(dict.fromkeys(values, row))
        for earlier in sorted(before):
            await self.end_of(earlier)

    def ended(self, row: int, stays: bool = True) -> None:
        """All commands of the row are done. stays: what its first one decided has come to be and is to be found."""
        if row >= self._next and (row not in self._decided or not stays):
            self._pass(row, None)
        first = self._first.pop(row, None)
        if first is not None and not stays and self._rows.get(first.key) == row:
            self.made.forget((first.key,))
            if first.decision.before.version:
                self.made.note(first.aggregate, first.decision.before)
        if not self._ended[row].done():
            self._ended[row].set_result(None)

    async def end_of(self, row: int) -> None:
        await asyncio.shield(self._ended[row])

    def settle(self) -> None:
        """The batch is done: note what later commands left."""
        for left in self._later:
            self.made.note(left.aggregate, left.decision.after)


class RowBatch(Batch):
    """What the bus is given for the commands of one row."""

    def __init__(self, row: int, order: RowOrder, repository: Repository, views: LayeredViews) -> None:
        self._asked = AskedViews(views)
        super().__init__(repository, self._asked)
        self.row, self.order = row, order

    async def decide(self, task: Task, decide: Decide) -> Decision:
        """See Batch.decide."""
        self._asked.begin(task.aggregate.collection.name)
        refused: CrmError | None = None
        try:
            decision = await decide(task)
        except CrmError as error:
            refused = error
        values = [] if refused else _unique_values(task.aggregate, decision)
        if values or self._asked.questions:
            await self.order.turn(self.row)
            if records := self._asked.made_answers():
                await self.order.end_of_those(self.row, records)
            if records and self._asked.have_changed():
                refused, decision = None, await decide(task)
                values = _unique_values(task.aggregate, decision)
        if refused is not None:
            raise refused
        self.order.decided(self.row, task.aggregate, decision)
        if values:
            await self.order.claim(self.row, values)
        return decision


class AskedViews:
    """Is a ReadableViews: first it answers from the views alone and keeps the questions, then with the made records."""

    def __init__(self, views: LayeredViews) -> None:
        self._views, self._below, self._made = views, views.below, views.made
        self.questions: list[tuple[Query, Scope, list[Document]]] = []
        self._collection, self._with_made = "", False

    def begin(self, collection: str) -> None:
        """A new decision on a record of the collection, which is the one that the import's step makes."""
        self.questions, self._collection, self._with_made = [], collection, False

    def made_answers(self) -> set[MadeKey]:
        """The made records that answer a question, or stand in the place of a document that did."""
        name, found = self._collection, set[MadeKey]()
        for query, scope, documents in self.questions:
            found.update((name, d["id"]) for d in self._made.find(name, query, scope))
            found.update((name, d["id"]) for d in documents if self._made.holds(name, d["id"]))
        return found

    def have_changed(self) -> bool:
        """Whether a made record changes an answer; then the next answers are with them."""
        self._with_made = bool(self.made_answers())
        return self._with_made

    async def get(self, collection: str, key: str, scope: Scope) -> Document | None:
        return await self._views.get(collection, key, scope)

    async def find(self, collection: str, query: Query, scope: Scope) -> Page:
        if collection != self._collection or self._with_made:
            return await self._views.find(collection, query, scope)
        page = await self._below.find(collection, query, scope)
        self.questions.append((query, scope, page.items))
        return page

    async def count(self, collection: str, query: Query, scope: Scope) -> int:
        return await self._views.count(collection, query, scope)


def _unique_values(aggregate: AnyAggregate, decision: Decision) -> list[tuple[str, str]]:
    """(name, key) of the unique values that the decision gives the record."""
    if not aggregate.uniques or not decision.events:
        return []
    held = [(u.name, held_value(u, decision.after), held_value(u, decision.before)) for u in aggregate.uniques]
    return [(name, after) for name, after, before in held if after and after != before]
