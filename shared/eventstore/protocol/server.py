"""The server: the services on one port, TLS, credentials, keep-alive, a graceful stop."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import suppress
from ipaddress import ip_address
from typing import Any
from uuid import uuid4
from weakref import WeakSet

from grpclib import GRPCError
from grpclib.config import Configuration
from grpclib.const import Status
from grpclib.events import RecvRequest, listen
from grpclib.protocol import H2Protocol
from grpclib.server import Server

from shared.eventstore.port import StoreUnavailable
from shared.eventstore.protocol.access import Guard
from shared.eventstore.protocol.appends import Appends
from shared.eventstore.protocol.codec import Codec
from shared.eventstore.protocol.log import ProtocolLog
from shared.eventstore.protocol.messages import base, gossip, server_features, streams, uuid_of
from shared.eventstore.protocol.reads import Reads, parse
from shared.eventstore.sqlite import SqliteEventStore

GRACE = 10.0  # seconds for appends in flight when the server is asked to end
KEEP_ALIVE = 10.0  # seconds: a peer that is silent for two of these is gone
VERSION = "23.10.0"  # of the protocol: what clients of that server use
_METHODS = {
    "event_store.client.streams.streams": ("read", "append", "batchappend"),
    "event_store.client.gossip.gossip": ("read",),
    "event_store.client.server_features.serverfeatures": ("getsupportedmethods",),
}


class _Streams(streams.StreamsBase):
    def __init__(self, reads: Reads, appends: Appends) -> None:
        self._reads, self._appends = reads, appends

    async def read(self, read_req: streams.ReadReq) -> AsyncIterator[bytes | streams.ReadResp]:  # type: ignore[override]
        try:
            asked = parse(read_req)
        except ValueError as error:
            raise GRPCError(Status.INVALID_ARGUMENT, str(error)) from error
        try:
            async for response in self._reads.answer(asked):
                yield response
        except StoreUnavailable as error:
            raise GRPCError(Status.UNAVAILABLE, str(error)) from error

    async def append(self, append_req_iterator: AsyncIterator[streams.AppendReq]) -> streams.AppendResp:
        return await self._appends.append(append_req_iterator)

    async def batch_append(  # type: ignore[override]
        self, batch_append_req_iterator: AsyncIterator[streams.BatchAppendReq]
    ) -> AsyncIterator[streams.BatchAppendResp]:
        async for response in self._appends.batch(batch_append_req_iterator):
            yield response

    async def delete(self, delete_req: streams.DeleteReq) -> streams.DeleteResp:
        raise _append_only()

    async def tombstone(self, tombstone_req: streams.TombstoneReq) -> streams.TombstoneResp:
        raise _append_only()


def _append_only() -> GRPCError:
    return GRPCError(Status.UNIMPLEMENTED, "the log is append-only: no stream is deleted")


class _Gossip(gossip.GossipBase):
    """One member, the leader."""

    def __init__(self, host: str, port: int) -> None:
        self._id, self._end_point = str(uuid4()), gossip.EndPoint(host, port)

    async def read(self, client_empty: base.Empty) -> gossip.ClusterInfo:
        member = gossip.MemberInfo(
            instance_id=uuid_of(self._id),
            time_stamp=int(time.time() * 10_000_000),
            state=gossip.MemberInfoVNodeState.Leader,
            is_alive=True,
            http_end_point=self._end_point,
        )
        return gossip.ClusterInfo([member])


class _Features(server_features.ServerFeaturesBase):
    async def get_supported_methods(self, client_empty: base.Empty) -> server_features.SupportedMethods:
        methods = [
            server_features.SupportedMethod(method, service, ["stream", "all"] if method == "read" else [])
            for service, names in _METHODS.items()
            for method in names
        ]
        return server_features.SupportedMethods(methods, VERSION)


class ProtocolServer:
    """start → (serving) → stop. users: digests of passwords by name; None = nobody is asked."""

    def __init__(
        self, store: SqliteEventStore, users: Mapping[str, bytes] | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        log = ProtocolLog(store)
        self._reads, self._appends = Reads(log), Appends(log)
        self._guard, self._tls = Guard(users), tls
        self._server: _Server | None = None

    async def start(self, listening: socket.socket) -> None:
        host, port = listening.getsockname()[:2]
        public = socket.gethostname() if ip_address(host).is_unspecified else host
        services: list[Any] = [_Streams(self._reads, self._appends), _Gossip(public, port), _Features()]
        self._server = _Server(services, config=_keep_alive())
        listen(self._server, RecvRequest, self._guard.admit)
        await self._server.start(sock=listening, ssl=self._tls)

    @property
    def appending(self) -> int:
        """Appends in flight."""
        return self._appends.running

    async def stop(self) -> None:
        """Finish the appends in flight, then close every connection."""
        if self._server is None:
            return
        self._appends.closing = True
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE):
                while self._appends.running:
                    await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)  # their answers go out
        self._server.close()
        await self._server.wait_closed()


class _Server(Server):
    """Closes its connections when it is closed; grpclib only cancels what they ask."""

    def __init__(self, services: Collection[Any], config: Configuration) -> None:
        super().__init__(services, codec=Codec(), config=config)
        self._connections: WeakSet[H2Protocol] = WeakSet()

    def _protocol_factory(self) -> H2Protocol:
        protocol = super()._protocol_factory()
        self._connections.add(protocol)
        return protocol

    def close(self) -> None:
        super().close()
        for protocol in self._connections:
            if hasattr(protocol, "processor"):
                protocol.processor.close("the server stops")


def _keep_alive() -> Configuration:
    return Configuration(
        _keepalive_time=KEEP_ALIVE,
        _keepalive_timeout=KEEP_ALIVE,
        _keepalive_permit_without_calls=True,
        _http2_max_pings_without_data=0,
        _http2_min_sent_ping_interval_without_data=KEEP_ALIVE,
    )
