"""The first start: no default password, a link that works once, an act that goes on where it was cut off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.identity.setup import is_set_up, set_up, setup_token
from services.identity.user import USER
from shared.errors import Invalid, Unavailable
from shared.kernel.bus import Call, CommandBus
from shared.kernel.uniqueness import Duplicate
from shared.security.passwords import Passwords
from tests.support.identity_suite import ADMIN, PASSWORD, QUICK, Suite, open_suite


@pytest.fixture
async def suite(tmp_path: Path) -> AsyncIterator[Suite]:
    async with open_suite(tmp_path) as opened:
        yield opened


async def refuse(*_: Any) -> Any:
    raise Unavailable("not now")


def form(token: str | None, **changed: Any) -> dict[str, Any]:
    filled = {"organisation": "Acme 有限公司", "name": "Ada", "email": ADMIN, "password": PASSWORD, "language": "zh"}
    return {"token": token, **filled, **changed}


async def test_the_link_creates_the_organisation_and_its_administrator_once(suite: Suite) -> None:
    token = await setup_token(suite.kernel)
    assert token is not None
    assert not await is_set_up(suite.kernel)
    client = suite.client()
    answer = await client.post("/identity/setup", json=form(token))
    assert answer.status_code == 201, answer.text
    again = await client.post("/identity/setup", json=form(token, email="eve@evil.example"))
    assert (again.status_code, again.json()["code"]) == (409, "already-set-up")
    assert await setup_token(suite.kernel) is None
    me = (await (await suite.sign_in()).get("/identity/me")).json()
    assert (me["tenant"], me["user"]["id"]) == (answer.json()["tenant"], answer.json()["user"])
    assert me["organisation"]["name"] == "Acme 有限公司"
    assert (me["organisation"]["currency"], me["user"]["roles"]) == ("CNY", ["administrator"])


async def test_only_the_newest_link_is_good_and_its_token_is_kept_as_a_hash(suite: Suite) -> None:
    assert (await suite.client().post("/identity/setup", json=form("anything"))).status_code == 403
    old, new = await setup_token(suite.kernel), await setup_token(suite.kernel)
    assert old is not None
    assert new is not None
    assert (await suite.client().post("/identity/setup", json=form(old))).status_code == 403
    assert old.encode() not in suite.stored_bytes()
    assert new.encode() not in suite.stored_bytes()
    assert (await suite.client().post("/identity/setup", json=form(new))).status_code == 201


async def test_two_who_use_the_link_at_once_make_one_organisation(suite: Suite) -> None:
    token = await setup_token(suite.kernel)
    bodies = [form(token, email=f"user{n}@acme.example") for n in range(5)]
    answers = await asyncio.gather(*(suite.client().post("/identity/setup", json=b) for b in bodies))
    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409, 409]
    assert len(await suite.kernel.store.read_all(0, 100, categories=["organisation"])) == 1


async def test_two_who_set_up_the_same_at_once_get_one_password(suite: Suite) -> None:
    token = await setup_token(suite.kernel)
    bodies = [form(token, password=f"{PASSWORD} {n}") for n in range(3)]
    answers = await asyncio.gather(*(suite.client().post("/identity/setup", json=b) for b in bodies))
    assert sorted(a.status_code for a in answers) == [201, 409, 409]
    won = next(body for body, answer in zip(bodies, answers, strict=True) if answer.status_code == 201)
    assert (await suite.sign_in(ADMIN, won["password"])) is not None


async def test_a_set_up_by_link_that_was_cut_off_goes_on_for_its_own_address_only(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await setup_token(suite.kernel)
    with monkeypatch.context() as patched:
        patched.setattr(CommandBus, "send", refuse)
        assert (await suite.client().post("/identity/setup", json=form(token))).status_code == 503
    other = await suite.client().post("/identity/setup", json=form(token, email="eve@acme.example"))
    assert (other.status_code, other.json()["code"]) == (409, "already-set-up")
    assert (await suite.client().post("/identity/setup", json=form(token))).status_code == 201


async def test_a_new_link_serves_after_one_that_was_used_in_vain(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    token = await setup_token(suite.kernel)
    with monkeypatch.context() as patched:
        patched.setattr(CommandBus, "send", refuse)
        assert (await suite.client().post("/identity/setup", json=form(token))).status_code == 503
    fresh = await setup_token(suite.kernel)
    assert (await suite.client().post("/identity/setup", json=form(token))).status_code == 403
    answer = await suite.client().post("/identity/setup", json=form(fresh, email="eve@acme.example"))
    assert answer.status_code == 201


async def test_processes_that_start_at_once_issue_links_of_which_one_is_good(suite: Suite) -> None:
    tokens = await asyncio.gather(*(setup_token(suite.kernel) for _ in range(3)))
    answers = [await suite.client().post("/identity/setup", json=form(token)) for token in tokens]
    assert sorted(a.status_code for a in answers) in ([201, 403, 403], [201, 403, 409], [201, 409, 409])


async def test_everything_wrong_is_named_at_once_and_the_link_stays_good(suite: Suite) -> None:
    token = await setup_token(suite.kernel)
    wrong = form(token, organisation="", name="", email="nonsense", password="acme")
    answer = await suite.client().post("/identity/setup", json=wrong)
    assert answer.status_code == 422
    named = {(e["field"], e["code"]) for e in answer.json()["errors"]}
    assert {f for f, _ in named} == {"organisation", "name", "email", "password"}
    assert ("password", "too-short") in named
    guess = await suite.client().post("/identity/setup", json=form(token, password="acme 有限公司 2026"))
    assert [e["code"] for e in guess.json()["errors"]] == ["too-guessable"]
    assert await suite.kernel.store.read_all(0, 100, categories=["organisation", "user"]) == []
    assert (await suite.client().post("/identity/setup", json=form(token))).status_code == 201


async def test_an_act_cut_off_in_the_middle_goes_on_when_repeated(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = CommandBus.send

    async def cut_off(self: CommandBus, name: str, body: Any, call: Call) -> Any:
        if name == "identity.CreateAdministrator":
            raise ConnectionError("the process was killed here")
        return await send(self, name, body, call)

    with monkeypatch.context() as patched:
        patched.setattr(CommandBus, "send", cut_off)
        with pytest.raises(ConnectionError):
            await suite.set_up()
    assert not await is_set_up(suite.kernel)
    assert await setup_token(suite.kernel) is not None
    await suite.set_up()
    assert len(await suite.kernel.store.read_all(0, 100, categories=["organisation"])) == 1
    assert (await suite.sign_in()) is not None


async def test_an_operator_creates_further_organisations_that_know_nothing_of_each_other(suite: Suite) -> None:
    one = await suite.set_up("Acme", "ada@acme.example")
    two = await suite.set_up("Umbrella", "uma@umbrella.example")
    assert one.tenant != two.tenant
    ada, uma = await suite.sign_in("ada@acme.example"), await suite.sign_in("uma@umbrella.example")
    for client, own in ((ada, one), (uma, two)):
        assert [u["id"] for u in (await client.get("/identity/users")).json()["items"]] == [own.user]
    foreign = await ada.get(f"/identity/users/{two.user}")
    unknown = await ada.get("/identity/users/01936f00-0000-7000-8000-000000000001")
    assert (foreign.status_code, foreign.content) == (404, unknown.content)


async def test_a_sign_in_name_is_unique_over_all_organisations(suite: Suite) -> None:
    await suite.set_up("Acme", "ada@acme.example")
    await suite.set_up("Umbrella", "uma@umbrella.example")
    for email in ("ada@acme.example", "ADA@ACME.example"):
        with pytest.raises(Duplicate) as caught:
            await set_up(suite.kernel, "Third", "Ada", email, PASSWORD, "en", Passwords(QUICK))
        assert caught.value.errors[0].field == "email"
    uma = await suite.sign_in("uma@umbrella.example")
    taken = await uma.post("/identity/users", json={"name": "A", "email": "ada@acme.example"})
    assert (taken.status_code, taken.json()["type"]) == (409, "/problems/duplicate")
    assert "holder" not in taken.json()
    with pytest.raises(Invalid):
        await set_up(suite.kernel, "Fourth", "A", "a@b.example", "short", "en", Passwords(QUICK))


async def test_events_hold_no_personal_plain_text_and_views_no_secret(suite: Suite) -> None:
    done = await suite.set_up()
    events, views = _file(suite, "events.db"), _file(suite, "views.db")
    for plain in (PASSWORD, "Ada Bloom", ADMIN, "$argon2id"):
        assert plain.encode() not in events
    assert b"Ada Bloom" in views
    assert b"argon2" not in views
    user = await suite.kernel.repository.load(USER, done.tenant, done.user)
    assert "argon2" not in str(USER.dump(user))


def _file(suite: Suite, name: str) -> bytes:
    return b"".join(p.read_bytes() for p in sorted(suite.folder.glob(f"{name}*")))
