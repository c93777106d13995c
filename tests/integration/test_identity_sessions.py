"""Sessions over HTTP on real storage: refresh tokens that are spent once, cookies, endings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.support.identity_suite import ADMIN, PASSWORD, Suite, bearer, open_suite, start


@pytest.fixture
async def suite(tmp_path: Path) -> AsyncIterator[Suite]:
    async with open_suite(tmp_path) as opened:
        await opened.set_up()
        yield opened


async def refresh(client: httpx.AsyncClient, token: str) -> httpx.Response:
    client.cookies.clear()
    return await client.post("/identity/sessions/refresh", json={"refresh_token": token})


# --- refreshing (C4) --------------------------------------------------------------------------------------------------


async def test_a_refresh_spends_the_token_for_a_new_pair(suite: Suite) -> None:
    client, first = await start(suite)
    second = (await refresh(client, first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert second["session"] == first["session"]
    assert await bearer(suite, second["access_token"]) == 200
    assert (await refresh(client, second["refresh_token"])).status_code == 200


async def test_parallel_use_of_one_token_leads_to_one_successor(suite: Suite) -> None:
    client, first = await start(suite)
    answers = await asyncio.gather(*(refresh(suite.client(), first["refresh_token"]) for _ in range(16)))
    assert {a.status_code for a in answers} == {200}
    successors = {a.json()["refresh_token"] for a in answers}
    assert len(successors) == 1
    assert (await refresh(client, successors.pop())).status_code == 200
    spent = [e for e in await suite.kernel.store.read_all(0, 1000, categories=["session"]) if "Refreshed" in e.type]
    assert len(spent) == 2


async def test_after_the_grace_the_predecessor_ends_the_whole_session(suite: Suite) -> None:
    client, first = await start(suite)
    second = (await refresh(client, first["refresh_token"])).json()
    suite.clock.forward(11)
    assert (await refresh(client, first["refresh_token"])).status_code == 401
    assert (await refresh(client, second["refresh_token"])).status_code == 401
    await suite.settle()
    assert await bearer(suite, second["access_token"]) == 401


async def test_an_older_generation_ends_it_at_once_while_other_sessions_go_on(suite: Suite) -> None:
    client, first = await start(suite)
    _, other = await start(suite)
    second = (await refresh(client, first["refresh_token"])).json()
    third = (await refresh(client, second["refresh_token"])).json()
    assert (await refresh(client, first["refresh_token"])).status_code == 401
    assert (await refresh(client, third["refresh_token"])).status_code == 401
    assert (await refresh(client, other["refresh_token"])).status_code == 200
    ended = [e for e in await suite.kernel.store.read_all(0, 1000, categories=["session"]) if "Revoked" in e.type]
    assert [(await suite.kernel.codec.decode(e)).event.cause for e in ended] == ["reuse"]


async def test_a_guessed_token_ends_nothing(suite: Suite) -> None:
    client, first = await start(suite)
    tenant, session, _ = first["refresh_token"].split(".")
    for guess in (
        f"{tenant}.{session}.{'A' * 43}",
        f"{tenant}.{first['session'][:-1]}0.x",
        "a.b.c",
        "a.b",
        "é.b.c",
        "..",
    ):
        assert (await refresh(client, guess)).status_code == 401
    assert (await refresh(client, first["refresh_token"])).status_code == 200


async def test_a_refresh_token_is_no_access_token_and_the_other_way_round(suite: Suite) -> None:
    client, first = await start(suite)
    assert await bearer(suite, first["refresh_token"]) == 401
    answer = await refresh(client, first["access_token"])
    assert answer.status_code in (401, 422)


async def test_refresh_tokens_are_stored_only_as_hashes(suite: Suite) -> None:
    client, first = await start(suite)
    second = (await refresh(client, first["refresh_token"])).json()
    stored = suite.stored_bytes()
    for token in (first["refresh_token"], second["refresh_token"]):
        assert token.split(".")[2].encode() not in stored


async def test_an_idle_session_ends(suite: Suite) -> None:
    client, first = await start(suite)
    suite.clock.forward(7.9 * 3600)
    second = await refresh(client, first["refresh_token"])
    assert second.status_code == 200
    suite.clock.forward(8.1 * 3600)
    assert (await refresh(client, second.json()["refresh_token"])).status_code == 401


async def test_no_session_outlives_thirty_days(suite: Suite) -> None:
    client, answer = await start(suite)
    for _ in range(91):
        suite.clock.forward(7.9 * 3600)
        found = await refresh(client, answer["refresh_token"])
        assert found.status_code == 200
        answer = found.json()
    suite.clock.forward(7.9 * 3600)
    assert (await refresh(client, answer["refresh_token"])).status_code == 401


async def test_the_cookie_refreshes_and_its_token_stays_out_of_scripts_reach(suite: Suite) -> None:
    client = suite.client()
    await client.post("/identity/sessions", json={"email": ADMIN, "password": PASSWORD})
    before = client.cookies["crm_session"]
    answer = await client.post("/identity/sessions/refresh")
    assert answer.status_code == 200
    assert "refresh_token" not in answer.json()
    assert client.cookies["crm_session"] != before


async def test_a_client_may_ask_for_the_cookie_alone(suite: Suite) -> None:
    client = suite.client()
    right = {"email": ADMIN, "password": PASSWORD, "cookie": True}
    answer = await client.post("/identity/sessions", json=right)
    assert answer.status_code == 201
    assert "refresh_token" not in answer.json()
    assert client.cookies["crm_session"].split(".")[2] not in answer.text
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    changed = await client.post("/identity/password", json={"current": PASSWORD, "new": PASSWORD + "!", "cookie": True})
    assert changed.status_code == 200, changed.text
    assert "refresh_token" not in changed.json()
    assert (await client.post("/identity/sessions/refresh")).status_code == 200


async def test_a_cookie_of_an_earlier_program_is_taken_once_and_replaced(suite: Suite) -> None:
    _, first = await start(suite)
    client = suite.client(base="https://crm.test")
    client.cookies.set("__Host-crm_session", first["refresh_token"], domain="crm.test", path="/")
    answer = await client.post("/identity/sessions/refresh")
    assert answer.status_code == 200
    assert {c.name for c in client.cookies.jar} == {"__Secure-crm_session"}


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
)
async def test_another_site_cannot_use_the_cookie(suite: Suite, headers: dict[str, str]) -> None:
    client = suite.client()
    await client.post("/identity/sessions", json={"email": ADMIN, "password": PASSWORD})
    assert (await client.post("/identity/sessions/refresh", headers=headers)).status_code == 403
    assert (await client.delete("/identity/sessions/current", headers=headers)).status_code == 403
    own = await client.post("/identity/sessions/refresh", headers={"Origin": "http://crm.test"})
    assert own.status_code == 200


# --- ending -----------------------------------------------------------------------------------------------------------


async def test_signing_out_ends_refresh_and_access_tokens(suite: Suite) -> None:
    client, first = await start(suite)
    client.headers["Authorization"] = f"Bearer {first['access_token']}"
    assert (await client.delete("/identity/sessions/current")).status_code == 204
    await suite.settle()
    assert await bearer(suite, first["access_token"]) == 401
    assert (await refresh(suite.client(), first["refresh_token"])).status_code == 401


async def test_signing_out_works_by_the_cookie_alone_and_takes_it_away(suite: Suite) -> None:
    client = suite.client()
    body = (await client.post("/identity/sessions", json={"email": ADMIN, "password": PASSWORD})).json()
    left = await client.delete("/identity/sessions/current")
    assert (left.status_code, left.headers["clear-site-data"]) == (204, '"cache"')
    assert "crm_session" not in client.cookies
    assert (await refresh(suite.client(), body["refresh_token"])).status_code == 401
    assert (await client.delete("/identity/sessions/current")).status_code == 204


async def test_signing_in_again_ends_the_session_that_the_cookie_held(suite: Suite) -> None:
    client, elsewhere = suite.client(), suite.client()
    right = {"email": ADMIN, "password": PASSWORD}
    first, other = [(await c.post("/identity/sessions", json=right)).json() for c in (client, elsewhere)]
    wrong = await client.post("/identity/sessions", json={**right, "password": "seven kinds of foxes"})
    assert wrong.status_code == 401
    await suite.settle()
    assert await bearer(suite, first["access_token"]) == 200  # a failure ends nothing
    second = (await client.post("/identity/sessions", json=right)).json()
    await suite.settle()
    assert (await refresh(suite.client(), first["refresh_token"])).status_code == 401
    assert [await bearer(suite, t["access_token"]) for t in (first, other, second)] == [401, 200, 200]


async def test_one_sees_and_ends_ones_own_sessions_only(suite: Suite) -> None:
    admin = await suite.sign_in()
    await suite.join(admin, "bob@acme.example", "read_only")
    bob, phone = await suite.sign_in("bob@acme.example"), await suite.sign_in("bob@acme.example")
    await suite.settle()
    listed = (await bob.get("/identity/sessions")).json()["items"]
    assert [s["current"] for s in listed].count(True) == 1
    assert len(listed) == 2
    other = next(s["id"] for s in listed if not s["current"])
    mine = next(s["id"] for s in (await admin.get("/identity/sessions")).json()["items"] if s["current"])
    assert (await bob.delete(f"/identity/sessions/{mine}")).status_code == 404
    assert (await bob.delete(f"/identity/sessions/{other}")).status_code == 204
    await suite.settle()
    assert (await phone.get("/identity/me")).status_code == 401
    assert len((await bob.get("/identity/sessions")).json()["items"]) == 1
    assert (await admin.delete(f"/identity/sessions/{listed[0]['id']}")).status_code == 204


async def test_a_new_password_ends_every_other_session(suite: Suite) -> None:
    _, elsewhere = await start(suite)
    client, first = await start(suite)
    client.headers["Authorization"] = f"Bearer {first['access_token']}"
    fresh = "nine kinds of lamps"
    wrong = await client.post("/identity/password", json={"current": "not my password", "new": fresh})
    assert [e["field"] for e in wrong.json()["errors"]] == ["current"]
    weak = await client.post("/identity/password", json={"current": PASSWORD, "new": "short"})
    assert [(e["field"], e["code"]) for e in weak.json()["errors"]] == [("new", "too-short")]
    changed = await client.post("/identity/password", json={"current": PASSWORD, "new": fresh})
    assert changed.status_code == 200
    assert await bearer(suite, changed.json()["access_token"]) == 200
    for old in (elsewhere, first):
        assert await bearer(suite, old["access_token"]) == 401
        assert (await refresh(suite.client(), old["refresh_token"])).status_code == 401
    assert (
        await suite.client().post("/identity/sessions", json={"email": ADMIN, "password": PASSWORD})
    ).status_code == 401
    assert (await suite.sign_in(ADMIN, fresh)) is not None


async def test_an_ended_session_stays_ended_after_a_restart(tmp_path: Path) -> None:
    async with open_suite(tmp_path) as first:
        await first.set_up()
        client, tokens = await start(first)
        _, other = await start(first)
        client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        assert (await client.delete("/identity/sessions/current")).status_code == 204
        await first.settle()
        assert await bearer(first, tokens["access_token"]) == 401
    async with open_suite(tmp_path) as again:
        assert await bearer(again, tokens["access_token"]) == 401
        assert await bearer(again, other["access_token"]) == 200


async def test_a_session_ends_while_the_views_are_behind(tmp_path: Path) -> None:
    async with open_suite(tmp_path, projecting=False) as suite:
        await suite.set_up()
        client, tokens = await start(suite)
        client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        assert (await client.delete("/identity/sessions/current")).status_code == 204
        await suite.read_log()
        assert await bearer(suite, tokens["access_token"]) == 401


async def test_who_is_not_in_the_views_yet_is_asked_to_come_again(tmp_path: Path) -> None:
    async with open_suite(tmp_path) as suite:
        await suite.set_up()
        _, tokens = await start(suite)
    for views in suite.folder.rglob("views.db*"):
        views.unlink()
    async with open_suite(tmp_path, projecting=False) as again:
        assert await bearer(again, tokens["access_token"]) == 503
        await again.settle()
        assert await bearer(again, tokens["access_token"]) == 200


async def test_sessions_survive_a_restart(suite: Suite, tmp_path_factory: pytest.TempPathFactory) -> None:
    _, first = await start(suite)
    folder = tmp_path_factory.mktemp("copy")
    await suite.kernel.store.close()
    for source in suite.folder.rglob("*"):
        if source.is_file():
            target = folder / source.relative_to(suite.folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    async with open_suite(folder) as again:
        answer = await refresh(again.client(), first["refresh_token"])
        assert answer.status_code == 200
        assert await bearer(again, answer.json()["access_token"]) == 200
