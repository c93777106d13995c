"""Append and BatchAppend: from messages to the log, and its outcomes as messages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import NamedTuple

from grpclib import GRPCError
from grpclib.const import Status as GrpcStatus

from shared.eventstore.port import StoreUnavailable
from shared.eventstore.protocol.log import (
    MAX_APPEND,
    NO_STREAM,
    Expected,
    Mismatch,
    Proposed,
    ProtocolLog,
    Refused,
    TooLarge,
    Written,
)
from shared.eventstore.protocol.messages import Code, Status, base, google, streams, uuid_text, which

IN_FLIGHT = 64  # appends of one BatchAppend call that are taken in before the first is answered
UNFINISHED = 16  # appends of one BatchAppend call that have begun to arrive
_JSON = "application/json"
_URL = "type.googleapis.com/event_store.client."


class Wanted(NamedTuple):
    """An append as it was asked for."""

    stream: str
    expected: Expected
    events: list[Proposed]


class Appends:
    """running: appends that were taken in and have no outcome yet. closing: no more are taken in."""

    def __init__(self, log: ProtocolLog) -> None:
        self._log = log
        self.running, self.closing = 0, False

    async def append(self, requests: AsyncIterator[streams.AppendReq]) -> streams.AppendResp:
        """One append: its options, then its events one by one."""
        wanted = await _received(requests)
        try:
            outcome = await self._done(wanted)
        except Refused as error:
            raise GRPCError(GrpcStatus.INVALID_ARGUMENT, str(error)) from error
        except StoreUnavailable as error:
            raise GRPCError(GrpcStatus.UNAVAILABLE, str(error)) from error
        if isinstance(outcome, Mismatch):
            return streams.AppendResp(wrong_expected_version=_wrong(wanted.expected, outcome))
        success = streams.AppendRespSuccess(
            position=streams.AppendRespPosition(outcome.position, outcome.position),
        )
        if outcome.revision == NO_STREAM:
            success.no_stream = base.Empty()
        else:
            success.current_revision = outcome.revision
        return streams.AppendResp(success=success)

    async def batch(self, requests: AsyncIterator[streams.BatchAppendReq]) -> AsyncIterator[streams.BatchAppendResp]:
        """Appends one after another, answered in the order in which they came; they are written together."""
        begun: asyncio.Queue[asyncio.Task[streams.BatchAppendResp] | None] = asyncio.Queue(IN_FLIGHT)
        reading = asyncio.create_task(self._take(requests, begun))
        try:
            while (task := await begun.get()) is not None:
                yield await task
            await reading
        finally:
            reading.cancel()

    async def _take(
        self,
        requests: AsyncIterator[streams.BatchAppendReq],
        begun: asyncio.Queue[asyncio.Task[streams.BatchAppendResp] | None],
    ) -> None:
        unfinished: dict[str, streams.BatchAppendReq] = {}
        try:
            async for request in requests:
                whole = _joined(unfinished, request)
                if whole is not None:
                    await begun.put(asyncio.create_task(self._answered(whole)))
        finally:
            await begun.put(None)

    async def _answered(self, request: streams.BatchAppendReq) -> streams.BatchAppendResp:
        response = streams.BatchAppendResp(
            correlation_id=request.correlation_id, stream_identifier=request.options.stream_identifier
        )
        try:
            wanted = _wanted(request)
            outcome = await self._done(wanted)
        except (Refused, ValueError) as error:
            response.error = _error(error)
        except StoreUnavailable as error:
            response.error = Status(code=Code.UNAVAILABLE, message=str(error))
        else:
            if isinstance(outcome, Mismatch):
                response.error = _conflict(wanted.expected, outcome)
            else:
                response.success = _batch_success(outcome)
        return response

    async def _done(self, wanted: Wanted) -> Written | Mismatch:
        if self.closing:
            raise StoreUnavailable("the server stops")
        self.running += 1
        try:
            return await self._log.append(*wanted)
        finally:
            self.running -= 1


async def _received(requests: AsyncIterator[streams.AppendReq]) -> Wanted:
    """Raises GRPCError for what is no append."""
    options: streams.AppendReqOptions | None = None
    events: list[Proposed] = []
    size = 0
    try:
        async for request in requests:
            kind, content = which(request, "content")
            if kind == "options":
                options = content
            elif kind == "proposed_message":
                events.append(_proposed(content))
                size += len(content.data) + len(content.custom_metadata)
            if size > MAX_APPEND:
                raise TooLarge(f"Maximum Append Size of {MAX_APPEND} Exceeded.")
        if options is None:
            raise ValueError("an append begins with its options")
        kind, given = which(options, "expected_stream_revision")
        return Wanted(options.stream_identifier.stream_name.decode(), _expected(kind, given), events)
    except (ValueError, Refused) as error:
        raise GRPCError(GrpcStatus.INVALID_ARGUMENT, str(error)) from error


def _joined(
    unfinished: dict[str, streams.BatchAppendReq], request: streams.BatchAppendReq
) -> streams.BatchAppendReq | None:
    """The append that a message completes, if it does: an append may come in several. Raises GRPCError."""
    key = request.correlation_id.string or str(bytes(request.correlation_id))
    begun = unfinished.get(key)
    if begun is None:
        begun = unfinished[key] = request
    else:
        begun.proposed_messages += request.proposed_messages
    if len(unfinished) > UNFINISHED or sum(map(_size, begun.proposed_messages)) > 2 * MAX_APPEND:
        raise GRPCError(GrpcStatus.RESOURCE_EXHAUSTED, "too much was begun and not finished")
    return unfinished.pop(key) if request.is_final else None


def _size(message: streams.BatchAppendReqProposedMessage) -> int:
    return len(message.data) + len(message.custom_metadata)


def _wanted(request: streams.BatchAppendReq) -> Wanted:
    options = request.options
    kind, given = which(options, "expected_stream_position")
    stream = options.stream_identifier.stream_name.decode()
    return Wanted(stream, _expected(kind, given), [_proposed(m) for m in request.proposed_messages])


def _expected(kind: str, given: object) -> Expected:
    if kind == "any":
        return "any"
    if kind == "stream_exists":
        return "exists"
    if kind == "no_stream":
        return NO_STREAM
    if isinstance(given, int) and given < 2**62:
        return given
    raise ValueError("an append names the revision that it expects, any, or none")


def _proposed(message: streams.AppendReqProposedMessage | streams.BatchAppendReqProposedMessage) -> Proposed:
    named: Mapping[str, str] = message.metadata
    if "type" not in named:
        raise ValueError("an event has a type")
    is_json = named.get("content-type") == _JSON
    return Proposed(uuid_text(message.id), named["type"], is_json, message.data, message.custom_metadata)


def _wrong(expected: Expected, found: Mismatch) -> streams.AppendRespWrongExpectedVersion:
    wrong = streams.AppendRespWrongExpectedVersion()
    if found.revision == NO_STREAM:
        wrong.current_no_stream = base.Empty()
    else:
        wrong.current_revision = found.revision
    if expected == "exists":
        wrong.expected_stream_exists = base.Empty()
    elif expected == NO_STREAM:
        wrong.expected_no_stream = base.Empty()
    elif isinstance(expected, int):
        wrong.expected_revision = expected
    return wrong


def _conflict(expected: Expected, found: Mismatch) -> Status:
    wrong = base.WrongExpectedVersion()
    if found.revision == NO_STREAM:
        wrong.current_no_stream = google.Empty()
    else:
        wrong.current_stream_revision = found.revision
    if expected == "exists":
        wrong.expected_stream_exists = google.Empty()
    elif expected == NO_STREAM:
        wrong.expected_no_stream = google.Empty()
    elif isinstance(expected, int):
        wrong.expected_stream_position = expected
    detail = google.Any(_URL + "WrongExpectedVersion", bytes(wrong))
    return Status(code=Code.ALREADY_EXISTS, message="WrongExpectedVersion", details=detail)


def _error(error: Exception) -> Status:
    if isinstance(error, TooLarge):
        detail = google.Any(_URL + "MaximumAppendSizeExceeded", bytes(base.MaximumAppendSizeExceeded(MAX_APPEND)))
    else:
        detail = google.Any(_URL + "BadRequest", bytes(base.BadRequest(str(error))))
    return Status(code=Code.INVALID_ARGUMENT, message=str(error), details=detail)


def _batch_success(outcome: Written) -> streams.BatchAppendRespSuccess:
    success = streams.BatchAppendRespSuccess(position=base.AllStreamPosition(outcome.position, outcome.position))
    if outcome.revision == NO_STREAM:
        success.no_stream = google.Empty()
    else:
        success.current_revision = outcome.revision
    return success
