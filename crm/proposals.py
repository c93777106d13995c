"""What `crm inspect` shows of a file, and the mapping that is proposed for it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import typer
import yaml
from rich.console import Console
from rich.table import Table

from crm.client import Client, CommandFailed

MAPPINGS = (".yaml", ".yml", ".json")
SURE = 0.8  # confidence below which a line is marked
_WIDE = 160  # columns of a table that goes to a file or another program


def is_mapping(file: Path) -> bool:
    return file.suffix.lower() in MAPPINGS


def inspect(client: Client, file: Path, resource: str, encoding: str = "") -> dict[str, Any]:
    """What the suite finds in a file. Raises CommandFailed."""
    try:
        with file.open("rb") as content:
            fields = {"resource": resource} if resource else {}
            found: dict[str, Any] = client.post(
                "/imports/inspect",
                params={"encoding": encoding} if encoding else {},
                data=fields,
                files={"file": (file.name, content)},
            )
    except OSError as error:
        raise CommandFailed(f"{file} cannot be read: {error.strerror}") from error
    return found


def show(found: dict[str, Any]) -> None:
    """The file in a line, then a table: column, sample, field, confidence, reason."""
    encoding = f"{found['encoding']} ({found['confidence']:.0%} sure)"
    typer.echo(f"{found['name']}: {found['rows']} rows, {encoding}; {found['resource'] or 'no record type'}")
    table = Table("column", "sample", "field", "confidence", "reason", box=None, pad_edge=False)
    for match in found["matches"]:
        mark = "?" if match["field"] and match["confidence"] < SURE else ""
        sample = " ".join((match["samples"] or [""])[0].split())[:40]
        table.add_row(match["column"], sample, match["field"], f"{match['confidence']:.2f}{mark}", match["reason"])
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _WIDE
    Console(file=sys.stdout, width=width, markup=False, highlight=False).print(table)


def written(found: dict[str, Any]) -> str:
    """The proposed mapping as a file. Raises CommandFailed where there is none."""
    if not found["suggestion"]:
        raise CommandFailed(f"no record type suits {found['name']}; name one, as in --resource contact", 2)
    left = [f"# left out: {_line(m['column'])} ({_line(m['reason'])})" for m in found["matches"] if not m["field"]]
    head = [
        f"# Proposed for {_line(found['name'])}. Look it over: docs/guides/imports.md says what each word does.",
        *left,
    ]
    body = yaml.safe_dump(found["suggestion"], sort_keys=False, allow_unicode=True, width=120)
    return "\n".join([*head, body])


def _line(text: str) -> str:
    return " ".join(text.split())


def agree(file: Path, rows: int) -> None:
    """Ask on a terminal. Raises CommandFailed (code 2) where nobody can be asked, and for a no."""
    write = f"write the mapping with `crm inspect {file} --out mapping.yaml`, change it, and import that"
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise CommandFailed(f"nothing is imported yet: give --yes to import this way, or {write}", 2)
    if not typer.confirm(f"Import {rows} rows this way?"):
        raise CommandFailed(f"nothing is imported; {write}", 2)
