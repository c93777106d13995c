"""faust-streaming 0.15.3 on aiokafka 0.14.0, with what its consumer gets wrong put right: pinned in requirements.in.

Every override is of a private method, so a new version is taken only with `tests/kafka/test_faust.py`, whose tests
fail on the bare package:

1. `_isolation_level`: it reads what a transaction aborted;
2. `_add_gap`, `_new_offset`: each commit marker counts as a missing message, so that commits lag behind or stick;
3. `on_partitions_revoked`: it drops acknowledgements before its own last commit, so a rebalance delivers them again;
4. an agent that raises is started again behind the message that it did not handle: `shared/streaming/kafka/worker.py`
   ends the process instead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from tempfile import gettempdir
from typing import Any

import faust
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from mode.threads import WorkerThread

from shared.streaming.kafka.address import Address
from shared.streaming.kafka.connection import Kafka

COMMIT_SECONDS = 3.0  # before partitions are given to another member of the group
SESSION_SECONDS = 10.0  # until the partitions of a member that was killed are given to others


class _Thread(WorkerThread):
    """Ends with the process: a broker that does not answer must not keep it."""

    def __init__(self, service: Any, **kwargs: Any) -> None:
        super().__init__(service, **kwargs)
        self.daemon = True


class _ConsumerThread(driver.AIOKafkaConsumerThread):
    Worker = _Thread
    abstract = True

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._isolation_level = "read_committed"
        return consumer


class _Consumer(driver.Consumer):
    """Right only for streams that acknowledge the messages of each partition in their order."""

    abstract = True

    def _new_consumer_thread(self) -> _ConsumerThread:
        return _ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Nothing is missing: in a transactional topic some offsets hold no message."""

    def _new_offset(self, tp: TP) -> int | None:
        acked = self._acked[tp]
        if not acked:
            return None
        newest = max(acked)
        acked.clear()
        self._acked_index[tp].clear()
        return newest + 1

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        if revoked:
            with suppress(Exception):  # what is not committed is delivered again
                app: Any = self.app
                await app.before_revoked()
                await asyncio.wait_for(self.commit(), COMMIT_SECONDS)
        await super().on_partitions_revoked(revoked)


def _credentials(address: Address) -> faust.types.auth.CredentialsT | None:
    if address.user:
        return faust.SASLCredentials(
            username=address.user, password=address.password, mechanism=address.mechanism, ssl_context=address.tls
        )
    return None if address.tls is None else faust.SSLCredentials(context=address.tls)


async def _nothing() -> None:
    """Nothing is to be done before partitions are given away."""


def faust_app(kafka: Kafka, group: str, before_revoked: Callable[[], Awaitable[None]] = _nothing) -> faust.App:
    """An app of raw bytes without tables, web server or topics of its own. It is started in the running loop.

    before_revoked: what is done before the last commit of partitions that are given to another member.
    """
    app: Any = faust.App(
        group,
        broker=[f"kafka://{server}" for server in kafka.servers],
        broker_credentials=_credentials(kafka.address),
        loop=asyncio.get_running_loop(),
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        key_serializer="raw",
        value_serializer="raw",
        store="memory://",
        datadir=gettempdir(),  # asked for, and not used without tables
        consumer_auto_offset_reset="earliest",
        broker_commit_interval=0.5,
        stream_wait_empty=False,
        stream_buffer_maxsize=4096,
        broker_session_timeout=SESSION_SECONDS,
        broker_heartbeat_interval=1.0,
        broker_request_timeout=15.0,
        broker_rebalance_timeout=15.0,
    )
    app.transport.Consumer = _Consumer
    app.before_revoked = before_revoked
    typed: faust.App = app
    return typed
