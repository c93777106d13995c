"""`crm run` with CRM_KAFKA: commands, relay and views in a real process, killed in a batch and started again."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import httpx
import pytest
from aiokafka.admin import NewTopic

from crm.compose import Suite
from crm.settings import Settings, WrongSetting
from shared.streaming.kafka.connection import Kafka
from tests.kafka.help import EVENTS, admin_of, check_topics, marks, open_store
from tests.support.processes import Served, crm, served, set_up


async def test_topics_that_do_not_fit_end_the_start_with_one_line(
    kafka: Kafka, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_KAFKA", str(kafka))
    async with admin_of(kafka) as admin:
        await admin.delete_topics([EVENTS[0]])
        while EVENTS[0] in await admin.list_topics():
            await asyncio.sleep(0.05)
        # other tests of the process may have registered events of made-up services, whose topics are missing, too
        said = await refusal(tmp_path, f"topic {EVENTS[0]} is missing")
        assert re.fullmatch(r"CRM_KAFKA: [^\n]+\. crm topics apply makes what is missing", said)
        await admin.create_topics([NewTopic(EVENTS[0], 3, 1)])
        said = await refusal(tmp_path, f"{EVENTS[0]} has 3 partitions, not 12")
    assert "delete the topic and its checkpoints and make them again" in said
    assert "\n" not in said


async def refusal(folder: Path, part: str) -> str:
    """Why the suite does not start: the line with this part, as what a broker answers is stale for a moment."""
    async with asyncio.timeout(60):
        while True:
            with pytest.raises(WrongSetting) as refused:
                await Suite.open(Settings(folder / "data"))
            if part in str(refused.value):
                return str(refused.value)


async def test_the_suite_on_kafka(kafka: Kafka, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_KAFKA", str(kafka))
    data = tmp_path / "data"
    await asyncio.to_thread(set_up, data)
    with served(data, env={"CRASHPOINT": "project.after_write:6"}) as running:
        acknowledged = await asyncio.to_thread(written, running, 200)
    assert 0 < len(acknowledged) < 200  # it was killed on the way
    with served(data) as running:
        acknowledged |= await asyncio.to_thread(written, running, 20)
        with running.client() as http:
            found = http.get("/customer/accounts", params={"limit": 200}).raise_for_status().json()["items"]
            assert {one["name"] for one in found} >= acknowledged
            head = http.get("/audit/events", params={"last": 1}).json()["position"]
        async with asyncio.timeout(90):
            while not (there := await marks(kafka)) or there[-1].position < head:
                await asyncio.sleep(0.1)
    verified = await asyncio.to_thread(crm, "verify", "--data", data)
    assert verified.returncode == 0, verified.stdout
    async with open_store(data) as store:
        await check_topics(kafka, store)


def written(running: Served, count: int) -> set[str]:
    """The names of accounts whose making was acknowledged; each is seen before the next is made."""
    names = set[str]()
    try:
        with running.client() as http:
            for n in range(count):
                body = {"name": f"Account {running.url} {n}", "allow_duplicate": True}
                made = http.post("/customer/accounts", json=body).raise_for_status().json()
                names.add(body["name"])
                seen = http.get(f"/customer/accounts/{made['id']}", params={"min_version": 1}).raise_for_status()
                assert seen.json()["name"] == body["name"]
    except httpx.TransportError:
        pass
    return names
