"""The question that answers a wish: one SELECT over documented views, which goes the way of analysts' SQL.

Its text is made of declarations alone. What the caller wrote travels next to it, as values of literals such as '$from'.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from services.analytics.metrics.request import Bucket, Wish
from services.analytics.metrics.spec import Money, in_currency

MOST_ROWS = 1_000  # of an answer
BASE = "$base"  # stands for the organisation's currency
UNRATED = "count(amount) - count(base_amount)"  # deals of a currency without a rate
_STARTS: dict[Bucket, str] = {"day": "toDate32", "week": "toMonday", "month": "toStartOfMonth"}
_FISCAL: dict[Bucket, str] = {"quarter": "toStartOfQuarter", "year": "toStartOfYear"}


@dataclass(frozen=True, slots=True)
class Key:
    """A column that rows are grouped by."""

    name: str
    sql: str


@dataclass(frozen=True, slots=True)
class Statement:
    """Columns: which part a row belongs to (rows, total, rows_before, total_before), then the keys, then the figures,
    then, in the organisation's currency, how many amounts are in none of them.

    values: of the literals in the text.
    """

    text: str
    values: dict[str, str]
    keys: tuple[Key, ...]


def statement(wish: Wish, money: Money, fiscal_year_start: int) -> Statement:
    keys = tuple(_keys(wish, money, fiscal_year_start))
    whole = wish.bucket is None and not wish.by  # the rows are the totals then
    parts = [_part(wish, money, keys, part, "$as_of") for part in ("rows", "total")[: 1 if whole else 2]]
    if wish.compare is not None:
        parts += [_part(wish, money, keys, f"{part}_before", "$compare") for part in ("rows", "total")[: len(parts)]]
    text = " UNION ALL ".join(f"({p})" for p in parts) if len(parts) > 1 else parts[0]
    return Statement(text, dict(_values(wish)), keys)


def counts_unrated(wish: Wish, money: Money) -> bool:
    """Whether amounts are missing where their currency has no rate."""
    return money == "base" and wish.metric.has_money


def values_of_days(wish: Wish) -> dict[str, str]:
    """The days of the wish by the literals that stand for them; those that are not given are left out."""
    days = {"$from": wish.first, "$to": wish.last, "$as_of": wish.as_of, "$compare": wish.compare}
    return {name: day.isoformat() for name, day in days.items() if day is not None}


def _values(wish: Wish) -> Iterable[tuple[str, str]]:
    yield from values_of_days(wish).items()
    for n, filter_ in enumerate(wish.filters):
        for m, value in enumerate(filter_.values):
            yield f"${n}.{m}", value


def _keys(wish: Wish, money: Money, fiscal_year_start: int) -> Iterable[Key]:
    if wish.bucket is not None:
        yield Key("bucket", _start(wish.bucket, wish.metric.day, fiscal_year_start))
    for dimension in wish.by:
        yield Key(dimension.name, dimension.sql)
        if dimension.text:
            yield Key(f"{dimension.name}_label", dimension.text)
    if wish.metric.has_money:
        # in the organisation's currency a deal without an amount is counted with the others, not in a row of its own
        yield Key("currency", "currency" if money == "deal" else f"ifNull(nullIf(base_currency, ''), '{BASE}')")


def _start(bucket: Bucket, day: str, fiscal_year_start: int) -> str:
    """The first day of the bucket that a day is in; quarters and years are fiscal ones."""
    if bucket in _STARTS:
        return f"{_STARTS[bucket]}({day})"
    if (before := fiscal_year_start - 1) == 0:
        return f"{_FISCAL[bucket]}({day})"
    return f"addMonths({_FISCAL[bucket]}(addMonths({day}, -{before})), {before})"


def _part(wish: Wish, money: Money, keys: tuple[Key, ...], part: str, day: str) -> str:
    whole = part.startswith("total")
    grouped = [n for n, key in enumerate(keys) if not whole or key.name == "currency"]
    columns = [f"'{part}' AS part"]
    columns += [f"ifNull(toString({k.sql}), '') AS k{n}" if n in grouped else f"'' AS k{n}" for n, k in enumerate(keys)]
    columns += [f"{in_currency(f.sql, money)} AS f{n}" for n, f in enumerate(wish.metric.figures)]
    if counts_unrated(wish, money):
        columns.append(f"{UNRATED} AS unrated")
    text = f"SELECT {', '.join(columns)} FROM {_source(wish, day)}"
    if where := " AND ".join(_conditions(wish)):
        text += f" WHERE {where}"
    if grouped:
        text += f" GROUP BY {', '.join(f'k{n}' for n in grouped)}"
    if not whole:
        text += f" ORDER BY {_order(wish)} LIMIT {MOST_ROWS + 1}"
    return text.replace("{day}", f"'{day if day == '$compare' or wish.as_of else '$today'}'")


def _source(wish: Wish, day: str) -> str:
    now = day == "$as_of" and wish.as_of is None
    view = wish.metric.view if now else f"{wish.metric.view}_as_of(day = '{day}')"
    return wish.metric.source.replace("{view}", view)


def _conditions(wish: Wish) -> Iterable[str]:
    metric = wish.metric
    if metric.where:
        yield f"({metric.where})"
    if wish.first is not None:
        yield f"{metric.day} >= toDate32('$from')"
    if wish.last is not None:
        yield f"{metric.day} <= toDate32('$to')"
    if wish.bucket is not None:
        yield f"isNotNull({metric.day})"
    for n, filter_ in enumerate(wish.filters):
        choices = ", ".join(f"'${n}.{m}'" for m in range(len(filter_.values)))
        yield f"toString({filter_.dimension.sql}) IN ({choices})"


def _order(wish: Wish) -> str:
    """By time, else as the first dimension says; then the largest first, and by the values, so that it is one order."""
    first = ["k0"] if wish.bucket else [wish.by[0].order] if wish.by and wish.by[0].order else []
    keys = len(tuple(_keys(wish, "deal", 1)))
    return ", ".join([*first, "f0 DESC", *(f"k{n}" for n in range(keys))])
