"""One exported file: its dress, its columns with their meanings, and made-up rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

import openpyxl

from tests.support.exports.world import Deal, Row, Worldwide

ROWS = 25
ODD = 6  # of so many rows one has a cell that is odd: with spaces around it, or a text that says nothing
_ODD_CELLS = {
    "phone": "ask reception",
    "mobile": "none",
    "fax": "-",
    "email": "n/a",
    "country": "Atlantis",
    "employees": "about 40",
    "annual_revenue": "confidential",
    "birthday": "in May",
    "website": "under construction",
}


class Col(NamedTuple):
    """meaning: the fields it may become, parted by `|`; "" = left out. filled: the share of rows with a value."""

    header: str
    meaning: str
    value: Callable[[Row], object]
    filled: float = 1.0


@dataclass(frozen=True)
class Export:
    """resource: what its rows are."""

    name: str
    resource: str
    world: Worldwide
    columns: tuple[Col, ...]
    encoding: str = "utf-8"
    delimiter: str = ","

    def right(self, found: Mapping[str, str]) -> list[str]:
        """The columns whose field is the right one. found: column → field as the suite proposes it."""
        return [c.header for c in self.columns if self._named(found[c.header]) in c.meaning.split("|")]

    def _named(self, field: str) -> str:
        return field if not field or field.startswith(("account.", "links.")) else f"{self.resource}.{field}"

    def table(self) -> list[list[str]]:
        """The rows without the headers."""
        rng, made = Random(self.name), []
        for n in range(ROWS):
            row = self.world.row(n)
            cells = [str(c.value(row)) if rng.random() < c.filled else "" for c in self.columns]
            if n % ODD == ODD - 1:
                at = rng.randrange(len(cells))
                field = self.columns[at].meaning.partition("|")[0].rpartition(".")[2]
                cells[at] = _ODD_CELLS.get(field, f"  {cells[at]} ")
            made.append(cells)
        return made

    def content(self) -> bytes:
        rows = [[c.header for c in self.columns], *self.table()]
        if self.name.endswith(".xlsx"):
            return workbook(rows)
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=self.delimiter, lineterminator="\r\n").writerows(rows)
        return text.getvalue().encode(self.encoding)


def workbook(rows: Sequence[Sequence[Any]]) -> bytes:
    """An Excel file of one sheet."""
    book, out = openpyxl.Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    book.save(out)
    return out.getvalue()


def empty(row: Row) -> str:
    return ""


def of(deal: Callable[[Deal], object]) -> Callable[[Row], object]:
    return lambda row: deal(row.deal)
