"""Telemetry of a real process over OTLP: one trace from the request to the warehouse; nothing of it while it is off."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.collector import TRACE, Collector, collecting
from tests.support.processes import served, set_up

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
    await set_up(suite.kernel, "Acme", "Ada", "ada@acme.example", "seven kinds of boxes")
    await suite.kernel.projector.catch_up()
    stored = await suite.kernel.store.read_all(0, 10)
    assert stored and not any(b'"traceparent":"0' in s.metadata for s in stored)
    await suite.close()
    stop()
    loaded = [m for m in sys.modules if m.startswith(("opentelemetry.sdk", "opentelemetry.exporter"))]
    assert not loaded, loaded

asyncio.run(main())
"""


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
    lags = {
        p.attributes[0].value.string_value: p.as_int for p in collected.metrics["crm.projection.lag"].gauge.data_points
    }
    names = ["projector:records", "projector:deal_summaries", "projector:past"]
    names += ["policies:reactions", "notifier:users", "warehouse:facts", "notary:ledger", "explorer"]
    assert lags == dict.fromkeys(names, 0)
    batches = {
        p.attributes[0].value.string_value: p for p in collected.metrics["crm.projection.batch"].histogram.data_points
    }
    assert batches["projector:records"].sum >= batches["projector:records"].count >= 1
    assert "crm.projection.retries" not in collected.metrics  # nothing failed


def test_each_process_bears_its_own_name(collected: Collector) -> None:
    """Else the measures of two processes would be taken for one."""
    [instance] = collected.instances
    assert re.fullmatch(r".+:\d+", instance)
    assert "api:" in next(iter(collected.roles))


def test_nothing_is_loaded_or_recorded_while_it_is_off(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", OFF, str(tmp_path)], capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()
