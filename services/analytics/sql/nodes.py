"""The resolved statement: every name in it is ours, and nothing of the caller's tree is part of it.

`growth` of an expression: how many times longer than a stored value its text or array may be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.analytics.sql.functions import Function
from services.analytics.views.spec import View


@dataclass(frozen=True, slots=True)
class Text:
    value: str
    growth: int = 1


@dataclass(frozen=True, slots=True)
class Number:
    """digits: a decimal literal, checked."""

    digits: str
    growth: int = 1


@dataclass(frozen=True, slots=True)
class Constant:
    """word: NULL, true or false."""

    word: str
    growth: int = 1


@dataclass(frozen=True, slots=True)
class Name:
    """A column (`t1`.`amount`), an alias or the argument of a lambda (relation = "")."""

    relation: str
    name: str
    growth: int = 1


@dataclass(frozen=True, slots=True)
class Call:
    function: Function
    arguments: tuple[Expression, ...]
    parameters: tuple[Number, ...] = ()
    distinct: bool = False
    growth: int = 1


@dataclass(frozen=True, slots=True)
class Lambda:
    names: tuple[str, ...]
    body: Expression
    growth: int = 1


@dataclass(frozen=True, slots=True)
class Cast:
    """type: composed from the closed list of types."""

    value: Expression
    type: str
    growth: int = 1


@dataclass(frozen=True, slots=True)
class Member:
    """value IN (choices), or IN a query's only column."""

    value: Expression
    choices: tuple[Expression, ...] | Query
    growth: int = 1


@dataclass(frozen=True, slots=True)
class Subquery:
    """A query as a value, or, with `exists`, whether it has a row."""

    query: Query
    exists: bool = False
    growth: int = 1


@dataclass(frozen=True, slots=True)
class Sorted:
    value: Expression
    descending: bool = False
    nulls_first: bool = False


@dataclass(frozen=True, slots=True)
class Over:
    """A call over a window. frame: generated text such as `ROWS BETWEEN 1 PRECEDING AND CURRENT ROW`."""

    call: Call
    partition: tuple[Expression, ...]
    order: tuple[Sorted, ...]
    frame: str = ""
    growth: int = 1


Expression = Text | Number | Constant | Name | Call | Lambda | Cast | Member | Subquery | Over


@dataclass(frozen=True, slots=True)
class Output:
    """A column of a query: label is the caller's, name is ours."""

    label: str
    name: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Read:
    """A view, the columns that are used of it, and the values of its parameters."""

    view: View
    columns: frozenset[str]
    arguments: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Relation:
    """A member of FROM. join: "" for the first one, else generated text such as `LEFT JOIN`."""

    name: str
    source: Read | Query
    join: str = ""
    on: Expression | None = None


@dataclass(frozen=True, slots=True)
class Select:
    outputs: tuple[Output, ...]
    relations: tuple[Relation, ...] = ()
    distinct: bool = False
    where: Expression | None = None
    group: tuple[Expression, ...] = ()
    group_all: bool = False
    totals: bool = False
    having: Expression | None = None
    order: tuple[Sorted, ...] = ()
    limit: int | None = None
    offset: int | None = None


@dataclass(frozen=True, slots=True)
class Union:
    """operator: generated text such as `UNION ALL`. The columns have the names of the left side."""

    operator: str
    left: Query
    right: Query

    @property
    def outputs(self) -> tuple[Output, ...]:
        return self.left.outputs


Query = Select | Union
