"""A bulk act over HTTP, and taking it back, while the whole suite is killed: every record once, then as before."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from tests.durability.history import History, new_history, sign_in
from tests.durability.scale import LIMIT, PROVE
from tests.durability.test_import_killed import FILE, MAPPING, ROWS, completed, killed
from tests.support.oracle import assert_agreement, assert_rebuilds_are_identical
from tests.support.wire import Wire

pytestmark = LIMIT


async def ended(history: History, status: str) -> tuple[str, list[dict[str, Any]]]:
    """Start without a fault, wait for the act's end; its id and all accounts."""
    with history.started() as running:
        assert running.await_ready(), running.said
        wire = Wire(running.url, (await sign_in(running.url))[0])
        [job] = (await wire.ask("GET", "/bulk")).json()["items"]
        async with asyncio.timeout(60):
            while (report := (await wire.ask("GET", f"/bulk/{job['id']}/report")).json())["status"] != status:
                assert report["status"] != "failed", report
                await asyncio.sleep(0.05)
        assert (report["changed"], report["unchanged"], report["failed"]) == (ROWS, 0, 0)
        await assert_agreement(wire)
        accounts: list[dict[str, Any]] = []
        more = "/customer/accounts?limit=200"
        while more:
            page = (await wire.ask("GET", more)).json()
            accounts += page["items"]
            more = page["next"] and f"/customer/accounts?limit=200&cursor={page['next']}"
        running.terminate()
        assert await asyncio.to_thread(running.wait, 20) == 0
        return job["id"], accounts


async def test_a_bulk_act_and_its_revert_go_on_where_they_were(tmp_path: Path, template: Path) -> None:
    history = new_history(tmp_path, template, "bulk")
    parts = {"data": {"mapping": MAPPING}, "files": {"files": ("fair.csv", FILE.encode(), "text/csv")}}
    await killed(history, "import.batch_settled", 3, "/imports", **parts)
    await completed(history, "completed")

    asked = {"type": "account", "command": "tag", "body": {"add": ["fair"]}, "filters": {}, "expected_count": ROWS}
    await killed(history, "bulk.batch_sent", 2, "/bulk", json=asked)
    await killed(history, "bulk.batch_settled", 1)
    if PROVE:
        await killed(history, "append.after_commit", 2)
    id, accounts = await ended(history, "completed")
    assert {(a["version"], *a["tags"]) for a in accounts} == {(2, "fair")}
    assert len(accounts) == ROWS

    await killed(history, "revert.batch_sent", 2, f"/bulk/{id}/revert", json={})
    if PROVE:
        await killed(history, "append.after_commit", 2)
    _, accounts = await ended(history, "reverted")
    assert {(a["version"], *a["tags"]) for a in accounts} == {(3,)}
    await assert_rebuilds_are_identical(history.data)
