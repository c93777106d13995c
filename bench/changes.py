"""What open streams of `GET /changes` cost the writers: processor time of the suite per command, with and without them.

Every stream sees every change, and its client reads as fast as it can.
"""

from __future__ import annotations

import asyncio
import os
import selectors
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import data
from bench.client import Order, send
from bench.figures import Figure, at_most, interleaved, show
from bench.http import BODY, CONNECTIONS
from bench.start import served, settle
from crm.compose import Suite
from crm.serve import set_up
from crm.settings import Settings
from shared.kernel.bus import Call
from shared.security.passwords import Passwords
from shared.security.permissions import system_access
from shared.streaming.changes import MOST_PER_USER

STREAMS = 200
SECONDS = 4.0
TICK = os.sysconf("SC_CLK_TCK")


def run(rounds: int = 5, streams: int = STREAMS) -> list[Figure]:
    with TemporaryDirectory(prefix="crm-bench-") as folder:
        directory = Path(folder) / "data"
        people = asyncio.run(_organisation(directory, -(-streams // MOST_PER_USER)))
        with served(directory) as (process, url, _):
            bench = _Bench(process.pid, url, [data.sign_in(url, email) for email in people])
            cost = interleaved({"alone": bench.alone, "streams": lambda: bench.among(streams)}, rounds)
    more = 100 * (cost["streams"] / cost["alone"] - 1)
    detail = f"{cost['streams']:.3f} ms of processor time; alone {cost['alone']:.3f} ms; {bench.heard:,} bytes sent"
    return [at_most(f"a command with {streams} open streams is dearer by", more, 5, "%", detail)]


async def _organisation(directory: Path, count: int) -> list[str]:
    """The names to sign in with of so many administrators."""
    settings = Settings(directory)
    await set_up(settings, "Bench", "Bench", data.EMAIL, data.PASSWORD, "en")
    suite, secret = await Suite.open(settings), await Passwords().hash(data.PASSWORD)
    await suite.start()
    try:
        await suite.kernel.projector.catch_up()
        [tenant] = [tenant async for tenant, _, _ in suite.kernel.views.scan("organisations")]
        emails, access = [f"user{n}@bench.example" for n in range(count)], system_access(tenant)
        for email in emails:
            body = {"name": email, "email": email, "roles": ["administrator"]}
            id = (await suite.kernel.bus.send("identity.InviteUser", body, Call(access))).id
            await suite.kernel.bus.send("identity.IssueInvitation", {"token_hash": "x"}, Call(access, id))
            activated = {"token_hash": "x", "secret": secret}
            await suite.kernel.bus.send("identity.ActivateUser", activated, Call(access, id))
        await suite.kernel.projector.catch_up()
    finally:
        await suite.close()
    return emails


class _Bench:
    def __init__(self, pid: int, url: str, tokens: Sequence[str]) -> None:
        self._pid, self._url, self._tokens = pid, url, tokens
        self._port, self._numbers = int(url.rpartition(":")[2]), count(0, 1_000_000)
        self.heard = 0

    def alone(self) -> float:
        """Milliseconds of the suite's processor time per command, what follows in views and streams included."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._tokens[0]}"}
        before = self._seconds()
        order = Order(
            self._port, "POST", "/customer/accounts", headers, BODY, CONNECTIONS, SECONDS, next(self._numbers)
        )
        found = send(order)
        settle(self._url)
        time.sleep(1.5)  # until the last changes are sent
        return 1000 * (self._seconds() - before) / (found.rate * SECONDS)

    def among(self, streams: int) -> float:
        with self._listening([self._tokens[n // MOST_PER_USER] for n in range(streams)]):
            return self.alone()

    def _seconds(self) -> float:
        """Processor time of the suite's process."""
        found = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
        return (int(found[11]) + int(found[12])) / TICK

    @contextmanager
    def _listening(self, tokens: Sequence[str]) -> Iterator[None]:
        """A stream for each token, read by a thread; all of them have begun."""
        ready = selectors.DefaultSelector()
        for token in tokens:
            one = socket.create_connection(("127.0.0.1", self._port))
            head = f"GET /changes HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n"
            one.sendall(head.encode())
            if b" 200 " not in one.recv(65_536):
                raise RuntimeError("a stream was refused")
            ready.register(one, selectors.EVENT_READ)
        ended = threading.Event()
        thread = threading.Thread(target=self._read, args=(ready, ended))
        thread.start()
        try:
            time.sleep(1)
            yield
        finally:
            ended.set()
            thread.join()
            for key in [*ready.get_map().values()]:
                key.fileobj.close()  # type: ignore[union-attr]
            ready.close()

    def _read(self, ready: selectors.BaseSelector, ended: threading.Event) -> None:
        while not ended.is_set():
            for key, _ in ready.select(0.1):
                self.heard += len(key.fileobj.recv(1 << 20))  # type: ignore[union-attr]


if __name__ == "__main__":
    show("Changes", run())
