"""`crm run`, `crm serve` and `crm setup`: the commands that open a data directory themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import uvloop
from rich.console import Console
from rich.panel import Panel

from crm.client import CommandFailed
from crm.compose import Suite
from crm.process import Server
from crm.roles import ALL, Roles, parse_roles
from crm.settings import Settings
from services.identity.setup import set_up as create_organisation
from shared.errors import CrmError
from shared.streaming.feed import StreamEnded
from shared.telemetry.logs import log_unawaited, start_logging
from shared.views.port import ViewsDamaged

_console = Console(stderr=True)


def run(settings: Settings, named: Iterable[str] = ("all",)) -> None:
    """Serve in the roles named, as `--role` names them, until asked to stop. Raises WrongSetting."""
    roles = parse_roles(named)
    start_logging()
    uvloop.run(_run(settings, roles))


async def _run(settings: Settings, roles: Roles) -> None:
    asyncio.get_running_loop().set_exception_handler(log_unawaited)
    server = Server(settings, roles)
    await server.start()
    await _greet(server)
    try:
        await server.run()
    except (ViewsDamaged, StreamEnded) as error:
        raise CommandFailed(str(error)) from error


async def _greet(server: Server) -> None:
    address, suite = server.settings.address, server.suite
    lines = [f"[bold]CRM[/bold] is ready at [link]{address}[/link]"]
    if suite.roles != ALL:
        lines.append(f"Roles          {suite.roles}")
    if suite.kernel.sandbox:
        lines.append(f"[bold]A sandbox[/bold]: a copy as of {suite.kernel.sandbox}; nothing here is the live suite's")
    if suite.roles.apis:
        lines.append(f"API documents  {address}/docs")
    token = await suite.setup_token() if "identity" in suite.roles.apis else None
    with _console:  # in one write: who reads "ready" reads the link as well
        _console.print(Panel("\n".join(lines), expand=False), soft_wrap=True)
        if token is not None:
            _console.print("Nobody can sign in yet. Create your organisation here (one use only):")
            _console.print(f"{address}/setup#token={token}", soft_wrap=True, highlight=False)  # whole, however narrow


async def set_up(
    settings: Settings, organisation: str, name: str, email: str, password: str, language: str
) -> dict[str, Any]:
    """Create an organisation and its first administrator in a data directory. Raises CommandFailed."""
    suite = await Suite.open(settings)
    try:
        done = await create_organisation(suite.kernel, organisation, name, email, password, language)
    except CrmError as error:
        named = "; ".join(f"{e.field}: {e.message}" for e in error.errors)
        raise CommandFailed(named or error.detail) from error
    finally:
        await suite.close()
    return {"organisation": organisation, "email": email, "tenant": done.tenant, "user": done.user}


def read_password(file: Path) -> str:
    """The file's text without its last line end. Raises CommandFailed (code 2)."""
    try:
        return file.read_text().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandFailed(f"the password file {file} cannot be read: {error}", 2) from error
