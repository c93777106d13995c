"""`crm eventstore serve`: the embedded event store as a server that clients of EventStoreDB use."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from crm.settings import WrongSetting, prepare_folder
from crm.sockets import bind
from shared.clock import SystemClock
from shared.eventstore.lock import AlreadyOpen
from shared.eventstore.port import StoreBroken, StoreUnavailable
from shared.eventstore.sqlite import SqliteEventStore
from shared.eventstore.sqlite_writer import SWITCH_SECONDS
from shared.formats import NewerFormat
from shared.telemetry.logs import start_logging

FILE = "eventstore.db"

app = typer.Typer(help="Serve an event store of EventStoreDB's protocol.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Serve an event store of EventStoreDB's protocol."""


@app.command()
def serve(
    data: Annotated[Path, typer.Option("--data", metavar="DIR", help="Where its log is kept.")],
    port: Annotated[int, typer.Option(min=0, max=65535)] = 2113,
    host: str = "127.0.0.1",
    cert: Annotated[
        Path | None, typer.Option(metavar="FILE", envvar="CRM_EVENTSTORE_CERT", help="The certificate chain, PEM.")
    ] = None,
    key: Annotated[
        Path | None, typer.Option(metavar="FILE", envvar="CRM_EVENTSTORE_KEY", help="The certificate's key, PEM.")
    ] = None,
    users: Annotated[
        Path | None,
        typer.Option(metavar="FILE", envvar="CRM_EVENTSTORE_USERS", help="Who may use it, a line name:password each."),
    ] = None,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="No TLS and no passwords, for clients on this machine only.")
    ] = False,
) -> None:
    """Serve the embedded event store behind EventStoreDB's gRPC protocol: a single node, until asked to stop."""
    if insecure:
        if cert or key or users:
            raise WrongSetting("--insecure goes without --cert, --key and --users")
        if not _is_loopback(host):
            raise WrongSetting(f"--insecure serves this machine only, not {host}: give --cert, --key and --users")
        files = None
    elif cert and key and users:
        files = (cert, key, users)
    else:
        raise WrongSetting("name --cert, --key and --users; on this machine alone --insecure does without")
    start_logging()
    uvloop.run(_serve(data, host, port, files))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _serve(data: Path, host: str, port: int, files: tuple[Path, Path, Path] | None) -> None:
    from shared.eventstore.protocol.access import Unusable, read_users, server_tls
    from shared.eventstore.protocol.server import ProtocolServer

    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, ended.set)
    try:
        tls, known = (server_tls(files[0], files[1]), read_users(files[2])) if files else (None, None)
        listening = bind(host, port)
        prepare_folder(data)
        store = SqliteEventStore.open(data / FILE, SystemClock(), on_broken=lambda: os._exit(1))
    except (Unusable, AlreadyOpen, NewerFormat, StoreBroken, StoreUnavailable) as error:
        raise WrongSetting(str(error)) from error
    sys.setswitchinterval(SWITCH_SECONDS)
    server = ProtocolServer(store, known, tls)
    await server.start(listening)
    kind = "TLS, with a password" if files else "without TLS and passwords, this machine only"
    typer.echo(f"event store at {host}:{listening.getsockname()[1]} ({kind}), data in {data / FILE}", err=True)
    await ended.wait()
    await server.stop()
    await store.close()
