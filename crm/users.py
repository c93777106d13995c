"""`crm user`: what operators do for users on a data directory, where nobody who is signed in can do it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from crm.client import CommandFailed
from crm.options import Json
from crm.settings import Settings

app = typer.Typer(help="Users of a suite, for operators.", no_args_is_help=True)


@app.callback()
def options() -> None:
    """Users of a suite, for operators."""


@app.command("reset-second-factor")
def reset_second_factor(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="What the user signs in with.")],
    data: Annotated[Path, typer.Option("--data", metavar="DIR", help="Where everything is kept.")],
    json: Json = False,
) -> None:
    """Let a user sign in by the password alone, until they set up a second factor again. Their sessions end."""
    if not data.is_dir():
        raise CommandFailed(f"there is no data directory {data}")
    done = asyncio.run(_reset(Settings(data), email))
    if json:
        typer.echo(orjson.dumps(done).decode())
    elif done["reset"]:
        typer.echo(f"{email} signs in by the password alone now; every session of theirs has ended", err=True)
    else:
        typer.echo(f"{email} has no second factor", err=True)


async def _reset(settings: Settings, email: str) -> dict[str, Any]:
    from crm.compose import Suite  # the whole suite: the other commands start without it
    from crm.roles import Roles
    from services.identity.authentication import Authentication
    from shared.kernel.bus import Call
    from shared.security.permissions import system_access
    from shared.security.tokens import COMMAND_LINE

    suite = await Suite.open(settings, Roles())  # events, views and keys: on servers it needs no other one
    try:
        known = await Authentication(suite.kernel).find(email)
        if known is None:
            raise CommandFailed(f"nobody signs in as {email}")
        call = Call(system_access(known.tenant, COMMAND_LINE), known.user.id)
        done = await suite.kernel.bus.send("identity.ResetSecondFactor", {}, call)
    finally:
        await suite.close()
    return {"tenant": known.tenant, "user": known.user.id, "email": email, "reset": done.changed}
