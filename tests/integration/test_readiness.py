"""`/readyz` where another process writes the views: late views take no routes out of the balancer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.http.app import ServiceApp
from shared.http.health import health_router
from shared.kernel.kernel import Kernel
from shared.streaming.follower import ProjectionFollower
from shared.streaming.kafka.connection import Kafka
from shared.streaming.relay import Part, Relay
from shared.views.port import ViewsUnavailable
from shared.views.sqlite import SqliteViews
from tests.support.http_service import Service, open_service


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with open_service(tmp_path, projecting=False) as opened:
        yield opened


def api_of(service: Service) -> Kernel:
    """A process with routes alone, next to the one that projects."""
    projector = service.kernel
    return replace(projector, projection=ProjectionFollower(projector.store, projector.views))


async def ready(kernel: Kernel) -> tuple[int, dict[str, Any]]:
    app = ServiceApp("CRM", "Health.", [health_router(kernel)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://crm.test") as client:
        answer = await client.get("/readyz")
        return answer.status_code, answer.json()


async def asked(kernel: Kernel) -> tuple[int, str, int]:
    """Status, what it says of the views, and how many events they lack."""
    code, body = await ready(kernel)
    return code, body["status"], body["lag"]


async def test_late_views_make_their_writer_unready_and_nobody_else(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, api = service.kernel, api_of(service)
    assert await asked(api) == (200, "ready", 0)  # a new installation
    await service.client().post("/customer/accounts", json={"name": "Acme"})
    code, status, lag = await asked(api)
    assert (code, status) == (503, "behind")  # there is nothing to show yet
    await service.catch_up()
    await api.projection.start()
    assert await asked(api) == (200, "ready", 0)
    monkeypatch.setattr("shared.http.health.MAX_LAG", lag - 1)
    await service.client().post("/customer/accounts", json={"name": "Other"})
    assert await asked(writer) == (503, "behind", lag)
    assert await asked(api) == (200, "behind", lag)
    restarted = api_of(service)
    await restarted.projection.start()
    assert await asked(restarted) == (200, "behind", lag)  # it waits for no projector


async def test_without_its_stores_a_process_with_routes_is_not_ready(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> int:
        raise ViewsUnavailable("CRM_VIEWS: the server does not answer")

    monkeypatch.setattr(SqliteViews, "checkpoint", away)
    assert await asked(api_of(service)) == (503, "unavailable", 0)
    assert (await ready(api_of(service)))[1]["away"] == ["views"]


@pytest.mark.parametrize(("part", "code", "away", "kafka"), [
    ("events", 503, ["events"], "reached"),
    ("kafka", 503, [], "away"),
    (None, 200, [], "reached"),
])  # fmt: skip
async def test_a_relay_says_what_is_away(
    service: Service, part: Part | None, code: int, away: list[str], kafka: str
) -> None:
    relay = Relay(service.kernel.store, Kafka.parse("kafka://127.0.0.1:1"), ["crm.customer.events"])
    relay._away = part
    status, body = await ready(replace(api_of(service), relay=relay))
    assert (status, body["away"], body["kafka"]) == (code, away, kafka)
