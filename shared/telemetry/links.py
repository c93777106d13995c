"""From a stored event back to the trace of the command that wrote it."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from opentelemetry import trace

from shared.events.envelope import Stored
from shared.telemetry.spans import tracing_is_on


def links_to(stored: Sequence[Stored]) -> list[trace.Link]:
    """A link per traced event; nothing is parsed while tracing is off."""
    if not tracing_is_on():
        return []
    contexts = (_context(orjson.loads(s.metadata).get("traceparent", "")) for s in stored)
    return [trace.Link(c) for c in contexts if c is not None]


def _context(traceparent: str) -> trace.SpanContext | None:
    """Parse a W3C traceparent, `00-<trace>-<span>-<flags>`."""
    parts = traceparent.split("-")
    if len(parts) != 4:
        return None
    return trace.SpanContext(int(parts[1], 16), int(parts[2], 16), True, trace.TraceFlags(int(parts[3], 16)))
