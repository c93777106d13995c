"""What a question means: its conditions are rewritten into those that the views answer, one kind of value at a time.

A rewriter turns one condition into those that hold in its place, together. Each kind of meaning is one rewriter, listed
in `Meaning`; a condition that it has nothing to say about it gives back as it is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from shared.clock import Clock
from shared.errors import Invalid
from shared.events.common import USER
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.custom_fields import CustomFields
from shared.kernel.days import dated
from shared.kernel.kept_form import as_kept
from shared.kernel.merges import Merges
from shared.messages import said, say
from shared.security.directory import Directory
from shared.security.permissions import Access
from shared.views.filters import typed
from shared.views.port import (
    AnyOp,
    Condition,
    Conditions,
    Field,
    Key,
    Kind,
    Op,
    Query,
    SetOp,
    Where,
    leaves,
)
from shared.views.query import MAX_IN


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about, and who asks."""

    aggregate: AnyAggregate
    access: Access
    entries: tuple[Field, ...] = ()  # the custom fields that it names

    def field(self, name: str) -> Field | None:
        """A declared or a custom field."""
        return self.aggregate.collection.field(name) or next((f for f in self.entries if f.name == name), None)


_ALIKE = {Kind.KEYWORD: ("eq", "ne", "in"), Kind.KEYWORDS: ("eq", "ne", "in", "contains")}  # compare whole values
_ANY_OF: dict[AnyOp, SetOp] = {"eq": "one_of", "in": "one_of", "contains": "one_of", "ne": "none_of"}
ME, MY_TEAM = "@me", "@my_team"
_IN_LIST: dict[AnyOp, Op] = {"eq": "contains", "in": "in", "ne": "ne"}
Rewriter = Callable[[Question, Condition], Awaitable[Sequence[Condition]]]


class Meaning:
    def __init__(self, directory: Directory, clock: Clock, custom: CustomFields, merges: Merges) -> None:
        self._directory, self._clock, self._custom, self._merges = directory, clock, custom, merges
        self._rewriters: tuple[Rewriter, ...] = (
            self._custom_value,
            self._who_asks,
            self._as_kept,
            self._listed,
            self._days,
            self._merged_records,
        )

    async def of(self, query: Query, question: Question, also: Iterable[str] = ()) -> Query:
        """The query as the views are asked. also: other fields that the question names. Raises Invalid."""
        question = await self._with_entries(question, query, also)
        return replace(await _rewritten(query, question, self._rewriters), entries=question.entries)

    async def dated(self, query: Query, question: Question) -> Query:
        """The query with its days and the merges as they are now: for an answer of many pages. Raises Invalid."""
        question = await self._with_entries(question, query)
        return await _rewritten(query, question, self._rewriters)

    async def naming_records(self, question: Question, names: Sequence[str]) -> frozenset[int]:
        """The places of those names whose fields may name merged records. Raises Invalid."""
        question = await self._with_entries(question, Query(), names)
        fields = enumerate(question.field(name) for name in names)
        return frozenset(place for place, field in fields if field is not None and self._merges.concern(field))

    async def _with_entries(self, question: Question, query: Query, also: Iterable[str] = ()) -> Question:
        names = [*(c.field for c in leaves(query.where)), *(o.field for o in query.orders), *also]
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

    async def _who_asks(self, question: Question, condition: Condition) -> Sequence[Condition]:
        """`@me` and `@my_team` among ids of users are the caller, and all who share a team with them."""
        field = question.field(condition.field)
        if field is None or field.ref != USER:
            return (condition,)
        values = condition.value if isinstance(condition.value, list) else [condition.value]
        if ME not in values and MY_TEAM not in values:
            return (condition,)
        access = question.access
        meant = {ME: {access.user}, MY_TEAM: access.team | {access.user}}
        users = sorted({user for value in values for user in meant.get(value, {value})})
        if (op := _ANY_OF.get(condition.op)) is None:
            raise Invalid.field(condition.field, "bad-filter", say("{value} goes with eq, ne and in", value=values[0]))
        return (replace(condition, op=op, value=users),)

    async def _as_kept(self, question: Question, condition: Condition) -> Sequence[Condition]:
        """Values are asked in the form in which the field keeps them: `Germany` as DE, a national number as one of the
        organisation's country.
        """
        field = question.field(condition.field)
        if field is None or condition.op not in _ALIKE.get(field.kind, ()):
            return (condition,)
        country = await self._directory.country(question.access.tenant) if field.key is Key.PHONE else ""
        normal = partial(as_kept, question.aggregate.state, field, country=country)
        value = condition.value
        return (replace(condition, value=[normal(v) for v in value] if isinstance(value, list) else normal(value)),)

    async def _listed(self, question: Question, condition: Condition) -> Sequence[Condition]:
        """A filter by a value of which a record may have several looks at all of them."""
        field = question.field(condition.field)
        op = _IN_LIST.get(condition.op)
        return (replace(condition, field=field.listed, op=op) if field and field.listed and op else condition,)

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

    async def _merged_records(self, question: Question, condition: Condition) -> Sequence[Condition]:
        """Who asks about a record asks about all that were merged with it, too."""
        field, op = question.field(condition.field), condition.op
        if field is None or op not in _NAMING.get(field.kind, ()) or not self._merges.concern(field):
            return (condition,)
        values = condition.value if op == "in" else [condition.value]
        survivors = await self._merges.of(question.access.tenant)
        if not survivors or len(values) > MAX_IN or not all(isinstance(v, str) for v in values):
            return (condition,)
        same = {id for value in values for id in survivors.same(value)}
        if same == set(values):
            return (condition,)
        return (replace(condition, op="none_of" if op == "ne" else "one_of", value=sorted(same)),)


_NAMING = {Kind.KEYWORD: ("eq", "in", "ne"), Kind.KEYWORDS: ("contains", "in", "ne")}  # how a condition names records


async def _rewritten(query: Query, question: Question, rewriters: Iterable[Rewriter]) -> Query:
    where = [meant for part in query.where for meant in await _meant(part, question, rewriters)]
    return replace(query, where=tuple(where))


async def _meant(part: Where, question: Question, rewriters: Iterable[Rewriter]) -> Sequence[Where]:
    """What holds together in place of a part."""
    if isinstance(part, Conditions):
        inner = [_one(await _meant(one, question, rewriters)) for one in part.parts]
        return (Conditions(part.combine, tuple(inner)),)
    found: Sequence[Condition] = (part,)
    for rewrite in rewriters:
        found = [meant for condition in found for meant in await rewrite(question, condition)]
    return found


def _one(together: Sequence[Where]) -> Where:
    return together[0] if len(together) == 1 else Conditions("all", tuple(together))
