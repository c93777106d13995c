"""From the engine's rows to an answer: columns that say what they are, rows, totals; the same as CSV."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field as F
from typing_extensions import TypedDict

from services.analytics.formats import plain
from services.analytics.metrics.request import Wish
from services.analytics.metrics.spec import Figure, Money, Unit
from services.analytics.metrics.statement import MOST_ROWS, Statement, counts_unrated
from shared.messages import say
from shared.messages.languages import Language, in_language
from shared.tabular.cells import MARK, neutralise
from shared.warehouse.port import Answer

Role = Literal["bucket", "dimension", "label", "currency", "figure"]
_BEFORE = "_before"


_COMPLETE = (
    f"false = there are more than {MOST_ROWS} groups on one of the days. These are the first; where it is the day of "
    "`compare`, a figure of that day may be missing from its row"
)
_UNRATED = (
    "How many records of the total are counted while their amount is in no sum: it has no exchange rate to the "
    "organisation's currency"
)
_UNRATED_ROWS = "The same of each row, in their order"
_UNRATED_HEAD = say("Amounts without a rate")


class FigureColumn(TypedDict):
    name: str
    label: str
    role: Annotated[Role, F(description="`label`: what people read of the dimension before it")]
    unit: Annotated[Unit | None, F(description="Of a figure. percent: 0 to 100. money: text, in the row's currency")]
    day: Annotated[str | None, F(description="Of a figure: the day it is as of")]


class Figures(TypedDict):
    metric: str
    label: str
    unit: Annotated[Unit, F(description="Of its first figure")]
    columns: list[FigureColumn]
    rows: list[dict[str, Any]]
    total: Annotated[list[dict[str, Any]], F(description="Over all groups; of money a row for each currency")]
    as_of: Annotated[str, F(description="The day, in the organisation's time zone")]
    compare: str | None
    currency: Annotated[Money | None, F(description="In which currency money is; null when there is none")]
    unrated: Annotated[int, F(description=_UNRATED)]
    unrated_rows: Annotated[list[int], F(description=_UNRATED_ROWS)]
    complete: Annotated[bool, F(description=_COMPLETE)]


def figures(wish: Wish, asked: Statement, answer: Answer, money: Money, today: date, language: Language) -> Figures:
    metric, as_of = wish.metric, (wish.as_of or today).isoformat()
    parts: dict[str, list[list[Any]]] = {}
    names = [key.name for key in asked.keys]
    unrated, of_row = dict[str, int](), dict[tuple[Any, ...], int]()
    for part, *values in answer.rows:
        count = int(values.pop()) if counts_unrated(wish, money) else 0
        unrated[part] = unrated.get(part, 0) + count
        parts.setdefault(part, []).append(row := [_shown(v) for v in values])
        if part == "rows":
            of_row[tuple(row[: len(names)])] = count
    found, before = parts.get("rows", []), parts.get("rows_before", [])
    whole = wish.bucket is None and not wish.by
    total, total_before = (found, before) if whole else (parts.get("total", []), parts.get("total_before", []))
    rows = [*_compared(wish, names, found[:MOST_ROWS], before)]
    return Figures(
        metric=metric.name,
        label=in_language(metric.label, language),
        unit=metric.unit,
        columns=[*_columns(wish, names, as_of, language)],
        rows=rows,
        total=[*_totals(wish, names, total, total_before)],
        as_of=as_of,
        compare=wish.compare.isoformat() if wish.compare else None,
        currency=money if metric.has_money else None,
        unrated=unrated.get("rows" if whole else "total", 0),
        unrated_rows=[of_row.get(tuple(row[n] for n in names), 0) for row in rows],
        complete=max(len(found), len(before)) <= MOST_ROWS,
    )


def _shown(value: Any) -> Any:
    """As JSON shows it; null for what cannot be divided."""
    return None if isinstance(value, float) and not math.isfinite(value) else plain(value)


def _columns(wish: Wish, names: Sequence[str], as_of: str, language: Language) -> Iterator[FigureColumn]:
    labels = {d.name: d.label for d in wish.by} | {"bucket": say("Period"), "currency": say("Currency")}
    for name in names:
        of = name.removesuffix("_label")
        role: Role = "bucket" if name == "bucket" else "currency" if name == "currency" else "dimension"
        if name != of:
            role = "label"
        yield FigureColumn(name=name, label=in_language(labels[of], language), role=role, unit=None, day=None)
    days = [("", as_of)] + ([(_BEFORE, wish.compare.isoformat())] if wish.compare else [])
    for figure in wish.metric.figures:
        label = in_language(figure.label, language)
        for suffix, day in days:
            yield FigureColumn(name=figure.name + suffix, label=label, role="figure", unit=figure.unit, day=day)


def _compared(
    wish: Wish, names: Sequence[str], rows: list[list[Any]], before: list[list[Any]]
) -> Iterator[dict[str, Any]]:
    """The rows, each with its figures of the other day; then the groups that there were on that day alone."""
    figures_, keys = wish.metric.figures, len(names)
    if wish.compare is None:
        yield from (_row(names, row, figures_, None) for row in rows)
        return
    of_before = {tuple(row[:keys]): row[keys:] for row in before}
    nothing: list[Any] = [0 if f.unit == "count" else None for f in figures_]
    for row in rows:
        yield _row(names, row, figures_, of_before.pop(tuple(row[:keys]), nothing))
    for key, values in of_before.items():
        yield _row(names, [*key, *nothing], figures_, values)


def _row(names: Sequence[str], row: list[Any], figures_: Iterable[Figure], before: list[Any] | None) -> dict[str, Any]:
    found = dict(zip(names, row[: len(names)], strict=True))
    for n, figure in enumerate(figures_):
        found[figure.name] = row[len(names) + n]
        if before is not None:
            found[figure.name + _BEFORE] = before[n]
    return found


def _totals(
    wish: Wish, names: Sequence[str], rows: list[list[Any]], before: list[list[Any]]
) -> Iterator[dict[str, Any]]:
    for row in _compared(wish, names, rows, before):
        yield {name: value for name, value in row.items() if name == "currency" or name not in names}


def as_csv(found: Figures, language: Language | None = None) -> bytes:
    """The rows, RFC 4180 in UTF-8; texts that a spreadsheet would take for formulas begin with an apostrophe.

    language: of the columns' titles, with the mark that spreadsheets need to see UTF-8; None = names, as programs read.
    """
    out, columns = io.StringIO(), found["columns"]
    counted = found["currency"] == "base"
    heads = [_head(c, columns, language) for c in columns] if language else [c["name"] for c in columns]
    unrated = [in_language(_UNRATED_HEAD, language) if language else "unrated"] if counted else []
    writer = csv.writer(out)
    writer.writerow([*heads, *unrated])
    for row, count in zip(found["rows"], found["unrated_rows"], strict=True):
        writer.writerow([*(_cell(c, row[c["name"]]) for c in columns), *([count] if counted else [])])
    return f"{MARK if language else ''}{out.getvalue()}".encode()


def _cell(column: FigureColumn, value: Any) -> Any:
    if value is None:
        return ""
    return value if column["role"] == "figure" else neutralise(value)


def _head(column: FigureColumn, columns: Sequence[FigureColumn], language: Language) -> str:
    """The label; with the day where there are two, with the name of a dimension whose label has a column of its own."""
    label, name = column["label"], column["name"]
    if column["day"] and any(c["label"] == label and c["day"] != column["day"] for c in columns):
        return in_language(say("{what} ({of})", what=label, of=column["day"]), language)
    if column["role"] == "dimension" and any(c["name"] == f"{name}_label" for c in columns):
        return in_language(say("{what} ({of})", what=label, of="ID"), language)
    return label
