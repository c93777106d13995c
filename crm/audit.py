"""`crm audit`: the ledger of a suite: checked, listed, and handed to auditors."""

from __future__ import annotations

from typing import Annotated

import orjson
import typer

from crm import operations
from crm.client import CommandFailed
from crm.options import Data, Json, Organisation, TokenFile, Url
from crm.target import Target
from crm.verifying import describe_ledger

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
