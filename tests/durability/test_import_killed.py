"""An import over HTTP, and taking it back, while the whole suite is killed: every row once, then none."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

from shared.faults import KILLED
from tests.durability.history import History, new_history, sign_in
from tests.durability.scale import LIMIT, PROVE
from tests.support.oracle import assert_agreement, assert_rebuilds_are_identical
from tests.support.wire import Wire

ROWS = 1_300  # three batches
MAPPING = """
name: Fair
steps:
- name: companies
  file: fair.csv
  resource: account
  key: name
  fields: {name: Company}
"""
FILE = "Company\n" + "".join(f"Company {n} 有限公司\n" for n in range(ROWS))
pytestmark = LIMIT


async def killed(history: History, point: str, nth: int, path: str = "", **options: Any) -> None:
    """Start with a point armed, ask for something, and wait until the point is reached."""
    with history.started(f"{point}:{nth}") as running:
        if running.await_ready() and path:
            token, _, _ = await sign_in(running.url)
            headers = {"Authorization": f"Bearer {token}"}
            async with httpx.AsyncClient(base_url=running.url, headers=headers, timeout=30) as client:
                with suppress(httpx.TransportError):
                    answer = await client.post(path, **options)
                    assert answer.is_success, answer.text
        assert await asyncio.to_thread(running.wait) == KILLED, f"{point} was not reached: {running.said}"


async def completed(history: History, status: str) -> tuple[str, list[dict[str, Any]]]:
    """Start without a fault, wait for the import's end; its id and all accounts."""
    with history.started() as running:
        assert running.await_ready(), running.said
        wire = Wire(running.url, (await sign_in(running.url))[0])
        [job] = (await wire.ask("GET", "/imports")).json()["items"]
        async with asyncio.timeout(60):
            while (report := (await wire.ask("GET", f"/imports/{job['id']}/report")).json())["status"] != status:
                assert report["status"] != "failed", report
                await asyncio.sleep(0.05)
        await assert_agreement(wire)
        accounts: list[dict[str, Any]] = []
        more = f"/customer/accounts?limit=200&archived={str(status == 'reverted').lower()}"
        while more:
            page = (await wire.ask("GET", more)).json()
            accounts += page["items"]
            more = page["next"] and f"{more.partition('&cursor=')[0]}&cursor={page['next']}"
        running.terminate()
        assert await asyncio.to_thread(running.wait, 20) == 0
        return job["id"], accounts


async def test_an_import_and_its_revert_go_on_where_they_were(tmp_path: Path, template: Path) -> None:
    history = new_history(tmp_path, template, "import")
    parts = {"data": {"mapping": MAPPING}, "files": {"files": ("fair.csv", FILE.encode(), "text/csv")}}
    await killed(history, "import.batch_sent", 1, "/imports", **parts)
    await killed(history, "import.batch_settled", 1)
    if PROVE:
        await killed(history, "append.after_commit", 4)
        await killed(history, "import.batch_sent", 2)
    id, accounts = await completed(history, "completed")
    assert Counter(a["name"] for a in accounts) == {f"Company {n} 有限公司": 1 for n in range(ROWS)}
    assert {(a["version"], a["archived"]) for a in accounts} == {(1, False)}

    await killed(history, "revert.batch_sent", 2, f"/imports/{id}/revert", json={})
    if PROVE:
        await killed(history, "append.after_commit", 3)
        await killed(history, "revert.batch_sent", 1)
    _, accounts = await completed(history, "reverted")
    assert len(accounts) == ROWS
    assert {(a["version"], a["archived"]) for a in accounts} == {(2, True)}
    await assert_rebuilds_are_identical(history.data)
