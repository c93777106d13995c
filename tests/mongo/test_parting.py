"""Keys and views that an earlier version had in one database are parted as docs/guides/operators.md says."""

from __future__ import annotations

import re
from pathlib import Path

import pymongo
import pytest

from crm.compose import Suite
from crm.settings import Settings, WrongSetting
from services.identity.setup import SetUp, set_up
from shared.kernel.bus import Call
from shared.security.permissions import system_access
from shared.views.port import Query, Scope
from tests.support.mongo import database

PAGE = Path(__file__).parents[2] / "docs" / "guides" / "operators.md"
HEADING = "### Keys and views in one database"


async def begun(data: Path) -> SetUp:
    """A suite of that version, with a person."""
    with pytest.MonkeyPatch.context() as earlier:
        earlier.setattr("crm.compose.check_adapters", lambda: None)
        suite = await Suite.open(Settings(data))
        done = await set_up(suite.kernel, "Acme", "Ada", "ada@acme.example", "seven kinds of boxes", "en")
        body = {"family_name": "Ünal", "email": "uenal@example.com"}
        await suite.kernel.bus.send("customer.CreateContact", body, Call(system_access(done.tenant)))
        await suite.kernel.limits.incr("one", 3600)
        await shown(suite, done)
        await suite.close()
    return done


async def shown(suite: Suite, done: SetUp) -> None:
    """The views are filled, agree with the events, and show the person, by the keys that there were."""
    verified = await suite.verify_views(None, lambda _: None)
    assert [line for line in verified["views"] if not line["ok"]] == []
    found = await suite.kernel.views.find("contacts", Query(), Scope(done.tenant))
    assert [one["family_name"] for one in found.items] == ["Ünal"]


def dropped(url: str) -> tuple[set[str], set[str]]:
    """What the line of the page for mongosh drops, and what it leaves."""
    section = PAGE.read_text().split(HEADING)[1].split("\n### ")[0]
    [pattern] = re.findall(r"n => /([^/]+)/\.test\(n\)\)\.forEach\(n => db\.getCollection\(n\)\.drop\(\)\)", section)
    with pymongo.MongoClient(url) as client:
        base = client.get_default_database()
        names = set(base.list_collection_names())
        gone = {name for name in names if re.search(pattern, name)}
        for name in gone:
            base.drop_collection(name)
    return gone, names - gone


async def test_the_views_move_and_the_keys_stay(
    tmp_path: Path, mongo_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, old = tmp_path / "data", database(mongo_server)
    for name in ("CRM_VIEWS", "CRM_KEYS", "CRM_LIMITS"):
        monkeypatch.setenv(name, old)
    done = await begun(data)
    with pytest.raises(WrongSetting, match=r"^CRM_KEYS names the database of CRM_VIEWS"):
        await Suite.open(Settings(data))
    monkeypatch.setenv("CRM_VIEWS", database(mongo_server))
    suite = await Suite.open(Settings(data))
    await shown(suite, done)
    await suite.close()
    gone, left = dropped(old)
    assert {name.split("_")[0] for name in gone} == {"view", "views"}
    assert {name.split("_")[0] for name in left} == {"keys", "limits"}
    suite = await Suite.open(Settings(data))
    await shown(suite, done)
    await suite.close()
