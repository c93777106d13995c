"""Events as the store holds them ↔ bytes, column by column: few calls for many events, and they compress well.

    block   = "EVTS" ‖ count u32 ‖ the numbers ‖ the texts
    numbers = position, version, schema version, occurred at, recorded at: each column i64 × count
    texts   = tenant, stream, event id, type (UTF-8), data, metadata: each column u32 × count (lengths) ‖ the bytes

Numbers are little-endian, moments microseconds. A segment is one block after the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from struct import error as StructError  # noqa: N812
from struct import pack, unpack_from

from shared.backup.problems import Damaged
from shared.events.envelope import Stored

_MAGIC = b"EVTS"


def packed(events: Sequence[Stored]) -> bytes:
    """The block of at least one event."""
    position, tenant, stream, version, event_id, kind, schema, occurred, recorded, data, metadata = zip(
        *events, strict=True
    )
    count = len(events)
    parts = [_MAGIC, pack("<I", count)]
    parts += [pack(f"<{count}q", *numbers) for numbers in (position, version, schema, occurred, recorded)]
    for texts in (tenant, stream, event_id, kind):
        _add(parts, list(map(str.encode, texts)))
    _add(parts, data)
    _add(parts, metadata)
    return b"".join(parts)


def _add(parts: list[bytes], column: Sequence[bytes]) -> None:
    parts.append(pack(f"<{len(column)}I", *map(len, column)))
    parts += column


def blocks(content: bytes, name: str) -> Iterator[list[Stored]]:
    """The events of a segment, block by block. Raises Damaged."""
    at = 0
    while at < len(content):
        try:
            events, at = _block(content, at)
        except (StructError, ValueError, UnicodeDecodeError) as error:
            raise Damaged(f"{name} holds something else than events: {error}") from None
        yield events


def _block(content: bytes, at: int) -> tuple[list[Stored], int]:
    if content[at : at + 4] != _MAGIC:
        raise ValueError("another format")
    (count,) = unpack_from("<I", content, at + 4)
    at += 8
    numbers, texts = [], []
    for _ in range(5):
        numbers.append(unpack_from(f"<{count}q", content, at))
        at += 8 * count
    for _ in range(6):
        column, at = _column(content, at, count)
        texts.append(column)
    position, version, schema, occurred, recorded = numbers
    tenant, stream, event_id, kind = ([part.decode() for part in column] for column in texts[:4])
    rows = zip(
        position, tenant, stream, version, event_id, kind, schema, occurred, recorded, texts[4], texts[5], strict=True
    )
    return list(map(Stored._make, rows)), at


def _column(content: bytes, at: int, count: int) -> tuple[list[bytes], int]:
    lengths = unpack_from(f"<{count}I", content, at)
    ends = [*accumulate(lengths, initial=at + 4 * count)]
    if ends[-1] > len(content):
        raise ValueError("it ends too early")
    return [content[start:end] for start, end in pairwise(ends)], ends[-1]
