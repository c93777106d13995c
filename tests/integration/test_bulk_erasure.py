"""What a bulk act says of a person goes with the person, whether it changed their record or only found it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.integration.bulk.execution import BulkExecution
from services.integration.jobs import cleanup
from services.integration.jobs.files import JobFiles
from tests.support.importing import Office, office, projecting
from tests.support.leaks import files_with, hits
from tests.support.oracle import settle

WORDS = ("zephyrine", "marzipan")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path, working=False, warehouse=True) as opened:
        yield opened


async def acted(desk: Office, **filters: Any) -> str:
    """An act that found the contacts of the filters, who had the tag before."""
    body = {"type": "contact", "command": "tag", "body": {"add": ["marzipan"]}, "filters": filters}
    why = {"X-Reason": filters["given_name"]}
    answer = await desk.client.post("/bulk", json={**body, "expected_count": 1}, headers=why)
    assert answer.is_success, answer.text
    async with projecting(desk.suite.kernel):
        await BulkExecution(desk.suite.kernel, desk.tenant, answer.json()["id"]).run()
    await settle(desk.suite.kernel)
    return str(answer.json()["id"])


async def contact(desk: Office, given_name: str) -> str:
    id = await desk.create("/customer/contacts", given_name=given_name, family_name="Plain")
    (await desk.client.post(f"/customer/contacts/{id}/tags", json={"add": ["marzipan"]})).raise_for_status()
    await desk.suite.kernel.projector.catch_up()
    return id


async def erase(desk: Office, id: str) -> None:
    (await desk.client.post(f"/customer/contacts/{id}/erase", json={})).raise_for_status()
    await settle(desk.suite.kernel)


async def test_an_act_that_changed_nothing_goes_with_whom_it_found(desk: Office, tmp_path: Path) -> None:
    zephyrine, otto = await contact(desk, "Zephyrine"), await contact(desk, "Otto")
    hers, his = await acted(desk, given_name="Zephyrine"), await acted(desk, given_name="Otto")
    assert (await desk.get(f"/bulk/{hers}/report"))["unchanged"] == 1
    await erase(desk, zephyrine)
    shown = await desk.get(f"/bulk/{hers}")
    assert (shown["erased"], shown["body"], shown["filters"], shown["why"]) == (True, {}, {}, "[erased]")
    assert hits(str(await desk.get("/audit/events", last="200")), ("zephyrine",)) == []
    assert not (await desk.get(f"/bulk/{his}"))["erased"]
    await erase(desk, otto)
    assert (await desk.get(f"/bulk/{his}"))["erased"]
    assert files_with(tmp_path, WORDS) == {}


@pytest.mark.parametrize("lost", [False, True])
async def test_the_list_of_its_records_outlives_what_else_is_kept(
    desk: Office, monkeypatch: pytest.MonkeyPatch, lost: bool
) -> None:
    zephyrine, otto = await contact(desk, "Zephyrine"), await contact(desk, "Otto")
    act, folder = await acted(desk, given_name="Zephyrine"), JobFiles(desk.suite.kernel.files)
    monkeypatch.setattr(cleanup, "KEPT_FOR", -1)
    await cleanup.remove_outdated(desk.suite.kernel)
    [kept] = folder.of_job(act).iterdir()
    if lost:
        kept.unlink()
    await erase(desk, otto)
    assert bool((await desk.get(f"/bulk/{act}"))["erased"]) is lost, "without its list it may have found anybody"
    await erase(desk, zephyrine)
    assert (await desk.get(f"/bulk/{act}"))["erased"]
