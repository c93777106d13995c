"""A metric as data: what it counts, by what it can be grouped and filtered, and which day it goes by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from shared.messages import Message

Unit = Literal["money", "money_per_day", "count", "percent", "days", "minutes"]
Chart = Literal["bar", "line", "funnel"]
Money = Literal["deal", "base"]  # amounts in each record's currency, or in the organisation's

MONEY: frozenset[Unit] = frozenset({"money", "money_per_day"})
_WORD = re.compile(r"[a-z_]+")
_IN_BASE = {"amount": "base_amount", "currency": "base_currency"}


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of each group. sql: an aggregate over the columns of the metric's view; `{day}` is the day it is as of.

    unit: `percent` is from 0 to 100; `money` is in the currency of its row.
    """

    name: str
    label: Message
    unit: Unit
    sql: str


@dataclass(frozen=True, slots=True)
class Dimension:
    """What rows are grouped and filtered by. sql: its value. text: what people read, "" = the value itself.

    order: of the rows, "" = the largest first. `{language}` in text is `zh`, `tw` or `en`, `{day}` the day that the
    answer is as of.
    """

    name: str
    label: Message
    sql: str
    text: str = ""
    order: str = ""


@dataclass(frozen=True, slots=True)
class Metric:
    """view: documented, with a twin `<view>_as_of(day = …)`; its rows are counted where `where` holds.

    day: the column (or expression) of the period `from` to `to`; "" = what stands at the day, which has no period. by:
    the dimension that its chart shows. source: FROM, when there is more than the view, which is `{view}` there.
    joined: the views of `source` with the columns that are read of them.
    """

    name: str
    label: Message
    about: Message
    view: str
    figures: tuple[Figure, ...]
    dimensions: tuple[Dimension, ...]
    where: str = ""
    day: str = ""
    by: str = ""
    chart: Chart = "bar"
    source: str = "{view}"
    joined: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def unit(self) -> Unit:
        return self.figures[0].unit

    @property
    def has_money(self) -> bool:
        """Whether its rows are of one currency each."""
        return any(f.unit in MONEY for f in self.figures)

    def dimension(self, name: str) -> Dimension | None:
        return next((d for d in self.dimensions if d.name == name), None)


def in_currency(sql: str, money: Money) -> str:
    """The same in the organisation's currency, if that is asked for."""
    return sql if money == "deal" else re.sub(r"\b(amount|currency)\b", lambda m: _IN_BASE[m[1]], sql)


def words(*texts: str) -> Iterator[str]:
    """The words of some SQL, those in quotes left out."""
    for text in texts:
        yield from _WORD.findall(re.sub(r"'[^']*'|\{\w+\}", "", text))


def reads(texts: Iterable[str], columns: Iterable[str]) -> set[str]:
    """Which of a view's columns some SQL reads."""
    return set(columns).intersection(words(*texts))
