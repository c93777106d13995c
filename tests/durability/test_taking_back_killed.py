"""All that one act did taken back, while the whole suite is killed: each change once, as one job that goes on."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from tests.durability.history import History, new_history, sign_in
from tests.durability.scale import LIMIT, PROVE
from tests.durability.test_import_killed import MAPPING, killed
from tests.support.oracle import assert_agreement, assert_rebuilds_are_identical
from tests.support.wire import Wire

ROWS = 300 if PROVE else 40
FILE = "Company\n" + "".join(f"Company {n}\n" for n in range(ROWS))
pytestmark = LIMIT


async def imported(history: History) -> dict[str, str]:
    """What takes the import back, as it is asked for."""
    with history.started() as running:
        assert running.await_ready(), running.said
        wire = Wire(running.url, (await sign_in(running.url))[0])
        (job,) = (await wire.ask("GET", "/imports")).json()["items"]
        async with asyncio.timeout(60):
            while (await wire.ask("GET", f"/imports/{job['id']}/report")).json()["status"] != "completed":
                await asyncio.sleep(0.05)
        running.terminate()
        assert await asyncio.to_thread(running.wait, 20) == 0
    return {"correlation": job["id"], "category": "account"}


async def the_job(wire: Wire) -> dict[str, Any]:
    job: dict[str, Any]
    (job,) = (await wire.ask("GET", "/audit/taking-back")).json()["items"]
    return job


async def test_taking_back_goes_on_where_it_was(tmp_path: Path, template: Path) -> None:
    history = new_history(tmp_path, template, "taking back")
    parts = {"data": {"mapping": MAPPING}, "files": {"files": ("fair.csv", FILE.encode(), "text/csv")}}
    await killed(history, "import.batch_settled", 1, "/imports", **parts)
    asked = {**await imported(history), "up_to": 2**53}
    await killed(history, "taking-back.sent", 3, "/audit/taking-back", json=asked)
    await killed(history, "taking-back.change", 10)
    if PROVE:
        await killed(history, "append.after_commit", 5)
    with history.started() as running:
        assert running.await_ready(), running.said
        wire = Wire(running.url, (await sign_in(running.url))[0])
        async with asyncio.timeout(60):
            while (job := await the_job(wire))["status"] == "running":
                await asyncio.sleep(0.05)
        assert (job["status"], job["undone"], job["left"]) == ("completed", ROWS, 0), job
        await assert_agreement(wire)
        page = (await wire.ask("GET", "/customer/accounts?archived=true&limit=200&sort=name")).json()
        assert {(one["version"], one["archived"]) for one in page["items"]} == {(2, True)}
        assert (await wire.ask("GET", "/customer/accounts/count?archived=true")).json()["count"] == ROWS
        running.terminate()
        assert await asyncio.to_thread(running.wait, 20) == 0
    await assert_rebuilds_are_identical(history.data)
