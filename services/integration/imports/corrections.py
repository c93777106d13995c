"""Cells of a file that were put right by hand: our copy of it is written again, with every row on its line."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, TextIO

from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic import Field as F

from services.integration.mapping.spec import Name
from shared.errors import FieldError, Invalid
from shared.http.body import validate
from shared.messages import say, shown
from shared.tabular.cells import neutralise
from shared.tabular.table import Facts, Row, read_rows, sha256_of

MOST = 2_000  # rows
Cells = Mapping[str, str]  # by column


class Correction(BaseModel):
    """row: its number among the file's rows, from 1, as a report names it. cells: the new ones; others stay."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    file: Name
    row: int = F(ge=1)
    cells: dict[Name, Annotated[str, F(max_length=20_000)]] = F(min_length=1, max_length=1_000)


Corrections = Mapping[str, Mapping[int, Cells]]  # by file, then by row
_LIST: TypeAdapter[list[Correction]] = TypeAdapter(Annotated[list[Correction], F(max_length=MOST)])


def parse_corrections(text: str) -> Corrections:
    """A JSON list of corrections. Raises Invalid."""
    found: dict[str, dict[int, Cells]] = {}
    for one in validate(text.encode(), _LIST) if text else ():
        found.setdefault(one.file, {})[one.row] = one.cells
    return found


def corrected(facts: Facts, rows: Mapping[int, Cells], target: Path) -> Facts:
    """The facts of `target`, which is written: the file with these rows put right.

    Raises Invalid: a column or a row that the file does not have, a row of which nothing would be left.
    """
    _check(facts, rows)
    part = target.with_name(target.name + ".part")
    with part.open("w", encoding="utf-8", newline="") as out:
        lines = _Lines(out)
        lines.write(facts.columns, facts.skip + 1)
        for row in read_rows(facts):
            lines.write(_cells(facts, row, rows[row.number]) if row.number in rows else row.cells, row.line)
    os.replace(part, target)  # of a workbook, it is the file that was read
    return replace(facts, path=target, encoding="utf-8", delimiter=",", sha256=sha256_of(target))


def _check(facts: Facts, rows: Mapping[int, Cells]) -> None:
    columns = sorted({column for cells in rows.values() for column in cells} - {*facts.columns})
    errors = []
    for column in columns:
        why = say("{file} has no column {column}", file=facts.name, column=shown(column))
        errors.append(FieldError("corrections", "unknown-column", why))
    if max(rows) > facts.rows:
        why = say("{file} has {count} rows", file=facts.name, count=facts.rows)
        errors.append(FieldError("corrections", "out-of-range", why))
    if errors:
        raise Invalid("the corrections do not fit the file", errors=errors)


def _cells(facts: Facts, row: Row, new: Cells) -> list[str]:
    """Of a row with too many or too few cells, those below a column."""
    old = dict(zip(facts.columns, row.cells, strict=False))
    cells = [new.get(column, old.get(column, "")) for column in facts.columns]
    if not any(cells):  # an empty line is no row: the ones behind it would take its number
        why = say("line {line}: a row needs a value", line=row.line)
        raise Invalid.field("corrections", "required", why)
    return cells


class _Lines:
    """Rows that end on given lines; empty ones fill the space between."""

    def __init__(self, out: TextIO) -> None:
        self._out, self._at = out, 0
        self._csv = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)

    def write(self, cells: Sequence[str], line: int) -> None:
        texts = [neutralise(cell).replace("\r\n", "\n").replace("\r", "\n") for cell in cells]
        length = 1 + sum(text.count("\n") for text in texts)
        gap = max(0, line - length - self._at)
        self._out.write("\n" * gap)
        self._csv.writerow(texts)
        self._at += gap + length
