"""What is asked of views, and their answers: scopes, queries, pages, totals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from shared.views.schema import Document, Field

MAX_PAGE = 200
MAX_SORTS = 3
MAX_SKIP = 200_000
RELEVANCE = "relevance"  # the order of a search


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose eyes: a tenant, and the owners whose records are visible (None = all of the tenant).

    A record without an owner is visible only to `owners=None`.
    """

    tenant: str
    owners: frozenset[str] | None = None


Op = Literal["eq", "ne", "in", "gt", "ge", "lt", "le", "prefix", "contains", "empty"]
RangeOp = Literal["within", "outside"]  # what days mean (`shared/kernel/days.py`); nobody writes them
SetOp = Literal["one_of", "none_of"]  # what merged records mean (`shared/kernel/meaning.py`); nobody writes them
AnyOp = Op | RangeOp | SetOp


@dataclass(frozen=True, slots=True)
class Condition:
    """`prefix` and `contains` are for TEXT and KEYWORD, case-insensitive: how a text begins, what stands in it.
    `empty` takes True or False. Of KEYWORDS, `contains` finds the lists that hold the value, `in` those that hold one
    of the values, and `ne` those that do not hold the value.

    `within` and `outside` are for DATE and DATETIME and take (first, last) pairs, both ends among them: a value lies in
    one of the ranges, or in none. `one_of` and `none_of` are for KEYWORD and KEYWORDS: as `in`, and what it does not
    find, with any number of values.
    """

    field: str
    op: AnyOp
    value: Any


Combine = Literal["all", "any", "none"]


@dataclass(frozen=True, slots=True)
class Conditions:
    """A group: all of its parts hold, any of them, or none. A part without a value fails like any other one: `none` of
    `amount > 5` finds what has no amount, too."""

    combine: Combine
    parts: tuple[Where, ...]


Where = Condition | Conditions


def leaves(where: Iterable[Where]) -> Iterator[Condition]:
    """The conditions of all groups."""
    for part in where:
        if isinstance(part, Condition):
            yield part
        else:
            yield from leaves(part.parts)


@dataclass(frozen=True, slots=True)
class Order:
    """One sort key."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """All parts of `where` hold together. Nulls sort first ascending.

    `then`: the sort keys after the first; ties of all are broken by id, in the first one's direction. `skip`: so many
    are left out at the beginning, MAX_SKIP at most; a cursor goes without.

    `text`: every word occurs (see wanted.py); near: each long word of the title may have one typo. sort RELEVANCE, with
    a text: the best level first, in each what came last; one page.

    `cursor` is what the last page gave as `next`; it is valid only for the same query. `entries`: what the names of the
    collection's open field stand for (see Field.entries); conditions, sort and totals may name them.
    """

    where: tuple[Where, ...] = ()
    text: str = ""
    sort: str = "id"
    descending: bool = False
    limit: int = 50
    cursor: str | None = None
    entries: tuple[Field, ...] = ()
    near: bool = False
    then: tuple[Order, ...] = ()
    skip: int = 0

    @property
    def orders(self) -> tuple[Order, ...]:
        """All sort keys."""
        return Order(self.sort, self.descending), *self.then


@dataclass(frozen=True, slots=True)
class Buckets:
    """A number or a day by which documents are grouped: the key is how many of the rising `edges` are not above the
    value, None where there is no value."""

    field: str
    edges: tuple[Any, ...]


By = str | Buckets


def by_fields(by: Iterable[By]) -> tuple[str, ...]:
    """The fields that documents are grouped by."""
    return tuple(one if isinstance(one, str) else one.field for one in by)


@dataclass(frozen=True, slots=True)
class Page:
    """levels: of a page by relevance, the level at which each item was found."""

    items: list[Document]
    next: str | None
    levels: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Total:
    """One group of documents: the values it shares (None = no value), how many there are, and their exact sum.

    sum is a decimal text with at least two digits for DECIMAL ("1054.00"), a whole number for INTEGER, "0" when no
    field was to be added up; more: those of further fields. Of values that differ in spelling only (TEXT, fields with a
    key), one stands for all.
    """

    keys: tuple[Any, ...]
    count: int
    sum: str = "0"
    more: tuple[str, ...] = ()


class BadQuery(ValueError):
    """The query names an undeclared field, an operation its kind lacks, or a broken cursor. `field` says which."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field, self.message = field, message
