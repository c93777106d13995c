"""The server span of a request: the root of the trace that runs through append, projection and warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import propagate, trace
from starlette.types import Message, Scope

_tracer = trace.get_tracer("crm.http")


def tracing_is_on() -> bool:
    return not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)


@contextmanager
def server_span(scope: Scope) -> Iterator[trace.Span]:
    """Continues the caller's trace (`traceparent`), if it sent one."""
    carrier = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
    attributes = {"http.request.method": scope["method"], "url.path": scope["path"], "url.scheme": scope["scheme"]}
    with _tracer.start_as_current_span(
        scope["method"], propagate.extract(carrier), trace.SpanKind.SERVER, attributes
    ) as span:
        yield span


def name_span(method: str, route: str) -> None:
    """Give the current span its low-cardinality name, once the route is known."""
    span = trace.get_current_span()
    if span.is_recording():
        span.update_name(f"{method} {route}")
        span.set_attribute("http.route", route)


def note_status(span: trace.Span, message: Message) -> None:
    if message["type"] == "http.response.start":
        span.set_attribute("http.response.status_code", message["status"])
        if message["status"] >= 500:
            span.set_status(trace.StatusCode.ERROR)
