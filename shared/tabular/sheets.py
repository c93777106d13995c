"""Rows of typed values as an XLSX file, in constant memory: real numbers, days and moments, with formats."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from shared.tabular.cells import Typed

MAX_ROWS = 1_048_576  # what a sheet of a spreadsheet program holds, header included
MAX_TEXT = 32_767  # characters of a cell
MAX_NAME = 31  # characters of a sheet's name
_WIDTHS = (10, 60)  # of a column, in characters
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")  # in a sheet's name


class SheetWriter:
    """A workbook whose sheets follow one another as each is full. Not safe for threads: one at a time."""

    def __init__(self, path: str, name: str, titles: Sequence[str], max_rows: int = MAX_ROWS) -> None:
        import xlsxwriter  # most exports are CSV, and the start need not wait for it

        options = {"constant_memory": True, "strings_to_urls": False, "default_date_format": "yyyy-mm-dd"}
        self._book = xlsxwriter.Workbook(path, options)
        self._name, self._titles, self._max = _FORBIDDEN.sub(" ", name), titles, max_rows
        self._head = self._book.add_format({"bold": True, "bottom": 1})
        self._quoted = self._book.add_format({"quote_prefix": True})
        self._formats: dict[str, Any] = {}
        self._sheet: Any = None
        self._row = max_rows

    def append(self, rows: Iterable[Sequence[tuple[Typed, int]]]) -> None:
        """rows: of each cell its value and, of a number, its decimals."""
        for row in rows:
            if self._row >= self._max:
                self._begin()
            for column, (value, places) in enumerate(row):
                if value is not None and value != "":
                    self._write(column, value, places)
            self._row += 1

    def close(self) -> None:
        """Write the file."""
        if self._sheet is None:
            self._begin()
        self._book.close()

    def _begin(self) -> None:
        number = len(self._book.worksheets()) + 1
        suffix = "" if number == 1 else f" {number}"
        self._sheet = self._book.add_worksheet(self._name[: MAX_NAME - len(suffix)] + suffix)
        self._sheet.freeze_panes(1, 0)
        least, most = _WIDTHS
        for column, title in enumerate(self._titles):
            self._sheet.set_column(column, column, min(max(len(title) + 2, least), most))
            self._sheet.write_string(0, column, title, self._head)
        self._row = 1

    def _write(self, column: int, value: Typed, places: int) -> None:
        sheet, row = self._sheet, self._row
        if isinstance(value, str):
            dangerous = value[0] in "=+-@\t\r\n'＝＋－＠"  # so a spreadsheet program keeps it text when it is edited
            sheet.write_string(row, column, value[:MAX_TEXT], self._quoted if dangerous else None)
        elif isinstance(value, bool):
            sheet.write_boolean(row, column, value)
        elif isinstance(value, datetime):
            second = value.replace(microsecond=0)  # rounded up, the end of a day would be shown as the next one
            sheet.write_datetime(row, column, second, self._format("yyyy-mm-dd hh:mm:ss"))
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, self._format("yyyy-mm-dd"))
        else:
            sheet.write_number(row, column, value, self._format("0." + "0" * places if places else "0"))

    def _format(self, number: str) -> Any:
        if number not in self._formats:
            self._formats[number] = self._book.add_format({"num_format": number})
        return self._formats[number]
