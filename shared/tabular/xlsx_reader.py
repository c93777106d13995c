"""The first sheet of an XLSX as CSV, in a process of its own: what a hostile file costs in memory and time, it costs
there, and within bounds.

`python xlsx_reader.py SOURCE TARGET`; it takes nothing of the suite but this file. Exit code 0: written. REFUSED: why
is on standard output, in a word. Any other: a bound was met.
"""

from __future__ import annotations

import csv
import re
import sys
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

MAX_CELLS = 1_000  # of one row
MAX_ROW = 4 * 1024 * 1024  # bytes of XML
MEMORY = 512 * 1024 * 1024
SECONDS = 600  # of processor time
CHUNK = 1024 * 1024
REFUSED = 3
_ZEROS = re.compile(r"(0{2,20})(?:;.*)?")  # a number format


class Refused(Exception):
    """args: what was met: "cells" or "row"."""


class Number(float):
    """A number with a fraction. text: as the file writes it, where a float would change it; else ""."""

    __slots__ = ("text",)
    text: str


def number_of(text: str) -> Number | int:
    """Replaces openpyxl's conversion: a text that is no image of a float (17 digits) is an exact decimal.

    Spreadsheet programs write 1.1 as 1.1000000000000001, which means 1.1; 90071992547409.93 means itself.
    """
    if not set(text) & set(".eE"):
        return int(text)
    value = Number(text)
    images = Decimal(repr(float(value))), Decimal(f"{value:.17g}")
    value.text = "" if Decimal(text) in images else text
    return value


def bound_this_process() -> None:
    """Where the system knows such bounds."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def convert(source: str, target: str) -> None:
    """Write the CSV. Raises Refused, and whatever a hostile file provokes in openpyxl."""
    sys.modules["numpy"] = None  # type: ignore[assignment]  # openpyxl would load it, for nothing that is needed here
    from openpyxl import load_workbook
    from openpyxl.worksheet import _reader

    setattr(_reader, "_cast_number", number_of)  # noqa: B010  (mypy knows no private names)
    with zipfile.ZipFile(source) as archive:
        for entry in archive.infolist():
            if entry.file_size > MAX_ROW:
                refuse_endless_row(archive, entry)
    with open(source, "rb") as file, open(target, "w", encoding="utf-8", newline="") as out:
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        copy(([shown(cell) for cell in row] for row in sheet.iter_rows()), out)


def refuse_endless_row(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """A row is in memory whole before its cells can be counted, so its bytes are counted first."""
    length: int | None = None  # of the row so far
    with archive.open(entry) as part:
        while chunk := part.read(CHUNK):
            begins = chunk.find(b"<row")
            if length is not None:
                length += len(chunk) if begins < 0 else begins
                if length > MAX_ROW:
                    raise Refused("row")
            if begins >= 0:
                length = len(chunk) - chunk.rfind(b"<row")
            if b"</sheetData" in chunk:
                length = None


def shown(cell: Any) -> Any:
    """A cell's value; a whole number with the leading zeros that its format shows (postcodes: 00000)."""
    value = cell.value
    if type(value) is int and value >= 0 and (zeros := _ZEROS.fullmatch(cell.number_format)):
        return str(value).zfill(len(zeros[1]))
    return value


def copy(rows: Iterable[Iterable[Any]], out: Any) -> None:
    writer = csv.writer(out)
    width = 0
    for row in rows:
        cells = [text_of(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        if len(cells) > MAX_CELLS:
            raise Refused("cells")
        if not cells:
            continue
        width = width or len(cells)
        writer.writerow(cells + [""] * (width - len(cells)))


def text_of(value: Any) -> str:
    """Dates as ISO text, numbers plain."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Number() if value.text:
            return value.text
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat()
        case date():
            return value.isoformat()
        case str():
            return value.replace("\0", "")
    return str(value)


def main(source: str, target: str) -> int:
    bound_this_process()
    try:
        convert(source, target)
    except MemoryError:
        return 1
    except Refused as error:
        sys.stdout.write(error.args[0])
        return REFUSED
    except Exception:  # of zipfile, the XML parser and openpyxl: whatever a hostile file provokes
        sys.stdout.write("unreadable")
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
