"""`crm backup`: backups of a suite's log, keys and files: made, listed, checked, removed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from crm.backup_source import place_at, source_of
from crm.client import CommandFailed
from crm.operations import progress_bar
from crm.options import Json
from crm.words import numbered
from shared.backup.archiver import Archiver
from shared.backup.create import Backup
from shared.backup.keyfile import BackupKey, load_key, make_key
from shared.backup.manifest import MANIFESTS, Manifest
from shared.backup.problems import BackupProblem
from shared.backup.prune import prune as prune_place
from shared.backup.status import BackupStatus
from shared.backup.verify import verify as verify_place
from shared.clock import Micros, SystemClock

app = typer.Typer(help="Back up a suite: log, keys and files.", no_args_is_help=True)
KeyFile = Annotated[
    Path | None,
    typer.Option("--key", metavar="FILE", envvar="CRM_BACKUP_KEY", help="The backup key: crm backup key makes one."),
]
To = Annotated[str, typer.Option("--to", metavar="TARGET", help="A folder, or s3://BUCKET/PREFIX.")]
From = Annotated[str, typer.Option("--from", metavar="TARGET", help="A folder, or s3://BUCKET/PREFIX.")]
DataDir = Annotated[Path, typer.Option("--data", metavar="DIR", help="The data directory to work on.")]


def asked(work: Coroutine[Any, Any, Any]) -> Any:
    """Run it to its end. Raises CommandFailed for what is wrong with a backup."""
    try:
        return asyncio.run(work)
    except BackupProblem as error:
        raise CommandFailed(str(error)) from error


def key_in(file: Path | None) -> BackupKey:
    """Raises CommandFailed."""
    if file is None:
        raise CommandFailed("name the backup key: --key FILE or CRM_BACKUP_KEY; crm backup key makes one", 2)
    try:
        return load_key(file)
    except BackupProblem as error:
        raise CommandFailed(str(error)) from error


def moment(at: Micros) -> str:
    return datetime.fromtimestamp(at / 1e6, UTC).isoformat(timespec="seconds")


@app.command("key")
def make(file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it.")]) -> None:
    """Make a backup key. Keep copies of it apart from the suite and from the backups: without it they do not open."""
    try:
        key = make_key(file)
    except BackupProblem as error:
        raise CommandFailed(str(error)) from error
    typer.echo(f"{file}: backup key {key.id}. Keep a copy where neither the suite nor the backups are.")


@app.command()
def create(
    to: To,
    data: DataDir,
    key: KeyFile = None,
    full: Annotated[bool, typer.Option("--full", help="All events, not the new ones only.")] = False,
    json: Json = False,
) -> None:
    """Back up what is new since the last backup; the suite may run meanwhile."""
    secret = key_in(key)

    async def work(note: Callable[[int], None]) -> tuple[str, Manifest]:
        async with source_of(data) as source:
            place = place_at(to, create=True, data=data)
            backup = Backup(source, place, secret, SystemClock())
            made = await backup.create("full" if full else "incremental", note)
        assert made is not None
        return made

    with progress_bar() as bar:
        task = bar.add_task("backing up", total=None)
        name, manifest = asked(work(lambda done: bar.update(task, completed=done)))
    tell(name, manifest, json)


@app.command()
def archive(to: To, data: DataDir, key: KeyFile = None) -> None:
    """Take every new event to TARGET within seconds, until interrupted. With CRM_BACKUP the suite does it itself."""
    secret = key_in(key)

    async def work() -> None:
        async with source_of(data) as source:
            place = place_at(to, create=True, data=data)
            await Archiver(source, place, secret, SystemClock(), BackupStatus(data)).run()

    asked(work())


@app.command("list")
def list_(source: From, key: KeyFile = None, json: Json = False) -> None:
    """The backups there are, oldest first."""
    secret = key_in(key)

    async def work() -> list[tuple[str, Manifest]]:
        place = place_at(source)
        return [(name, await place.manifest(name, secret)) for name in await place.names(MANIFESTS)]

    for name, manifest in asked(work()):
        tell(name, manifest, json)


def tell(name: str, one: Manifest, json: bool) -> None:
    """A line for a backup."""
    if json:
        typer.echo(orjson.dumps(summary(name, one)).decode())
        return
    size = sum(file.size for file in (*one.segments, *one.files))
    typer.echo(
        f"{moment(one.made_at)}  {one.kind:<11} {numbered(one.events, 'event')} (up to position {one.position}), "
        f"{numbered(len(one.files), 'file')}, {size} bytes, timeline {one.timeline}"
    )


def summary(name: str, one: Manifest) -> dict[str, Any]:
    """What is said of a backup as JSON."""
    return {
        "name": name,
        "kind": one.kind,
        "made_at": moment(one.made_at),
        "system": one.system,
        "timeline": one.timeline,
        "events": one.events,
        "size": one.size,
        "position": one.position,
        "root": one.root,
        "files": len(one.files),
        "bytes": sum(file.size for file in (*one.segments, *one.files)),
    }


@app.command()
def verify(
    source: From,
    key: KeyFile = None,
    deep: Annotated[bool, typer.Option("--deep", help="Read every byte, and compare with the ledger's roots.")] = False,
    json: Json = False,
) -> None:
    """Check that backups are whole, unchanged and nothing else's."""
    secret = key_in(key)
    with progress_bar() as bar:
        task = bar.add_task("verifying", total=None)

        async def work() -> Any:
            note: Callable[[int], None] = lambda done: bar.update(task, completed=done)  # noqa: E731
            return await verify_place(place_at(source), secret, deep=deep, progress=note)

        found = asked(work())
    if json:
        typer.echo(orjson.dumps({"ok": found.ok, **_report(found)}).decode())
    else:
        read = f", {numbered(found.events, 'event')} and {numbered(found.files, 'file')} read" if deep else ""
        findings = "no findings" if found.ok else numbered(found.count, "finding")
        typer.echo(f"{numbered(found.backups, 'backup')}{read}: {findings}")
        for line in found.findings:
            typer.echo(f"  {line}")
    if not found.ok:
        raise CommandFailed("do not rely on these backups: make a full one elsewhere, and find out what happened")


def _report(found: Any) -> dict[str, Any]:
    return {name: getattr(found, name) for name in ("backups", "events", "files", "newest", "count", "findings")}


@app.command()
def prune(
    source: From,
    key: KeyFile = None,
    keep_full: Annotated[int, typer.Option(min=1, help="Keep the newest so many full backups.")] = 4,
    keep_days: Annotated[int, typer.Option(min=0, help="Keep what is younger than so many days.")] = 35,
) -> None:
    """Remove old backups, and what interrupted ones left. Not while a backup is being made."""
    secret, now = key_in(key), SystemClock().now()

    async def work() -> list[str]:
        place = place_at(source)
        return await prune_place(place, secret, keep_full=keep_full, keep_days=keep_days, now=now, leftovers=True)

    gone = asked(work())
    typer.echo(f"{numbered(len(gone), 'backup')} removed")
