"""A member of the consumer group: a Faust worker that brings the shares which Kafka gives to this process.

Faust gives the partitions of one number, of all topics, to one member, as the topics have equally many. The relay's
marks are for all members, so each reads them outside of the group.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from typing import Any, NoReturn

import faust
from aiokafka import TopicPartition
from faust.types import TP

from shared.events.envelope import Undecodable
from shared.streaming.feed import StreamEnded
from shared.streaming.kafka.connection import Kafka
from shared.streaming.kafka.faust_app import faust_app
from shared.streaming.kafka.feed import ShareFeed
from shared.streaming.kafka.records import CHECKPOINTS, event_of, mark_of

START_SECONDS = 30.0
STOP_SECONDS = 3.5
HAND_OVER_SECONDS = 8.0  # for the batch in hand; the group waits 15 s for a member
STALLED_SECONDS = 60.0  # without a record, while Kafka has some that are missing here: the worker hangs
LOOK_SECONDS = 2.0

log = logging.getLogger("crm.kafka")


class KafkaWorker:
    """Fills a feed until it ends. hand_over: returns once nobody works on the shares that this process had."""

    def __init__(
        self,
        kafka: Kafka,
        topics: Collection[str],
        group: str,
        feed: ShareFeed,
        hand_over: Callable[[], Awaitable[None]],
    ) -> None:
        self._kafka, self._topics, self.group, self._feed = kafka, sorted(topics), group, feed
        self._hand_over = hand_over
        self._pending: dict[TP, deque[tuple[int, Any]]] = defaultdict(deque)  # (position, message), not acknowledged
        self._failed: asyncio.Future[NoReturn] | None = None
        self._progress, self._missed = 0.0, 0  # when the last record came, and how many were missed up to then

    async def run(self) -> None:
        """Consume until cancelled. Raises StreamEnded: the process must end, and the next one goes on."""
        self._failed = asyncio.get_running_loop().create_future()
        app = faust_app(self._kafka, self.group, self._revoked)
        for topic in self._topics:
            self._consume(app, topic)
        signal: Any = app.on_partitions_assigned
        signal.connect(self._assigned, weak=False)
        tasks = [asyncio.create_task(one) for one in (self._acknowledge(), self._follow_marks())]
        try:
            await self._start(app)
            self._feed.is_running = True
            await self._watch()
        finally:
            self._feed.is_running = False
            self._feed.unassign()
            if self._failed.done():
                self._failed.exception()  # it is raised, or something else is
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
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

    async def _watch(self) -> None:
        """Raise what a consumer failed with, or when nothing comes although Kafka has records for this process."""
        loop = asyncio.get_running_loop()
        assert self._failed is not None
        self._note_progress()
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._failed), LOOK_SECONDS)
            if loop.time() - self._progress < STALLED_SECONDS:
                continue
            if self._feed.missed > self._missed:
                raise StreamEnded(f"the consumer of {self._kafka} made no progress for {STALLED_SECONDS:.0f} s")
            self._note_progress()

    def _note_progress(self) -> None:
        self._progress, self._missed = asyncio.get_running_loop().time(), self._feed.missed

    def _consume(self, app: faust.App, name: str) -> None:
        topic = app.topic(name, value_type=bytes, value_serializer="raw", key_type=bytes, key_serializer="raw")

        async def agent(stream: Any) -> None:
            stream = stream.noack()
            try:
                async for event in stream.events():
                    self._pending[event.message.tp].append((self._on_event(event.message), event))
                    self._note_progress()
                    while self._feed.is_full(event.message.partition):
                        self._feed.room.clear()
                        await self._feed.room.wait()
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
        self._feed.bring(message.topic, message.partition, seq, event)
        return event.position

    async def _follow_marks(self) -> None:
        """Read the relay's marks, from the first that is there."""
        consumer, place = self._kafka.consumer(), TopicPartition(CHECKPOINTS, 0)
        try:
            await consumer.start()
            consumer.assign([place])
            while True:
                for records in (await consumer.getmany(timeout_ms=1000, max_records=500)).values():
                    for one in records:
                        self._on_mark(one)
        except Exception as error:
            self._fail(StreamEnded(f"the consumer of {CHECKPOINTS} failed: {error!r}"))
            raise
        finally:
            with suppress(Exception):
                await asyncio.wait_for(consumer.stop(), STOP_SECONDS)

    def _on_mark(self, message: Any) -> None:
        try:
            mark = mark_of(message.key, message.value)
        except Undecodable as error:
            log.warning("%s at %s: %s", message.topic, message.offset, error)
            return
        if mark is not None:
            self._feed.mark(mark)

    async def _assigned(self, app: Any, assigned: Collection[TP], **_: Any) -> None:
        self._pending.clear()  # of an earlier generation: delivered again
        self._feed.assign({one.partition for one in assigned})

    async def _revoked(self) -> None:
        """Partitions go to another member: end the work on them, and acknowledge what is done."""
        self._feed.unassign()
        with suppress(TimeoutError):  # the next one waits for the leases then
            async with asyncio.timeout(HAND_OVER_SECONDS):
                await self._hand_over()
        self._acknowledge_handled(rebalancing=True)

    async def _acknowledge(self) -> None:
        """Acknowledge what was handled, in the order of each partition: its offset is committed after the views."""
        while True:
            await self._feed.moved.wait()
            self._feed.moved.clear()
            self._acknowledge_handled()

    def _acknowledge_handled(self, *, rebalancing: bool = False) -> None:
        for place, pending in self._pending.items():
            handled = self._feed.handled.get(place.partition, 0)
            while pending and pending[0][0] <= handled:
                _, event = pending.popleft()
                if event.message.generation_id == event.app.consumer_generation_id and (
                    rebalancing or not event.app.rebalancing
                ):
                    event.ack()
