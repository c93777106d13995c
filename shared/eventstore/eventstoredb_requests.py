"""Request keys on EventStoreDB, which appends to one stream at a time.

A key has a stream of its own. Who appends under a key first puts its whole append there, expecting what was there
before: a *claim*. Then it appends to the stream that it is about. What became of a claim is read from that stream: its
events are there, or others are in their place and the key is free. Where neither is so its process ended in between:
the next one that comes under the key sends that append once more, with the same ids and the same expected version.
An append is claimed only when its stream has reached that version: so no claim is refused today and done tomorrow.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NamedTuple
from uuid import NAMESPACE_OID, uuid4, uuid5

import orjson

from shared.eventstore.eventstoredb_appends import Appender, Clash
from shared.eventstore.eventstoredb_reads import Reads
from shared.eventstore.eventstoredb_wire import batch_request, proposed_event, stream_request
from shared.eventstore.port import Appended, Request, StoreUnavailable
from shared.eventstore.protocol.codec import ReadEvent
from shared.eventstore.protocol.messages import base, streams

CLAIMED, RELEASED = "crm.RequestClaimed", "crm.RequestReleased"
_ATTEMPTS = 20
_BINARY = "application/octet-stream"


@dataclass(frozen=True)
class Claim:
    """version: of the key's stream, with the claim. position: of the last event, where there is none to append."""

    version: int
    stream: str
    expected: int
    ids: tuple[str, ...]
    proof: bytes
    position: int
    append: bytes

    def outcome(self, position: int) -> Appended:
        return Appended(self.stream, self.expected + len(self.ids), position, repeated=True, proof=self.proof)


class Open(NamedTuple):
    """The key is free; its stream has this version."""

    version: int


class Requests:
    def __init__(self, reads: Reads, appender: Appender) -> None:
        self._reads, self._appender = reads, appender

    async def find(self, tenant: str, key: str) -> Appended | None:
        """The outcome under a key; None as well while it is not known."""
        claim = await self._claim(_stream_of(tenant, key))
        found = await self._found(claim) if isinstance(claim, Claim) else None
        return found if isinstance(found, Appended) else None

    async def once(
        self,
        tenant: str,
        request: Request,
        append: streams.BatchAppendReq,
        expected: int,
        position: int,
        write: Callable[[], Awaitable[Appended]],
    ) -> Appended:
        """Write under a key, or give the outcome of who did. position: of the stream's last event, if nothing is
        written. Raises what `write` raises; the key is free then, unless its outcome is unknown.
        """
        name, version = _stream_of(tenant, request.key), 0
        for _ in range(_ATTEMPTS):
            put = await self._appender.append(_claimed(name, version, request, append, expected, position))
            if not isinstance(put, Clash):
                return await self._written(name, version + 1, write)
            state = await self._claim(name)
            known = await self._settled(state) if isinstance(state, Claim) else state
            if isinstance(known, Appended):
                return known
            version = known.version
        raise StoreUnavailable("too many appends at once under one request key")

    async def _written(self, name: str, version: int, write: Callable[[], Awaitable[Appended]]) -> Appended:
        """Where others were first, the events in its place say so."""
        try:
            return await write()
        except ValueError:
            await self._release(name, version)
            raise

    async def _claim(self, name: str) -> Claim | Open:
        found = await self._reads.responses(stream_request(name, last=True))
        if not found or not isinstance(event := found[0], ReadEvent):
            return Open(0)
        version = event.revision + 1
        if event.type != CLAIMED:
            return Open(version)
        known = orjson.loads(event.metadata)
        ids, proof = tuple(known["ids"]), bytes.fromhex(known["proof"])
        return Claim(version, known["stream"], known["expected"], ids, proof, known["position"], event.data)

    async def _found(self, claim: Claim) -> Appended | Clash | None:
        """What the stream that the claim is about says: None while neither its events are there nor others."""
        if not claim.ids:
            return claim.outcome(claim.position)
        there = await self._reads.stream(claim.stream, claim.expected, claim.expected + len(claim.ids))
        if not there:
            return None
        if tuple(e.event_id for e in there) == claim.ids:
            return claim.outcome(there[-1].position)
        return Clash(there[-1].version)

    async def _settled(self, claim: Claim) -> Appended | Open:
        """The outcome of a claim. If its process ended before it appended, that is done now."""
        for _ in range(_ATTEMPTS):
            found = await self._found(claim)
            if isinstance(found, Appended):
                return found
            if isinstance(found, Clash):
                return Open(claim.version)
            await self._finish(claim)
        raise StoreUnavailable(f"{claim.stream}: the outcome of an earlier append cannot be found")

    async def _finish(self, claim: Claim) -> None:
        append = streams.BatchAppendReq().parse(claim.append)
        append.correlation_id = base.Uuid(string=str(uuid4()))
        await self._appender.append(append)

    async def _release(self, name: str, version: int) -> None:
        """Who finds it released already, or claimed again, leaves it so."""
        event = proposed_event(str(uuid4()), RELEASED, b"{}", b"{}")
        await self._appender.append(batch_request(name, version, [event]))


def _stream_of(tenant: str, key: str) -> str:
    if "\0" in tenant or "\0" in key:
        raise ValueError("names and keys hold no NUL")
    return f"_request-{uuid5(NAMESPACE_OID, chr(0).join((tenant, key))).hex}"


def _claimed(
    name: str, version: int, request: Request, append: streams.BatchAppendReq, expected: int, position: int
) -> streams.BatchAppendReq:
    known = {
        "stream": append.options.stream_identifier.stream_name.decode(),
        "expected": expected,
        "ids": [m.id.string for m in append.proposed_messages],
        "proof": request.proof.hex(),
        "position": position,
    }
    event = proposed_event(str(uuid4()), CLAIMED, bytes(append), orjson.dumps(known), _BINARY)
    return batch_request(name, version, [event])
