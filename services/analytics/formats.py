"""Answers as a table for the terminal, CSV, JSON or an Arrow stream."""

from __future__ import annotations

import asyncio
import csv
import io
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, Literal, get_args

import orjson
import pyarrow as pa

from services.analytics.sql.refusals import refuse, value_refusal
from shared.messages import say
from shared.tabular.cells import neutralise
from shared.warehouse.port import Answer
from shared.warehouse.tables import Row

Format = Literal["table", "csv", "json", "arrow"]
FORMATS: tuple[Format, ...] = get_args(Format)
MEDIA: dict[str, str] = {
    "table": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "arrow": "application/vnd.apache.arrow.stream",
}
WIDEST = 60  # characters of a cell in a table
TABLE_ROWS, TABLE_CELLS = 1_000, 100_000  # of a table at most; the other formats have all rows
MAX_CELLS = 1_000_000  # of an answer, those inside arrays and tuples counted
MAX_BYTES = 64_000_000  # of an encoded answer
_CHUNK_ROWS, _CHUNK_CELLS = 2_000, 20_000  # encoded at once: a few milliseconds
_CHUNK_LINES = 100  # of a table
_LEAST, _MOST = -(2**63), 2**64 - 1  # what a JSON number of orjson holds


class Encoder:
    """Encodes one answer at a time, in a thread that lets other requests run after every chunk."""

    def __init__(self) -> None:
        self._one = asyncio.Lock()

    async def encode(self, answer: Answer, format: Format) -> bytes:
        """Raises Invalid as chunks does."""
        found: list[bytes] = []
        async with self._one:
            pieces = chunks(answer, format)
            while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
                found.append(piece)
            return b"".join(found)


def encode(answer: Answer, format: Format) -> bytes:
    """Raises Invalid as chunks does."""
    return b"".join(chunks(answer, format))


def chunks(answer: Answer, format: Format) -> Iterator[bytes]:
    """Raises Invalid when a value has no form in the format, or the answer is too large."""
    size = 0
    try:
        yield from _counted(answer)
        for chunk in _ENCODERS[format](answer):
            size += len(chunk)
            if size > MAX_BYTES:
                raise refuse(
                    "too-large",
                    say("the answer has more than {size} MB; ask for less at once", size=MAX_BYTES // 1_000_000),
                )
            yield chunk
    except (ValueError, ArithmeticError, TypeError, pa.ArrowException):
        raise value_refusal() from None


def _counted(answer: Answer) -> Iterator[bytes]:
    """The engine bounds rows × columns; what is inside arrays and tuples is counted here."""
    cells = 0
    for column, type_ in zip(answer.columns, answer.types, strict=True):
        nested = "Array(" in type_ or "Tuple(" in type_
        for start in range(0, len(column), _CHUNK_ROWS):
            part = column[start : start + _CHUNK_ROWS]
            cells += sum(map(_cells, part)) if nested else len(part)
            if cells > MAX_CELLS:
                raise refuse(
                    "too-large", say("the answer has more than {most:,} values; ask for less at once", most=MAX_CELLS)
                )
            if nested:
                yield b""


def _cells(value: Any) -> int:
    if not isinstance(value, list | tuple):
        return 1
    if len(value) > MAX_CELLS:
        return len(value)
    return 1 + sum(map(_cells, value))


def _rows(answer: Answer) -> Iterator[list[Row]]:
    """The rows, some thousand cells at once."""
    rows = zip(*answer.columns, strict=True)
    at_once = max(1, min(_CHUNK_ROWS, _CHUNK_CELLS // max(1, len(answer.columns))))
    while part := list(islice(rows, at_once)):
        yield part


def plain(value: Any) -> Any:
    """A value as JSON shows it: money and whole numbers beyond 64 bits as text, moments in RFC 3339 (UTC), days in ISO
    form."""
    match value:
        case Decimal():
            return _decimal(value)
        case datetime():
            aware = value if value.tzinfo else value.replace(tzinfo=UTC)
            return f"{aware.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
        case list() | tuple():
            return [plain(v) for v in value]
        case int() if not _LEAST <= value <= _MOST:
            return str(value)
        case None | bool() | int() | float() | str():
            return value
    return str(value)


def _decimal(value: Decimal) -> str:
    """With two decimals; with more only where they are not zero, with fewer where its type has fewer."""
    whole, point, digits = format(value, "f").partition(".")
    return f"{whole}{point}{digits[:2]}{digits[2:].rstrip('0')}"


def _json(answer: Answer) -> Iterator[bytes]:
    names = _distinct(answer.names)
    columns = [{"name": n, "type": t} for n, t in zip(names, answer.types, strict=True)]
    yield b'{"columns":%b,"rows":[' % orjson.dumps(columns)
    comma = b""
    for rows in _rows(answer):
        encoded = orjson.dumps([dict(zip(names, map(plain, row), strict=True)) for row in rows])
        yield comma + encoded[1:-1]
        comma = b","
    yield b"]}"


def _csv(answer: Answer) -> Iterator[bytes]:
    """RFC 4180 in UTF-8; texts that a spreadsheet would take for formulas begin with an apostrophe."""
    yield _csv_lines([[neutralise(n) for n in answer.names]])
    for rows in _rows(answer):
        yield _csv_lines([[_cell(value) for value in row] for row in rows])


def _csv_lines(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def _cell(value: Any) -> str:
    return neutralise(value) if isinstance(value, str) else _text(value)


def _table(answer: Answer) -> Iterator[bytes]:
    found = len(answer.columns[0])
    shown = min(found, TABLE_ROWS, TABLE_CELLS // len(answer.columns))
    names, rows = [_short(n) for n in answer.names], list[list[str]]()
    for part in _rows(Answer(answer.names, answer.types, tuple(c[:shown] for c in answer.columns))):
        rows += [[_short(_printable(_text(value)[: WIDEST + 1])) for value in row] for row in part]
        yield b""
    numeric = [_is_number(t) for t in answer.types]
    widths = [max(map(_width, column)) for column in zip(names, *rows, strict=True)]
    yield f"{_line(names, widths, numeric)}\n{'  '.join('-' * w for w in widths)}\n".encode()
    for start in range(0, shown, _CHUNK_LINES):
        yield "".join(f"{_line(row, widths, numeric)}\n" for row in rows[start : start + _CHUNK_LINES]).encode()
    if shown < found:
        yield f"(the first {shown} of {found} rows; json, csv and arrow have all)\n".encode()
    else:
        yield f"({found} row{'' if found == 1 else 's'})\n".encode()


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = []
    for cell, width, to_right in zip(cells, widths, right, strict=True):
        space = " " * (width - _width(cell))
        padded.append(space + cell if to_right else cell + space)
    return "  ".join(padded).rstrip()


def _text(value: Any) -> str:
    shown = plain(value)
    return "" if shown is None else orjson.dumps(shown).decode() if isinstance(shown, list) else str(shown)


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def _short(text: str) -> str:
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def _width(text: str) -> int:
    """Columns of a terminal: Chinese characters take two."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _is_number(type_: str) -> bool:
    return _inner(type_).startswith(("Int", "UInt", "Float", "Decimal"))


def _arrow(answer: Answer) -> Iterator[bytes]:
    arrays = []
    for column, type_ in zip(answer.columns, answer.types, strict=True):
        arrays.append(_array(column, type_))
        yield b""
    table = pa.table(arrays, names=_distinct(answer.names))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    yield bytes(sink.getvalue().to_pybytes())


def _array(values: Sequence[Any], type_: str) -> pa.Array:
    kind = _arrow_type(_inner(type_))
    if kind is None:
        return pa.array([None if v is None else _printable(_text(v)) for v in values], pa.string())
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


_ENCODERS: dict[str, Callable[[Answer], Iterator[bytes]]] = {
    "table": _table,
    "csv": _csv,
    "json": _json,
    "arrow": _arrow,
}
