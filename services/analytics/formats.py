"""Answers as a table for the terminal, CSV, JSON or an Arrow stream."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal, get_args

import orjson
import pyarrow as pa

from services.analytics.sql.refusals import value_refusal
from shared.http.cells import neutralise
from shared.warehouse.client import Answer

Format = Literal["table", "csv", "json", "arrow"]
FORMATS: tuple[Format, ...] = get_args(Format)
MEDIA: dict[str, str] = {
    "table": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "arrow": "application/vnd.apache.arrow.stream",
}
WIDEST = 60  # characters of a cell in a table
_LEAST, _MOST = -(2**63), 2**64 - 1  # what a JSON number of orjson holds


def encode(answer: Answer, format: Format) -> bytes:
    """Raises Invalid when a value has no form in the format."""
    try:
        return _ENCODERS[format](answer)
    except (ValueError, ArithmeticError, TypeError, pa.ArrowException):
        raise value_refusal() from None


def plain(value: Any) -> Any:
    """A value as JSON shows it: money and whole numbers beyond 64 bits as text, moments in RFC 3339 (UTC), days in ISO
    form."""
    match value:
        case Decimal():
            return format(value, "f")
        case datetime():
            aware = value if value.tzinfo else value.replace(tzinfo=UTC)
            return f"{aware.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
        case list() | tuple():
            return [plain(v) for v in value]
        case int() if not _LEAST <= value <= _MOST:
            return str(value)
        case None | bool() | int() | float() | str():
            return value
    return str(value)


def _json(answer: Answer) -> bytes:
    names = _distinct(answer.names)
    columns = [{"name": n, "type": t} for n, t in zip(names, answer.types, strict=True)]
    rows = [dict(zip(names, map(plain, row), strict=True)) for row in answer.rows]
    return orjson.dumps({"columns": columns, "rows": rows})


def _csv(answer: Answer) -> bytes:
    """RFC 4180 in UTF-8; texts that a spreadsheet would take for formulas begin with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([neutralise(n) for n in answer.names])
    writer.writerows([_cell(value) for value in row] for row in answer.rows)
    return out.getvalue().encode()


def _cell(value: Any) -> str:
    shown = plain(value)
    if isinstance(value, str):
        return neutralise(value)
    return "" if shown is None else orjson.dumps(shown).decode() if isinstance(shown, list) else str(shown)


def _table(answer: Answer) -> bytes:
    rows = [[_short(_text(value)) for value in row] for row in answer.rows]
    names = [_short(n) for n in answer.names]
    numeric = [_is_number(t) for t in answer.types]
    widths = [max(map(_width, column)) for column in zip(names, *rows, strict=True)]
    lines = [_line(names, widths, numeric), "  ".join("-" * w for w in widths)]
    lines += [_line(row, widths, numeric) for row in rows]
    return ("\n".join(lines) + f"\n({len(rows)} row{'' if len(rows) == 1 else 's'})\n").encode()


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = []
    for cell, width, to_right in zip(cells, widths, right, strict=True):
        space = " " * (width - _width(cell))
        padded.append(space + cell if to_right else cell + space)
    return "  ".join(padded).rstrip()


def _text(value: Any) -> str:
    shown = plain(value)
    text = "" if shown is None else orjson.dumps(shown).decode() if isinstance(shown, list) else str(shown)
    return "".join(c if c.isprintable() else " " for c in text)


def _short(text: str) -> str:
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def _width(text: str) -> int:
    """Columns of a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _is_number(type_: str) -> bool:
    return _inner(type_).startswith(("Int", "UInt", "Float", "Decimal"))


def _arrow(answer: Answer) -> bytes:
    names = _distinct(answer.names)
    arrays = [_array(c, t) for c, t in zip(answer.columns, answer.types, strict=True)]
    table = pa.table(arrays, names=names)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def _array(values: Sequence[Any], type_: str) -> pa.Array:
    kind = _arrow_type(_inner(type_))
    if kind is None:
        return pa.array([None if v is None else _text(v) for v in values], pa.string())
    if pa.types.is_timestamp(kind):
        values = [v.replace(tzinfo=UTC) if v is not None and v.tzinfo is None else v for v in values]
    return pa.array(list(values), kind)


_SIMPLE: dict[str, pa.DataType] = {
    "String": pa.string(),
    "Bool": pa.bool_(),
    "Date": pa.date32(),
    "Date32": pa.date32(),
    "Float32": pa.float32(),
    "Float64": pa.float64(),
    **{f"Int{n}": getattr(pa, f"int{n}")() for n in (8, 16, 32, 64)},
    **{f"UInt{n}": getattr(pa, f"uint{n}")() for n in (8, 16, 32, 64)},
}


def _arrow_type(type_: str) -> pa.DataType | None:
    """None for types that go as text."""
    if type_ in _SIMPLE:
        return _SIMPLE[type_]
    if type_.startswith("DateTime"):
        return pa.timestamp("us", "UTC")
    if type_.startswith("Decimal("):
        precision, scale = (int(n) for n in type_[8:-1].split(","))
        return (pa.decimal128 if precision <= 38 else pa.decimal256)(precision, scale)
    if type_.startswith("Array("):
        inner = _arrow_type(_inner(type_[6:-1]))
        return pa.list_(inner) if inner is not None and not pa.types.is_timestamp(inner) else None
    return None


def _inner(type_: str) -> str:
    while type_.startswith(("Nullable(", "LowCardinality(")):
        type_ = type_.partition("(")[2][:-1]
    return type_


def _distinct(names: Sequence[str]) -> list[str]:
    """Names that occur again get a number, so that no value is lost."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return found


_ENCODERS: dict[str, Callable[[Answer], bytes]] = {"table": _table, "csv": _csv, "json": _json, "arrow": _arrow}
