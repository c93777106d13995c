"""Saved views that are shared with users, roles and teams: who reads them, from when until when, and what of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.security.suite import UNKNOWN, Stage, open_stage

pytestmark = pytest.mark.asyncio(loop_scope="module")
VIEWS = "/customer/saved-views"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path_factory.mktemp("sharing") / "data") as opened:
        yield opened


async def admin(stage: Stage) -> httpx.AsyncClient:
    return await stage.client(stage.acme.tenant, stage.acme.user)


async def client(stage: Stage, user: str) -> httpx.AsyncClient:
    """Signed in again: a change of teams or roles ends the former session."""
    stage.clients.pop((stage.acme.tenant, user), None)
    return await stage.client(stage.acme.tenant, user)


async def put(stage: Stage, user: str, *, teams: list[str] | None = None, roles: list[str] | None = None) -> None:
    for verb, ids in (("teams", teams), ("roles", roles)):
        if ids is not None:
            answer = await (await admin(stage)).post(f"/identity/users/{user}/{verb}", json={verb: ids})
            answer.raise_for_status()
    await stage.suite.kernel.projector.catch_up()


async def kept(keeper: httpx.AsyncClient, **body: Any) -> str:
    answer = await keeper.post(VIEWS, json={"name": "Deals 商机", "resource": "opportunity", **body})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def share(stage: Stage, keeper: httpx.AsyncClient, id: str, **whom: list[str]) -> httpx.Response:
    answer = await keeper.post(f"{VIEWS}/{id}/share", json=whom)
    await stage.suite.kernel.projector.catch_up()
    return answer


async def reads(stage: Stage, user: str, id: str) -> bool:
    """Whether a user reads a view, by every way there is."""
    by = await client(stage, user)
    one = (await by.get(f"{VIEWS}/{id}")).status_code
    listed = id in [view["id"] for view in (await by.get(VIEWS)).json()["items"]]
    counted = (await by.get(f"{VIEWS}/count", params={"id": id})).json()["count"] == 1
    history = (await by.get(f"{VIEWS}/{id}/history")).status_code
    past = id in [v["id"] for v in (await by.get(VIEWS, params={"as_of": "2100-01-01T00:00:00Z"})).json()["items"]]
    assert len({one == 200, listed, counted, history == 200, past}) == 1, (one, listed, counted, history, past)
    return one == 200


async def test_users_roles_and_teams_read_it_and_nobody_else(stage: Stage) -> None:
    anna, bert, clea, dora, emil = [await stage.user("sales_representative") for _ in range(5)]
    team = (await (await admin(stage)).post("/identity/teams", json={"name": "East"})).json()["id"]
    await put(stage, clea, teams=[team])
    await put(stage, dora, roles=["marketing"])
    keeper = await client(stage, anna)
    id = await kept(keeper)
    await stage.suite.kernel.projector.catch_up()
    everybody = (anna, bert, clea, dora, emil)
    assert [await reads(stage, user, id) for user in everybody] == [True, False, False, False, False]
    shared = await share(stage, await client(stage, anna), id, users=[bert], roles=["marketing"], teams=[team])
    assert shared.status_code == 200, shared.text
    assert [await reads(stage, user, id) for user in everybody] == [True, True, True, True, False]
    view = (await (await client(stage, bert)).get(f"{VIEWS}/{id}", params={"rights": "true"})).json()
    assert (view["shared"], view["shared_with"]) == (True, {"users": [bert], "roles": ["marketing"], "teams": [team]})
    assert view["rights"]["read"]
    assert not any(view["rights"]["commands"].values())
    for verb in ("share", "unshare", "archive"):
        assert (await (await client(stage, bert)).post(f"{VIEWS}/{id}/{verb}", json={})).status_code == 403
        assert (await (await client(stage, emil)).post(f"{VIEWS}/{id}/{verb}", json={})).status_code == 404
    pins = {"pins": [{"type": "saved_view", "id": id, "title": "Deals 商机"}]}
    assert (await (await client(stage, bert)).put("/identity/me/preferences", json=pins)).json() == pins
    await (await client(stage, bert)).post("/identity/me/recents", json={"items": [{"type": "saved_view", "id": id}]})
    recents = (await (await client(stage, bert)).get("/identity/me/recents")).json()["items"]
    assert [one["title"] for one in recents] == ["Deals 商机"]


async def test_who_leaves_the_team_or_the_role_loses_it_and_the_owner_takes_it_back(stage: Stage) -> None:
    anna, bert, clea = [await stage.user("sales_representative") for _ in range(3)]
    team = (await (await admin(stage)).post("/identity/teams", json={"name": "West"})).json()["id"]
    await put(stage, bert, teams=[team])
    await put(stage, clea, roles=["service_agent", "sales_representative"])
    keeper = await client(stage, anna)
    id = await kept(keeper)
    await share(stage, keeper, id, teams=[team], roles=["service_agent"])
    assert [await reads(stage, user, id) for user in (bert, clea)] == [True, True]
    await put(stage, bert, teams=[])
    await put(stage, clea, roles=["sales_representative"])
    assert [await reads(stage, user, id) for user in (bert, clea)] == [False, False]
    await put(stage, bert, teams=[team])
    assert await reads(stage, bert, id)
    (await (await admin(stage)).post(f"/identity/teams/{team}/archive", json={})).raise_for_status()
    await stage.suite.kernel.projector.catch_up()
    assert not await reads(stage, bert, id), "an archived team is none"
    keeper = await client(stage, anna)
    await share(stage, keeper, id, users=[clea])
    assert [await reads(stage, user, id) for user in (anna, bert, clea)] == [True, False, True]
    undo = (await share(stage, keeper, id)).json()["undo"]
    assert [await reads(stage, user, id) for user in (bert, clea)] == [True, True], "nobody named: everyone"
    (await (await client(stage, anna)).request(undo["method"], undo["path"], json=undo["body"])).raise_for_status()
    await stage.suite.kernel.projector.catch_up()
    assert [await reads(stage, user, id) for user in (anna, bert, clea)] == [True, False, True]
    (await (await client(stage, anna)).post(f"{VIEWS}/{id}/unshare", json={})).raise_for_status()
    await stage.suite.kernel.projector.catch_up()
    assert [await reads(stage, user, id) for user in (anna, bert, clea)] == [True, False, False]


async def test_what_is_hidden_from_a_reader_is_not_in_what_is_shared(stage: Stage) -> None:
    anna, bert = [await stage.user("sales_representative") for _ in range(2)]
    body = {"zh": "盲", "en": "Blind", "grants": {}, "hidden": {"opportunity": ["amount"]}}
    blind = (await (await admin(stage)).post("/identity/roles", json=body)).json()["id"]
    await stage.suite.kernel.projector.catch_up()
    await put(stage, bert, roles=["sales_representative", blind])
    secret = {"field": "amount", "op": "ge", "value": "31337"}
    keeper = await client(stage, anna)
    id = await kept(keeper, filters=[secret], conditions={"any": [secret]}, order="-amount", columns=["name", "amount"])
    await share(stage, keeper, id, users=[bert])
    by = await client(stage, bert)
    shown = [
        (await by.get(f"{VIEWS}{path}")).text for path in (f"/{id}", "", f"/{id}/history", "?q=deals", f"/{id}?as_of=1")
    ]
    assert all(id in text or "SavedView" in text for text in shown[:4])
    assert not [text for text in shown if "31337" in text or "amount" in text]


async def test_whom_it_is_shared_with_must_be_there(stage: Stage) -> None:
    keeper = await client(stage, await stage.user("sales_representative"))
    id = await kept(keeper)
    answer = await share(stage, keeper, id, users=[stage.acme.user, UNKNOWN])
    assert [e["field"] for e in answer.json()["errors"]] == ["users.1"]
    for kind in ("teams", "roles"):
        answer = await share(stage, keeper, id, **{kind: [UNKNOWN]})
        assert [e["field"] for e in answer.json()["errors"]] == [f"{kind}.0"]
    foreign = await share(stage, keeper, id, users=[stage.umbrella.user])
    assert [e["field"] for e in foreign.json()["errors"]] == ["users.0"]
    assert (await share(stage, keeper, id, users=[stage.acme.user] * 51)).status_code == 422


async def test_a_key_reads_what_its_role_is_shared_and_nothing_of_other_roles(stage: Stage) -> None:
    anna, bert = await stage.user("sales_representative"), await stage.user("marketing", "sales_representative")
    keeper = await client(stage, anna)
    id = await kept(keeper)
    await share(stage, keeper, id, roles=["marketing"])
    found = {}
    for role in ("marketing", "sales_representative"):
        made = await (await client(stage, bert)).post("/identity/api-keys", json={"name": "x", "role": role})
        async with stage.anybody() as program:
            program.headers["Authorization"] = f"Bearer {made.json()['key']}"
            found[role] = (await program.get(f"{VIEWS}/{id}")).status_code
    assert found == {"marketing": 200, "sales_representative": 404}
