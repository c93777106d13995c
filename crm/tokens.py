"""`crm token`: API keys of a suite, made, listed, given a new secret and revoked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import orjson
import typer

from crm.options import Data, Json, Organisation, TokenFile, Url
from crm.target import Target

app = typer.Typer(help="API keys, for programs.", no_args_is_help=True)
Id = Annotated[str, typer.Argument(metavar="KEY", help="The key's id.")]
Days = Annotated[int | None, typer.Option(min=1, max=365, help="How long it is good for; without it 90 days.")]
_LINE = "{id}  {role:<20} until {expires_at:.10}  used {used}  {state:<8} {name}"


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    role: Annotated[str, typer.Option(help="The id of a role that you hold.")],
    read_only: Annotated[bool, typer.Option("--read-only", help="It reads and exports, nothing more.")] = False,
    type: Annotated[list[str] | None, typer.Option("--type", metavar="TYPE", help="Only these record types.")] = None,
    days: Days = None,
    data: Data = None,
    url: Url = None,
    token_file: TokenFile = None,
    organisation: Organisation = None,
    json: Json = False,
) -> None:
    """Make a key and print it, this once."""
    body = {"name": name, "role": role, "scopes": {"read_only": read_only, "types": type or []}, **_until(days)}
    with Target(data, url, token_file, organisation).client() as client:
        _print_key(client.post("/identity/api-keys", body), json)


@app.command("list")
def list_(
    data: Data = None,
    url: Url = None,
    token_file: TokenFile = None,
    organisation: Organisation = None,
    json: Json = False,
) -> None:
    """All keys that you may see, the newest first."""
    with Target(data, url, token_file, organisation).client() as client:
        answer = client.get("/identity/api-keys")
        keys = list(answer["items"])
        while answer["next"]:
            answer = client.get("/identity/api-keys", cursor=answer["next"])
            keys += answer["items"]
    if json:
        typer.echo(orjson.dumps(keys).decode())
        return
    for key in keys:
        used = (key["used_at"] or "never")[:10]
        typer.echo(_LINE.format(**key, used=used, state="revoked" if key["revoked"] else "live"))


@app.command()
def rotate(
    id: Id,
    days: Days = None,
    data: Data = None,
    url: Url = None,
    token_file: TokenFile = None,
    organisation: Organisation = None,
    json: Json = False,
) -> None:
    """Give a key of yours a new secret and print it; the former one is refused from now on."""
    with Target(data, url, token_file, organisation).client() as client:
        _print_key(client.post(f"/identity/api-keys/{id}/rotate", _until(days)), json)


@app.command()
def revoke(
    id: Id,
    data: Data = None,
    url: Url = None,
    token_file: TokenFile = None,
    organisation: Organisation = None,
) -> None:
    """Revoke a key for good."""
    with Target(data, url, token_file, organisation).client() as client:
        client.delete(f"/identity/api-keys/{id}")
    typer.echo(f"{id} is revoked", err=True)


def _until(days: int | None) -> dict[str, str]:
    if days is None:
        return {}
    return {"expires_at": (datetime.now(UTC) + timedelta(days=days, minutes=-1)).isoformat(timespec="seconds")}


def _print_key(issued: dict[str, Any], as_json: bool) -> None:
    """The key alone on standard output, so that it can be put into a file."""
    if as_json:
        typer.echo(orjson.dumps(issued).decode())
        return
    typer.echo(f"{issued['id']}, good until {issued['expires_at'][:10]}; it is shown this once", err=True)
    typer.echo(issued["key"])
