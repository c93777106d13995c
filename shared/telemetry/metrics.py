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
HEALED_EVENTS = _meter.create_counter("crm.kafka.healed", "{event}", "Events read from the store instead of Kafka")
PARKED_EVENTS = _meter.create_counter("crm.projection.parked", "{event}", "Poison events set aside")


@contextmanager
def timed(histogram: metrics.Histogram, name: str) -> Iterator[None]:
    """Record the seconds of the block under the attribute `name`."""
    started = time.perf_counter()
    try:
        yield
    finally:
        histogram.record(time.perf_counter() - started, {"name": name})
