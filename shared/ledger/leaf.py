"""The leaf of an event in the ledger's tree: over what every event store keeps byte by byte (docs/adr/0036).

    leaf   = SHA-256(0x00 ‖ entry), as RFC 6962 hashes a leaf
    entry  = 0x01 ‖ tenant ‖ stream ‖ version u64 ‖ event id ‖ type ‖ schema version u32 ‖ occurred at i64
             ‖ recorded at i64 ‖ SHA-256(data) ‖ SHA-256(metadata)

Numbers are big-endian, moments microseconds; a text is its length in bytes as u32, then UTF-8. Data and metadata are
the stored bytes: personal fields are ciphertext, so an erasure changes no leaf. The position is left out: it belongs to
one store, and the leaf's place in the tree says the order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from hashlib import sha256
from struct import Struct

from shared.events.envelope import Stored

FORMAT = 1  # the first byte of an entry


def leaf_of(event: Stored) -> bytes:
    """The leaf hash of one event."""
    return leaves_of((event,))[0]


def leaves_of(events: Iterable[Stored]) -> list[bytes]:
    """The leaf hashes of events. Those of one command have the same metadata, which is hashed once."""
    found = []
    shared, digest = b"", sha256(b"").digest()
    for _, tenant, stream, version, event_id, kind, schema, occurred_at, recorded_at, data, metadata in events:
        if metadata != shared:
            shared, digest = metadata, sha256(metadata).digest()
        t, s, i, k = tenant.encode(), stream.encode(), event_id.encode(), kind.encode()
        ends = schema, occurred_at, recorded_at, sha256(data).digest(), digest
        pack = _packing(len(t), len(s), len(i), len(k))
        packed = pack(0, FORMAT, len(t), t, len(s), s, version, len(i), i, len(k), k, *ends)
        found.append(sha256(packed).digest())
    return found


@lru_cache(maxsize=1024)
def _packing(tenant: int, stream: int, event_id: int, kind: int) -> Callable[..., bytes]:
    return Struct(f">BBI{tenant}sI{stream}sQI{event_id}sI{kind}sIqq32s32s").pack
