"""The connection to EventStoreDB's leader: TLS, credentials, keep-alive, deadlines, and what a failure means."""

from __future__ import annotations

import asyncio
import ssl
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Coroutine
from secrets import randbelow
from socket import gaierror
from typing import Any, TypeVar

from grpclib import GRPCError
from grpclib.client import Channel
from grpclib.config import Configuration
from grpclib.const import Status
from grpclib.events import RecvTrailingMetadata, SendRequest, listen
from grpclib.exceptions import ProtocolError, StreamTerminatedError
from h2.exceptions import H2Error

from shared.eventstore.eventstoredb_address import Address, Node
from shared.eventstore.port import StoreUnavailable
from shared.eventstore.protocol.codec import Codec
from shared.eventstore.protocol.messages import base, gossip

T = TypeVar("T")
# what another try may mend; a call that ended so may have been done
PASSING = (OSError, TimeoutError, GRPCError, StreamTerminatedError, ProtocolError, H2Error, AssertionError)
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0  # seconds between tries, doubled each time, each with jitter
_REFUSALS = {Status.UNAUTHENTICATED, Status.PERMISSION_DENIED, Status.INVALID_ARGUMENT, Status.UNIMPLEMENTED}


class Link:
    """One channel at a time, to the leader as far as it is known. close: calls in flight end, new ones are refused."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._tls = address.tls
        self._node: Node | None = None if address.discovers else address.nodes[0]
        self._channel: Channel | None = None
        self._connecting: asyncio.Task[None] | None = None
        self.closed = False

    async def channel(self) -> Channel:
        """Raises StoreUnavailable when closed, and what PASSING names."""
        if self.closed:
            raise StoreUnavailable("the event store is closed")
        while self._channel is None:
            if self._connecting is None or self._connecting.done():
                self._connecting = asyncio.create_task(self._connect())
            await asyncio.shield(self._connecting)  # others wait for it as well
        return self._channel

    def lost(self, error: BaseException, channel: Channel | None) -> None:
        """Give up a channel on which a call failed: the next call opens another, after asking for the leader."""
        if channel is None or channel is not self._channel or refused(error):
            return
        self._channel = None
        if self.address.discovers and not (isinstance(error, GRPCError) and error.status is Status.NOT_FOUND):
            self._node = None
        channel.close()

    async def call(self, do: Callable[[Channel], Coroutine[Any, Any, T]]) -> T:
        """A call that may be repeated, tried for as long as the address's deadline. Raises StoreUnavailable."""
        pauses, ends = Pauses(), time.monotonic() + self.address.deadline
        trouble: BaseException | None = None
        while True:
            channel = None
            try:
                channel = await apart(self.channel(), ends - time.monotonic())
                return await apart(do(channel), ends - time.monotonic())
            except PASSING as error:
                self.lost(error, channel)
                trouble = telling(error, trouble)
                if refused(error) or time.monotonic() >= ends:
                    raise StoreUnavailable(self.describe(trouble)) from error
            await pauses.next()

    def describe(self, error: BaseException) -> str:
        """One line: which server, what is wrong, what to do."""
        where = ", ".join(map(str, self.address.nodes))
        match error:
            case ssl.SSLCertVerificationError():
                why = f"its certificate is not accepted ({error.verify_message}): name its authority with tlsCaFile"
            case ssl.SSLError():
                why = f"TLS fails ({error.reason}): it may serve without, then say tls=false"
            case GRPCError(status=Status.UNAUTHENTICATED | Status.PERMISSION_DENIED):
                why = "it refuses the name or the password: see the address and passwordFile"
            case GRPCError():
                why = f"it answers {error.status.name}: {error.message}"
            case StreamTerminatedError() | ConnectionResetError():
                why = "the connection breaks: it wants TLS, or none, or is another server: see CRM_EVENTSTORE"
            case ConnectionRefusedError() | gaierror():
                why = f"{error.strerror}: start it, or correct CRM_EVENTSTORE"
            case TimeoutError():
                why = f"no answer within {self.address.deadline:g} s: see whether it runs, or correct CRM_EVENTSTORE"
            case _:
                why = str(error) or type(error).__name__
        return f"the event store at {where} cannot be used: {why}"

    def close(self) -> None:
        self.closed = True
        if self._connecting is not None:
            self._connecting.cancel()
        if self._channel is not None:
            self._channel.close()

    async def _connect(self) -> None:
        """Raises what PASSING names."""
        seconds = self.address.deadline / 2
        if self._node is None:
            self._node = await self._leader()
        channel = self._open(self._node)
        try:
            await apart(channel.__connect__(), seconds)
        except BaseException:
            channel.close()
            if self.address.discovers:
                self._node = None
            raise
        self._channel = channel

    async def _leader(self) -> Node:
        """Ask the nodes named, one after another, who leads. Raises what PASSING names."""
        error: BaseException = ConnectionError("no node knows a leader")
        for node in self.address.nodes:
            channel = self._open(node)
            try:
                info = await apart(gossip.GossipStub(channel).read(base.Empty()), self.address.deadline / 4)
            except PASSING as failed:
                error = failed
                continue
            finally:
                channel.close()
            for member in info.members:
                if member.is_alive and member.state == gossip.MemberInfoVNodeState.Leader:
                    return Node(member.http_end_point.address, member.http_end_point.port)
        raise error

    def _open(self, node: Node) -> Channel:
        alive = self.address.keep_alive
        channel = Channel(
            node.host,
            node.port,
            ssl=self._tls,
            codec=Codec(),
            config=Configuration(
                _keepalive_time=alive,
                _keepalive_timeout=alive,
                _keepalive_permit_without_calls=True,
                _http2_max_pings_without_data=0,
                _http2_min_sent_ping_interval_without_data=alive,
            ),
        )
        token = b64encode(f"{self.address.user}:{self.address.password}".encode()).decode()

        async def sign(event: SendRequest) -> None:
            event.metadata["requires-leader"] = "true"
            if self.address.user:
                event.metadata["authorization"] = f"Basic {token}"

        async def follow(event: RecvTrailingMetadata) -> None:
            """A node that does not lead names the one that does."""
            host, port = event.metadata.get("leader-endpoint-host"), event.metadata.get("leader-endpoint-port")
            if event.status is Status.NOT_FOUND and isinstance(host, str) and isinstance(port, str):
                self._node = Node(host, int(port))

        listen(channel, SendRequest, sign)
        listen(channel, RecvTrailingMetadata, follow)
        return channel


class Pauses:
    """Between tries: doubled each time up to LONGEST_PAUSE, with jitter."""

    def __init__(self) -> None:
        self._pause = FIRST_PAUSE

    async def next(self) -> None:
        await asyncio.sleep(self._pause * (0.5 + randbelow(1000) / 1000))
        self._pause = min(LONGEST_PAUSE, 2 * self._pause)


async def apart(call: Coroutine[Any, Any, T], seconds: float) -> T:
    """A call in a task of its own. grpclib cancels the task of a call that breaks and leaves it marked so: a timeout
    around it in the same task would not end. Raises TimeoutError, and what the call raises.
    """
    task = asyncio.create_task(call)
    try:
        done, _ = await asyncio.wait({task}, timeout=max(0.0, seconds))
    finally:
        if not task.done():
            task.cancel()
            task.add_done_callback(_forgotten)
    if not done:
        raise TimeoutError
    return task.result()


def _forgotten(task: asyncio.Task[Any]) -> None:
    """Nobody waits for its outcome any more."""
    if not task.cancelled():
        task.exception()


def telling(error: BaseException, before: BaseException | None) -> BaseException:
    """The error that says more: the last one that is no mere lack of an answer."""
    return before if before is not None and isinstance(error, TimeoutError) else error


def refused(error: BaseException) -> bool:
    """Whether another try would fail as well."""
    if isinstance(error, GRPCError):
        return error.status in _REFUSALS
    return isinstance(error, ssl.SSLCertVerificationError)


async def collected(responses: AsyncIterator[T]) -> list[T]:
    return [response async for response in responses]
