"""The read log: what people were shown, refused, given and asked, as events of the log.

Reads, refusals and searches of the log wait for nothing: they are gathered, and written every five seconds, or when
there are many. Exports and questions wait until they are recorded, and are not answered where they cannot be (ADR 39).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from shared.clock import Clock, Ids, Micros
from shared.errors import redacted
from shared.events.audit_reads import ExportEnded, ReadsDropped
from shared.events.codec import Codec
from shared.events.envelope import Event, Metadata, stream_name
from shared.eventstore.port import NO_STREAM, EventStore, StoreBroken, StoreUnavailable, WrongVersion
from shared.readlog.buffer import MOST, Buffer, Refusal, Who, entries_of
from shared.security.keyring import KeyMissing, KeysUnavailable
from shared.security.permissions import SYSTEM, Access

CATEGORY = "reads"  # of its streams: each append begins one, so that no two processes wait for each other
SECONDS, MANY = 5.0, 5_000  # between two writes; entries that are not waited with
AT_ONCE = 16  # appends
OF_AN_APPEND = 40  # events, each below 20 KB: EventStoreDB takes 900 KB
FINISH_SECONDS = 3.0
log = logging.getLogger("crm.readlog")


@dataclass(frozen=True, slots=True)
class _Append:
    """A retry writes the same events to the same stream, so nothing is ever there twice."""

    who: Who
    act: str
    stream: str
    ids: Sequence[str]
    events: Sequence[Event]
    at: Micros


class ReadLog:
    """One of each process; every process writes what it answered itself."""

    def __init__(self, store: EventStore, codec: Codec, clock: Clock, ids: Ids, most: int = MOST) -> None:
        self._store, self._codec, self._clock, self._ids = store, codec, clock, ids
        self._buffer = Buffer(most)
        self._waiting: list[_Append] = []  # taken from the buffer and not written yet
        self._some, self._enough = asyncio.Event(), asyncio.Event()
        self._turn = asyncio.Lock()

    def read(self, access: Access, resource: str, fields: tuple[str, ...], ids: Iterable[str]) -> None:
        """Values of sensitive fields were shown, of these records."""
        self._buffer.read(_who(access), self._clock.now(), resource, fields, ids)
        self._noted()

    def figured(self, access: Access, resource: str, fields: tuple[str, ...]) -> None:
        """A figure was shown that is made by sensitive fields, of no record by name."""
        self._buffer.figure(_who(access), self._clock.now(), resource, fields)
        self._noted()

    def refused(self, access: Access, refusal: Refusal) -> None:
        self._buffer.refuse(_who(access), self._clock.now(), refusal)
        self._noted()

    def searched(self, access: Access, conditions: str) -> None:
        """The log was searched."""
        self._buffer.search(_who(access), self._clock.now(), conditions)
        self._noted()

    def ended(self, access: Access, export: ExportEnded) -> None:
        self._buffer.end(_who(access), self._clock.now(), export)
        self._noted()

    async def record(self, access: Access, event: Event) -> None:
        """Returns once it is durable. Raises StoreUnavailable, KeysUnavailable: then nothing may be answered."""
        await self._write(self._append(_who(access), [event], self._clock.now()))

    async def run(self) -> None:
        """Write what was gathered until cancelled. Raises as flush does; nothing is lost by it."""
        while True:
            await self._some.wait()
            with suppress(TimeoutError):
                async with asyncio.timeout(SECONDS):
                    await self._enough.wait()
            await self.flush()

    async def flush(self) -> None:
        """Write all that was gathered until now; what comes meanwhile waits for the next time, bounded by the buffer.
        Raises StoreUnavailable, KeysUnavailable: so does what is left.
        """
        async with self._turn:
            try:
                await self._write_waiting()
                self._some.clear()
                self._take()
                await self._write_waiting()
            finally:
                if self._left():
                    self._some.set()

    async def finish(self) -> None:
        """Write the rest at the end of the process, as far as the store takes it within some seconds."""
        try:
            async with asyncio.timeout(FINISH_SECONDS):
                while self._left():
                    await self.flush()
                    await asyncio.sleep(0)  # a flush that waits for nothing has an end, too
        except (TimeoutError, StoreUnavailable, StoreBroken, KeysUnavailable, KeyMissing) as error:
            log.error("what was read last could not be recorded: %s", redacted(error))

    def _noted(self) -> None:
        self._some.set()
        if self._buffer.size >= MANY:
            self._enough.set()

    def _left(self) -> bool:
        return bool(self._waiting or self._buffer.size or self._buffer.dropped)

    def _take(self) -> None:
        batches, dropped = self._buffer.take()
        self._enough.clear()
        for who, batch in batches.items():
            rest = batch.events()
            while events := [*islice(rest, OF_AN_APPEND)]:
                self._waiting.append(self._append(who, events, batch.since))
        for tenant, count in dropped.items():
            log.error("%d reads of %s were not recorded: the log takes them more slowly than they come", count, tenant)
            self._waiting.append(self._append(Who(tenant, SYSTEM, ""), [ReadsDropped(count)], self._clock.now()))

    async def _write_waiting(self) -> None:
        while some := self._waiting[:AT_ONCE]:
            done = await asyncio.gather(*map(self._write_or_drop, some), return_exceptions=True)
            failed = [one for one, error in zip(some, done, strict=True) if error is not None]
            self._waiting[: len(some)] = failed
            for error in done:
                if error is not None:
                    raise error

    async def _write_or_drop(self, one: _Append) -> None:
        """What the store does not take at once it may take one by one; an event that it never takes is dropped."""
        try:
            await self._write(one)
        except ValueError as error:  # the same would come of every further try
            if len(one.events) > 1:
                self._waiting += [self._append(one.who, [event], one.at) for event in one.events]
                return
            (event,) = one.events
            log.error("a %s cannot be written: %s", type(event).__name__, type(error).__name__)
            self._buffer.drop(one.who.tenant, entries_of(event))

    async def _write(self, one: _Append) -> None:
        tenant, actor, on_behalf_of = one.who
        encoded = await self._codec.encode(tenant, one.stream, one.events, one.ids, one.at)
        metadata = Metadata(actor, on_behalf_of, command=one.act, correlation_id=one.act, causation_id=one.act)
        with suppress(WrongVersion):  # an earlier try, whose outcome was not known, did it
            await self._store.append(tenant, one.stream, NO_STREAM, encoded, metadata)

    def _append(self, who: Who, events: Sequence[Event], at: Micros) -> _Append:
        ids = [self._ids.new() for _ in events]
        return _Append(who, self._ids.new(), stream_name(CATEGORY, self._ids.new()), ids, events, at)


def _who(access: Access) -> Who:
    return Who(access.tenant, access.actor, access.user if access.key else "")
