"""Lists, counts and boards as of a moment, from the store of the past; documents are folded up to their versions."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from shared.clock import Micros
from shared.errors import Unavailable
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.repository import Repository
from shared.messages import say
from shared.past.port import OPEN, At, Counted, Hit, NotCovered, NotHeld, PastReader, PastUnavailable, PastUpkeep
from shared.streaming.formula_views import FormulaSource
from shared.views.port import By, Document, Page, Query, Scope, Total, Views

if TYPE_CHECKING:
    from shared.streaming.past import PastProjector

FOLDED = 10_000  # records of a type that the events answer for in about a second, in place of another process
T = TypeVar("T")

log = logging.getLogger("crm.past")


@dataclass(frozen=True, slots=True)
class PastAnswers:
    """projector: where this process writes the past. most: records of a type, above which the events do not answer in
    place of a store that is away or behind.

    Every method answers None where the store cannot: it lacks an index for the question, is not filled or not up to
    the log. The events answer then. Raises Unavailable where they would take too long.
    """

    past: PastReader
    upkeep: PastUpkeep
    repository: Repository
    views: Views
    formulas: FormulaSource
    projector: PastProjector | None = None
    most: int | None = None

    async def find(self, aggregate: AnyAggregate, query: Query, scope: Scope, at: At) -> Page | None:
        """A page of documents as they were."""
        name = aggregate.collection.name
        found = await self._asked(aggregate, scope, at, lambda past: past.page(name, query, scope, at))
        if found is None:
            return None
        return Page(await self._documents(aggregate, scope.tenant, found[0]), found[1])

    async def count(self, aggregate: AnyAggregate, query: Query, scope: Scope, at: At) -> Counted | None:
        """How many there were."""
        name = aggregate.collection.name
        return await self._asked(aggregate, scope, at, lambda past: past.count(name, query, scope, at))

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

            async def ask(past: PastReader, field: str | None = field) -> list[Total]:
                return await past.totals(collection, query, scope, at, names, field)

            if (totals := await self._asked(aggregate, scope, at, ask)) is None:
                return None
            found.append(totals)
        others = [{one.keys: one.sum for one in totals} for totals in found[1:]]
        return [replace(one, more=tuple(sums.get(one.keys, "0") for sums in others)) for one in found[0]]

    async def density(self, aggregate: AnyAggregate, scope: Scope, bounds: Sequence[Micros]) -> list[int] | None:
        """How many events fell between each bound and the next."""
        name = aggregate.collection.name
        return await self._asked(aggregate, scope, At(), lambda past: past.density(name, scope, bounds))

    async def unchanged_since(self, aggregate: AnyAggregate, scope: Scope, moment: Micros) -> bool:
        """Whether, for sure, nothing in the scope has changed since a moment."""
        try:
            return await self.density(aggregate, scope, (moment + 1, OPEN)) == [0]
        except Unavailable:
            return False

    async def at(self, occurred: Micros | None, recorded: Micros | None) -> At:
        """The moment as the store knows it."""
        if recorded is None:
            return At(OPEN - 1 if occurred is None else occurred)
        position = await self.repository.store.position_at(recorded)
        return At(OPEN - 1 if occurred is None else occurred, position, recorded)

    async def _asked(
        self, aggregate: AnyAggregate, scope: Scope, at: At, ask: Callable[[PastReader], Awaitable[T]]
    ) -> T | None:
        try:
            if (past := await self._holding(aggregate, scope, at)) is not None:
                return await ask(past)
        except NotCovered:
            return None
        except NotHeld:
            pass
        except PastUnavailable as error:
            log.warning("the past does not answer: %s", error)
        await self._leave_to_the_events(aggregate, scope.tenant)
        return None

    async def _holding(self, aggregate: AnyAggregate, scope: Scope, at: At) -> PastReader | None:
        """Who knows all that the moment does, and whose the records are now; waits a little for what is not in."""
        head = await self.repository.store.head()
        wanted = min(at.position, head) if scope.owners is None else head
        return await self.upkeep.holding(aggregate.collection.name, wanted)

    async def _leave_to_the_events(self, aggregate: AnyAggregate, tenant: str) -> None:
        """Raises Unavailable where a fold of them takes longer than anybody waits."""
        if self.most is None:
            return
        if await self.views.count(aggregate.collection.name, Query(), Scope(tenant)) > self.most:
            raise Unavailable(say("past moments of more than {most} records cannot be shown just now", most=self.most))

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
