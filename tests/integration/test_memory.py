"""Memory that a load took is given back when the suite rests, and what it gave back costs no answer."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from unittest.mock import AsyncMock, patch

import pytest

from crm import relief
from crm.compose import Suite
from crm.relief import FEW, Relief
from crm.settings import Settings
from shared.clock import to_rfc3339
from tests.support.importing import office


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_suite_at_rest_gives_back_what_a_load_took(tmp_path: Path) -> None:
    """In a process of its own. 1,500 records of 10 KB, written twice: more than is allowed to stay."""
    command = [sys.executable, "-m", "tests.support.memory_child", str(tmp_path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=240)
    held = json.loads(done.stdout)
    assert held["found"] == 1
    assert held["loaded"] - held["before"] < 250, held
    assert held["released"] - held["before"] < 110, held
    assert held["released"] < held["loaded"] - 10, held


async def test_it_is_given_back_once_after_each_busy_time(tmp_path: Path) -> None:
    suite = await Suite.open(Settings(tmp_path))
    answered = iter([0, 0, FEW, 10 * FEW, 20 * FEW, 20 * FEW + 1, 20 * FEW + 2])
    calls: list[int] = []
    seen = 0

    def requests() -> int:
        nonlocal seen
        seen = next(answered)
        return seen

    one = Relief(suite.kernel, requests)
    one.release = AsyncMock(side_effect=lambda: calls.append(seen))  # type: ignore[method-assign]
    with patch.object(relief, "QUIET_SECONDS", 0), pytest.raises(RuntimeError):  # the iterator's end
        await one.run()
    await suite.close()
    assert calls == [0, 20 * FEW + 1]


async def test_everything_is_found_after_it(tmp_path: Path) -> None:
    async with office(tmp_path, working=False) as desk:
        id, kernel = await desk.create("/customer/accounts", name="Acme", city="Ulm"), desk.suite.kernel
        await kernel.projector.catch_up()
        head = await kernel.store.head()
        await asyncio.gather(*(Relief(kernel, lambda: 0).release() for _ in range(3)))
        assert await kernel.store.head() == head
        for params in ({"q": "Acme"}, {"city": "Ulm"}, {"city": "Ulm", "as_of": to_rfc3339(kernel.clock.now())}):
            assert [a["id"] for a in (await desk.get("/customer/accounts", **params))["items"]] == [id], params
        assert (await desk.client.patch(f"/customer/accounts/{id}", json={"city": "Bonn"})).is_success
