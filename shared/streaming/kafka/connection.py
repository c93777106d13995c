"""Where Kafka is, by the URL of CRM_KAFKA: `kafka://host:port[,host:port]`."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

SCHEME = "kafka://"
MAX_BATCH_BYTES = 256 * 1024  # the default of 16 kB costs half of the rate
TRANSACTION_SECONDS = 10.0  # until the broker aborts the transaction of a producer that is gone
REQUEST_SECONDS = 15.0

logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # while a broker is away: hundreds of lines each second

_SERVER = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):\d{1,5}")


class WrongUrl(ValueError):
    """The URL names no servers; the message says what one looks like."""


@dataclass(frozen=True, slots=True)
class Kafka:
    """servers: the addresses to begin with, as `host:port`."""

    servers: tuple[str, ...]

    @classmethod
    def parse(cls, url: str) -> Kafka:
        """Raises WrongUrl."""
        servers = tuple(url.removeprefix(SCHEME).split(","))
        if not url.startswith(SCHEME) or not all(map(_SERVER.fullmatch, servers)):
            raise WrongUrl("it looks like kafka://host:9092, with more hosts after commas")
        return cls(servers)

    def __str__(self) -> str:
        return SCHEME + ",".join(self.servers)

    def producer(self, transactional_id: str) -> AIOKafkaProducer:
        """A producer of transactions: all replicas acknowledge, nothing is written twice. Not started."""
        return AIOKafkaProducer(
            bootstrap_servers=list(self.servers),
            transactional_id=transactional_id,
            enable_idempotence=True,
            acks="all",
            max_batch_size=MAX_BATCH_BYTES,
            transaction_timeout_ms=round(TRANSACTION_SECONDS * 1000),
            request_timeout_ms=round(REQUEST_SECONDS * 1000),
        )

    def consumer(self) -> AIOKafkaConsumer:
        """A consumer of committed records without a group. Not started."""
        return AIOKafkaConsumer(
            bootstrap_servers=list(self.servers),
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            request_timeout_ms=round(REQUEST_SECONDS * 1000),
        )

    def admin(self) -> AIOKafkaAdminClient:
        return AIOKafkaAdminClient(
            bootstrap_servers=list(self.servers), request_timeout_ms=round(REQUEST_SECONDS * 1000)
        )
