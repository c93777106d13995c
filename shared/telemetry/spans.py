"""Spans that tell of a failure what logs may tell: an exception's message can quote somebody's data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from opentelemetry import trace

from shared.errors import redacted


def tracing_is_on() -> bool:
    """Whether spans go anywhere. Asking reads the environment: ask once, after the set-up."""
    return not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)


@contextmanager
def span(tracer: trace.Tracer, name: str, **options: Any) -> Iterator[trace.Span]:
    """As `start_as_current_span`, but no message of an exception gets into it."""
    with tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False, **options) as begun:
        try:
            yield begun
        except Exception as error:
            begun.set_status(trace.StatusCode.ERROR, redacted(error))
            raise
