"""The server span of a request: the root of the trace that runs through append, projection and warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import propagate, trace
from starlette.types import Message, Scope

from shared.security.apikeys import without_secrets
from shared.telemetry.spans import span

_tracer = trace.get_tracer("crm.http")


@contextmanager
def server_span(scope: Scope) -> Iterator[trace.Span]:
    """Continues the caller's trace (`traceparent`), if it sent one."""
    carrier = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
    attributes = {"http.request.method": scope["method"], "url.path": without_secrets(scope["path"])}
    attributes["url.scheme"] = scope["scheme"]
    context, kind = propagate.extract(carrier), trace.SpanKind.SERVER
    with span(_tracer, scope["method"], context=context, kind=kind, attributes=attributes) as begun:
        yield begun


def name_span(method: str, route: str) -> None:
    """Give the current span its low-cardinality name, once the route is known."""
    current = trace.get_current_span()
    if current.is_recording():
        current.update_name(f"{method} {route}")
        current.set_attribute("http.route", route)


def note_status(begun: trace.Span, message: Message) -> None:
    if message["type"] == "http.response.start":
        begun.set_attribute("http.response.status_code", message["status"])
        if message["status"] >= 500:
            begun.set_status(trace.StatusCode.ERROR)
