"""The protocol server of a test: on a free port of 127.0.0.1, with or without TLS and passwords."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from shared.clock import SystemClock
from shared.eventstore.protocol.access import read_users, server_tls
from shared.eventstore.protocol.server import ProtocolServer
from shared.eventstore.sqlite import SqliteEventStore
from tests.support.certificates import Files

USER, PASSWORD = "crm", "pass-word"


@dataclass
class Running:
    """files: None = without TLS and passwords."""

    port: int
    files: Files | None
    store: SqliteEventStore
    server: ProtocolServer

    async def stop(self) -> None:
        await self.server.stop()
        await self.store.close()


async def start_server(folder: Path, files: Files | None = None, port: int = 0) -> Running:
    """Over the log in a folder."""
    store = SqliteEventStore.open(folder / "eventstore.db", SystemClock())
    listening = socket.create_server(("127.0.0.1", port))
    users, tls = None, None
    if files is not None:
        named = folder / "users"
        named.touch(0o600)
        named.write_text(f"other:secret\n{USER}:{PASSWORD}\n")
        users, tls = read_users(named), server_tls(files.certificate, files.key)
    server = ProtocolServer(store, users, tls)
    await server.start(listening)
    return Running(listening.getsockname()[1], files, store, server)


@asynccontextmanager
async def served(folder: Path, files: Files | None = None) -> AsyncIterator[Running]:
    running = await start_server(folder, files)
    try:
        yield running
    finally:
        await running.stop()
