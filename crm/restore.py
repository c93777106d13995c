"""`crm restore`: a backup becomes a suite again, in an empty directory."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import orjson
import typer

from crm.backup import KeyFile, asked, key_in, moment
from crm.backup_source import place_at
from crm.client import CommandFailed
from crm.operations import progress_bar
from crm.options import Json
from crm.restore_record import record
from crm.restoring import Restoring, is_full
from crm.words import numbered
from shared.backup.keyfile import BackupKey
from shared.backup.problems import BackupProblem
from shared.backup.restore import Progress, Restore, Restored, Wanted
from shared.blobs.port import BlobsUnavailable
from shared.clock import Micros, SystemClock
from shared.eventstore.port import StoreBroken, StoreUnavailable
from shared.security.keyring import KeysUnavailable
from shared.security.rootkey import KeysUnusable

app = typer.Typer(help="Put a backup back, or one record to what it was.", invoke_without_command=True)
app.command()(record)
ToMoment = Annotated[
    str,
    typer.Option("--to", metavar="TIME|POSITION", help="Up to this moment (2026-11-29T14:00Z) or position of the log."),
]


@app.callback()
def restore(
    context: typer.Context,
    source: Annotated[str, typer.Option("--from", metavar="TARGET", help="A folder, or s3://BUCKET/PREFIX.")] = "",
    data: Annotated[Path | None, typer.Option("--data", metavar="DIR", help="An empty directory.")] = None,
    key: KeyFile = None,
    to: ToMoment = "",
    tenant: Annotated[str, typer.Option(metavar="NAME", help="This organisation only, as a suite of its own.")] = "",
    backup: Annotated[str, typer.Option(metavar="NAME", help="Go by this backup, not by the newest one.")] = "",
    timeline: Annotated[
        int | None, typer.Option(min=1, help="Of this timeline, from before an earlier restore.")
    ] = None,
    survived: Annotated[
        bool, typer.Option("--files-survived", help="CRM_FILES has this suite's files, and nothing else runs on them.")
    ] = False,
    json: Json = False,
) -> None:
    """Restore a suite from its backups into an empty directory, and the servers that the settings name."""
    if context.invoked_subcommand is not None:
        return
    if not source or data is None:
        raise CommandFailed("give --from TARGET and --data DIR", 2)
    if tenant and survived:
        raise CommandFailed("one organisation's suite is made next to the other: it needs a file store of its own", 2)
    secret, wanted = key_in(key), wanted_of(to, tenant, backup, timeline)
    with progress_bar() as bar:
        task = bar.add_task("restoring", total=None)

        def shown(done: int, of: int) -> None:
            bar.update(task, completed=done, total=of)

        made = asked(put_back(source, data, secret, wanted, shown, files_survived=survived))
    if json:
        typer.echo(orjson.dumps(made).decode())
        return
    typer.echo(
        f"{data}: {numbered(made.size, 'event')} up to position {made.position} ({moment(made.last_at)}), "
        f"{numbered(made.files, 'file')}; {numbered(made.erased, 'person stays', 'people stay')} erased. "
        f"This is timeline {made.timeline}; views are rebuilt at the next start"
    )


async def put_back(
    source: str,
    data: Path,
    key: BackupKey,
    wanted: Wanted,
    progress: Progress,
    *,
    another: bool = False,
    sandbox: bool = False,
    files_survived: bool = False,
) -> Restored:
    """Restore into an empty directory; another: as a system of its own. sandbox, files_survived: see Restoring.

    Raises BackupProblem, WrongSetting.
    """
    async with AsyncExitStack() as stack:
        into = Restoring(data, stack, files_survived=files_survived, sandbox=sandbox)
        restore = Restore(place_at(source), key, wanted, SystemClock())
        try:
            return await restore.run(into, progress, str(uuid4()) if wanted.tenant or another else None)
        except (StoreUnavailable, StoreBroken, KeysUnavailable, KeysUnusable, BlobsUnavailable, OSError) as error:
            if is_full(error):
                raise BackupProblem(f"there is no room left for {data}: make room, and do it again") from error
            raise BackupProblem(str(error)) from error
    raise AssertionError("unreachable")


def fork(
    source: Annotated[
        str,
        typer.Option("--from", metavar="TARGET", envvar="CRM_BACKUP", help="A folder, or s3://BUCKET/PREFIX."),
    ],
    data: Annotated[Path, typer.Option("--data", metavar="DIR", help="An empty directory.")],
    key: KeyFile = None,
    at: Annotated[str, typer.Option("--at", metavar="TIME|POSITION", help="As it was then; without it: now.")] = "",
    mask: Annotated[bool, typer.Option("--mask", help="Nobody can be recognised there.")] = False,
) -> None:
    """Make a sandbox: the suite as it was, as a system of its own, which can do nothing to the live one."""
    secret = key_in(key)
    wanted = replace(wanted_of(at), masked=mask)
    made = asked(put_back(source, data, secret, wanted, lambda *_: None, another=True, sandbox=True))
    typer.echo(
        f"{data}: {numbered(made.size, 'event')} up to {moment(made.last_at)}. "
        f"It says that it is a sandbox; processes without this directory do so with CRM_SANDBOX={moment(made.last_at)}"
    )
    if not mask:
        typer.echo("It is production data: everybody's passwords, sessions and API keys open it. Guard it alike")
        return
    from crm.masked import ways_in  # the whole suite: restores start without it

    typer.echo("Everybody is masked; no password, session or API key of theirs opens it. Ways in, once, for 7 days:")
    for one in asyncio.run(ways_in(data)):
        typer.echo(f"{one.organisation}: {one.email}, with the password chosen at {one.link}")


def wanted_of(to: str, tenant: str = "", backup: str = "", timeline: int | None = None) -> Wanted:
    """Raises CommandFailed: `to` is neither a position nor a moment."""
    from services.identity.organisation import ORGANISATION  # its types are loaded where they are used

    at, position = (None, int(to)) if to.isdigit() else (moment_of(to) if to else None, None)
    return Wanted(at, position, tenant, ORGANISATION.name, name=backup, timeline=timeline)


def moment_of(text: str) -> Micros:
    """A moment; without a zone it is UTC. Raises CommandFailed."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise CommandFailed(f"{text!r} is no moment as in 2026-11-29T14:00Z, and no position", 2) from None
    offset = found.utcoffset()
    seconds = (found.replace(tzinfo=None) - datetime(1970, 1, 1)).total_seconds()
    return round((seconds - (offset.total_seconds() if offset else 0)) * 1e6)
