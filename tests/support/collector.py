"""An OTLP endpoint on a free port, and what it was sent."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


class Collector:
    """What an OTLP endpoint received, as long as it listens. raw: every body, as it was before compression."""

    def __init__(self) -> None:
        self.listens = True
        self.raw: list[bytes] = []
        self.spans: list[Any] = []
        self.metrics: dict[str, Any] = {}
        self.names: set[str] = set()
        self.instances: set[str] = set()
        self.roles: set[str] = set()

    def take(self, path: str, body: bytes) -> None:
        self.raw.append(body)
        if path == "/v1/traces":
            for group in ExportTraceServiceRequest.FromString(body).resource_spans:
                self.names |= _values(group, "service.name")
                self.instances |= _values(group, "service.instance.id")
                self.roles |= _values(group, "crm.roles")
                self.spans += [span for scope in group.scope_spans for span in scope.spans]
        elif path == "/v1/metrics":
            for batch in ExportMetricsServiceRequest.FromString(body).resource_metrics:
                self.metrics |= {m.name: m for scope in batch.scope_metrics for m in scope.metrics}

    def traced(self) -> set[str]:
        """The names of the spans in the caller's trace, or that link to it."""
        return {s.name for s in self.spans if s.trace_id.hex() == TRACE or TRACE in _linked(s)}

    def span(self, name: str) -> Any:
        """The one span of this name in the caller's trace, or that links to it."""
        (found,) = [s for s in self.spans if s.name == name and (s.trace_id.hex() == TRACE or TRACE in _linked(s))]
        return found


def _values(group: Any, key: str) -> set[str]:
    return {a.value.string_value for a in group.resource.attributes if a.key == key}


def _linked(span: Any) -> set[str]:
    return {link.trace_id.hex() for link in span.links}


@contextmanager
def collecting() -> Iterator[tuple[Collector, str]]:
    """An OTLP/HTTP endpoint on a free port."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            is_packed = self.headers["Content-Encoding"] == "gzip"
            if collector.listens:
                collector.take(self.path, gzip.decompress(body) if is_packed else body)
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
