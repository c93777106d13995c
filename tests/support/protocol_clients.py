"""Two independent clients of EventStoreDB in one form: `eventstoredb` on grpclib, `kurrentdbclient` on grpcio."""

from __future__ import annotations

import ssl
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal, NamedTuple, Protocol
from uuid import UUID

from eventstoredb import Client
from eventstoredb.client.append_to_stream.exceptions import RevisionMismatchError, StreamAlreadyExistsError
from eventstoredb.client.append_to_stream.types import AppendExpectedRevision, AppendToStreamOptions
from eventstoredb.client.exceptions import StreamNotFoundError
from eventstoredb.client.read_all.types import ReadAllOptions
from eventstoredb.client.read_stream.types import ReadStreamOptions
from eventstoredb.client.subscribe_to_all.types import SubscribeToAllOptions
from eventstoredb.client.subscribe_to_stream.types import SubscribeToStreamOptions
from eventstoredb.events import BinaryEvent, CaughtUp, EventData, FellBehind, JsonEvent, ReadEvent
from eventstoredb.filters import EventTypeFilter, StreamNameFilter
from eventstoredb.types import AllPosition, ReadDirection, StreamPosition
from grpclib import GRPCError
from grpclib.client import Channel
from grpclib.events import SendRequest, listen
from kurrentdbclient import AsyncKurrentDBClient, NewEvent, StreamState
from kurrentdbclient import CaughtUp as KurrentCaughtUp
from kurrentdbclient.exceptions import KurrentDBClientError, NotFoundError, WrongCurrentVersionError

from tests.support.protocol_server import PASSWORD, USER, Running

Expected = int | Literal["any", "exists", "none"]


class New(NamedTuple):
    id: UUID
    type: str = "crm.Tested"
    data: bytes = b"{}"
    metadata: bytes = b""
    json: bool = True


class Seen(NamedTuple):
    """An event as a client gives it."""

    stream: str
    revision: int
    position: int
    id: UUID
    type: str
    data: bytes
    metadata: bytes
    json: bool


class Conflict(Exception):
    """The stream has another revision."""


class Missing(Exception):
    """There is no such stream."""


class Failed(Exception):
    """Anything else."""


class Driver(Protocol):
    async def append(self, stream: str, expected: Expected, events: list[New]) -> int:
        """The position of the last one."""
        ...

    async def read(
        self, stream: str, start: int | None = None, back: bool = False, limit: int = 1000
    ) -> list[Seen]: ...

    async def read_all(
        self, start: int | None = None, back: bool = False, limit: int = 1000, prefix: str = "", pattern: str = ""
    ) -> list[Seen]: ...

    def follow(
        self, stream: str = "", start: int | None = None, prefix: str = "", types: str = ""
    ) -> AsyncIterator[Seen | None]:
        """A subscription; None = caught up."""
        ...


class Grpclib:
    def __init__(self, client: Client) -> None:
        self._client = client

    async def append(self, stream: str, expected: Expected, events: list[New]) -> int:
        forms = {
            "any": AppendExpectedRevision.ANY,
            "exists": AppendExpectedRevision.STREAM_EXISTS,
            "none": AppendExpectedRevision.NO_STREAM,
        }
        revision: Any = expected if isinstance(expected, int) else forms[expected]
        data: list[EventData] = [
            (JsonEvent if e.json else BinaryEvent)(type=e.type, id=e.id, data=e.data, metadata=e.metadata)
            for e in events
        ]
        try:
            done = await self._client.append_to_stream(stream, data, AppendToStreamOptions(revision))
        except (RevisionMismatchError, StreamAlreadyExistsError, StreamNotFoundError) as error:
            raise Conflict from error
        except GRPCError as error:
            raise Failed(error.message) from error
        assert done.position is not None
        return done.position.commit_position

    async def read(self, stream: str, start: int | None = None, back: bool = False, limit: int = 1000) -> list[Seen]:
        options = ReadStreamOptions(
            from_revision=start if start is not None else StreamPosition.END if back else StreamPosition.START,
            direction=ReadDirection.BACKWARDS if back else ReadDirection.FORWARDS,
            max_count=limit,
        )
        try:
            return [_seen(e) async for e in self._client.read_stream(stream, options)]
        except StreamNotFoundError as error:
            raise Missing from error

    async def read_all(
        self, start: int | None = None, back: bool = False, limit: int = 1000, prefix: str = "", pattern: str = ""
    ) -> list[Seen]:
        options = ReadAllOptions(
            from_position=_position(start, back),
            direction=ReadDirection.BACKWARDS if back else ReadDirection.FORWARDS,
            max_count=limit,
            filter=_filter(prefix, pattern),
        )
        return [_seen(e) async for e in self._client.read_all(options)]

    async def follow(
        self, stream: str = "", start: int | None = None, prefix: str = "", types: str = ""
    ) -> AsyncIterator[Seen | None]:
        if stream:
            where = SubscribeToStreamOptions(from_revision=StreamPosition.START if start is None else start)
            events: Any = self._client.subscribe_to_stream(stream, where)
        else:
            wanted = EventTypeFilter(prefix=[types]) if types else _filter(prefix, "")
            events = self._client.subscribe_to_all(SubscribeToAllOptions(_position(start, False), filter=wanted))
        async for event in events:
            if isinstance(event, CaughtUp):
                yield None
            elif not isinstance(event, FellBehind):
                yield _seen(event)


def _position(start: int | None, back: bool) -> AllPosition | StreamPosition:
    if start is None:
        return StreamPosition.END if back else StreamPosition.START
    return AllPosition(commit_position=start, prepare_position=start)


def _filter(prefix: str, pattern: str) -> StreamNameFilter | None:
    return StreamNameFilter(pattern or None, [prefix] if prefix else None) if prefix or pattern else None


def _seen(read: Any) -> Seen:
    assert isinstance(read, ReadEvent)
    e = read.event
    assert e is not None
    assert read.commit_position == e.position.commit_position
    data, metadata = e.data or b"", e.metadata or b""
    json = e.content_type.value == "application/json"
    return Seen(e.stream_name, e.revision, e.position.commit_position, e.id, e.type, data, metadata, json)


class Grpcio:
    def __init__(self, client: AsyncKurrentDBClient) -> None:
        self._client = client

    async def append(self, stream: str, expected: Expected, events: list[New]) -> int:
        forms = {"any": StreamState.ANY, "exists": StreamState.EXISTS, "none": StreamState.NO_STREAM}
        version = expected if isinstance(expected, int) else forms[expected]
        new = [NewEvent(e.type, e.data, e.metadata, _content(e.json), e.id) for e in events]
        try:
            return await self._client.append_events(stream, current_version=version, events=new)
        except WrongCurrentVersionError as error:
            raise Conflict from error
        except KurrentDBClientError as error:
            raise Failed(str(error)) from error

    async def read(self, stream: str, start: int | None = None, back: bool = False, limit: int = 1000) -> list[Seen]:
        try:
            found = await self._client.get_stream(stream, stream_position=start, backwards=back, limit=limit)
        except NotFoundError as error:
            raise Missing from error
        return [_kurrent(e) for e in found]

    async def read_all(
        self, start: int | None = None, back: bool = False, limit: int = 1000, prefix: str = "", pattern: str = ""
    ) -> list[Seen]:
        wanted = [prefix] if prefix else [pattern] if pattern else []
        found = await self._client.read_all(
            commit_position=start,
            backwards=back,
            limit=limit,
            filter_include=wanted,
            filter_by_prefix=bool(prefix),
            filter_by_stream_name=bool(wanted),
        )
        return [_kurrent(e) async for e in found]

    async def follow(
        self, stream: str = "", start: int | None = None, prefix: str = "", types: str = ""
    ) -> AsyncIterator[Seen | None]:
        if stream:
            events: Any = await self._client.subscribe_to_stream(stream, stream_position=start, include_caught_up=True)
        else:
            events = await self._client.subscribe_to_all(
                commit_position=start,
                filter_include=[prefix or types] if prefix or types else [],
                filter_by_prefix=bool(prefix or types),
                filter_by_stream_name=bool(prefix),
                include_caught_up=True,
            )
        async for event in events:
            yield None if isinstance(event, KurrentCaughtUp) else _kurrent(event)


def _content(json: bool) -> Any:
    return "application/json" if json else "application/octet-stream"


def _kurrent(e: Any) -> Seen:
    json = e.content_type == "application/json"
    return Seen(e.stream_name, e.stream_position, e.commit_position, e.id, e.type, e.data, e.metadata, json)


class SecureClient(Client):
    """The package's client with what it lacks: TLS and credentials."""

    def __init__(self, address: str, context: ssl.SSLContext, user: str, password: str) -> None:
        super().__init__(address)
        self._channel = Channel(self._options.host, self._options.port, ssl=context)
        token = b64encode(f"{user}:{password}".encode()).decode()

        async def sign(event: SendRequest) -> None:
            event.metadata["authorization"] = f"Basic {token}"

        listen(self._channel, SendRequest, sign)


@asynccontextmanager
async def grpclib_client(running: Running, user: str = USER, password: str = PASSWORD) -> AsyncIterator[Grpclib]:
    address = f"esdb://127.0.0.1:{running.port}"
    if running.files is None:
        client = Client(address)
    else:
        context = ssl.create_default_context(cafile=str(running.files.authority))
        context.set_alpn_protocols(["h2"])
        client = SecureClient(address, context, user, password)
    yield Grpclib(client)
    client.channel.close()


@asynccontextmanager
async def grpcio_client(running: Running, user: str = USER, password: str = PASSWORD) -> AsyncIterator[Grpcio]:
    where = f"127.0.0.1:{running.port}"
    if running.files is None:
        client = AsyncKurrentDBClient(f"esdb://{where}?tls=false")
    else:
        trusted = running.files.authority.read_text()
        client = AsyncKurrentDBClient(f"esdb://{user}:{password}@{where}", root_certificates=trusted)
    await client.connect()
    yield Grpcio(client)
    await client.close()
