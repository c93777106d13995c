"""OpenTelemetry in one place: off unless the standard environment variables name an OTLP endpoint.

Off means the API's own no-ops: no SDK is imported and nothing is recorded.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from shared.addresses import WrongAddress

_ENDPOINTS = (
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
)


def start(service: str, attributes: Mapping[str, str] | None = None) -> Callable[[], None]:
    """Export traces and metrics over OTLP/HTTP where an endpoint is set; returns what flushes and stops it.

    attributes: of this process, which keep its measures apart from those of the others. Raises WrongAddress.
    """
    given = {name: url for name in _ENDPOINTS if (url := os.environ.get(name))}
    if not given or os.environ.get("OTEL_SDK_DISABLED") == "true":
        return lambda: None
    for name, url in given.items():
        if not _is_http(url):  # the exporter itself would take it, and lose everything without a word
            raise WrongAddress(f"{name}: the address of the collector looks like http://HOST:4318 or https://…")
    return _start_sdk(service, attributes or {})


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # the port is no number
        return False


def _start_sdk(service: str, attributes: Mapping[str, str]) -> Callable[[], None]:
    from opentelemetry import metrics, trace
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", service), **attributes})
    tracer_provider = TracerProvider(resource=resource)
    tracer_provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    meter_provider = MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter())], resource)
    trace.set_tracer_provider(tracer_provider)
    metrics.set_meter_provider(meter_provider)

    def stop() -> None:
        tracer_provider.shutdown()
        meter_provider.shutdown()

    return stop
