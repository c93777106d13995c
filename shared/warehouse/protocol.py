"""ClickHouse's HTTP interface, as far as clickhouse-connect uses it, around an embedded engine.

https://clickhouse.com/docs/interfaces/http: the statement in the body or in `query`, bound parameters in `param_*`,
settings in parameters of their own names, errors with `X-ClickHouse-Exception-Code`. Beyond 4,096 characters of bound
parameters the client sends them and the statement as fields of a multipart form; a server of ClickHouse takes both.
"""

from __future__ import annotations

import itertools
import re
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, cast
from urllib.parse import parse_qsl

from python_multipart.multipart import create_form_parser

BUFFER = 4 << 20  # bytes of a socket's buffers: blocks of an insert travel whole
LONGEST_LINE = 16 << 20  # bytes: the bound parameters of a statement too long for a form travel here
LONGEST_FORM = 16 << 20  # bytes of a statement with its bound parameters
FORM_FIELDS = 1_000
IDLE_SESSIONS = 16

_INSERT = re.compile(rb"\s*INSERT\s", re.IGNORECASE)
_DATA = re.compile(rb"\sFORMAT\s+\w+\s*?\n", re.IGNORECASE)
_FORMAT = re.compile(r"\s+FORMAT\s+(\w+)\s*;?\s*$", re.IGNORECASE)
_CODE = re.compile(r"Code: (\d+)\.")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_NOT_SETTINGS = frozenset(
    "query query_id session_id client_protocol_version compress decompress enable_http_compression role quota_key "
    "buffer_size wait_end_of_query send_progress_in_http_headers http_headers_progress_interval_ms "
    "cancel_http_readonly_queries_on_client_close".split()
)

Settings = tuple[tuple[str, str], ...]  # the database first, `readonly` last
Connect = Callable[[], Any]


class Sessions:
    """Sessions of the embedded engine, each bound to its settings for life.

    A failed statement ends its session: the engine would add the rest of the failed answer to the next one.
    """

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._lock = threading.Lock()
        self._idle: list[tuple[Settings, Any]] = []

    @contextmanager
    def lease(self, settings: Settings) -> Iterator[Any]:
        session = self._take(settings) or self._open(settings)
        try:
            yield session
        except BaseException:
            session.close()
            raise
        self._give_back(settings, session)

    def _take(self, settings: Settings) -> Any:
        with self._lock:
            for n in range(len(self._idle) - 1, -1, -1):
                if self._idle[n][0] == settings:
                    return self._idle.pop(n)[1]
        return None

    def _give_back(self, settings: Settings, session: Any) -> None:
        with self._lock:
            self._idle.append((settings, session))
            oldest = self._idle.pop(0)[1] if len(self._idle) > IDLE_SESSIONS else None
        if oldest is not None:
            oldest.close()

    def _open(self, settings: Settings) -> Any:
        session = self._connect()
        try:
            if settings and settings[0][0] == "database":
                session.query(f"USE `{settings[0][1]}`", "TSV")
                settings = settings[1:]
            if settings:
                session.query("SET " + ", ".join(f"{name} = {_quoted(value)}" for name, value in settings), "TSV")
        except BaseException:
            session.close()
            raise
        return session


@dataclass(slots=True)
class _Request:
    sql: str
    format: str
    settings: Settings
    parameters: dict[str, str]
    data: Iterable[bytes] | None  # of an insert


def serve(connection: socket.socket, sessions: Sessions) -> None:
    """Answer one connection's requests until its other end closes."""
    for buffer in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        connection.setsockopt(socket.SOL_SOCKET, buffer, BUFFER)
    with connection, connection.makefile("rb", 1 << 20) as stream:
        try:
            while (line := stream.readline(LONGEST_LINE)).endswith(b"\n"):
                connection.sendall(_answer(line, cast(BinaryIO, stream), sessions))
        except (ConnectionError, ValueError):
            return  # the other end is gone, or speaks another protocol


def _answer(line: bytes, stream: BinaryIO, sessions: Sessions) -> bytes:
    headers = _headers(stream)
    body = _body(stream, headers)
    try:
        request = _read(line, headers, body)
        with sessions.lease(request.settings) as session:
            found = _run(session, request)
    except Exception as error:  # the caller alone gets the engine's refusal
        code = _CODE.search(str(error))
        for _ in body:
            pass  # the next request begins behind it
        return _response(b"500 Internal Server Error", "X-ClickHouse-Exception-Code", code[1] if code else "1", error)
    return _response(b"200 OK", "X-ClickHouse-Format", request.format, found)


def _run(session: Any, request: _Request) -> bytes:
    if request.data is None:
        return bytes(session.query(request.sql, request.format, params=request.parameters or None).bytes())
    with session.send_insert(request.sql, request.format) as insert:
        for chunk in request.data:
            insert.append(chunk)
        insert.finish()
    return b""


def _response(status: bytes, name: str, value: str, content: bytes | Exception) -> bytes:
    body = content if isinstance(content, bytes) else str(content).encode()
    head = b"HTTP/1.1 %s\r\n%s: %s\r\nX-ClickHouse-Timezone: UTC\r\nContent-Length: %d\r\n\r\n"
    return head % (status, name.encode(), value.encode(), len(body)) + body


def _headers(stream: BinaryIO) -> dict[bytes, bytes]:
    headers: dict[bytes, bytes] = {}
    while header := stream.readline(LONGEST_LINE).strip():
        name, _, value = header.partition(b":")
        headers[name.lower()] = value.strip()
    return headers


def _body(stream: BinaryIO, headers: Mapping[bytes, bytes]) -> Iterator[bytes]:
    if headers.get(b"transfer-encoding") == b"chunked":
        return _chunks(stream)
    return _pieces(stream, int(headers.get(b"content-length", 0)))


def _pieces(stream: BinaryIO, length: int) -> Iterator[bytes]:
    while length > 0 and (piece := stream.read(min(length, BUFFER))):
        length -= len(piece)
        yield piece


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while length := int(stream.readline(64).partition(b";")[0], 16):
        yield stream.read(length)
        stream.read(2)
    stream.readline(8)


def _read(line: bytes, headers: Mapping[bytes, bytes], body: Iterator[bytes]) -> _Request:
    """Raises ValueError."""
    target = line.split(b" ", 2)[1].decode()
    query = dict(parse_qsl(target.partition("?")[2], keep_blank_values=True))
    if headers.get(b"content-type", b"").lower().startswith(b"multipart/form-data"):
        query |= _form(headers[b"content-type"], body)
    statement, data = _statement(query.get("query", ""), body)
    named = _FORMAT.search(statement)
    return _Request(
        statement[: named.start()] if named else statement,
        named[1] if named else "TabSeparated",
        _settings(query),
        {name.removeprefix("param_"): value for name, value in query.items() if name.startswith("param_")},
        data,
    )


def _form(content_type: bytes, body: Iterator[bytes]) -> dict[str, str]:
    """A form's fields: the statement and its parameters, never a setting. Raises ValueError."""
    fields: dict[str, str] = {}

    def keep(field: Any) -> None:
        name = field.field_name.decode()
        if name in fields or not (name == "query" or name.startswith("param_")):
            raise ValueError(f"a form holds a statement and its parameters, each once, not {name!r}")
        if len(fields) == FORM_FIELDS:
            raise ValueError(f"a form has {FORM_FIELDS} fields at most")
        fields[name] = (field.value or b"").decode()

    def refuse(_: Any) -> None:
        raise ValueError("a form holds no files")

    parser = create_form_parser({"Content-Type": content_type}, keep, refuse)
    read = 0
    for piece in body:
        if (read := read + len(piece)) > LONGEST_FORM:
            raise ValueError(f"a form is {LONGEST_FORM} bytes at most")
        parser.write(piece)
    parser.finalize()
    return fields


def _statement(query: str, body: Iterator[bytes]) -> tuple[str, Iterable[bytes] | None]:
    """The statement, and an insert's data: behind a statement in `query`, or behind its FORMAT line in the body."""
    if query:
        if _INSERT.match(query.encode()):
            return query, body
        return "\n".join(filter(None, (query, b"".join(body).decode()))), None
    first = next(body, b"")
    head = _DATA.search(first, 0, 1 << 16) if _INSERT.match(first) else None
    if head:
        return first[: head.end()].decode(), itertools.chain([first[head.end() :]], body)
    return b"".join([first, *body]).decode(), None


def _settings(query: Mapping[str, str]) -> Settings:
    """Raises ValueError for a name that is none."""
    named = {n: v for n, v in query.items() if n not in _NOT_SETTINGS and not n.startswith("param_")}
    if wrong := [name for name in named if not _NAME.fullmatch(name)]:
        raise ValueError(f"no setting is named {wrong[0]!r}")
    order = {"database": -1, "readonly": 1}
    return tuple(sorted(named.items(), key=lambda pair: (order.get(pair[0], 0), pair[0])))


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
