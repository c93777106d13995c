"""A process that is killed has what it read in the log, but for the last seconds; and what it exported, always."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import httpx

from tests.support.oracle import assert_rebuilds_are_identical
from tests.support.processes import set_up, start


def test_a_killed_process_leaves_its_reads_and_exports(tmp_path: Path) -> None:
    data = tmp_path / "data"
    set_up(data)
    with start(data) as running, running.client() as client:
        body = {"family_name": "Lin", "birthday": "1990-02-03"}
        born = client.post("/customer/contacts", json=body).raise_for_status().json()["id"]
        client.get(f"/customer/contacts/{born}", params={"min_version": 1}).raise_for_status()
        deadline = time.monotonic() + 60
        while not _of(client, "audit.RecordsRead") and time.monotonic() < deadline:
            time.sleep(0.05)
        client.get("/customer/contacts/export").raise_for_status()
        running.process.kill()
        running.process.wait()
    with start(data) as running, running.client() as client:
        assert [one["data"]["records"] for one in _of(client, "audit.RecordsRead")] == [{born: 1}]
        assert [one["data"]["rows"] for one in _of(client, "audit.DataExported")] == [1]
    asyncio.run(assert_rebuilds_are_identical(data))


def _of(client: httpx.Client, type_: str) -> list[dict[str, Any]]:
    items = client.get("/audit/events", params={"limit": 1000}).raise_for_status().json()["items"]
    return [one for one in items if one["type"] == type_]
