"""What users keep for themselves: preferences, and the records that they opened last."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.identity.preferences import PREFERENCES
from services.identity.recents import MOST, RECENTS
from shared.kernel.bus import Call
from shared.security.permissions import system_access
from shared.views.port import Scope
from shared.views.sqlite import SqliteViews
from tests.security.suite import UNKNOWN, Stage, open_stage

pytestmark = pytest.mark.asyncio(loop_scope="module")
MINE = "/identity/me/preferences"
OPENED = "/identity/me/recents"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path_factory.mktemp("own")) as opened:
        yield opened


def version(answer: httpx.Response) -> str:
    """The version that the ETag names; a read adds a mark of what it shows."""
    return answer.headers["ETag"].strip('"').partition("-")[0]


async def somebody(stage: Stage, *roles: str) -> tuple[httpx.AsyncClient, str]:
    user = await stage.user(*roles)
    return await stage.client(stage.acme.tenant, user), user


async def test_preferences_are_set_whole_and_read_back_by_their_user_alone(stage: Stage) -> None:
    client, _ = await somebody(stage)
    other, _ = await somebody(stage)
    empty = (await client.get(MINE)).raise_for_status()
    assert (empty.json(), version(empty)) == ({}, "0")
    wanted = {"locale": "zh-TW", "scheme": "dark", "widths": {"name": 212.5}, "pins": [{"type": "account", "id": "a"}]}
    done = (await client.put(MINE, json=wanted)).raise_for_status()
    assert (done.json(), version(done)) == (wanted, "1")
    assert version(await client.put(MINE, json=wanted)) == "1"  # already so
    later = (await client.put(MINE, json={"density": "compact"}, headers={"If-Match": '"1"'})).raise_for_status()
    assert (later.json(), version(later)) == ({"density": "compact"}, "2")
    stale = await client.put(MINE, json={}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["expected"], stale.json()["actual"]) == (412, 1, 2)
    assert (await other.put(MINE, json={}, headers={"If-Match": '"3"'})).status_code == 412
    assert (await other.get(MINE)).json() == {}


async def refusal(client: httpx.AsyncClient, **headers: str) -> str:
    """The language of a refusal."""
    answer = await client.get("/customer/accounts?limit=0", headers=headers)
    assert answer.status_code == 422
    assert (answer.json()["title"] == "The request is not valid") is (answer.headers["Content-Language"] == "en")
    return str(answer.headers["Content-Language"])


async def test_texts_are_in_the_language_that_the_request_or_else_its_user_wants(stage: Stage) -> None:
    client, _ = await somebody(stage, "sales_manager")
    other, _ = await somebody(stage, "sales_manager")
    assert await refusal(client) == "en"
    for chosen in ("zh-TW", "zh-CN"):
        (await client.put(MINE, json={"locale": chosen})).raise_for_status()
        await stage.suite.kernel.projector.catch_up()
        assert await refusal(client) == chosen
        assert (await client.get("/meta")).json()["language"] == chosen
        assert (await client.get("/meta?language=en")).json()["language"] == "en"
        asked = {"en-GB": "en", "zh-TW, en;q=0.5": "zh-TW", "fr": chosen, "*": chosen, "": chosen}
        assert {given: await refusal(client, **{"Accept-Language": given}) for given in asked} == asked
    assert await refusal(other) == "en"
    (await client.put(MINE, json={})).raise_for_status()
    await stage.suite.kernel.projector.catch_up()
    assert await refusal(client) == "en"
    assert (await client.get("/meta")).json()["types"][0]["fields"][0].keys() >= {"zh", "en"}


async def test_the_language_is_read_once_and_not_again_until_it_changes(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _ = await somebody(stage, "sales_manager")
    (await client.put(MINE, json={"locale": "zh-TW"})).raise_for_status()
    await stage.suite.kernel.projector.catch_up()
    asked, get = [], SqliteViews.get

    async def counted(self: SqliteViews, collection: str, *rest: Any) -> Any:
        asked.append(collection)
        return await get(self, collection, *rest)

    monkeypatch.setattr(SqliteViews, "get", counted)
    assert [await refusal(client) for _ in range(3)] == ["zh-TW"] * 3
    assert asked.count(PREFERENCES.collection.name) == 1
    assert await refusal(client, **{"Accept-Language": "en"}) == "en"
    assert asked.count(PREFERENCES.collection.name) == 1


async def test_a_key_speaks_english_unless_it_is_asked(stage: Stage) -> None:
    client = await stage.client(stage.acme.tenant, stage.acme.user)
    (await client.put(MINE, json={"locale": "zh-CN"})).raise_for_status()
    await stage.suite.kernel.projector.catch_up()
    made = await client.post("/identity/api-keys", json={"name": "x", "role": "administrator"})
    async with stage.anybody() as program:
        program.headers["Authorization"] = f"Bearer {made.json()['key']}"
        assert await refusal(program) == "en"
        assert await refusal(program, **{"Accept-Language": "zh"}) == "zh-CN"
    assert await refusal(client) == "zh-CN"


@pytest.mark.parametrize(
    ("body", "status", "field", "code"),
    [
        ({"locale": "fr"}, 422, "locale", "literal-error"),
        ({"time_zone": "Mars/Base"}, 422, "time_zone", None),
        ({"scheme": 1}, 422, "scheme", "literal-error"),
        ({"pins": [{"shoe": 1}]}, 422, "pins.0.shoe", "extra-forbidden"),
        ({"dismissed": ["x"] * 201}, 422, "dismissed", "too-long"),
        ({"deep": [[[[[[[[1]]]]]]]]}, 422, "", "too-deep"),
        ({"long": "x" * 17_000}, 413, None, None),
        ([], 422, "", "dict-type"),
    ],
)
async def test_what_preferences_do_not_take(
    stage: Stage, body: Any, status: int, field: str | None, code: str | None
) -> None:
    client, _ = await somebody(stage)
    answer = await client.put(MINE, json=body)
    assert answer.status_code == status, answer.text
    if field is not None:
        assert (field, code or answer.json()["errors"][0]["code"]) in [
            (e["field"], e["code"]) for e in answer.json()["errors"]
        ]
    assert version(await client.get(MINE)) == "0"


async def test_opened_records_come_back_with_titles_while_they_are_seen(stage: Stage) -> None:
    client, _ = await somebody(stage, "sales_manager")
    names = [f"Opened {n}" for n in range(3)]
    ids = [
        (await client.post("/customer/accounts", json={"name": name, "allow_duplicate": True})).json()["id"]
        for name in names
    ]
    await stage.suite.kernel.projector.catch_up()
    items = [{"type": "account", "id": id} for id in (*ids, UNKNOWN)]
    assert (await client.post(OPENED, json={"items": items})).status_code == 204
    assert (await client.post(OPENED, json={"items": items[2:3]})).status_code == 204
    found = (await client.get(OPENED)).raise_for_status().json()["items"]
    assert [one["title"] for one in found] == ["Opened 2", "Opened 0", "Opened 1"]
    blind, _ = await somebody(stage)
    assert (await blind.post(OPENED, json={"items": items})).status_code == 204
    assert (await blind.get(OPENED)).json() == {"items": []}
    assert (await client.post(OPENED, json={"items": [{"type": "shoe", "id": "a"}]})).status_code == 404
    assert (await client.post(OPENED, json={"items": items * 20})).status_code == 422


async def test_the_list_is_bounded_and_reports_are_counted(stage: Stage) -> None:
    client, user = await somebody(stage)
    for n in range(60):
        answer = await client.post(OPENED, json={"items": [{"type": "account", "id": f"a{n}"}]})
        assert answer.status_code == 204, answer.text
    refused = await client.post(OPENED, json={"items": [{"type": "account", "id": "one-more"}]})
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    kept = await stage.suite.kernel.repository.load(RECENTS, stage.acme.tenant, user)
    assert [e["id"] for e in kept.entries] == [f"a{n}" for n in reversed(range(60 - MOST, 60))]


async def test_they_go_with_their_user(stage: Stage) -> None:
    client, user = await somebody(stage, "sales_manager")
    kernel, tenant = stage.suite.kernel, stage.acme.tenant
    (await client.put(MINE, json={"nickname": "Zephyrine"})).raise_for_status()
    (await client.post(OPENED, json={"items": [{"type": "account", "id": "marzipan"}]})).raise_for_status()
    await kernel.projector.catch_up()
    for command in ("DeactivateUser", "EraseUser"):
        await kernel.bus.send(f"identity.{command}", {}, Call(system_access(tenant), user))
    async with asyncio.timeout(60):
        while min(kernel.projector.position, kernel.policies.position) < await kernel.store.head():
            await asyncio.sleep(0.02)
    for aggregate, name, blank in ((PREFERENCES, "values", {}), (RECENTS, "entries", [])):
        shown = await kernel.views.get(aggregate.collection.name, user, Scope(tenant))
        assert shown is not None
        assert shown[name] == blank
        assert getattr(await kernel.repository.load(aggregate, tenant, user), name) == blank
