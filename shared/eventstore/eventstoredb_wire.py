"""Our events as EventStoreDB's messages. What it has no place for stands in the event's own metadata, as JSON:

    {"tenant": …, "schema_version": …, "occurred_at": …, "by": the metadata of the command}

An event that was put back from a backup has `recorded_at` before `by`, as the server dates it later.
Streams of the adapter's own begin with an underscore; the feed leaves them out.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID, uuid4

import orjson

from shared.events.envelope import NewEvent, Stored
from shared.eventstore.protocol.codec import ReadEvent, Response
from shared.eventstore.protocol.messages import base, google, micros, streams

MAX_APPEND = 900 * 1024  # bytes: below the server's own limit of 1 MiB, which ends a whole call
OWN_OR_SYSTEM = "^[^$_]"  # matches the names of all other streams
_BY = b',"by":'
_WINDOW, _CHECKPOINTS = 100, 10
_JSON = "application/json"


def append_request(
    tenant: str, stream: str, expected: int, events: Collection[NewEvent], by: bytes
) -> streams.BatchAppendReq:
    """Raises ValueError: names that it cannot keep, an event id that is no UUID, more than MAX_APPEND bytes."""
    for name in (tenant, stream, *(e.type for e in events)):
        if "\0" in name.encode().decode():  # raises UnicodeEncodeError, a ValueError
            raise ValueError("names hold no NUL")
    if stream.startswith(("$", "_")):
        raise ValueError(f"{stream}: no name of a stream begins so")
    if len({e.event_id for e in events}) < len(events):
        raise ValueError("an event id is used twice")
    proposed = [proposed_event(e.event_id, e.type, e.data, _metadata(tenant, e, by)) for e in events]
    size = sum(len(p.data) + len(p.custom_metadata) for p in proposed)
    if size > MAX_APPEND:
        raise ValueError(f"{stream}: an append of {size} bytes; the event store takes {MAX_APPEND}")
    return batch_request(stream, expected, proposed)


def batch_request(
    stream: str, expected: int, proposed: list[streams.BatchAppendReqProposedMessage]
) -> streams.BatchAppendReq:
    """expected: a version, 0 for a stream that must not exist yet."""
    options = streams.BatchAppendReqOptions(stream_identifier=base.StreamIdentifier(stream.encode()))
    if expected:
        options.stream_position = expected - 1
    else:
        options.no_stream = google.Empty()
    return streams.BatchAppendReq(base.Uuid(string=str(uuid4())), options, proposed, is_final=True)


def proposed_event(
    event_id: str, type_: str, data: bytes, metadata: bytes, content: str = _JSON
) -> streams.BatchAppendReqProposedMessage:
    if str(UUID(event_id)) != event_id:
        raise ValueError(f"{event_id!r} is no UUID in lower case")
    named = {"type": type_, "content-type": content}
    return streams.BatchAppendReqProposedMessage(base.Uuid(string=event_id), named, metadata, data)


def _metadata(tenant: str, event: NewEvent, by: bytes) -> bytes:
    head = orjson.dumps({"tenant": tenant, "schema_version": event.schema_version, "occurred_at": event.occurred_at})
    return head[:-1] + _BY + by + b"}"


def put_back(event: Stored) -> streams.BatchAppendReqProposedMessage:
    """An event of another store, as it was recorded there."""
    known = {"tenant": event.tenant, "schema_version": event.schema_version, "occurred_at": event.occurred_at}
    head = orjson.dumps({**known, "recorded_at": event.recorded_at})
    return proposed_event(event.event_id, event.type, event.data, head[:-1] + _BY + event.metadata + b"}")


def stored_event(response: Response) -> Stored | None:
    """None for what is no event of this suite."""
    if not isinstance(response, ReadEvent):
        return None
    head, by, rest = response.metadata.partition(_BY)
    if not by:
        return None
    known = orjson.loads(head + b"}")
    return Stored(
        response.position,
        known["tenant"],
        response.stream,
        response.revision + 1,
        response.event_id,
        response.type,
        known["schema_version"],
        known["occurred_at"],
        known.get("recorded_at") or micros(response.created),
        response.data,
        rest[:-1],
    )


def stream_request(stream: str, *, after: int = 0, count: int = 1, last: bool = False) -> streams.ReadReq:
    """The events behind a version; last: the newest ones, newest first."""
    where = streams.ReadReqOptionsStreamOptions(stream_identifier=base.StreamIdentifier(stream.encode()))
    if last:
        where.end = base.Empty()
    elif after:
        where.revision = after
    else:
        where.start = base.Empty()
    options = _options(last)
    options.stream, options.count, options.no_filter = where, count, base.Empty()
    return streams.ReadReq(options)


def log_request(
    *, at: int = 0, count: int | None = 1, last: bool = False, categories: Collection[str] | None = None
) -> streams.ReadReq:
    """The log from a position on, 0 for its beginning; last: its newest events, newest first. count: None = no end."""
    where = streams.ReadReqOptionsAllOptions()
    if last:
        where.end = base.Empty()
    elif at:
        where.position = streams.ReadReqOptionsPosition(at, at)
    else:
        where.start = base.Empty()
    options = _options(last)
    options.all, options.filter = where, _filter(categories)
    if count is None:
        options.subscription = streams.ReadReqOptionsSubscriptionOptions()
    else:
        options.count = count
    return streams.ReadReq(options)


def _options(backwards: bool) -> streams.ReadReqOptions:
    direction = streams.ReadReqOptionsReadDirection
    return streams.ReadReqOptions(
        read_direction=direction.Backwards if backwards else direction.Forwards,
        uuid_option=streams.ReadReqOptionsUuidOption(string=base.Empty()),
    )


def _filter(categories: Collection[str] | None) -> streams.ReadReqOptionsFilterOptions:
    expression = streams.ReadReqOptionsFilterOptionsExpression()
    if categories is None:
        expression.regex = OWN_OR_SYSTEM
    else:
        expression.prefix = sorted(f"{category}-" for category in categories)
    return streams.ReadReqOptionsFilterOptions(
        stream_identifier=expression, max=_WINDOW, checkpoint_interval_multiplier=_CHECKPOINTS
    )
