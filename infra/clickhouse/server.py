"""A server with ClickHouse's HTTP interface, on loopback: `python -m infra.clickhouse.server --data DIR --port 8123`.

For development and tests, where no ClickHouse server can be had. ClickHouse's engine (chDB) answers in processes of its
own: one for the suite's user, one for callers' questions. The engine cannot make users, so what the suite says about
them is checked by the engine's parser, and carried out by this server: the callers' user, its password, and the tables
that it may read, each with its row policy. Unlike a real server it shows callers a write a second late.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import hmac
import json
import re
import signal
import ssl
from base64 import b64decode
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

from shared.errors import Unavailable
from shared.warehouse.confined import ConfinedWarehouse
from shared.warehouse.port import QueryFailed
from shared.warehouse.session import Limits
from shared.warehouse.spawn import Engine

LONGEST_HEAD = 32 << 20  # bytes: a statement's bound parameters travel in the address

_ABOUT_USERS = re.compile(rb"\s*(?:(?:CREATE|ALTER) (?:USER|ROW POLICY)|GRANT)\b")
_WRITES = re.compile(rb"\A\s*INSERT|[?&]query=INSERT")
_KILL = re.compile(rb"\s*KILL QUERY\b")
_USER = re.compile(r" USER (?:IF NOT EXISTS )?`([^`]+)` IDENTIFIED WITH sha256_hash BY '([0-9a-f]{64})'")
_TABLE = re.compile(r"\bON `\w+`\.`(\w+)`|, `\w+`\.`(\w+)`")
_POLICY = re.compile(r"USING tenant = getSetting\('log_comment'\) TO `([^`]+)`$")
_GRANT = re.compile(r"GRANT (SELECT ON .*) TO `([^`]+)` WITH REPLACE OPTION$")

Headers = Mapping[bytes, bytes]


class Request(NamedTuple):
    head: bytes
    headers: Headers
    body: bytes


class Refused(Exception):
    """A request that a server of ClickHouse refuses, with its error's number."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class Server:
    """user, password: of the suite. file: keeps what its statements make of users."""

    def __init__(self, warehouse: ConfinedWarehouse, user: str, password: str, file: Path) -> None:
        self._warehouse, self._file = warehouse, file
        self._hashes = {user: hashlib.sha256(password.encode()).hexdigest()}
        self._own = user
        self._bound: set[str] = set()  # tables with a policy for callers
        self._shown: object = None  # what callers' engine was started for, and how many writes it had
        self._writes = 0
        self._changing = asyncio.Lock()

    async def start(self) -> None:
        """Bring back the users that an earlier server was asked for."""
        if self._file.exists():
            kept = json.loads(self._file.read_text())
            self._hashes = {**kept["hashes"], self._own: self._hashes[self._own]}
            self._bound = set(kept["bound"])
            await self._show(kept["granted"])

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection's requests until its other end closes."""
        engines: dict[Engine, tuple[asyncio.StreamReader, asyncio.StreamWriter]] = {}
        try:
            while (request := await _request(reader)) is not None:
                try:
                    answer = await self._answer(request, engines)
                except Refused as error:
                    answer = _refusal(error)
                writer.write(answer)
                await writer.drain()
        except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            return  # the other end or the engine is gone, or the server ends
        finally:
            for _, engine in engines.values():
                engine.close()
            writer.close()

    async def _answer(
        self, request: Request, engines: dict[Engine, tuple[asyncio.StreamReader, asyncio.StreamWriter]]
    ) -> bytes:
        user = self._user(request.headers)
        if user == self._own:
            if _ABOUT_USERS.match(request.body):
                await self._about_users(request.body.decode())
                return _ok(b"")
            if _KILL.match(request.body):
                return _ok(b"")
            self._writes += bool(_WRITES.search(request.body) or _WRITES.search(request.head))
            engine = self._warehouse.writer.engine
        else:
            await self._warehouse.readers.warm()
            engine = self._warehouse.readers.running
        if engine is None or not engine.alive:
            raise Refused("Code: 210. DB::NetException: the engine is not there", 210)
        if engine not in engines:
            engines[engine] = await asyncio.open_connection(sock=engine.connect(), limit=LONGEST_HEAD)
        answers, questions = engines[engine]
        questions.write(request.head + request.body)
        await questions.drain()
        answer = await _request(answers)
        if answer is None:
            raise OSError("the engine has ended")
        return answer.head + answer.body

    def _user(self, headers: Headers) -> str:
        kind, _, given = headers.get(b"authorization", b"").partition(b" ")
        user, _, password = b64decode(given).decode().partition(":") if kind == b"Basic" else ("default", "", "")
        known = self._hashes.get(user, "")
        if not hmac.compare_digest(known, hashlib.sha256(password.encode()).hexdigest()):
            raise Refused(f"Code: 516. DB::Exception: {user}: Authentication failed. (AUTHENTICATION_FAILED)", 516)
        return user

    async def _about_users(self, sql: str) -> None:
        try:
            await self._warehouse.rows(f"EXPLAIN AST {sql}")
        except (QueryFailed, Unavailable) as error:
            raise Refused(str(error), getattr(error, "code", 0) or 210) from None
        async with self._changing:
            if found := _USER.search(sql):
                self._hashes[found[1]] = found[2]
            elif _POLICY.search(sql):
                self._bound |= {one or other for one, other in _TABLE.findall(sql)}
            elif granted := _GRANT.search(sql):
                tables = [one or other for one, other in _TABLE.findall(granted[1])]
                if unbound := set(tables) - self._bound:
                    raise Refused(f"Code: 36. DB::Exception: no row policy for {sorted(unbound)}", 36)
                await self._show(tables)

    async def _show(self, tables: list[str]) -> None:
        """An engine has tables as they were when it started: another is wanted for new, exchanged or written ones."""
        named = (
            "SELECT name, uuid FROM system.tables WHERE database = currentDatabase() AND name IN {names:Array(String)}"
        )
        now = self._writes, await self._warehouse.rows(f"{named} ORDER BY name", {"names": tables})
        if now != self._shown:
            await self._warehouse.publish(tables)
            self._shown = now
        others = {user: hash for user, hash in self._hashes.items() if user != self._own}
        self._file.write_text(json.dumps({"hashes": others, "bound": sorted(self._bound), "granted": tables}))


async def _request(stream: asyncio.StreamReader) -> Request | None:
    """A whole request, or an answer. None: the other end closed before it began. Raises ValueError: it is no HTTP."""
    first = await stream.read(1)
    if not first:
        return None
    if not first.isalpha():
        raise ValueError("no HTTP")
    head = first + await stream.readuntil(b"\r\n\r\n")
    headers = {}
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        headers[name.strip().lower()] = value.strip()
    if headers.get(b"transfer-encoding") == b"chunked":
        return Request(head, headers, await _chunks(stream))
    return Request(head, headers, await stream.readexactly(int(headers.get(b"content-length", b"0"))))


async def _chunks(stream: asyncio.StreamReader) -> bytes:
    """A chunked body as it was sent."""
    body = bytearray()
    while True:
        line = await stream.readuntil(b"\r\n")
        length = int(line.partition(b";")[0], 16)
        body += line + await stream.readexactly(length + 2)
        if not length:
            return bytes(body)


def _ok(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nX-ClickHouse-Timezone: UTC\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def _refusal(error: Refused) -> bytes:
    status = b"403 Forbidden" if error.code == 516 else b"500 Internal Server Error"
    body = str(error).encode()
    head = b"HTTP/1.1 %b\r\nX-ClickHouse-Exception-Code: %d\r\nContent-Length: %d\r\n\r\n"
    return head % (status, error.code, len(body)) + body


async def run(given: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT."""
    password = given.password_file.read_text().rstrip("\r\n") if given.password_file else ""
    context = None
    if given.cert:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(given.cert, given.key)
    async with AsyncExitStack() as stack:
        limits = Limits(seconds=60)  # the engine's own watchdog; the suite's limits come with each question
        engine = f"chdb:{given.data / 'engine'}"
        opened = await ConfinedWarehouse.open(engine, database=given.database, limits=limits)
        stack.push_async_callback(opened.close)
        server = Server(opened, given.user, password, given.data / "users.json")
        await server.start()
        listening = await asyncio.start_server(
            server.serve, "127.0.0.1", given.port, ssl=context, limit=LONGEST_HEAD, backlog=64
        )
        port = listening.sockets[0].getsockname()[1]
        scheme = "clickhouses" if context else "clickhouse"
        print(f"{scheme}://{given.user}@127.0.0.1:{port}/{given.database} is ready", flush=True)
        ended = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
        await ended.wait()
        listening.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.clickhouse.server", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--port", type=int, default=8123)
    parser.add_argument("--user", default="crm")
    parser.add_argument("--password-file", type=Path, metavar="FILE", help="without it the password is empty")
    parser.add_argument("--database", default="crm")
    parser.add_argument("--cert", type=Path, metavar="FILE", help="certificate chain (PEM): then it speaks TLS")
    parser.add_argument("--key", type=Path, metavar="FILE", help="the certificate's key (PEM)")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
