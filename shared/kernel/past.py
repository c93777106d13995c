"""Lists, counts and boards as of a moment, from the store of the past; documents are folded up to their versions."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from shared.clock import Micros
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.repository import Repository
from shared.past.port import OPEN, At, Counted, Hit, NotCovered, Past, PastUnavailable
from shared.streaming.formula_views import FormulaSource
from shared.views.port import By, Document, Page, Query, Scope, Total, Views

if TYPE_CHECKING:
    from shared.streaming.past import PastProjector

WAIT_SECONDS = 1.0  # for what another process writes
LOOK_SECONDS = 0.01
FAR = 2_000  # events behind the log, with which nobody waits
T = TypeVar("T")

log = logging.getLogger("crm.past")


@dataclass(frozen=True, slots=True)
class PastAnswers:
    """projector: where this process writes the past.

    Every method answers None where the store cannot: it lacks an index for the question, is not filled or not up to
    the log. The events answer then.
    """

    past: Past
    repository: Repository
    views: Views
    formulas: FormulaSource
    projector: PastProjector | None = None

    async def find(self, aggregate: AnyAggregate, query: Query, scope: Scope, at: At) -> Page | None:
        """A page of documents as they were."""
        name = aggregate.collection.name
        found = await self._asked(aggregate, scope, at, lambda: self.past.page(name, query, scope, at))
        if found is None:
            return None
        return Page(await self._documents(aggregate, scope.tenant, found[0]), found[1])

    async def count(self, aggregate: AnyAggregate, query: Query, scope: Scope, at: At) -> Counted | None:
        """How many there were."""
        name = aggregate.collection.name
        return await self._asked(aggregate, scope, at, lambda: self.past.count(name, query, scope, at))

    async def totals(
        self,
        aggregate: AnyAggregate,
        query: Query,
        scope: Scope,
        at: At,
        by: tuple[By, ...],
        sum: str | None,
        more: tuple[str, ...],
    ) -> list[Total] | None:
        """Counts and sums by groups of values; of ranges, the events say."""
        names = tuple(one for one in by if isinstance(one, str))
        if len(names) < len(by):
            return None
        collection = aggregate.collection.name
        found: list[list[Total]] = []
        for field in (sum, *more):

            async def ask(field: str | None = field) -> list[Total]:
                return await self.past.totals(collection, query, scope, at, names, field)

            if (totals := await self._asked(aggregate, scope, at, ask)) is None:
                return None
            found.append(totals)
        others = [{one.keys: one.sum for one in totals} for totals in found[1:]]
        return [replace(one, more=tuple(sums.get(one.keys, "0") for sums in others)) for one in found[0]]

    async def density(self, aggregate: AnyAggregate, scope: Scope, bounds: Sequence[Micros]) -> list[int] | None:
        """How many events fell between each bound and the next."""
        name = aggregate.collection.name
        return await self._asked(aggregate, scope, At(), lambda: self.past.density(name, scope, bounds))

    async def at(self, occurred: Micros | None, recorded: Micros | None) -> At:
        """The moment as the store knows it."""
        if recorded is None:
            return At(OPEN - 1 if occurred is None else occurred)
        position = await self.repository.store.position_at(recorded)
        return At(OPEN - 1 if occurred is None else occurred, position, recorded)

    async def _asked(self, aggregate: AnyAggregate, scope: Scope, at: At, ask: Callable[[], Awaitable[T]]) -> T | None:
        try:
            return await ask() if await self._holds(aggregate, scope, at) else None
        except NotCovered:
            return None
        except PastUnavailable:
            log.exception("the past does not answer: the events do")
            return None

    async def _holds(self, aggregate: AnyAggregate, scope: Scope, at: At) -> bool:
        """Whether all that the moment knows of is in, and whose the records are now; waits a little for what is not."""
        if aggregate.collection.name in self.past.unfilled():
            return False
        head = await self.repository.store.head()
        wanted = min(at.position, head) if scope.owners is None else head
        reached = (await self.past.position()).number
        if reached >= wanted:
            return True
        if wanted - reached > FAR:
            return False
        return await (self._written_elsewhere(wanted) if self.projector is None else self._written(wanted))

    async def _written(self, position: int) -> bool:
        assert self.projector is not None
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self.projector.reach(position)
        except TimeoutError:
            return False
        except Exception:
            log.exception("the past cannot be written: the events answer")
            return False
        return self.projector.position >= position

    async def _written_elsewhere(self, position: int) -> bool:
        deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
        while (await self.past.position()).number < position:
            if asyncio.get_running_loop().time() > deadline:
                return False
            await asyncio.sleep(LOOK_SECONDS)
        return True

    async def _documents(self, aggregate: AnyAggregate, tenant: str, hits: Sequence[Hit]) -> list[Document]:
        """The live document where it is of that version; else the fold of the stream up to there.

        What is about a person is folded: a key that was destroyed masks it at once.
        """
        shown = await self.views.get_many(aggregate.collection.name, [hit.key for hit in hits], Scope(tenant))
        formulas = await self.formulas.of(tenant, aggregate.name)
        documents: list[Document] = []
        for hit in hits:
            now = shown.get(hit.key)
            if now is not None and now["version"] == hit.version and aggregate.erasure is None:
                documents.append(now)
                continue
            events = await self.repository.events(aggregate, tenant, hit.key, hit.version)
            documents.append(formulas.onto(aggregate.document(aggregate.fold(events))))
        return documents
