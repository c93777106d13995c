"""What operators' commands do over a suite's HTTP interface, with progress bars on standard error."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import typer
import yaml
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from crm.client import Client, CommandFailed

SHOWN = 5  # rejected rows that are named on the terminal
EVENT_LINE = "{position:>9}  {recorded_at}  {type:<40} {stream} v{version}  by {actor}"
_console = Console(stderr=True)


def progress_bar() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=_console,
        transient=True,
        disable=not _console.is_terminal,
    )


def follow(client: Client, path: str, body: Any, doing: str, method: str = "POST") -> dict[str, Any]:
    """Show a job's progress events and return its last one. Raises CommandFailed when the job failed."""
    last: dict[str, Any] = {}
    with progress_bar() as bar:
        task = bar.add_task(doing, total=None)
        for event in client.events(method, path, body):
            last = event
            bar.update(
                task,
                description=event.get("doing") or doing,
                completed=event.get("done") or 0,
                total=event.get("total"),
            )
    if not last or last.get("error"):
        raise CommandFailed(str(last.get("error") or "the suite closed the connection before the job was done"))
    return last


def tail(client: Client, after: int | None, limit: int, *, follow: bool) -> Iterator[dict[str, Any]]:
    """Events from a position on, or the last `limit`; with `follow`, without end."""
    position = after
    if position is None:
        position = client.get("/audit/events", last=limit)["from"]
    left = limit
    while True:
        wait = 20 if follow else 0
        page = client.get("/audit/events", after=position, limit=min(left, 500) if not follow else 500, wait=wait)
        yield from page["items"]
        position, left = page["position"], left - len(page["items"])
        if not follow and (not page["items"] or left <= 0):
            return


def describe(event: dict[str, Any]) -> str:
    """An event over several lines: head, then its data."""
    head = EVENT_LINE.format(**event)
    return f"{head}\n{orjson.dumps(event['data'], option=orjson.OPT_INDENT_2).decode()}"


def wait_for_warehouse(client: Client, timeout: float = 600.0) -> None:
    """Return when the warehouse has every event that was there at the beginning."""
    deadline = time.monotonic() + timeout
    wanted = client.get("/analytics/status")["head"]
    with progress_bar() as bar:
        task = bar.add_task("filling the warehouse", total=wanted)
        while (position := client.get("/analytics/status")["position"]) < wanted:
            bar.update(task, completed=position)
            if time.monotonic() > deadline:
                raise CommandFailed("the warehouse does not catch up with the events")
            time.sleep(0.05)


def run_import(
    client: Client,
    text: bytes,
    mapping: Path,
    source: Path,
    *,
    dry_run: bool,
    rejected: Path | None,
    encoding: str = "",
) -> dict[str, Any]:
    """Upload a mapping (its text, and the file that it is from) and its files, follow the job, return its report.

    Raises CommandFailed.
    """
    files = [("files", (name, (source / name).open("rb"))) for name in _named_files(text, mapping, source)]
    try:
        path = "/imports/dry-run" if dry_run else "/imports"
        started = client.post(
            path, params={"encoding": encoding} if encoding else {}, files=[("mapping", (mapping.name, text)), *files]
        )
    finally:
        for _, (_, file) in files:
            file.close()
    report = follow(client, f"/imports/{started['id']}/events", None, "importing", "GET")
    if rejected is not None:
        rejected.write_bytes(client.get_bytes(f"/imports/{started['id']}/rejected.csv"))
    return report


def revert_import(client: Client, id: str) -> dict[str, Any]:
    client.post(f"/imports/{id}/revert", {})
    return follow(client, f"/imports/{id}/events", None, "reverting", "GET")


def read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CommandFailed(f"{file} cannot be read: {error.strerror}") from error


def _named_files(text: bytes, mapping: Path, source: Path) -> list[str]:
    """The files the mapping's steps name, each once. The suite itself checks the mapping whole."""
    try:
        steps = yaml.safe_load(text)["steps"]
        names = list(dict.fromkeys(str(step["file"]) for step in steps if step.get("file") is not None))
    except (yaml.YAMLError, TypeError, KeyError) as error:
        raise CommandFailed(f"{mapping} is no mapping: {str(error).replace(chr(10), ' ')}") from error
    if missing := [n for n in names if not (source / n).is_file()]:
        raise CommandFailed(f"{source} lacks {', '.join(missing)}, which the mapping names")
    return names


def print_import(report: dict[str, Any], *, as_json: bool) -> None:
    typer.echo(
        orjson.dumps(report).decode() if as_json else yaml.safe_dump(report, sort_keys=False, allow_unicode=True)
    )


def tell_rejected(report: dict[str, Any], rejected: Path | None) -> None:
    """On standard error: the first rejected rows, and where all of them are."""
    for row in report["rejected"][:SHOWN]:
        for error in row["errors"]:
            column, value, message = error["column"], error["value"], error["message"]
            cell = f"{column}: " if not value or value in message else f'{column} "{value}": '
            typer.echo(f"{row['file'] or row['step']}:{row['line']}: {cell if column else ''}{message}", err=True)
    number = report["totals"]["rejected"]
    place = str(rejected) if rejected else f"GET /imports/{report['id']}/rejected.csv, or name a file with --rejected"
    typer.echo(f"{number} row(s) were rejected; all of them, with what to correct: {place}", err=True)
