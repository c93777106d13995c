"""The statement that runs: text generated from the resolved tree, with names and literals written by us alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from services.analytics.sql.functions import OPERATORS
from services.analytics.sql.limits import MAX_NODES, MAX_READS
from services.analytics.sql.nodes import (
    Call,
    Cast,
    Constant,
    Expression,
    Lambda,
    Member,
    Name,
    Number,
    Output,
    Over,
    Query,
    Read,
    Relation,
    Select,
    Sorted,
    Subquery,
    Text,
    Union,
)
from services.analytics.sql.refusals import refuse
from shared.messages import say

T = TypeVar("T")
Scoped = Callable[[Read], str]  # the SQL of a view as the caller sees it

_LETTERS = 50  # of a text literal that count as one node
_EXACT, _LONGEST_DECIMAL = 15, 38  # digits that a float holds, and a Decimal
_OURS = re.compile(r"[a-z]\w*", re.ASCII)
_PLAIN = re.compile(r"[^'\\{}%`\x00-\x1f\x7f]*")


class Generator:
    """One statement. names: the identifiers written. scoped: the texts of the views in it."""

    def __init__(self, scoped: Scoped) -> None:
        self._scoped = scoped
        self._nodes = 0
        self.names: set[str] = set()
        self.scoped: Counter[str] = Counter()

    def text(self, query: Query) -> str:
        """Raises Invalid when the statement becomes too large, RecursionError."""
        self._count()
        if isinstance(query, Union):
            return f"({self.text(query.left)}) {query.operator} ({self.text(query.right)})"
        return self._select(query)

    def _select(self, select: Select) -> str:
        parts = ["SELECT DISTINCT" if select.distinct else "SELECT", self._list(select.outputs, self._output)]
        if select.relations:
            parts += ["FROM", *(self._relation(r) for r in select.relations)]
        if select.where is not None:
            parts += ["WHERE", self._value(select.where)]
        if select.group_all:
            parts.append("GROUP BY ALL")
        elif select.group:
            parts += ["GROUP BY", self._list(select.group, self._value)]
        if select.totals:
            parts.append("WITH TOTALS")
        if select.having is not None:
            parts += ["HAVING", self._value(select.having)]
        if select.order:
            parts += ["ORDER BY", self._list(select.order, self._sorted)]
        if select.limit is not None:
            parts.append(f"LIMIT {select.limit}")
        if select.offset is not None or select.limit is not None:
            parts.append(f"OFFSET {select.offset or 0}")  # the client would not run a statement that ends in LIMIT 0
        return " ".join(parts)

    def _output(self, output: Output) -> str:
        return f"{self._value(output.value)} AS {self._name(output.name)}"

    def _relation(self, relation: Relation) -> str:
        text = self._read(relation.source) if isinstance(relation.source, Read) else self.text(relation.source)
        joined = f"{relation.join} ({text}) AS {self._name(relation.name)}".lstrip()
        return joined if relation.on is None else f"{joined} ON {self._value(relation.on)}"

    def _read(self, read: Read) -> str:
        if self.scoped.total() >= MAX_READS:
            raise refuse("too-large", say("a statement reads views {most} times at most", most=MAX_READS))
        text = self._scoped(read)
        self.scoped[text] += 1
        return text

    def _sorted(self, one: Sorted) -> str:
        direction = " DESC" if one.descending else ""
        return f"{self._value(one.value)}{direction}{' NULLS FIRST' if one.nulls_first else ''}"

    def _value(self, value: Expression) -> str:
        self._count()
        match value:
            case Text():
                self._count(len(value.value) // _LETTERS)
                return quoted(value.value)
            case Number():
                return _number(value.digits)
            case Constant():
                return value.word
            case Name():
                return self._name(value.name, value.relation)
            case Call():
                return self._call(value)
            case Lambda():
                names = ", ".join(self._name(n) for n in value.names)
                return f"({names}) -> {self._value(value.body)}"
            case Cast():
                return f"CAST({self._converted(value.value, value.type)} AS {value.type})"
            case Member():
                return self._member(value)
            case Subquery():
                return f"exists({self.text(value.query)})" if value.exists else self._scalar(value.query)
            case Over():
                return self._over(value)

    def _converted(self, value: Expression, type_: str) -> str:
        """A literal becomes a Decimal from its text: as a float, 4.35 would become 4.34."""
        if isinstance(value, Number) and "Decimal" in type_ and "e" not in value.digits.lower():
            self._count()
            return f"'{value.digits}'"
        return self._value(value)

    def _scalar(self, query: Query) -> str:
        """A query that stands for a value; NULL where it has no row, also for types that cannot be NULL themselves."""
        self._count(3)
        return f"({self.text(_unwrapped(query))})"

    def _call(self, call: Call) -> str:
        parameters = f"({', '.join(p.digits for p in call.parameters)})" if call.parameters else ""
        distinct = "DISTINCT " if call.distinct else ""
        arguments = self._list(call.arguments, self._value)
        if call.arguments and call.function.name.startswith("toDecimal"):
            arguments = ", ".join(
                [self._converted(call.arguments[0], "Decimal"), *map(self._value, call.arguments[1:])]
            )
        return f"{call.function.name}{parameters}({distinct}{arguments})"

    def _member(self, member: Member) -> str:
        choices = member.choices
        inside = self._list(choices, self._value) if isinstance(choices, tuple) else self.text(choices)
        return f"({self._value(member.value)} IN ({inside}))"

    def _over(self, over: Over) -> str:
        partition = f"PARTITION BY {self._list(over.partition, self._value)}" if over.partition else ""
        order = f"ORDER BY {self._list(over.order, self._sorted)}" if over.order else ""
        return f"{self._call(over.call)} OVER ({' '.join(filter(None, (partition, order, over.frame)))})"

    def _list(self, values: tuple[T, ...], one: Callable[[T], str]) -> str:
        return ", ".join(one(v) for v in values)

    def _name(self, name: str, relation: str = "") -> str:
        parts = [part for part in (relation, name) if part]
        if not all(_OURS.fullmatch(part) for part in parts):
            raise refuse("name", "this name is not allowed")
        self.names.add(".".join(parts))
        return ".".join(f"`{part}`" for part in parts)

    def _count(self, nodes: int = 1) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            raise refuse("too-large", "the statement is too large when its WITH is written out")


def _number(digits: str) -> str:
    """A literal. The engine reads fractions as floats, so one of more than 15 digits is written as a Decimal."""
    whole, point, fraction = digits.lstrip("-").partition(".")
    figures = len(whole.lstrip("0")) + len(fraction)
    if not point or "e" in fraction.lower() or len((whole + fraction).strip("0")) <= _EXACT:
        return digits
    if figures > _LONGEST_DECIMAL:
        raise refuse("value", say("a number with a fraction has {most} digits at most", most=_LONGEST_DECIMAL))
    return f"CAST('{digits}' AS Decimal({figures}, {len(fraction)}))"


def _unwrapped(query: Query) -> Query:
    """The same values without LowCardinality, which the engine refuses to make NULL: an array's element has none."""
    if isinstance(query, Union):
        return replace(query, left=_unwrapped(query.left), right=_unwrapped(query.right))
    [output] = query.outputs
    array = Call(OPERATORS["array"], (output.value,))
    element = Call(OPERATORS["arrayElement"], (array, Number("1")))
    return replace(query, outputs=(replace(output, value=element),))


def quoted(text: str) -> str:
    """A text literal in which no sign has a meaning, for the engine or for the client that fills in parameters."""
    if _PLAIN.fullmatch(text):
        return f"'{text}'"
    return "'" + "".join(c if _PLAIN.fullmatch(c) else f"\\x{ord(c):02x}" for c in text) + "'"
