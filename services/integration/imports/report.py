"""What an import or dry run reports when it is done."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from services.integration.import_job import OUTCOMES
from services.integration.imports.row_errors import spoken
from services.integration.jobs.job_store import FaultyRow, JobFile, Mark
from services.integration.jobs.progress import SHOWN
from services.integration.mapping.prepared import PreparedStep
from shared.messages.languages import ENGLISH, Language

Counts = dict[str, int]


@dataclass(slots=True)
class ImportReport:
    """steps: name, resource, file, rows and a count per outcome. rejected: the first rows, with their cells; warnings:
    how often each; warned: the first rows with one.
    """

    id: str
    status: str
    steps: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[dict[str, Any]] = field(default_factory=list)
    warnings: dict[str, int] = field(default_factory=dict)
    warned: list[dict[str, Any]] = field(default_factory=list)

    def total(self, outcome: str) -> int:
        return sum(step[outcome] for step in self.steps)

    def data(self) -> dict[str, Any]:
        totals = {name: self.total(name) for name in ("rows", *OUTCOMES)}
        return {
            "id": self.id,
            "status": self.status,
            "totals": totals,
            "steps": self.steps,
            "rejected": self.rejected,
            "warnings": self.warnings,
            "warned": self.warned,
        }


def step_counts(steps: list[PreparedStep], mark: Mark) -> list[dict[str, Any]]:
    """An entry per step: its name, what became of its rows, and where its times without an offset were written."""
    entries = []
    for step, counts in zip(steps, mark.counts, strict=True):
        found = {name: counts.get(name, 0) for name in OUTCOMES}
        rows = sum(found[name] for name in OUTCOMES if name != "warnings")
        head = {"name": step.spec.name, "resource": step.spec.resource, "file": step.spec.file or ""}
        if step.spec.file is not None:
            head["time_zone"] = step.spec.time_zone or mark.time_zone
        entries.append({**head, "rows": rows, **found})
    return entries


Columns = dict[str, tuple[str, ...]]  # of each file, by its name


def columns_of(files: list[dict[str, Any]]) -> Columns:
    """files: the facts of each, as they are kept."""
    return {f["name"]: tuple(f["columns"]) for f in files}


def report_of(
    id: str, status: str, steps: list[PreparedStep], job: JobFile, columns: Columns, language: Language = ENGLISH
) -> ImportReport:
    mark = job.mark()
    report = ImportReport(id, status, step_counts(steps, mark), warnings=mark.warned)
    report.rejected = [_to_correct(steps, row, columns, language) for row in islice(job.rejected(), SHOWN)]
    report.warned = [_named(steps, row, language) for row in islice(job.warned(), SHOWN)]
    return report


def _named(steps: list[PreparedStep], row: FaultyRow, language: Language) -> dict[str, Any]:
    spec = steps[row.step].spec
    errors = [spoken(e, language) for e in row.errors]
    return {"step": spec.name, "file": spec.file or "", "row": row.row, "line": row.line, "errors": errors}


def _to_correct(steps: list[PreparedStep], row: FaultyRow, columns: Columns, language: Language) -> dict[str, Any]:
    """With its cells by column, as `corrections` take them."""
    named = _named(steps, row, language)
    return {**named, "cells": dict(zip(columns.get(named["file"], ()), row.cells, strict=False))}
