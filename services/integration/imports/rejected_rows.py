"""The rows that an import left out, as CSV for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from services.integration.imports.row_errors import sentence
from services.integration.jobs.csv_lines import line
from services.integration.jobs.job_store import JobFile
from services.integration.mapping.prepared import PreparedStep
from shared.messages.languages import ENGLISH, Language
from shared.tabular.cells import MARK


def rejected_csv(
    path: Path, steps: list[PreparedStep], files: dict[str, tuple[str, ...]], language: Language = ENGLISH
) -> Iterator[bytes]:
    """The rows as they came, then what is wrong with them; rows of several files share their columns."""
    with closing(JobFile(path)) as file:
        named = [steps[n].spec.file for n in file.steps_with_rejected()]
        columns = list(dict.fromkeys(c for name in named if name is not None for c in files[name]))
        yield line([MARK + (columns[0] if columns else "error_step"), *columns[1:], *_ERRORS[0 if columns else 1 :]])
        for row in file.rejected():
            spec = steps[row.step].spec
            own = files[spec.file] if spec.file is not None else ()
            cells = dict(zip(own, row.cells, strict=False))
            why = "; ".join(sentence(e, language) for e in row.errors)
            yield line([*(cells.get(c, "") for c in columns), spec.name, str(row.line), why])


_ERRORS = ("error_step", "error_line", "error")
