"""An organisation asks for a second factor: who must have one, who may reset one, and what it costs to ask."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.events.identity_factor import SecondFactorRemoved
from shared.eventstore.sqlite import SqliteEventStore
from shared.views.sqlite import SqliteViews
from tests.support.identity_suite import PASSWORD, Suite, open_suite, post
from tests.support.second_factors import FACTOR, codes_of, problem, set_up_factor, sign_in, take_tokens

BOB = "bob@acme.example"
NEEDED = (403, "second-factor-needed")
ACCOUNTS = "/customer/accounts"


@pytest.fixture
async def suite(tmp_path: Path) -> AsyncIterator[Suite]:
    async with open_suite(tmp_path / "data") as opened:
        await opened.set_up()
        yield opened


@pytest.fixture
async def admin(suite: Suite) -> httpx.AsyncClient:
    return await suite.sign_in()


async def ask(suite: Suite, admin: httpx.AsyncClient, policy: str) -> httpx.Response:
    """Set the organisation's policy."""
    tenant = (await admin.get("/identity/me")).json()["tenant"]
    answer = await admin.patch(f"/identity/organisations/{tenant}", json={"second_factor": policy})
    await suite.settle()
    return answer


async def test_nobody_asks_others_for_a_factor_without_one_of_their_own(suite: Suite, admin: httpx.AsyncClient) -> None:
    answer = await ask(suite, admin, "administrators")
    assert (answer.status_code, codes_of(answer)) == (422, [("second_factor", "second-factor-needed-first")])
    app_, _ = await set_up_factor(suite, admin)
    assert (await ask(suite, admin, "administrators")).status_code == 200
    me = (await admin.get("/identity/me")).json()
    assert (me["second_factor"], me["organisation"]["second_factor"]) == (
        {"enabled": True, "required": True},
        "administrators",
    )
    body = {"password": PASSWORD, "code": app_.fresh()}
    kept = await admin.post(f"{FACTOR}/remove", json=body)
    assert (kept.status_code, kept.json()["code"]) == (409, "second-factor-needed")
    assert (await ask(suite, admin, "optional")).status_code == 200
    assert (await admin.post(f"{FACTOR}/remove", json=body)).status_code == 200  # the refusal used no code up


async def test_a_session_from_before_is_bound_until_the_factor_is_there(suite: Suite, admin: httpx.AsyncClient) -> None:
    await suite.join(admin, BOB, "sales_representative")
    bob = await suite.sign_in(BOB)
    key = await bob.post("/identity/api-keys", json={"name": "k", "role": "sales_representative"})
    assert (await bob.get(ACCOUNTS)).status_code == 200
    await set_up_factor(suite, admin)
    assert (await ask(suite, admin, "everybody")).status_code == 200
    assert problem(await bob.get(ACCOUNTS)) == NEEDED
    assert problem(await bob.get("/identity/users")) == NEEDED
    assert problem(await bob.patch("/identity/me", json={"language": "zh"})) == NEEDED
    assert problem(await bob.post("/identity/api-keys", json={"name": "k", "role": "sales_representative"})) == NEEDED
    assert (await bob.get("/identity/me")).json()["second_factor"] == {"enabled": False, "required": True}
    refreshed = await bob.post("/identity/sessions/refresh")
    take_tokens(bob, refreshed)
    assert problem(await bob.get(ACCOUNTS)) == NEEDED
    by_key = suite.client(key.json()["key"])
    assert (await by_key.get(ACCOUNTS)).status_code == 200  # a key is not asked, and does not touch the factor
    for path in ("", "/confirm", "/recovery-codes", "/remove"):
        answer = await by_key.post(FACTOR + path, json={})
        assert (answer.status_code, answer.json()["code"]) == (403, "not-by-key")
    await set_up_factor(suite, bob)
    assert (await bob.get(ACCOUNTS)).status_code == 200  # at once
    assert (await admin.get(ACCOUNTS)).status_code == 200


async def test_administrators_are_all_who_may_manage_users(suite: Suite, admin: httpx.AsyncClient) -> None:
    role = await post(
        admin,
        "/identity/roles",
        201,
        zh="人事",
        en="HR",
        grants={"user": {"manage": "all"}, "account": {"read": "all"}},
    )
    await suite.settle()
    await suite.join(admin, BOB, "sales_representative")
    await suite.join(admin, "hr@acme.example", role["id"])
    bob, hr = await suite.sign_in(BOB), await suite.sign_in("hr@acme.example")
    await set_up_factor(suite, admin)
    await ask(suite, admin, "administrators")
    assert (await bob.get(ACCOUNTS)).status_code == 200
    assert problem(await hr.get(ACCOUNTS)) == NEEDED
    ended = await hr.delete(f"/identity/sessions/{(await bob.get('/identity/sessions')).json()['items'][0]['id']}")
    assert ended.status_code == 404  # their own sessions, no others'


async def test_an_administrator_resets_a_factor_and_nobody_their_own(suite: Suite, admin: httpx.AsyncClient) -> None:
    id = await suite.join(admin, BOB, "sales_representative")
    bob = await suite.sign_in(BOB)
    _, codes = await set_up_factor(suite, bob)
    await set_up_factor(suite, admin)
    me = (await admin.get("/identity/me")).json()["user"]["id"]
    own = await admin.post(f"/identity/users/{me}/reset-second-factor", json={})
    assert (own.status_code, own.json()["code"]) == (409, "own-factor")
    assert (await bob.post(f"/identity/users/{me}/reset-second-factor", json={})).status_code == 403
    reset = await post(admin, f"/identity/users/{id}/reset-second-factor")
    assert (reset["undo"], reset["undo_reason"]["code"]) == (None, "not-undoable")
    await suite.settle()
    assert (await bob.get("/identity/me")).status_code == 401
    assert (await bob.post("/identity/sessions/refresh")).status_code == 401
    assert (await sign_in(suite, email=BOB)).status_code == 201
    listed = (await admin.get("/identity/users?second_factor=true")).json()["items"]
    assert [one["id"] for one in listed] == [me]
    history = await suite.kernel.store.read((await suite.kernel.store.read_all(0, 1))[0].tenant, f"user-{id}")
    last = await suite.kernel.codec.decode(history[-1])
    assert last.event == SecondFactorRemoved("administrator")
    bob = await suite.sign_in(BOB)
    await set_up_factor(suite, bob)
    assert problem(await sign_in(suite, codes[0], email=BOB)) == (401, "wrong-code")  # of the factor from before


async def test_a_new_password_by_a_link_leaves_the_factor(suite: Suite, admin: httpx.AsyncClient) -> None:
    id = await suite.join(admin, BOB, "sales_representative")
    _, codes = await set_up_factor(suite, await suite.sign_in(BOB))
    link = (await admin.post(f"/identity/users/{id}/invitation")).json()["token"]
    new = {"token": link, "password": "nine kinds of lamps"}
    assert (await suite.client().post("/identity/invitations/accept", json=new)).status_code == 200
    assert problem(await sign_in(suite, email=BOB, password=new["password"])) == (401, "second-factor-required")
    assert (await sign_in(suite, codes[0], email=BOB, password=new["password"])).status_code == 201


async def test_a_suspended_user_with_a_factor_is_answered_like_nobody(suite: Suite, admin: httpx.AsyncClient) -> None:
    id = await suite.join(admin, BOB, "sales_representative")
    app_, codes = await set_up_factor(suite, await suite.sign_in(BOB))
    await post(admin, f"/identity/users/{id}/suspend")
    for code in ("", app_.fresh(), codes[0]):
        assert problem(await sign_in(suite, code, email=BOB)) == (401, "unauthenticated")
    await post(admin, f"/identity/users/{id}/deactivate")
    await post(admin, f"/identity/users/{id}/erase")
    await suite.settle()
    assert problem(await sign_in(suite, codes[0], email=BOB)) == (401, "unauthenticated")


async def test_no_file_and_no_answer_holds_a_secret(suite: Suite, admin: httpx.AsyncClient) -> None:
    app_, codes = await set_up_factor(suite, admin)
    signed_in = await sign_in(suite, codes[0])
    take_tokens(admin, signed_in)
    me = (await admin.get("/identity/me")).json()["user"]["id"]
    await suite.settle()
    stored = suite.stored_bytes()
    for secret in (app_.secret, codes[0], codes[1], codes[1].replace("-", "")):
        assert secret.encode() not in stored
    for path in (f"/identity/users/{me}", f"/identity/users/{me}/history", f"/identity/users/{me}?as_of=4", FACTOR):
        text = (await admin.get(path)).text
        assert app_.secret not in text, path
        assert 'codes":[' not in text, path


async def test_asking_costs_an_ordinary_request_nothing(
    suite: Suite, admin: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same look-ups in the store and in the views with the policy as without."""
    asked: list[str] = []
    views = ("get", "get_raw", "get_many", "find", "find_raw")
    for of, names in ((SqliteEventStore, ("read", "read_all")), (SqliteViews, views)):
        for name in names:
            monkeypatch.setattr(of, name, _counted(getattr(of, name), asked))

    async def reads() -> list[str]:
        await admin.get(ACCOUNTS)
        asked.clear()
        assert (await admin.get(ACCOUNTS)).status_code == 200
        return [*asked]

    before = await reads()
    assert before
    await set_up_factor(suite, admin)
    await ask(suite, admin, "everybody")
    assert await reads() == before


def _counted(call: Any, asked: list[str]) -> Any:
    async def counted(*given: Any, **named: Any) -> Any:
        asked.append(call.__name__)
        return await call(*given, **named)

    counted.__name__ = call.__name__
    return counted
