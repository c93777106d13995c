"""The download of a list as a file over HTTP, all columns; next to it, the library alone writing the same cells.

The library is xlsxwriter with constant memory. It has no list to read, no rights to check and no HTTP.
"""

from __future__ import annotations

import io
import time
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import openpyxl
import xlsxwriter

from bench import data
from bench.figures import Figure, at_least, interleaved, show
from bench.start import served

ROWS = 20_000
EXPORT = "/customer/accounts/export"


def run(rounds: int = 3, rows: int = ROWS) -> list[Figure]:
    with served(data.accounts(rows)) as (_, url, _), TemporaryDirectory(prefix="crm-bench-") as folder:
        headers = {"Authorization": f"Bearer {data.sign_in(url)}"}
        with httpx.Client(base_url=url, headers=headers, timeout=300) as http:
            cells = _cells(http.get(EXPORT, params={"format": "xlsx"}).raise_for_status().content)
            cases = {
                "xlsx": lambda: _download(http, "xlsx", rows),
                "csv": lambda: _download(http, "csv", rows),
                "alone": lambda: _alone(Path(folder, "alone.xlsx"), cells),
            }
            rate = interleaved(cases, rounds)
    size = f"{len(cells[0])} columns, {rows:,} rows"
    library = f"{rate['xlsx']:,.0f} rows/s; the library alone {rate['alone']:,.0f}"
    return [
        at_least("export as XLSX", rate["xlsx"], 5_000, "rows/s", size),
        Figure("export as XLSX / the library alone", 100 * rate["xlsx"] / rate["alone"], "%", "", True, library),
        at_least("export as CSV", rate["csv"], 5_000, "rows/s", size),
    ]


def _download(http: httpx.Client, form: str, rows: int) -> float:
    begun = time.perf_counter()
    http.get(EXPORT, params={"format": form}).raise_for_status()
    return rows / (time.perf_counter() - begun)


def _cells(book: bytes) -> list[tuple[object, ...]]:
    sheet = openpyxl.load_workbook(io.BytesIO(book), read_only=True).worksheets[0]
    return list(islice(sheet.iter_rows(values_only=True), 1, None))


def _alone(file: Path, cells: list[tuple[object, ...]]) -> float:
    begun = time.perf_counter()
    with xlsxwriter.Workbook(file, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        for n, row in enumerate(cells):
            sheet.write_row(n, 0, row)
    return len(cells) / (time.perf_counter() - begun)


if __name__ == "__main__":
    show("Export", run())
