"""The read side of every record type: by id, as lists, as of any moment, and the history of each change."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from shared.clock import Clock, Micros
from shared.domain.command import Command
from shared.domain.ways_back import NOTHING_CHANGED, NoWay
from shared.errors import Invalid, NotFound, ProjectionBehind
from shared.events.envelope import Recorded
from shared.kernel.call import Done
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.changes import changes_of
from shared.kernel.custom_fields import CustomFields
from shared.kernel.meaning import Meaning, Question
from shared.kernel.merges import Merges, joined
from shared.kernel.past import PastAnswers
from shared.kernel.record_rights import rights_of
from shared.kernel.repository import Repository
from shared.kernel.snapshots import OWNER_NOW, Snapshots
from shared.kernel.undo_handles import Handle, after_command, repeated_command
from shared.past.port import At, Counted
from shared.security.directory import Directory
from shared.security.permissions import Access, Level, no_right
from shared.streaming.formula_views import FormulaSource
from shared.streaming.projection import Projection, Waiter
from shared.views.port import (
    EVERYONE,
    RELEVANCE,
    BadQuery,
    By,
    Document,
    Page,
    Query,
    Scope,
    Total,
    Views,
    by_fields,
    leaves,
)

WAIT_SECONDS = 2.0
LOOK_SECONDS = 0.5  # between two looks at what may have come by another way than a batch: a rebuild, a healing
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in the two times. version and occurred bound `as_of`, recorded bounds `known_at`; None = now."""

    version: int | None = None
    occurred: Micros | None = None
    recorded: Micros | None = None

    @property
    def is_now(self) -> bool:
        return self.version is None and self.occurred is None and self.recorded is None

    def cut(self, events: list[Recorded]) -> list[Recorded]:
        """The events that belong to the past this moment names."""
        return [
            e
            for e in events
            if (self.version is None or e.version <= self.version)
            and (self.occurred is None or e.occurred_at <= self.occurred)
            and (self.recorded is None or e.recorded_at <= self.recorded)
        ]


NOW = Moment()


class Queries:
    def __init__(
        self,
        views: Views,
        repository: Repository,
        projection: Projection,
        snapshots: Snapshots,
        directory: Directory,
        clock: Clock,
        custom: CustomFields,
        merges: Merges,
        formulas: FormulaSource,
        past: PastAnswers | None = None,
    ) -> None:
        self.views, self._repository, self._merges, self._formulas = views, repository, merges, formulas
        self._meaning = Meaning(directory, clock, custom, merges)
        self._projection, self._snapshots, self._past = projection, snapshots, past

    async def get(
        self,
        aggregate: AnyAggregate,
        id: str,
        access: Access,
        *,
        moment: Moment = NOW,
        min_version: int = 0,
        rights: bool = False,
    ) -> Document:
        """One record, hidden fields left out; with `rights`, what the caller may do with it (see `rights_of`).

        Raises NotFound, Forbidden, ProjectionBehind.
        """
        scope = scope_of(aggregate, access)
        document = await self._current(aggregate, id, scope, min_version)
        if not moment.is_now:
            events = moment.cut(await self._repository.events(aggregate, access.tenant, id))
            if not events:
                raise NotFound("the record did not exist at that moment")
            formulas = await self._formulas.of(access.tenant, aggregate.name)
            document = formulas.onto(aggregate.document(aggregate.fold(events)))
        return visible(aggregate, document, access, rights)

    async def raw(self, aggregate: AnyAggregate, id: str, access: Access, min_version: int = 0) -> bytes:
        """The record as stored bytes: for callers from whom nothing is hidden. Raises as `get`."""
        scope = scope_of(aggregate, access)
        if min_version:
            await self._wait_in(aggregate, id, scope, min_version)
        found = await self.views.get_raw(aggregate.collection.name, id, scope)
        if found is None:
            raise NotFound()
        return found

    async def _current(self, aggregate: AnyAggregate, id: str, scope: Scope, min_version: int) -> Document:
        if min_version:
            await self._wait_in(aggregate, id, scope, min_version)
        document = await self.views.get(aggregate.collection.name, id, scope)
        if document is None:
            raise NotFound()
        return document

    async def _wait_in(self, aggregate: AnyAggregate, id: str, scope: Scope, version: int) -> None:
        """As `wait_for`, but only who sees the record may wait for a version that is not in the store: an unknown and
        an invisible record answer alike, and as fast. Raises NotFound, ProjectionBehind.
        """
        stream = aggregate.stream(id)
        waiter = self._projection.watch(scope.tenant, stream)
        found = await self.views.get(aggregate.collection.name, id, scope)
        if found is None:
            if not await self._repository.store.read(scope.tenant, stream, after=version - 1, up_to=version):
                raise NotFound()
            shown = await self._version(aggregate, id, scope.tenant)
        else:
            shown = found["version"]
        if shown < version:
            await self._arrives(waiter, aggregate, id, scope.tenant, version)

    async def arrived(self, aggregate: AnyAggregate, id: str, access: Access, version: int) -> None:
        """Return once the views have a record's version. Raises NotFound, Forbidden, ProjectionBehind."""
        await self._wait_in(aggregate, id, scope_of(aggregate, access), version)

    async def wait_for(self, aggregate: AnyAggregate, id: str, tenant: str, version: int) -> None:
        """Return once the view has the record's version. Raises ProjectionBehind after two seconds."""
        waiter = self._projection.watch(tenant, aggregate.stream(id))
        if await self._version(aggregate, id, tenant) < version:
            await self._arrives(waiter, aggregate, id, tenant, version)

    async def _arrives(self, waiter: Waiter, aggregate: AnyAggregate, id: str, tenant: str, version: int) -> None:
        """Looking costs what a read costs: done for every waiter again and again, it would keep the views behind."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + WAIT_SECONDS
        while not await waiter.reaches(version, min(LOOK_SECONDS, deadline - loop.time())):
            if await self._version(aggregate, id, tenant) >= version:
                return
            if loop.time() >= deadline:
                raise ProjectionBehind()

    async def _version(self, aggregate: AnyAggregate, id: str, tenant: str) -> int:
        """The record's version in the view, not limited by a scope; 0 = it is not there."""
        found = await self.views.get(aggregate.collection.name, id, Scope(tenant))
        return 0 if found is None else int(found["version"])

    def release(self) -> None:
        """Close the past moments that no request reads."""
        self._snapshots.release()

    async def dated(self, aggregate: AnyAggregate, query: Query, access: Access) -> Query:
        """The same question about the days that its words mean now, and about what is merged now. Ask it where midnight
        or a merge may pass between two pages. Raises Invalid.
        """
        return await self._meaning.dated(query, Question(aggregate, access))

    async def find(
        self, aggregate: AnyAggregate, query: Query, access: Access, moment: Moment = NOW, rights: bool = False
    ) -> Page:
        """A page of the list now or at a moment, as `get` gives each record. Raises Invalid, Forbidden."""
        page = await self._ask(
            aggregate,
            query,
            access,
            moment,
            lambda views, name, q, s: views.find(name, q, s),
            lambda past, q, s, at: past.find(aggregate, q, s, at),
        )
        for document in page.items:
            document.pop(OWNER_NOW, None)
        return Page([visible(aggregate, d, access, rights) for d in page.items], page.next, page.levels)

    async def find_raw(self, aggregate: AnyAggregate, query: Query, access: Access) -> tuple[list[bytes], str | None]:
        """The same as stored bytes, for callers from whom nothing is hidden and for now only."""
        return await self._ask(aggregate, query, access, NOW, lambda views, name, q, s: views.find_raw(name, q, s))

    async def candidates(self, aggregate: AnyAggregate, query: Query, access: Access) -> Page:
        """The best of the records whose text is found anywhere, in fields hidden from the caller, too; whole, as they
        are kept. Who asks judges them by what the caller sees. Raises Forbidden.
        """
        scope = scope_of(aggregate, access)
        query = await self._meaning.of(query, Question(aggregate, access))
        return await self.views.find(aggregate.collection.name, query, scope)

    async def count(self, aggregate: AnyAggregate, query: Query, access: Access, moment: Moment = NOW) -> int:
        """How many records the list has, now or at a moment. Raises Invalid, Forbidden."""
        return (await self.counted(aggregate, query, access, moment)).number

    async def counted(self, aggregate: AnyAggregate, query: Query, access: Access, moment: Moment = NOW) -> Counted:
        """The same; of a moment, it may say that there are more than so many."""

        async def ask(views: Views, name: str, q: Query, s: Scope) -> Counted:
            return Counted(await views.count(name, q, s))

        return await self._ask(
            aggregate, query, access, moment, ask, lambda past, q, s, at: past.count(aggregate, q, s, at)
        )

    async def totals(
        self,
        aggregate: AnyAggregate,
        query: Query,
        access: Access,
        by: tuple[By, ...],
        sum: str | None = None,
        moment: Moment = NOW,
        more: tuple[str, ...] = (),
    ) -> list[Total]:
        """Counts and exact sums per group of values; merged records are one. Raises Invalid, Forbidden."""
        named = (*by_fields(by), *((sum,) if sum else ()), *more)
        for name in named:
            if not access.may_see(aggregate.name, name):
                raise Invalid.field(name, "bad-query", "no such field")
        found = await self._ask(
            aggregate,
            query,
            access,
            moment,
            lambda views, name, q, s: views.totals(name, q, s, by, sum, more),
            lambda past, q, s, at: past.totals(aggregate, q, s, at, by, sum, more),
            named,
        )
        places = await self._meaning.naming_records(Question(aggregate, access), by_fields(by))
        survivors = await self._merges.of(access.tenant) if places and found else None
        return joined(found, places, survivors) if survivors else found

    async def _ask(
        self,
        aggregate: AnyAggregate,
        query: Query,
        access: Access,
        moment: Moment,
        ask: Callable[[Views, str, Query, Scope], Awaitable[T]],
        ask_past: Callable[[PastAnswers, Query, Scope, At], Awaitable[T | None]] | None = None,
        also: tuple[str, ...] = (),
    ) -> T:
        """Put a checked question to the views of the moment. also: other fields that it names.

        A past moment is asked of the store of the past; what that cannot answer, of a fold of the events.
        """
        scope, name = scope_of(aggregate, access), aggregate.collection.name
        self._check(aggregate, query, access, moment)
        query = await self._meaning.of(query, Question(aggregate, access), also)
        try:
            if moment.is_now:
                return await ask(self.views, name, query, scope)
            if self._past is not None and ask_past is not None:
                at = await self._past.at(moment.occurred, moment.recorded)
                if (found := await ask_past(self._past, query, scope, at)) is not None:
                    return found
            async with self._snapshots.at(aggregate, access.tenant, moment.occurred, moment.recorded) as views:
                return await ask(views, name, query, scope)
        except BadQuery as error:
            raise Invalid.field(error.field, "bad-query", error.message) from error

    def _check(self, aggregate: AnyAggregate, query: Query, access: Access, moment: Moment) -> None:
        hidden = access.hidden(aggregate.name)
        named = [c.field for c in leaves(query.where)] + [o.field for o in query.orders if o.field != RELEVANCE]
        for name in named:
            if not access.may_see(aggregate.name, name):
                raise Invalid.field(name, "bad-query", "no such field")
        if query.text and any(f.searchable and f.name in hidden for f in aggregate.collection.fields):
            raise Invalid.field("q", "bad-query", "full text would search fields hidden from you")
        if moment.version is not None:
            raise Invalid.field("as_of", "bad-query", "a list takes a moment, not a version")

    async def unchanged_since(self, aggregate: AnyAggregate, access: Access, moment: Moment) -> bool:
        """Whether, for sure, nothing that the caller may see has changed since the moment. Raises Forbidden."""
        if self._past is None or moment.occurred is None or moment.recorded is not None:
            return False
        return await self._past.unchanged_since(aggregate, scope_of(aggregate, access), moment.occurred)

    def forget_past(self, tenant: str) -> None:
        """Past lists may show values that are masked by now: build them again."""
        self._snapshots.forget((tenant,))

    async def history(self, aggregate: AnyAggregate, id: str, access: Access) -> list[Document]:
        """Every change of a record, newest first, hidden fields left out. Raises NotFound, Forbidden."""
        await self._current(aggregate, id, scope_of(aggregate, access), 0)
        return changes_of(aggregate, await self._repository.events(aggregate, access.tenant, id), access)[::-1]

    async def undo_of(self, aggregate: AnyAggregate, command: Command, done: Done, access: Access) -> Handle | NoWay:
        """How to take back what a command did. Of a repeated request the history has to be read."""
        if done.decision is not None:
            return after_command(aggregate, command, done.decision, access)
        events = await self._repository.events(aggregate, access.tenant, done.id)
        at = next((n for n, e in enumerate(events) if e.version == done.version), None)
        if at is None or events[at].position != done.position or events[at].metadata.command_name != command.name:
            return NOTHING_CHANGED
        return repeated_command(aggregate, command, events, events[at], access)


def scope_of(aggregate: AnyAggregate, access: Access) -> Scope:
    """What the caller reads of a record type: by owner, and what is shared. Raises Forbidden where `seen` is to ask."""
    if aggregate.own_only:
        return Scope(access.tenant, frozenset({access.user}))
    scope = access.scope(aggregate.name)
    if aggregate.belongs_to is not None and access.level("*", "read") is not Level.ALL:
        raise no_right(aggregate.name, "read")
    if scope.owners is None or aggregate.collection.owner in (None, "owner"):
        return scope
    return Scope(scope.tenant, scope.owners | access.offered | {EVERYONE})


def visible(aggregate: AnyAggregate, document: Document, access: Access, rights: bool = False) -> Document:
    """The document without the fields hidden from this caller, with their rights on it if they are asked for."""
    shown = access.masked(aggregate.name, document)
    shown = shown if aggregate.conceal is None else aggregate.conceal(shown, document, access)
    return {**shown, "rights": rights_of(aggregate, document, access)} if rights else shown


def nothing_hidden(aggregate: AnyAggregate, access: Access) -> bool:
    """Whether documents may be given as they are stored."""
    return aggregate.conceal is None and not access.hidden(aggregate.name)
