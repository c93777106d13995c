"""The mapping and the files of an import, checked whole and against each other before anything is done."""

from __future__ import annotations

import asyncio
import hmac
import os
import shutil
from collections.abc import Iterator
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from services.integration.import_job import IMPORT
from services.integration.imports.corrections import Corrections, corrected, parse_corrections
from services.integration.imports.runner import custom_kinds
from services.integration.mapping.prepared import PreparedStep, check_columns, check_rights, prepare
from services.integration.mapping.settling import settle
from services.integration.mapping.spec import Mapping, parse_mapping
from services.integration.mapping.values import Cells
from shared.errors import FieldError, Invalid
from shared.kernel.catalogue import Catalogue
from shared.kernel.kernel import Kernel
from shared.security.permissions import Access
from shared.security.rootkey import sync_directory
from shared.tabular.table import Facts, examine, read_rows


@dataclass(frozen=True, slots=True)
class Opened:
    """A mapping and its files, fit for each other."""

    mapping: Mapping
    steps: list[PreparedStep]
    files: dict[str, Facts]

    def summaries(self, index: bytes) -> list[dict[str, Any]]:
        """The facts of the files, as `reopen` takes them; digests are keyed with the organisation's `index`."""
        return [{**f.summary(), "sha256": _keyed(f.sha256, index)} for f in self.files.values()]

    @property
    def total(self) -> int:
        """The rows of all steps."""
        return sum(1 if s.spec.file is None else self.files[s.spec.file].rows for s in self.steps)


@dataclass(frozen=True, slots=True)
class Sent:
    """What a caller sends to be imported. mapping: its text. files: name → where the file lies now.

    encoding: of the files of which the mapping names none; "" = it is found out. corrections: a JSON list, or "".
    """

    mapping: str
    files: MappingOf[str, Path]
    encoding: str = ""
    corrections: str = ""


async def accept(kernel: Kernel, access: Access, sent: Sent, folder: Path) -> Opened:
    """Copy the files into a new folder and check everything. Leaves no folder behind when it raises.

    Raises Invalid (place in the mapping and line, or file and line), Forbidden (no right to import a resource).
    """
    access.scope(IMPORT.name, "create")
    mapping, lines = parse_mapping(sent.mapping)
    corrections = parse_corrections(sent.corrections)
    steps = prepare(mapping, lines, kernel.catalogue)
    for step in steps:
        access.scope(step.spec.resource, "import")
    check_rights(steps, access, lines)
    _check_names(mapping, sent.files, corrections)
    try:
        encodings = {name: mapping.encoding_of(name) or sent.encoding for name in mapping.files}
        facts = await asyncio.to_thread(_copy_and_examine, encodings, sent.files, folder, corrections)
        check_columns(steps, {name: f.columns for name, f in facts.items()}, lines)
        for step in steps:
            if step.spec.file is not None:
                custom = await custom_kinds(kernel.catalogue, kernel.views, access.tenant, step.spec.resource)
                await asyncio.to_thread(settle, step, partial(cells_of, facts[step.spec.file]), custom, lines)
    except BaseException:
        await asyncio.to_thread(shutil.rmtree, folder, True)
        raise
    return Opened(mapping, steps, facts)


def reopen(catalogue: Catalogue, text: str, summaries: list[dict[str, Any]], folder: Path) -> Opened:
    """Open what `accept` accepted again. Raises Invalid when a file is gone or no longer fits."""
    mapping, lines = parse_mapping(text)
    steps = prepare(mapping, lines, catalogue)
    files = {}
    for n, summary in enumerate(summaries):
        given = folder / str(n)
        read = made if (made := _read_instead(folder, n)).exists() else given
        if not read.exists():
            raise Invalid.field(summary["name"], "missing-file", "the file is no longer there")
        files[summary["name"]] = Facts(path=read, **{**summary, "columns": tuple(summary["columns"])})
    check_columns(steps, {name: f.columns for name, f in files.items()}, lines)
    return Opened(mapping, steps, files)


def _read_instead(folder: Path, n: int) -> Path:
    """Where a table is that was made of the file as given: a workbook, or one with corrections."""
    return folder / f"{n}.csv"


def cells_of(facts: Facts) -> Iterator[Cells]:
    """The rows of a file."""
    return (dict(zip(facts.columns, row.cells, strict=False)) for row in read_rows(facts))


def _check_names(mapping: Mapping, files: MappingOf[str, Path], corrections: Corrections) -> None:
    missing = [FieldError(n, "missing-file", "the mapping names this file; send it too") for n in mapping.files]
    errors = [e for e in missing if e.field not in files]
    errors += [
        FieldError(n, "unused-file", "no step of the mapping takes this file")
        for n in {*files, *corrections} - {*mapping.files}
    ]
    if errors:
        raise Invalid("the files do not fit the mapping", errors=errors)


def _keyed(digest: str, index: bytes) -> str:
    """A keyed digest: it shows whether two files are equal and reveals nothing else."""
    return hmac.digest(index, f"file|{digest}".encode(), "sha256").hex()


def _copy_and_examine(
    encodings: MappingOf[str, str], files: MappingOf[str, Path], folder: Path, corrections: Corrections
) -> dict[str, Facts]:
    folder.mkdir(parents=True, mode=0o700)
    facts = {}
    for n, (name, encoding) in enumerate(encodings.items()):
        copy = folder / str(n)
        shutil.copyfile(files[name], copy)
        facts[name] = examine(copy, name, encoding)
        if rows := corrections.get(name):
            facts[name] = corrected(facts[name], rows, _read_instead(folder, n))
        for written in {copy, facts[name].path}:
            with written.open("rb") as file:
                os.fsync(file.fileno())
    sync_directory(folder)
    sync_directory(folder.parent)
    return facts
