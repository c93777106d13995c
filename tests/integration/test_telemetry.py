"""Telemetry of a real process over OTLP: one trace from the request to the warehouse; nothing of it while it is off."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.support.processes import served, set_up

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CALLER = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
OFF = """
import asyncio, sys
from pathlib import Path
from crm.compose import Suite
from crm.settings import Settings
from services.identity.setup import set_up
from shared.telemetry import setup as telemetry

async def main():
    stop = telemetry.start("crm")
    suite = await Suite.open(Settings(Path(sys.argv[1])))
    await suite.start()
    await set_up(suite.platform, "Acme", "Ada", "ada@acme.example", "seven kinds of boxes")
    await suite.platform.projector.catch_up()
    stored = await suite.platform.store.read_all(0, 10)
    assert stored and not any(b'"traceparent":"0' in s.metadata for s in stored)
    await suite.close()
    stop()
    loaded = [m for m in sys.modules if m.startswith(("opentelemetry.sdk", "opentelemetry.exporter"))]
    assert not loaded, loaded

asyncio.run(main())
"""


class Collector:
    """What an OTLP endpoint received."""

    def __init__(self) -> None:
        self.spans: list[Any] = []
        self.metrics: dict[str, Any] = {}
        self.names: set[str] = set()

    def take(self, path: str, body: bytes) -> None:
        if path == "/v1/traces":
            for group in ExportTraceServiceRequest.FromString(body).resource_spans:
                self.names |= {a.value.string_value for a in group.resource.attributes if a.key == "service.name"}
                self.spans += [span for scope in group.scope_spans for span in scope.spans]
        elif path == "/v1/metrics":
            for batch in ExportMetricsServiceRequest.FromString(body).resource_metrics:
                self.metrics |= {m.name: m for scope in batch.scope_metrics for m in scope.metrics}

    def span(self, name: str) -> Any:
        """The one span of this name in the caller's trace, or that links to it."""
        (found,) = [s for s in self.spans if s.name == name and (s.trace_id.hex() == TRACE or TRACE in _linked(s))]
        return found


def _linked(span: Any) -> set[str]:
    return {link.trace_id.hex() for link in span.links}


@contextmanager
def collecting() -> Iterator[tuple[Collector, str]]:
    """An OTLP/HTTP endpoint on a free port."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.take(self.path, self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Tests stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield collector, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Collector:
    """One traced command sent to a suite that exports, and its read; what came until the suite had stopped."""
    data = tmp_path_factory.mktemp("telemetry") / "data"
    set_up(data)
    with collecting() as (collector, endpoint):
        with served(data, env={"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}) as running, running.client() as http:
            made = http.post("/customer/accounts", json={"name": "Traced"}, headers=CALLER).raise_for_status().json()
            http.get(f"/customer/accounts/{made['id']}?min_version=1").raise_for_status()
            status = {"lag": 1}
            while status["lag"]:
                status = http.get("/analytics/status").raise_for_status().json()
        return collector


def test_one_trace_from_the_request_to_the_warehouse(collected: Collector) -> None:
    """The command is the request's child; projection and warehouse handle batches, so they link to its trace."""
    request, command = collected.span("POST /accounts"), collected.span("customer.CreateAccount")
    assert request.trace_id.hex() == command.trace_id.hex() == TRACE
    assert request.parent_span_id.hex() == CALLER["traceparent"].split("-")[2]
    assert command.parent_span_id == request.span_id
    status = {a.key: a.value.int_value for a in request.attributes}["http.response.status_code"]
    assert status == 201
    for name in ("project", "warehouse"):
        links = {link.span_id for link in collected.span(name).links if link.trace_id.hex() == TRACE}
        assert command.span_id in links, name
    assert collected.names == {"crm"}


def test_commands_appends_and_lag_are_measured(collected: Collector) -> None:
    commands = {
        p.attributes[0].value.string_value: p for p in collected.metrics["crm.command.duration"].histogram.data_points
    }
    assert commands["customer.CreateAccount"].count == 1
    assert commands["customer.CreateAccount"].sum > 0
    appended = collected.metrics["crm.append.batch"].histogram.data_points[0]
    assert appended.sum >= appended.count >= 2
    assert collected.metrics["crm.projection.lag"].gauge.data_points[0].as_int == 0


def test_nothing_is_loaded_or_recorded_while_it_is_off(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", OFF, str(tmp_path)], capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()
