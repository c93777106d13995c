"""Appends to EventStoreDB: one BatchAppend call for all, in their order; after a broken connection what is not answered
is sent again. Event ids and expected versions make that harmless."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import NamedTuple

from grpclib.client import Channel, Stream
from grpclib.const import Cardinality
from grpclib.exceptions import StreamTerminatedError

from shared.eventstore.eventstoredb_link import PASSING, Link, Pauses, refused, telling
from shared.eventstore.port import StoreUnavailable
from shared.eventstore.protocol.messages import Code, Status, base, streams, which

_ROUTE = "/event_store.client.streams.Streams/BatchAppend"
_Call = Stream[streams.BatchAppendReq, streams.BatchAppendResp]


class OutcomeUnknown(StoreUnavailable):
    """The connection was lost before the answer: the append may have been done. Sent again, it tells."""


class Landed(NamedTuple):
    """The stream's version after an append, and the position of its last event."""

    version: int
    position: int


class Clash(NamedTuple):
    """The stream has this version and not the expected one. resent: an earlier answer to this append was lost."""

    version: int
    resent: bool = False


Outcome = Landed | Clash


class Appender:
    def __init__(self, link: Link) -> None:
        self._link = link
        self._waiting: dict[str, tuple[streams.BatchAppendReq, asyncio.Future[Outcome]]] = {}
        self._unsent: deque[str] = deque()
        self._more = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._trouble: BaseException | None = None
        self._sent: set[str] = set()
        self._resent: set[str] = set()

    async def append(self, request: streams.BatchAppendReq) -> Outcome:
        """Raises StoreUnavailable, OutcomeUnknown; ValueError: the server does not take it."""
        key, done = request.correlation_id.string, asyncio.get_running_loop().create_future()
        self._waiting[key] = request, done
        self._unsent.append(key)
        self._more.set()
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        try:
            return await asyncio.wait_for(done, self._link.address.deadline)
        except TimeoutError as error:
            why = self._link.describe(self._trouble or error)
            if key not in self._sent:
                raise StoreUnavailable(why) from error
            raise OutcomeUnknown(f"{why}; whether the append was done is not known: send it again") from error
        finally:
            self._waiting.pop(key, None)
            self._sent.discard(key)
            self._resent.discard(key)

    async def close(self) -> None:
        """Wait for the appends in flight."""
        while self._waiting:
            await asyncio.wait([done for _, done in self._waiting.values()])
            await asyncio.sleep(0)
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def _run(self) -> None:
        pauses = Pauses()
        while True:
            channel = None
            try:
                channel = await self._link.channel()
                await self._session(channel)
                pauses = Pauses()
            except PASSING as error:
                self._trouble = telling(error, self._trouble)
                self._link.lost(error, channel)
                if refused(error):
                    self._refuse(StoreUnavailable(self._link.describe(error)))
            except StoreUnavailable as error:
                self._refuse(error)
                return
            if not self._waiting:
                self._more.clear()
                await self._more.wait()
            await pauses.next()

    async def _session(self, channel: Channel) -> None:
        """One call: send what waits and what comes, take in the answers. Raises what ended it."""
        async with channel.request(
            _ROUTE, Cardinality.STREAM_STREAM, streams.BatchAppendReq, streams.BatchAppendResp
        ) as call:
            await call.send_request()
            self._unsent = deque(self._waiting)
            self._resent |= self._sent
            tasks = [asyncio.create_task(self._send(call)), asyncio.create_task(self._receive(call))]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            for task in tasks:
                if not task.cancelled() and (error := task.exception()) is not None:
                    raise error
        raise StreamTerminatedError("the server ended the call")

    async def _send(self, call: _Call) -> None:
        while True:
            while self._unsent:
                key = self._unsent.popleft()
                if key in self._waiting:
                    self._sent.add(key)
                    await call.send_message(self._waiting[key][0])
            self._more.clear()
            await self._more.wait()

    async def _receive(self, call: _Call) -> None:
        async for response in call:
            key = response.correlation_id.string
            _, done = self._waiting.get(key, (None, None))
            self._trouble = None
            if done is not None and not done.done():
                _settle(response, done, key in self._resent)

    def _refuse(self, error: StoreUnavailable) -> None:
        for _, done in self._waiting.values():
            if not done.done():
                done.set_exception(error)


def _settle(response: streams.BatchAppendResp, done: asyncio.Future[Outcome], resent: bool) -> None:
    kind, result = which(response, "result")
    if kind == "success":
        revision = result.current_revision if which(result, "current_revision_option")[0] == "current_revision" else -1
        done.set_result(Landed(revision + 1, result.position.commit_position))
        return
    outcome = _meaning(result)
    if isinstance(outcome, Clash):
        done.set_result(outcome._replace(resent=resent))
    else:
        done.set_exception(outcome)


def _meaning(error: Status) -> Clash | Exception:
    """What an error says: EventStoreDB packs one message of its own into the status."""
    name, value = error.details.type_url.rpartition(".")[2], error.details.value
    match name:
        case "WrongExpectedVersion":
            wrong = base.WrongExpectedVersion().parse(value)
            current = which(wrong, "current_stream_revision_option")
            return Clash(current[1] + 1 if current[0] == "current_stream_revision" else 0)
        case "StreamDeleted":
            return ValueError("the stream was deleted in the event store: no event can be appended to it")
        case "BadRequest":
            return ValueError(base.BadRequest().parse(value).message)
        case "MaximumAppendSizeExceeded":
            return ValueError(
                f"the event store takes {base.MaximumAppendSizeExceeded().parse(value).max_append_size} bytes"
            )
        case "Timeout":
            return OutcomeUnknown("the event store did not finish the append in time: send it again")
        case "AccessDenied":
            return StoreUnavailable("the event store does not let this user append")
        case _:
            return StoreUnavailable(f"the event store refuses an append: {Code(error.code).name} {error.message}")
