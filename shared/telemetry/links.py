"""From a stored event back to the trace of the command that wrote it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import orjson
from opentelemetry import trace
from opentelemetry.context import Context

from shared.events.envelope import Stored
from shared.telemetry.spans import tracing_is_on


def links_to(stored: Sequence[Stored]) -> list[trace.Link]:
    """A link per traced event; nothing is parsed while tracing is off."""
    return links_of(_traceparent(s) for s in stored)


def links_of(traceparents: Iterable[str]) -> list[trace.Link]:
    """A link for each traceparent that is one; they are asked for only while tracing is on."""
    if not tracing_is_on():
        return []
    contexts = map(_context, traceparents)
    return [trace.Link(c) for c in contexts if c is not None]


def caused_by(stored: Stored) -> Context | None:
    """For spans of what one event causes: the trace of the command that wrote it goes on. None: it was not traced."""
    context = _context(_traceparent(stored)) if tracing_is_on() else None
    return None if context is None else trace.set_span_in_context(trace.NonRecordingSpan(context))


def _traceparent(stored: Stored) -> str:
    return str(orjson.loads(stored.metadata).get("traceparent", ""))


def _context(traceparent: str) -> trace.SpanContext | None:
    """Parse a W3C traceparent, `00-<trace>-<span>-<flags>`."""
    parts = traceparent.split("-")
    if len(parts) != 4:
        return None
    return trace.SpanContext(int(parts[1], 16), int(parts[2], 16), True, trace.TraceFlags(int(parts[3], 16)))
