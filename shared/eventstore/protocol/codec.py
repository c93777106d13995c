"""The codec of the two ends. Events that are read are written and parsed here, field by field: with the message classes
of the package each takes twenty times as long, and a read is nothing but such messages.

Source of the format: the protocol buffers encoding, https://protobuf.dev/programming-guides/encoding/.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from grpclib.encoding.proto import ProtoCodec

from shared.eventstore.protocol.messages import base, streams, uuid_text

_EVENT = 0x0A  # the first byte of a ReadResp that holds an event: field 1, with a length


class ReadEvent(NamedTuple):
    """A ReadResp with an event."""

    event_id: str
    stream: str
    revision: int
    position: int
    type: str
    created: str
    content_type: str
    metadata: bytes
    data: bytes


Response = ReadEvent | streams.ReadResp


class Codec(ProtoCodec):
    """As grpclib's, but an event to send may be its bytes, and one received is a ReadEvent."""

    def encode(self, message: Any, message_type: Any) -> bytes:
        return message if isinstance(message, bytes) else super().encode(message, message_type)

    def decode(self, data: bytes, message_type: Any) -> Any:
        if message_type is streams.ReadResp and data[:1] == bytes([_EVENT]):
            return parse_event(data)
        return super().decode(data, message_type)


def encode_event(event: ReadEvent, uuid: bytes | None = None) -> bytes:
    """A ReadResp. uuid: the id as a message, where it is not to be text."""
    id_ = _text(2, event.event_id.encode()) if uuid is None else uuid
    position = _varint(event.position)
    recorded = b"".join(
        (
            _text(1, id_),
            _text(2, _text(3, event.stream.encode())),
            b"\x18" + _varint(event.revision),
            b"\x20" + position,
            b"\x28" + position,
            _text(6, _pair(b"type", event.type)),
            _text(6, _pair(b"created", event.created)),
            _text(6, _pair(b"content-type", event.content_type)),
            _text(7, event.metadata),
            _text(8, event.data),
        )
    )
    return _text(1, _text(1, recorded) + b"\x18" + position)


def parse_event(data: bytes) -> ReadEvent:
    """Raises ValueError: these bytes are no such message."""
    id_, stream, revision, position, metadata, content = b"", b"", 0, 0, b"", b""
    named: dict[bytes, bytes] = {}
    read = dict(_fields(dict(_fields(data))[1]))
    for number, value in _fields(read[1]):
        match number:
            case 1:
                id_ = value
            case 2:
                stream = dict(_fields(value))[3]
            case 3:
                revision = value
            case 5:
                position = value
            case 6:
                entry = dict(_fields(value))
                named[entry[1]] = entry.get(2, b"")
            case 7:
                metadata = value
            case 8:
                content = value
    return ReadEvent(
        _uuid(id_),
        stream.decode(),
        revision,
        position,
        named[b"type"].decode(),
        named[b"created"].decode(),
        named.get(b"content-type", b"").decode(),
        metadata,
        content,
    )


def _uuid(data: bytes) -> str:
    value = dict(_fields(data)).get(2)
    return value.decode() if value is not None else uuid_text(base.Uuid().parse(data))


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _text(number: int, value: bytes) -> bytes:
    return bytes((number << 3 | 2,)) + _varint(len(value)) + value


def _pair(key: bytes, value: str) -> bytes:
    return _text(1, key) + _text(2, value.encode())


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """The fields of a message: a number, and an int or bytes. Raises ValueError."""
    at, end = 0, len(data)
    while at < end:
        key, at = _number(data, at)
        kind = key & 7
        if kind == 0:
            value, at = _number(data, at)
            yield key >> 3, value
        elif kind == 2:
            size, at = _number(data, at)
            if size > end - at:
                raise ValueError("a field ends behind its message")
            yield key >> 3, data[at : at + size]
            at += size
        else:
            at += {1: 8, 5: 4}[kind]


def _number(data: bytes, at: int) -> tuple[int, int]:
    byte = data[at]
    if byte < 0x80:
        return byte, at + 1
    number, shift = byte & 0x7F, 7
    while True:
        at += 1
        byte = data[at]
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at + 1
        shift += 7
