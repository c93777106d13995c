"""What a question means: its conditions are rewritten into those that the views answer, one kind of value at a time.

A rewriter turns one condition into those that hold in its place, together. Each kind of meaning is one rewriter, listed
in `Meaning`; a condition that it has nothing to say about it gives back as it is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from shared.clock import Clock
from shared.errors import Invalid
from shared.kernel.catalogue import AnyAggregate, Catalogue
from shared.kernel.custom_fields import by_number
from shared.kernel.days import dated
from shared.messages import said
from shared.security.directory import Directory
from shared.security.permissions import Access
from shared.security.sources import CUSTOM_KEYS
from shared.views.port import Condition, Kind, Query, Scope, Views


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about, and who asks."""

    aggregate: AnyAggregate
    access: Access


Rewriter = Callable[[Question, Condition], Awaitable[Sequence[Condition]]]


class Meaning:
    def __init__(self, catalogue: Catalogue, views: Views, directory: Directory, clock: Clock) -> None:
        self._catalogue, self._views, self._directory, self._clock = catalogue, views, directory, clock
        self._rewriters: tuple[Rewriter, ...] = (self._custom_number, self._days, self._merged_record)

    async def of(self, query: Query, question: Question) -> Query:
        """The query as the views are asked."""
        where: Sequence[Condition] = query.where
        for rewrite in self._rewriters if where else ():
            where = [meant for condition in where for meant in await rewrite(question, condition)]
        return replace(query, where=tuple(where))

    async def _custom_number(self, question: Question, condition: Condition) -> Sequence[Condition]:
        """A filter by a custom decimal finds the number, however it is written."""
        if condition.field != CUSTOM_KEYS or condition.op != "contains":
            return (condition,)
        name, tenant = question.aggregate.name, question.access.tenant
        return (await by_number(self._catalogue, self._views, tenant, name, condition),)

    async def _days(self, question: Question, condition: Condition) -> Sequence[Condition]:
        """Days are those of the place where the asker is: their own time zone, else the organisation's."""
        field = question.aggregate.collection.field(condition.field)
        if field is None or field.kind not in (Kind.DATE, Kind.DATETIME):
            return (condition,)
        calendar = await self._directory.calendar(question.access.tenant, question.access.user)
        try:
            return dated(field, condition, calendar, self._clock.now())
        except ValueError as error:
            raise Invalid.field(condition.field, "bad-filter", said(error)) from error

    async def dated(self, query: Query, question: Question) -> Query:
        """The query with its days as they are now: for an answer of many pages."""
        where = [meant for condition in query.where for meant in await self._days(question, condition)]
        return replace(query, where=tuple(where))

    async def _merged_record(self, question: Question, condition: Condition) -> Sequence[Condition]:
        """A filter by a merged record finds what points to the records it absorbed, too."""
        f = question.aggregate.collection.field(condition.field)
        if condition.op != "eq" or f is None or not f.ref or not isinstance(condition.value, str):
            return (condition,)
        absorbed = await self._absorbed(f.ref, condition.value, question.access.tenant)
        return (replace(condition, op="in", value=[condition.value, *absorbed]) if absorbed else condition,)

    async def _absorbed(self, resource: str, id: str, tenant: str) -> list[str]:
        """The ids of the records that were merged into a record; none where its type does not merge."""
        if resource not in self._catalogue or not (target := self._catalogue[resource]).merges:
            return []
        document = await self._views.get(target.collection.name, id, Scope(tenant))
        return (document or {}).get("absorbed") or []
