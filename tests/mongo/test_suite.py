"""The whole suite with views and keys in MongoDB and all else in its files: what a user does, and what a fault does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from crm.compose import Suite
from crm.settings import Settings, WrongSetting
from shared.security.keyring import KeysUnavailable
from shared.security.keyring_mongo import MongoKeyRing
from shared.views.mongo import MongoViews
from shared.views.port import ViewsUnavailable
from tests.support.mongo import database
from tests.support.suite import Whole, create, open_whole

ACCOUNTS, DEALS = "/customer/accounts", "/sales/opportunities"


@pytest.fixture(autouse=True)
def places(mongo_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_VIEWS", database(mongo_server))
    monkeypatch.setenv("CRM_KEYS", database(mongo_server))


@pytest.fixture
async def whole(tmp_path: Path) -> AsyncIterator[Whole]:
    async with open_whole(tmp_path) as opened:
        yield opened


async def answer(http: httpx.AsyncClient, path: str, **params: str) -> Any:
    found = await http.get(path, params=params)
    assert found.status_code == 200, found.text
    return found.json()


async def test_a_working_day_a_restart_and_a_fault(whole: Whole, tmp_path: Path) -> None:
    http = whole.client()
    account = await create(http, "account", name="Zhang 张伟贸易", allow_duplicate=True)
    deal = await create(http, "opportunity", name="Boxes", account=account, amount="1054.50", currency="EUR")
    person = await create(http, "contact", family_name="Ünal", email="uenal@example.com", allow_duplicate=True)
    assert [d["id"] for d in (await answer(http, ACCOUNTS, q="zhangwei"))["items"]] == [account]
    assert [d["id"] for d in (await answer(http, DEALS, **{"amount[ge]": "1054.5", "account": account}))["items"]] == [
        deal
    ]
    board = await answer(http, f"{DEALS}/board", by="currency", sum="amount", account=account)
    assert "1054.50" in str(board)
    assert account in str(await answer(http, "/search", q="张伟"))
    changed = await http.patch(f"{ACCOUNTS}/{account}", json={"city": "Ulm"})
    assert (await answer(http, f"{ACCOUNTS}/{account}", min_version=str(changed.json()["version"])))["city"] == "Ulm"
    assert (await answer(http, f"{ACCOUNTS}/{account}", as_of="1"))["city"] in ("", None)
    assert (await http.get(f"{ACCOUNTS}/{whole.theirs.one('account')}")).status_code == 404
    replayed = await http.post("/audit/replays", json={"views": ["accounts"]})
    assert '"view":"accounts"' in replayed.text.replace(" ", "")
    verified = await whole.suite.verify_views(None, lambda _: None)
    assert [line for line in verified["views"] if not line["ok"]] == []
    assert not [file.name for file in (tmp_path / "data").rglob("*") if file.name in ("views.db", "keys.db")]
    await _unavailable(whole, http)
    await _again(whole, account, person)
    await _refused(whole, tmp_path)


async def _unavailable(whole: Whole, http: httpx.AsyncClient) -> None:
    """Reads are refused, readiness says so, a command is taken; then all is as if nothing had been."""

    async def away(*_: object, **__: object) -> Any:
        raise ViewsUnavailable("CRM_VIEWS: the server does not answer")

    with pytest.MonkeyPatch.context() as broken:
        for name in ("find", "find_raw", "write", "checkpoint"):
            broken.setattr(MongoViews, name, away)
        assert (await http.get(ACCOUNTS)).status_code == 503
        assert (await http.get("/readyz")).json()["status"] == "unavailable"
    with pytest.MonkeyPatch.context() as broken:

        async def gone(*_: object) -> Any:
            raise KeysUnavailable("CRM_KEYS: the server does not answer")

        broken.setattr(MongoKeyRing, "destroyed", gone)
        assert (await http.get("/readyz")).status_code == 503
    with pytest.MonkeyPatch.context() as broken:

        async def silent(*_: object) -> Any:
            await asyncio.Event().wait()

        broken.setattr("shared.http.health.READY_SECONDS", 0.1)
        broken.setattr(MongoViews, "checkpoint", silent)
        found = await http.get("/readyz")
        assert (found.status_code, found.json()["status"]) == (503, "unavailable")
    async with asyncio.timeout(60):
        while (await http.get("/readyz")).status_code != 200:
            await asyncio.sleep(0.05)


async def _again(whole: Whole, account: str, person: str) -> None:
    """A new process on the same data finds everything."""
    await whole.suite.close()
    suite = await Suite.open(whole.suite.settings)
    await suite.start()
    whole.suite, whole.kernel = suite, suite.kernel
    http = whole.client()
    assert (await answer(http, f"{ACCOUNTS}/{account}"))["city"] == "Ulm"
    assert (await answer(http, f"/customer/contacts/{person}"))["family_name"] == "Ünal"


async def _refused(whole: Whole, folder: Path) -> None:
    """A directory without the root key, and one without the log, do not go with these databases."""
    await whole.suite.close()
    with pytest.raises(WrongSetting, match=r"root\.key is missing: put it back"):
        await Suite.open(Settings(folder / "other"))
    for file in (folder / "data").glob("events.db*"):
        file.unlink()
    with pytest.raises(WrongSetting, match=r"events\.db is missing, but .*the views that CRM_VIEWS names"):
        await Suite.open(whole.suite.settings)


@pytest.mark.parametrize("setting", ["CRM_VIEWS", "CRM_KEYS"])
async def test_a_server_that_does_not_answer_is_named_at_the_start(
    tmp_path: Path, setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.mongo._REACH_SECONDS", 0.4)
    monkeypatch.setenv(setting, "mongodb://127.0.0.1:1/crm")
    with pytest.raises(WrongSetting, match=f"{setting}: the server does not answer: start it, or correct the URL"):
        await Suite.open(Settings(tmp_path / "data"))


async def test_an_address_without_a_host_is_a_wrong_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_VIEWS", "mongodb:views.db")
    with pytest.raises(WrongSetting, match="CRM_VIEWS: an address is mongodb://HOST:PORT/DATABASE"):
        await Suite.open(Settings(tmp_path / "data"))
