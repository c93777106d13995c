"""Where names are looked up. A name is bound to exactly one thing, or refused.

Within one SELECT an unqualified name is, in this order: the argument of a lambda, an alias of the SELECT or of its
WITH, a column of its FROM. While an alias is being resolved its own name means the column, as in ClickHouse:
`sum(amount) AS amount`. A query inside another sees the other's common table expressions and its constants of WITH, not
its columns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from sqlglot import exp

from services.analytics.sql.limits import MAX_NESTING, MAX_SELECTS
from services.analytics.sql.nodes import Expression, Name, Query
from services.analytics.sql.refusals import Place, refuse
from services.analytics.views.spec import View
from shared.messages import say


@dataclass(frozen=True, slots=True)
class Environment:
    """The names of outer queries that a query can use."""

    tables: Mapping[str, Query] = field(default_factory=dict)
    constants: Mapping[str, Expression] = field(default_factory=dict)
    depth: int = 0

    def inner(self) -> Environment:
        if self.depth >= MAX_NESTING:
            raise refuse("too-deep", say("queries nest {most} levels at most", most=MAX_NESTING))
        return replace(self, depth=self.depth + 1)


@dataclass(frozen=True, slots=True)
class Column:
    """label: the name the caller knows it by. name: the one that is generated."""

    label: str
    name: str
    growth: int = 1


@dataclass(slots=True)
class Source:
    """A member of FROM. name: generated. called: its alias or the view's name, "" = it has none."""

    name: str
    called: str
    columns: Sequence[Column]
    read: tuple[View, Mapping[str, str]] | None = None
    query: Query | None = None
    used: set[str] = field(default_factory=set)
    _labels: dict[str, list[Column]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for column in self.columns:
            self._labels.setdefault(column.label, []).append(column)

    def named(self, label: str) -> list[Column]:
        return self._labels.get(label, [])

    def use(self, column: Column) -> Name:
        self.used.add(column.name)
        return Name(self.name, column.name, column.growth)


@dataclass(slots=True)
class Alias:
    """An expression with a name of the caller's. output: the generated name of its column, "" = expanded again."""

    node: exp.Expr
    output: str
    value: Expression | None = None
    busy: bool = False


@dataclass(slots=True)
class Scope:
    """One SELECT. merged: the columns of USING, which two sources share; hidden: the second of each pair."""

    environment: Environment
    sources: list[Source] = field(default_factory=list)
    merged: dict[str, tuple[Source, Column]] = field(default_factory=dict)
    hidden: set[tuple[str, str]] = field(default_factory=set)
    aliases: dict[str, list[Alias]] = field(default_factory=dict)
    arguments: list[dict[str, Name]] = field(default_factory=list)

    def argument(self, label: str) -> Name | None:
        return next((names[label] for names in reversed(self.arguments) if label in names), None)

    def alias(self, label: str, place: Place) -> Alias | None:
        found = [a for a in self.aliases.get(label, []) if not a.busy]
        if len(found) > 1 or (found and label in self.environment.constants):
            raise refuse("name", say("{label} is the alias of more than one expression", label=label), *place)
        return found[0] if found else None

    def column(self, label: str, place: Place) -> Name:
        if label in self.merged:
            source, column = self.merged[label]
            return source.use(column)
        return _one([(s, c) for s in self.sources for c in s.named(label)], label, place)

    def qualified(self, source: str, label: str, place: Place) -> Name:
        sources = [s for s in self.sources if s.called == source]
        if not sources:
            raise refuse("column", say("there is no view or alias {source} here", source=source), *place)
        if len(sources) > 1:
            raise refuse("name", say("{source} names more than one view or alias here", source=source), *place)
        return _one([(sources[0], c) for c in sources[0].named(label)], label, place)


def _one(found: list[tuple[Source, Column]], label: str, place: Place) -> Name:
    if not found:
        raise refuse("column", say("there is no column {label}", label=label), *place)
    if len(found) > 1:
        raise refuse(
            "name", say("more than one view or alias has a column {label}; put its name before it", label=label), *place
        )
    source, column = found[0]
    return source.use(column)


class Context:
    """Shared by the whole statement: generated names, counts, and the views as the caller sees them.

    columns: the names of a view's columns that exist for the caller; raises Forbidden when the view does not.
    """

    def __init__(self, views: Mapping[str, View], reserved: frozenset[str], columns: Callable[[View], list[str]]):
        self.views, self.reserved, self.columns = views, reserved, columns
        self._numbers = count(1)
        self._selects = 0

    def new(self, prefix: str) -> str:
        """A name that occurs once in the statement: c = column, t = relation, x = argument."""
        return f"{prefix}{next(self._numbers)}"

    def over(self, query: Query, called: str = "") -> Source:
        """A query as a member of FROM."""
        columns = [Column(o.label, o.name, o.value.growth) for o in query.outputs]
        return Source(self.new("t"), called, columns, query=query)

    def count_select(self, place: Place) -> None:
        self._selects += 1
        if self._selects > MAX_SELECTS:
            raise refuse("too-large", say("a statement has {most} SELECTs at most", most=MAX_SELECTS), *place)
