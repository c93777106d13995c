"""`crm restore record`: one record becomes what it was at a moment, by new events; nothing is rewritten."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

import orjson
import typer

from crm.client import Client, CommandFailed
from crm.options import Data, Json, Organisation, TokenFile, Url
from crm.target import Target

Record = Annotated[str, typer.Argument(metavar="RECORD", help="As its stream is named: account-0192…")]
ToTime = Annotated[
    str, typer.Option("--to", metavar="TIME", help="A moment (2026-11-29T14:00Z), a day's end, or a version.")
]


def record(
    record: Record,
    to: ToTime,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without it the changes are only shown.")] = False,
    reason: Annotated[str, typer.Option(help="Why, for the history.")] = "",
    data: Data = None,
    url: Url = None,
    token_file: TokenFile = None,
    organisation: Organisation = None,
    json: Json = False,
) -> None:
    """Show what one record was at a moment, and with --yes take back what came since, by the record's own rules."""
    with Target(data, url, token_file, organisation).client() as client:
        found = client.get("/audit/difference", **{"record": record, "from": to})
        if not found["from"]:
            raise CommandFailed(f"{record} was not there at {to}")
        done = _taken_back(client, found, reason) if yes and found["fields"] else None
    if json:
        typer.echo(orjson.dumps({**found, "done": done}).decode())
        return
    for one in found["fields"]:
        typer.echo(f"{one['field']}: {_text(one['to'])} → {_text(one['from'])}")
    typer.echo(_outcome(found, done), err=True)


def _taken_back(client: Client, found: dict[str, Any], reason: str) -> dict[str, Any]:
    """Undo all changes since, as one act. Raises CommandFailed: the record's rules refuse it."""
    category, _, id = found["record"].partition("-")
    path = next(one["path"] for one in client.get("/meta")["types"] if one["name"] == category)
    body = {"version": found["to"], "first": found["from"] + 1}
    headers = {"If-Match": f'"{found["to"]}"', **({"X-Reason": quote(reason)} if reason else {})}
    done: dict[str, Any] = client.post(f"{path}/{id}/undo", body, headers=headers)
    return done


def _outcome(found: dict[str, Any], done: dict[str, Any] | None) -> str:
    if not found["fields"]:
        return f"{found['record']} is as it was"
    if done is None:
        return f"versions {found['from'] + 1} to {found['to']} would be taken back: add --yes"
    return f"{found['record']} is as it was at version {found['from']}; this is version {done['version']}"


def _text(value: Any) -> str:
    return "nothing" if value in (None, "", []) else orjson.dumps(value).decode()
