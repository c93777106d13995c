"""The suite's own measures. Without an SDK configured they are no-ops of the OpenTelemetry API."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import metrics

_meter = metrics.get_meter("crm")

COMMAND_SECONDS = _meter.create_histogram("crm.command.duration", "s", "From the parsed command to durable events")
APPEND_BATCH = _meter.create_histogram("crm.append.batch", "{event}", "Events written by one commit")
PROJECTION_LAG = _meter.create_gauge("crm.projection.lag", "{position}", "Log positions a subscription is behind")
RELAY_LAG = _meter.create_gauge("crm.relay.lag", "{position}", "Log positions that Kafka is behind")
BACKUP_LAG = _meter.create_gauge("crm.backup.lag", "s", "Seconds since the archive had every event")
DRILL_AGE = _meter.create_gauge("crm.drill.age", "s", "Seconds since the last recovery drill")
DRILL_PASSED = _meter.create_gauge("crm.drill.passed", "{drill}", "Whether the last recovery drill passed: 1 or 0")
HEALED_EVENTS = _meter.create_counter("crm.kafka.healed", "{event}", "Events read from the store instead of Kafka")
BATCH_EVENTS = _meter.create_histogram("crm.projection.batch", "{event}", "Events of one batch of a subscription")
RETRIED_BATCHES = _meter.create_counter("crm.projection.retries", "{batch}", "Batches that failed and are tried again")
RESTARTED_LOOPS = _meter.create_counter("crm.process.restarts", "{loop}", "Loops that a server which is away ended")
RELAY_BATCH = _meter.create_histogram("crm.relay.batch", "{event}", "Events that one transaction took to Kafka")
RELAY_RETRIES = _meter.create_counter("crm.relay.retries", "{attempt}", "Times that the relay began again")
MONGO_CONNECTIONS = _meter.create_up_down_counter("crm.mongo.connections", "{connection}", "By part and state")
MONGO_REFUSED = _meter.create_counter("crm.mongo.refused", "{attempt}", "Calls that got no connection, by part")
PARKED_EVENTS = _meter.create_counter("crm.projection.parked", "{event}", "Poison events set aside")


@contextmanager
def timed(histogram: metrics.Histogram, name: str) -> Iterator[None]:
    """Record the seconds of the block under the attribute `name`."""
    started = time.perf_counter()
    try:
        yield
    finally:
        histogram.record(time.perf_counter() - started, {"name": name})
