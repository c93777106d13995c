"""The hash chain over the log: it shows events that were changed, removed, inserted or moved.

    leaf    = SHA-256(0x00 ‖ event), as RFC 6962 hashes a leaf
    hash    = SHA-256(0x01 ‖ hash before ‖ leaf); before the first event it is SHA-256("crm.log.v1" ‖ installation id)
    event   = position u64 ‖ tenant ‖ stream ‖ version u64 ‖ event id ‖ type ‖ schema version u32 ‖ occurred at i64
              ‖ recorded at i64 ‖ SHA-256(data) ‖ SHA-256(metadata)

Numbers are big-endian, moments microseconds; a text is its length in bytes as u32, then UTF-8. Data and metadata are
the stored bytes: personal fields are ciphertext, so an erasure changes no hash. docs/reliability.md has test vectors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from hashlib import sha256
from struct import Struct

from shared.events.envelope import Stored


def genesis(installation: str) -> bytes:
    """The chain hash before the first event."""
    return sha256(b"crm.log.v1" + installation.encode()).digest()


def leaf(event: Stored) -> bytes:
    """The hash of one stored event."""
    return _leaf(event, sha256(event.metadata).digest())


def link(before: bytes, event: Stored) -> bytes:
    """The chain hash after an event."""
    return sha256(b"\x01" + before + leaf(event)).digest()


def chain_hashes(before: bytes, events: Iterable[Stored]) -> list[tuple[int, bytes]]:
    """(position, chain hash) after each of the events. They are consecutive; those of a command share metadata."""
    found = []
    shared, digest = None, b""
    for event in events:
        if event.metadata is not shared:
            shared, digest = event.metadata, sha256(event.metadata).digest()
        before = sha256(b"\x01" + before + _leaf(event, digest)).digest()
        found.append((event.position, before))
    return found


def _leaf(event: Stored, metadata: bytes) -> bytes:
    position, tenant, stream, version, event_id, kind, schema, occurred_at, recorded_at, data, _ = event
    t, s, i, k = tenant.encode(), stream.encode(), event_id.encode(), kind.encode()
    ends = schema, occurred_at, recorded_at, sha256(data).digest(), metadata
    pack = _packing(len(t), len(s), len(i), len(k))
    return sha256(pack(0, position, len(t), t, len(s), s, version, len(i), i, len(k), k, *ends)).digest()


@lru_cache(maxsize=1024)
def _packing(tenant: int, stream: int, event_id: int, kind: int) -> Callable[..., bytes]:
    return Struct(f">BQI{tenant}sI{stream}sQI{event_id}sI{kind}sIqq32s32s").pack
