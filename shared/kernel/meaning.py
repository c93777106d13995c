"""What a question means: its conditions are rewritten into those that the views answer, one kind of value at a time.

A rewriter turns one condition into those that hold in its place, together. Each kind of meaning is one rewriter, listed
in `Meaning`; a condition that it has nothing to say about it gives back as it is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from shared.clock import Clock
from shared.errors import Invalid
from shared.kernel.catalogue import AnyAggregate, Catalogue
from shared.kernel.custom_fields import CustomFields
from shared.kernel.days import dated
from shared.messages import said
from shared.security.directory import Directory
from shared.security.permissions import Access
from shared.views.filters import typed
from shared.views.port import Condition, Field, Kind, Query, Scope, Views


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about, and who asks."""

    aggregate: AnyAggregate
    access: Access
    entries: tuple[Field, ...] = ()  # the custom fields that it names

    def field(self, name: str) -> Field | None:
        """A declared or a custom field."""
        return self.aggregate.collection.field(name) or next((f for f in self.entries if f.name == name), None)


Rewriter = Callable[[Question, Condition], Awaitable[Sequence[Condition]]]


class Meaning:
    def __init__(
        self, catalogue: Catalogue, views: Views, directory: Directory, clock: Clock, custom: CustomFields
    ) -> None:
        self._catalogue, self._views, self._directory, self._clock = catalogue, views, directory, clock
        self._custom = custom
        self._rewriters: tuple[Rewriter, ...] = (self._custom_value, self._days, self._merged_record)

    async def of(self, query: Query, question: Question, also: Iterable[str] = ()) -> Query:
        """The query as the views are asked. also: other fields that the question names. Raises Invalid."""
        question = await self._with_entries(question, query, also)
        return replace(await _rewritten(query, question, self._rewriters), entries=question.entries)

    async def dated(self, query: Query, question: Question) -> Query:
        """The query with its days as they are now: for an answer of many pages. Raises Invalid."""
        question = await self._with_entries(question, query)
        return await _rewritten(query, question, (self._custom_value, self._days))

    async def _with_entries(self, question: Question, query: Query, also: Iterable[str] = ()) -> Question:
        names = [*(c.field for c in query.where), query.sort, *also]
        entries = await self._custom.entries(question.access.tenant, question.aggregate.name, names)
        return replace(question, entries=entries)

    async def _custom_value(self, question: Question, condition: Condition) -> Sequence[Condition]:
        """A value asked of a custom field comes as text: its kind is known only here."""
        if not condition.field.startswith("custom.") or (field := question.field(condition.field)) is None:
            return (condition,)
        try:
            return (typed(field, condition),)
        except (ValueError, OverflowError) as error:
            raise Invalid.field(condition.field, "bad-filter", said(error)) from error

    async def _days(self, question: Question, condition: Condition) -> Sequence[Condition]:
        """Days are those of the place where the asker is: their own time zone, else the organisation's."""
        field = question.field(condition.field)
        if field is None or field.kind not in (Kind.DATE, Kind.DATETIME):
            return (condition,)
        calendar = await self._directory.calendar(question.access.tenant, question.access.user)
        try:
            return dated(field, condition, calendar, self._clock.now())
        except ValueError as error:
            raise Invalid.field(condition.field, "bad-filter", said(error)) from error

    async def _merged_record(self, question: Question, condition: Condition) -> Sequence[Condition]:
        """A filter by a merged record finds what points to the records it absorbed, too."""
        f = question.field(condition.field)
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


async def _rewritten(query: Query, question: Question, rewriters: Iterable[Rewriter]) -> Query:
    where: Sequence[Condition] = query.where
    for rewrite in rewriters if where else ():
        where = [meant for condition in where for meant in await rewrite(question, condition)]
    return replace(query, where=tuple(where))
