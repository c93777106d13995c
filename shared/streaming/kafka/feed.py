"""The ordered log as Kafka delivers it, through a Faust worker: a Feed, for the same subscriptions as the store's own.

What Kafka does not bring in time is read from the event store: a gap, the beginning, an outage. So views go on, and
nothing is lost.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Collection
from contextlib import suppress
from typing import Any, NoReturn

import faust
from faust.types import TP

from shared.events.envelope import Undecodable
from shared.eventstore.port import EventStore
from shared.streaming.feed import Batch, StreamEnded
from shared.streaming.kafka.connection import Kafka
from shared.streaming.kafka.faust_app import faust_app, lag
from shared.streaming.kafka.merge import Merge
from shared.streaming.kafka.records import CHECKPOINTS, event_of, mark_of
from shared.telemetry.metrics import HEALED_EVENTS

PATIENCE = 1.0  # seconds that an event of the store may take through Kafka before it is read from the store
START_SECONDS = 30.0
STOP_SECONDS = 3.5
STALLED_SECONDS = 60.0  # without a record, while Kafka holds some: the worker hangs
LOOK_SECONDS = 2.0

log = logging.getLogger("crm.kafka")


class KafkaFeed:
    """One partition of the log: the whole of it. group: of the Faust worker, whose offsets say only where it begins.

    `run` consumes while the process holds the subscription's lease, so that the group has one member at a time. Two
    members would share the partitions; what one lacks it reads from the store.
    """

    def __init__(self, store: EventStore, kafka: Kafka, topics: Collection[str], group: str) -> None:
        self._store, self._kafka, self._topics, self.group = store, kafka, sorted(topics), group
        self._merge = Merge()
        self._pending: dict[TP, deque[tuple[int, Any]]] = defaultdict(deque)  # (position, message), not acknowledged
        self._asked, self._arrived, self._moved, self._room = (asyncio.Event() for _ in range(4))
        self._silent = False  # Kafka brought nothing in time: until it does, nobody waits for it
        self._failed: asyncio.Future[NoReturn] | None = None
        self._app: Any = None
        self._handled, self._progress = 0, 0.0
        self.healed = 0  # events that were read from the store, though the worker runs
        self.head, self.wait = store.head, store.wait

    @property
    def is_running(self) -> bool:
        """Whether the worker consumes."""
        return self._app is not None

    async def read(self, after: int, limit: int) -> Batch:
        """See Feed.read."""
        self._asked.set()
        self._merge.begin(after)
        self._handled = after
        self._moved.set()
        self._room.set()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + (0 if self._silent else PATIENCE)
        while True:
            self._arrived.clear()  # before the look: what comes while the store is asked must not be missed
            if (batch := self._merge.take(limit)) is not None:
                return batch
            if await self._store.head() <= after:
                return Batch((), after)
            left = deadline - loop.time()
            self._silent = self._silent or left <= 0
            if self._app is None or left <= 0 or (self._merge.is_lost and self._merge.gap() is not None):
                return await self._from_store(after, limit)
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._arrived.wait()

    async def _from_store(self, after: int, limit: int) -> Batch:
        up_to = self._merge.gap()
        events = await self._store.read_all(after, limit)
        if up_to is not None:
            events = [one for one in events if one.position <= up_to] or events
        if self._app is not None:
            self.healed += len(events)
            HEALED_EVENTS.add(len(events))
            log.info("read %s events after %s from the store: Kafka did not bring them in time", len(events), after)
        return Batch(events, events[-1].position if events else after)

    async def run(self) -> None:
        """Consume until cancelled. Raises StreamEnded: the process must end, and the next one goes on."""
        await self._asked.wait()
        self._failed = asyncio.get_running_loop().create_future()
        app = faust_app(self._kafka, self.group)
        for topic in self._topics:
            self._consume(app, topic, self._on_event)
        self._consume(app, CHECKPOINTS, self._on_mark)
        acknowledging = asyncio.create_task(self._acknowledge())
        try:
            await self._start(app)
            self._app = app
            await self._watch(app)
        finally:
            self._app = None
            acknowledging.cancel()
            with suppress(Exception):  # it hangs while the broker is away; its threads end with the process
                await asyncio.wait_for(app.stop(), STOP_SECONDS)

    async def _start(self, app: faust.App) -> None:
        """Start within a limit: Faust waits without end where its group or a topic is not admitted."""
        starting = asyncio.ensure_future(app.start())
        done, _ = await asyncio.wait({starting}, timeout=START_SECONDS)
        if not done:
            starting.cancel()
            raise StreamEnded(
                f"Kafka did not admit the group {self.group} within {START_SECONDS:.0f} s: check its rights"
            )
        if (error := starting.exception()) is not None:
            raise StreamEnded(f"the consumer of {self._kafka} did not start: {error}") from error

    async def _watch(self, app: faust.App) -> None:
        """Raise what an agent failed with, or when the worker makes no progress although Kafka has records for it."""
        loop = asyncio.get_running_loop()
        self._progress = loop.time()
        assert self._failed is not None
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._failed), LOOK_SECONDS)
            if not await self._is_behind(app):
                self._progress = loop.time()
            elif loop.time() - self._progress > STALLED_SECONDS:
                raise StreamEnded(f"the consumer of {self._kafka} made no progress for {STALLED_SECONDS:.0f} s")

    async def _is_behind(self, app: faust.App) -> bool:
        """Whether marks lie in Kafka that the worker should have read. In an outage nobody knows of any."""
        if self._merge.last_mark >= await self._store.head():
            return False
        return lag(app, TP(CHECKPOINTS, 0)) > 0

    def _consume(self, app: faust.App, name: str, handle: Any) -> None:
        topic = app.topic(name, value_type=bytes, value_serializer="raw", key_type=bytes, key_serializer="raw")

        async def agent(stream: Any) -> None:
            stream = stream.noack()
            try:
                async for event in stream.events():
                    position = handle(event.message)
                    self._pending[event.message.tp].append((position, event))
                    self._progress = asyncio.get_running_loop().time()
                    self._silent = False
                    self._arrived.set()
                    while self._merge.is_full:
                        self._room.clear()
                        await self._room.wait()
            except Exception as error:  # Faust would start the agent again, behind this message
                self._fail(StreamEnded(f"the consumer of {name} failed: {error!r}"))
                raise

        app.agent(topic, name=f"consume-{name}")(agent)

    def _fail(self, error: StreamEnded) -> None:
        if self._failed is not None and not self._failed.done():
            self._failed.set_exception(error)

    def _on_event(self, message: Any) -> int:
        """The position of the event, 0 for what the relay did not write."""
        try:
            seq, event = event_of(message.value, message.headers)
        except Undecodable as error:
            log.warning("%s[%s] at %s: %s", message.topic, message.partition, message.offset, error)
            return 0
        self._merge.add((message.topic, message.partition), seq, event)
        return event.position

    def _on_mark(self, message: Any) -> int:
        try:
            mark = mark_of(message.key, message.value)
        except Undecodable as error:
            log.warning("%s at %s: %s", message.topic, message.offset, error)
            return 0
        if mark is None:
            return 0
        self._merge.mark(mark)
        return mark.position

    async def _acknowledge(self) -> None:
        """Acknowledge what was handled, in the order of each partition: its offset is committed after the views."""
        while True:
            await self._moved.wait()
            self._moved.clear()
            for pending in self._pending.values():
                while pending and pending[0][0] <= self._handled:
                    _, event = pending.popleft()
                    if self._is_ours(event):
                        event.ack()

    def _is_ours(self, event: Any) -> bool:
        """Whether its partition was not given to another member since."""
        app = event.app
        return not app.rebalancing and event.message.generation_id == app.consumer_generation_id
