"""Rows and records that an import or its revert left out, as CSV for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from services.integration.imports.job_store import JobFile
from services.integration.imports.row_errors import sentence
from services.integration.mapping.prepared import PreparedStep
from shared.messages.languages import ENGLISH, Language
from shared.tabular.cells import neutralise

MARK = "\ufeff"  # without it, spreadsheets take UTF-8 for something else


def left_csv(path: Path) -> Iterator[bytes]:
    with closing(JobFile(path)) as file:
        yield _line([MARK + "resource", "id", "reason"])
        for entry in file.left():
            yield _line([entry["resource"], entry["id"], entry["reason"]])


def rejected_csv(
    path: Path, steps: list[PreparedStep], files: dict[str, tuple[str, ...]], language: Language = ENGLISH
) -> Iterator[bytes]:
    """The rows as they came, then what is wrong with them; rows of several files share their columns."""
    with closing(JobFile(path)) as file:
        named = [steps[n].spec.file for n in file.steps_with_rejected()]
        columns = list(dict.fromkeys(c for name in named if name is not None for c in files[name]))
        yield _line([MARK + (columns[0] if columns else "error_step"), *columns[1:], *_ERRORS[0 if columns else 1 :]])
        for row in file.rejected():
            spec = steps[row.step].spec
            own = files[spec.file] if spec.file is not None else ()
            cells = dict(zip(own, row.cells, strict=False))
            why = "; ".join(sentence(e, language) for e in row.errors)
            yield _line([*(cells.get(c, "") for c in columns), spec.name, str(row.line), why])


_ERRORS = ("error_step", "error_line", "error")


def _line(cells: list[str]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerow([neutralise(c) for c in cells])
    return text.getvalue().encode()
