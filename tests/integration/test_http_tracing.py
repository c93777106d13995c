"""One trace from the HTTP request through the command to the events it wrote; none of it while telemetry is off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.util._once import Once

from shared.telemetry.spans import tracing_is_on
from tests.support.http_service import open_service

CALLER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """A real SDK for the length of one test (the API itself lets a provider be set only once)."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    before = trace._TRACER_PROVIDER, trace._TRACER_PROVIDER_SET_ONCE
    trace._TRACER_PROVIDER, trace._TRACER_PROVIDER_SET_ONCE = None, Once()
    trace.set_tracer_provider(provider)
    yield exporter
    trace._TRACER_PROVIDER, trace._TRACER_PROVIDER_SET_ONCE = before


async def test_a_command_is_one_trace_that_continues_the_callers(tmp_path: Path, spans: InMemorySpanExporter) -> None:
    async with open_service(tmp_path, projecting=False) as service:
        client = service.client()
        answer = await client.post("/customer/accounts", json={"name": "Acme"}, headers={"traceparent": CALLER})
        stored = await service.kernel.store.read("t1", f"account-{answer.json()['id']}")
        await service.catch_up()
        await client.get("/customer/accounts/unknown-id/history")
        for path in ("/customer/calendar/feed_t1.id.hush.ics", "/customer/accounts/feed_t1.id.hush"):
            await client.get(path)
    shown = [str(dict(s.attributes or {})) + s.name for s in spans.get_finished_spans()]
    assert (len([s for s in shown if "feed_…" in s]), len([s for s in shown if "hush" in s])) == (2, 0)
    finished = {s.name: s for s in spans.get_finished_spans()}
    server, command = finished["POST /accounts"], finished["customer.CreateAccount"]
    assert server.parent is not None
    assert f"{server.parent.trace_id:032x}" == CALLER[3:35]
    assert command.parent is not None
    assert command.parent.span_id == server.context.span_id
    assert server.attributes is not None
    assert server.attributes["http.response.status_code"] == 201
    written = orjson.loads(stored[0].metadata)["traceparent"]
    assert written[3:35] == CALLER[3:35]
    links = {f"{link.context.trace_id:032x}" for link in finished["project"].links}
    assert links == {CALLER[3:35]}
    assert "GET /accounts/{id}/history" in finished


def test_tracing_is_off_unless_an_sdk_is_set_up() -> None:
    assert not tracing_is_on()
