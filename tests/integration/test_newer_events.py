"""A program that is older than an event it reads: it guesses at nothing, loses nothing, and others' records go on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from shared.events.envelope import Metadata, NewEvent
from shared.events.registry import type_named
from shared.streaming.parked import OPERATORS, PARKED
from shared.views.port import Query, Scope
from tests.support.http_service import TENANT, Service, open_service


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with open_service(tmp_path, projecting=False) as service:
        yield service


@pytest.mark.one_process
async def test_a_newer_version_of_an_event_stops_its_record_alone(service: Service) -> None:
    http = service.client()
    ours, other = [(await http.post("/customer/accounts", json={"name": n})).json()["id"] for n in ("Acme", "Globex")]
    name = "customer.AccountDetailsChanged"
    newer = NewEvent(str(uuid4()), name, type_named(name).version + 1, 1, b'{"whatever":"it means"}')
    await service.kernel.store.append(TENANT, f"account-{ours}", 1, [newer], Metadata(actor="anna"))
    await service.catch_up()

    refused = await http.patch(f"/customer/accounts/{ours}", json={"name": "Acme AG"})
    assert (refused.status_code, refused.json()["type"], "retry-after" in refused.headers) == (
        503,
        "/problems/unavailable",
        True,
    )
    assert refused.json()["detail"].endswith("cannot read: a newer one may")
    assert len(await service.kernel.store.read(TENANT, f"account-{ours}")) == 2
    shown = (await http.get(f"/customer/accounts/{ours}")).json()
    assert (shown["name"], shown["version"]) == ("Acme", 1)
    [parked] = (await service.kernel.views.find(PARKED.name, Query(), Scope(OPERATORS))).items
    assert (parked["stream"], parked["event_version"]) == (f"account-{ours}", 2)
    assert "UnknownEvent" in parked["error"]

    assert (await http.patch(f"/customer/accounts/{other}", json={"name": "Globex AG"})).status_code == 200
    await service.catch_up()
    assert (await http.get(f"/customer/accounts/{other}")).json()["name"] == "Globex AG"
