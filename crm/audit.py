"""`crm audit`: the ledger of a suite: checked, listed, and handed to auditors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated

import orjson
import typer

from crm import operations
from crm.client import CommandFailed
from crm.options import Data, Json, Organisation, TokenFile, Url
from crm.target import Target
from crm.words import numbered

app = typer.Typer(help="The ledger over the event log: check it, hand it to auditors.", no_args_is_help=True)
From = Annotated[int, typer.Option("--from", min=0, metavar="POSITION", help="Events behind this position.")]
To = Annotated[int | None, typer.Option("--to", min=0, metavar="POSITION", help="Events up to this position.")]


@app.command()
def verify(
    after: From = 0,
    up_to: To = None,
    data: Data = None,
    url: Url = None,
    token_file: TokenFile = None,
    organisation: Organisation = None,
    json: Json = False,
) -> None:
    """Prove that log, ledger and signed checkpoints agree, here and in the places outside."""
    with Target(data, url, token_file, organisation).client() as client:
        asked = {"after": after, "up_to": up_to}
        result = operations.follow(client, "/audit/ledger-verifications", asked, "verifying")
    if json:
        typer.echo(orjson.dumps(result).decode())
    else:
        from crm.verifying import describe_ledger

        for line in describe_ledger(result):
            typer.echo(line)
    if not result["ok"]:
        raise CommandFailed("the ledger and the log differ: find out who changed what")


@app.command()
def checkpoints(
    last: Annotated[int, typer.Option(min=1, max=1000, help="The newest so many.")] = 1,
    data: Data = None,
    url: Url = None,
    token_file: TokenFile = None,
    organisation: Organisation = None,
    json: Json = False,
) -> None:
    """Print signed checkpoints, oldest first. Keep one where the suite cannot reach it."""
    with Target(data, url, token_file, organisation).client() as client:
        found = client.get("/audit/checkpoints", last=last)["items"]
    typer.echo(orjson.dumps(found).decode() if json else "\n".join(one["note"] for one in found), nl=json)


@app.command()
def evidence(
    out: Annotated[Path, typer.Argument(metavar="FILE", help="The zip file to write.")],
    after: From = 0,
    up_to: To = None,
    since: Annotated[int | None, typer.Option(min=1, help="The size of the checkpoint that the auditor keeps.")] = None,
    data: Data = None,
    url: Url = None,
    token_file: TokenFile = None,
    organisation: Organisation = None,
) -> None:
    """Write an organisation's events with their proofs for an auditor, who checks them with verify_ledger.py."""
    asked = {"after": after, "up_to": up_to, "since": since}
    with Target(data, url, token_file, organisation).client() as client:
        found = client.get_bytes(
            "/audit/evidence", **{name: value for name, value in asked.items() if value is not None}
        )
    out.write_bytes(found)
    typer.echo(f"{out}: {len(found)} bytes", err=True)


@app.command()
def export(
    out: Annotated[Path, typer.Argument(metavar="FILE", help="The zip file to write.")],
    data: Annotated[Path, typer.Option("--data", metavar="DIR", help="The data directory to work on.")],
) -> None:
    """Write the whole log, of all organisations, for an auditor, who checks it with verify_ledger.py."""
    from crm.target import private_server

    with private_server(data) as server, _whole(out) as file:
        events = server.export_log(file)
    typer.echo(f"{out}: {numbered(events, 'event')}", err=True)


@contextmanager
def _whole(out: Path) -> Iterator[IO[bytes]]:
    """A file that takes its name when the block is through: a refusal leaves an earlier one."""
    if out.exists() and not out.is_file():  # a pipe
        with out.open("wb") as file:
            yield file
        return
    begun = (out := out.resolve()).with_name(f"{out.name}.part")
    try:
        with begun.open("wb") as file:
            yield file
        begun.replace(out)
    finally:
        begun.unlink(missing_ok=True)
