"""Lists of rows and records that a job left out, as CSV for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from services.integration.jobs.job_store import JobFile
from shared.messages.kept import said_in
from shared.messages.languages import ENGLISH, Language
from shared.tabular.cells import MARK, neutralise


def line(cells: Sequence[str]) -> bytes:
    """One line. A cell that a spreadsheet would take for a formula is made a text."""
    text = io.StringIO(newline="")
    csv.writer(text).writerow([neutralise(c) for c in cells])
    return text.getvalue().encode()


def left_csv(path: Path, language: Language = ENGLISH) -> Iterator[bytes]:
    """The records that a revert left as they are, and why."""
    with closing(JobFile(path)) as file:
        yield line([MARK + "resource", "id", "reason"])
        for entry in file.left():
            yield line([entry["resource"], entry["id"], said_in(entry["reason"], language)])
