"""Which suite a command works on: a running one by its URL, or a data directory that is served privately meanwhile."""

from __future__ import annotations

import asyncio
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from crm.client import Client, CommandFailed
from crm.settings import Settings, eventstore_address, warehouse_address

if TYPE_CHECKING:
    from crm.process import Server
    from crm.roles import Roles


VARIABLE = "CRM_TOKEN"  # the environment's variable for an API key or access token


@dataclass(frozen=True, slots=True)
class Target:
    """Either `data` or `url` with `token_file`. organisation: which one, where a data directory holds several."""

    data: Path | None
    url: str | None
    token_file: Path | None
    organisation: str | None = None

    @contextmanager
    def client(self) -> Iterator[Client]:
        """Raises CommandFailed: wrong options (code 2), or the suite cannot be reached or opened (code 1)."""
        if self.url is not None:
            if self.data is not None or (self.token_file is None and not os.environ.get(VARIABLE)):
                raise CommandFailed(f"give either --data DIR, or --url URL with --token-file FILE or {VARIABLE}", 2)
            with Client(self.url, _token(self.token_file)) as client:
                yield client
        elif self.data is None:
            raise CommandFailed("give --data DIR, or --url URL with --token-file FILE", 2)
        else:
            with private_server(self.data) as server, Client(server.url, server.token(self.organisation)) as client:
                yield client


def _token(file: Path | None) -> str:
    """The API key or access token of the file, else of the environment."""
    try:
        token = os.environ[VARIABLE].strip() if file is None else file.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandFailed(f"the token file {file} cannot be read: {error}", 2) from error
    if not re.fullmatch(r"[\x21-\x7e]+", token):
        raise CommandFailed(f"{VARIABLE if file is None else f'the token file {file}'} holds no access token", 2)
    return token


@dataclass(frozen=True, slots=True)
class PrivateServer:
    server: Server
    loop: asyncio.AbstractEventLoop

    @property
    def url(self) -> str:
        return self.server.settings.address

    def verify(self, organisation: str | None, note: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        """Compare the views of an organisation, or of all, with their events. `note` hears of the progress."""
        verifying = self.server.suite.verify_views(organisation, note)
        return asyncio.run_coroutine_threadsafe(verifying, self.loop).result()

    def check_log(self, note: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        """Check a log that is on a server."""
        return asyncio.run_coroutine_threadsafe(self.server.suite.check_log(note), self.loop).result()

    def export_log(self, out: IO[bytes]) -> int:
        """Write the whole log with its checkpoints for an auditor; returns how many events it has."""
        return asyncio.run_coroutine_threadsafe(self.server.suite.export_log(out), self.loop).result()

    def token(self, organisation: str | None) -> str:
        """An access token of the organisation's first administrator."""
        return asyncio.run_coroutine_threadsafe(self.server.suite.operator_token(organisation), self.loop).result()


def roles_on(data: Path) -> Roles:
    """All, but for what one process of a cluster is alone, unless its files are here.

    A second relay ends the first; another notary signs with a key that auditors do not know; a second warehouse is
    filled from the first event, under the lease of the one that people ask.
    """
    from crm.roles import ALL, Roles

    if eventstore_address() is None:
        return ALL
    alone = {"relay", "past"}
    if not (data / "keys" / "notary.key").exists():
        alone.add("notary")
    if warehouse_address() is not None and not (data / "warehouse").exists():
        alone.add("warehouse")
    return Roles(ALL.apis, ALL.loops - alone)


@contextmanager
def private_server(data: Path) -> Iterator[PrivateServer]:
    """Serve an existing data directory on a free port of 127.0.0.1 until the block ends."""
    from crm.process import Server  # the whole suite: a command on a running one does without

    if not data.is_dir():
        raise CommandFailed(f"there is no data directory {data}")
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="private-server", daemon=True)
    thread.start()
    server = Server(Settings(data, port=0, archives=False), roles_on(data))
    try:
        asyncio.run_coroutine_threadsafe(server.start(), loop).result()
        yield PrivateServer(server, loop)
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
