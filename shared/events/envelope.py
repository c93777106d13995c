"""What surrounds an event: the same for every domain, store, topic and backup."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from shared.clock import Micros
from shared.errors import redacted

_ACTOR = re.compile(rb'\{"actor":"([A-Za-z0-9-]+)",')

Event = Any  # any class registered with @event; the registry is the closed set


class Undecodable(Exception):
    """The stored bytes are no event of this program: parked and reported, never skipped."""


@dataclass(frozen=True)  # no slots: it is encoded for every command, which takes four times as long with them
class Metadata:
    """Who and why: shared by all events of one command. Empty string = absent.

    `command` is the command's id, `correlation_id` the id of the act that began the chain,
    `causation_id` the event or command that led to this one.
    """

    actor: str = ""
    on_behalf_of: str = ""
    command: str = ""
    command_name: str = ""
    correlation_id: str = ""
    causation_id: str = ""
    reason: str = ""
    traceparent: str = ""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event ready to append: encoded, personal fields already encrypted.

    `occurred_at` is when it happened; the store itself adds `recorded_at`, version and position.
    """

    event_id: str
    type: str
    schema_version: int
    occurred_at: Micros
    data: bytes


class StreamSlice(NamedTuple):
    """Events of one stream side by side, at least one, each column in the order of their versions: what folding asks of
    them and no more. A record is loaded for every command, and columns are read in half the time of rows.

    version, occurred_at, metadata: of the last one. begun: occurred_at and metadata of the stream's very first, where
    it is among them. event_ids, types, schema_versions: each one text with commas between, by which what is known of so
    many alike is found at once. data: what each one's `data` is, as one JSON array.
    """

    version: int
    occurred_at: Micros
    metadata: bytes
    begun: tuple[Micros, bytes] | None
    event_ids: str
    types: str
    schema_versions: str
    data: bytes


class Stored(NamedTuple):
    """An event as the store holds it. `version` counts from 1 in its stream, `position` from 1 in the store.

    Positions grow strictly but have holes; versions are dense. `recorded_at` is by the store's clock: it falls from one
    position to the next only where that clock does, which the embedded store prevents.
    """

    position: int
    tenant: str
    stream: str
    version: int
    event_id: str
    type: str
    schema_version: int
    occurred_at: Micros
    recorded_at: Micros
    data: bytes
    metadata: bytes

    @property
    def category(self) -> str:
        return category_of(self.stream)

    @property
    def id(self) -> str:
        return id_of(self.stream)


class _Recorded(NamedTuple):
    position: int
    tenant: str
    stream: str
    version: int
    event_id: str
    type: str
    schema_version: int
    occurred_at: Micros
    recorded_at: Micros
    event: Event
    metadata: Metadata | bytes


class Recorded(_Recorded):
    """A stored event, decoded: upcast to the newest schema version, personal fields in clear or masked.

    A fold needs the actor of its first and last event only, so stored bytes are parsed when they are asked for.
    """

    __slots__ = ()

    @property
    def metadata(self) -> Metadata:
        """Raises Undecodable when the stored bytes are no metadata."""
        raw = self[10]
        return raw if isinstance(raw, Metadata) else _metadata(raw)

    @property
    def actor(self) -> str:
        """Raises Undecodable when the stored bytes are no metadata."""
        raw = self[10]
        return raw.actor if isinstance(raw, Metadata) else actor_of(raw)

    @property
    def category(self) -> str:
        return category_of(self.stream)

    @property
    def id(self) -> str:
        return id_of(self.stream)


def stream_name(category: str, id: str) -> str:
    return f"{category}-{id}"


def category_of(stream: str) -> str:
    """`account-0192…` → `account`. Categories contain no hyphen."""
    return stream.partition("-")[0]


def id_of(stream: str) -> str:
    return stream.partition("-")[2]


def actor_of(metadata: bytes) -> str:
    """The actor in stored metadata. Raises Undecodable."""
    first = _ACTOR.match(metadata)  # the first field: of two events of every record that is loaded, only it is read
    if first is not None:
        return first[1].decode()
    try:
        actor: str = orjson.loads(metadata).get("actor", "")
    except (ValueError, AttributeError) as error:
        raise Undecodable(f"metadata: {redacted(error)}") from error
    return actor


def _metadata(raw: bytes) -> Metadata:
    try:
        return Metadata(**orjson.loads(raw))
    except (ValueError, TypeError) as error:
        raise Undecodable(f"metadata: {redacted(error)}") from error
