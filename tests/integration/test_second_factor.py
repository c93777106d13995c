"""Setting up a second factor and signing in by it, over HTTP on real storage."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from services.identity.second_factor import BEGUN_LIVES
from services.identity.throttle import LOCKED_FOR
from tests.support.identity_suite import PASSWORD, Suite, bearer, open_suite, post
from tests.support.second_factors import FACTOR, App, codes_of, problem, set_up_factor, sign_in, take_tokens


@pytest.fixture
async def suite(tmp_path: Path) -> AsyncIterator[Suite]:
    async with open_suite(tmp_path) as opened:
        await opened.set_up()
        yield opened


@pytest.fixture
async def admin(suite: Suite) -> httpx.AsyncClient:
    return await suite.sign_in()


async def test_a_factor_is_begun_confirmed_asked_for_and_removed(suite: Suite, admin: httpx.AsyncClient) -> None:
    assert (await admin.get(FACTOR)).json() == {
        "enabled": False,
        "since": None,
        "recovery_codes_left": 0,
        "required": False,
    }
    begun = await post(admin, FACTOR, password=PASSWORD)
    assert begun["uri"].startswith(f"otpauth://totp/Acme:ada%40acme.example?secret={begun['secret']}&issuer=Acme")
    app, codes = await set_up_factor(suite, admin)
    assert len({*codes}) == 10
    shown = (await admin.get(FACTOR)).json()
    assert (shown["enabled"], shown["recovery_codes_left"], bool(shown["since"])) == (True, 10, True)
    assert (await admin.get("/identity/me")).json()["second_factor"] == {"enabled": True, "required": False}
    assert problem(await sign_in(suite)) == (401, "second-factor-required")
    assert problem(await sign_in(suite, app.wrong())) == (401, "wrong-code")
    assert problem(await sign_in(suite, app.fresh(), password="a wrong password")) == (401, "unauthenticated")
    signed_in = await sign_in(suite, f" {app.code()[:3]} {app.code()[3:]} ")
    assert signed_in.status_code == 201
    take_tokens(admin, signed_in)
    sessions = (await admin.get("/identity/sessions")).json()["items"]
    assert sessions[0]["method"] == "password+totp"
    gone = await admin.post(f"{FACTOR}/remove", json={"password": PASSWORD, "code": app.fresh()})
    assert gone.status_code == 200
    take_tokens(admin, gone)
    assert [one["current"] for one in (await admin.get("/identity/sessions")).json()["items"]] == [True]
    assert (await admin.get(FACTOR)).json()["enabled"] is False
    assert (await sign_in(suite)).status_code == 201


async def test_a_code_is_accepted_once_even_by_two_at_once(suite: Suite, admin: httpx.AsyncClient) -> None:
    app, _ = await set_up_factor(suite, admin)
    assert problem(await sign_in(suite, app.code())) == (401, "wrong-code")  # it confirmed the factor
    code = app.fresh()
    answers = await asyncio.gather(*(sign_in(suite, code, ip=f"192.0.2.{n}") for n in range(4)))
    assert sorted(a.status_code for a in answers) == [201, 401, 401, 401]
    assert problem(await sign_in(suite, code)) == (401, "wrong-code")


async def test_the_clocks_may_be_a_step_apart(suite: Suite, admin: httpx.AsyncClient) -> None:
    app, _ = await set_up_factor(suite, admin)
    suite.clock.forward(300)
    for steps, status in ((-2, 401), (2, 401), (-1, 201), (1, 201)):
        assert (await sign_in(suite, app.code(steps), ip=f"192.0.2.{steps + 5}")).status_code == status, steps


@pytest.mark.parametrize("off", [-3_600, 3_600])
async def test_a_machine_whose_clock_is_off_takes_recovery_codes_and_later_codes_again(
    suite: Suite, admin: httpx.AsyncClient, off: int
) -> None:
    """As after a restore onto it."""
    app, codes = await set_up_factor(suite, admin)
    assert (await sign_in(suite, app.fresh())).status_code == 201
    suite.clock.forward(off)
    shown = app.code(-off // 30)  # the phone has the right time
    assert problem(await sign_in(suite, shown)) == (401, "wrong-code")
    assert (await sign_in(suite, codes[0])).status_code == 201
    suite.clock.forward(-off)
    assert (await sign_in(suite, app.fresh())).status_code == 201


async def test_a_recovery_code_signs_in_once_even_by_two_at_once(suite: Suite, admin: httpx.AsyncClient) -> None:
    _, codes = await set_up_factor(suite, admin)
    answers = await asyncio.gather(*(sign_in(suite, codes[0], ip=f"192.0.2.{n}") for n in range(4)))
    assert sorted(a.status_code for a in answers) == [201, 401, 401, 401]
    typed = codes[1].replace("-", " ").replace("0", "o").replace("1", "l").upper()
    signed_in = await sign_in(suite, typed)
    assert signed_in.status_code == 201
    take_tokens(admin, signed_in)
    assert (await admin.get(FACTOR)).json()["recovery_codes_left"] == 8
    sessions = (await admin.get("/identity/sessions")).json()["items"]
    assert sessions[0]["method"] == "password+recovery-code"


async def test_new_recovery_codes_take_the_place_of_the_old_ones(suite: Suite, admin: httpx.AsyncClient) -> None:
    app, old = await set_up_factor(suite, admin)
    body = {"password": PASSWORD, "code": app.fresh()}
    new = (await admin.post(f"{FACTOR}/recovery-codes", json=body)).json()["recovery_codes"]
    assert not {*old} & {*new}
    assert problem(await sign_in(suite, old[0])) == (401, "wrong-code")
    assert (await sign_in(suite, new[0])).status_code == 201


async def test_guesses_with_the_right_password_are_locked_out_like_wrong_passwords(
    suite: Suite, admin: httpx.AsyncClient
) -> None:
    """The right password alone takes back its own attempt, and no other."""
    app, _ = await set_up_factor(suite, admin)
    for n in range(4):
        assert problem(await sign_in(suite, app.wrong(n), ip=f"192.0.2.{n}")) == (401, "wrong-code")
        assert problem(await sign_in(suite, ip=f"198.51.100.{n}")) == (401, "second-factor-required")
    assert problem(await sign_in(suite, ip="198.51.100.9")) == (401, "second-factor-required")  # the fifth in a row
    assert problem(await sign_in(suite, app.wrong(), ip="192.0.2.5")) == (401, "wrong-code")
    locked = await sign_in(suite, app.fresh(), ip="192.0.2.6")
    assert problem(locked) == (429, "too-many-requests")
    suite.clock.forward(LOCKED_FOR)
    assert (await sign_in(suite, app.fresh(), ip="192.0.2.7")).status_code == 201
    failed = [
        await suite.kernel.codec.decode(one)
        for one in await suite.kernel.store.read_all(0, 9999, categories=["signin"])
    ]
    assert {one.event.factor for one in failed} == {"code"}


async def test_a_change_of_the_password_does_not_forgive_wrong_codes(suite: Suite, admin: httpx.AsyncClient) -> None:
    app, _ = await set_up_factor(suite, admin)
    for n in range(4):
        answer = await admin.post(f"{FACTOR}/remove", json={"password": PASSWORD, "code": app.wrong(n)})
        assert codes_of(answer) == [("code", "wrong-code")]
        suite.clock.forward(61)
    changed = await admin.post("/identity/password", json={"current": PASSWORD, "new": "nine kinds of lamps"})
    assert changed.status_code == 200
    take_tokens(admin, changed)
    again = {"password": "nine kinds of lamps", "code": app.wrong()}
    assert codes_of(await admin.post(f"{FACTOR}/remove", json=again)) == [("code", "wrong-code")]
    assert (await admin.post(f"{FACTOR}/remove", json=again)).status_code == 429


async def test_parallel_guesses_of_a_code_get_five_tries(suite: Suite, admin: httpx.AsyncClient) -> None:
    app, _ = await set_up_factor(suite, admin)
    answers = await asyncio.gather(*(sign_in(suite, app.wrong(n), ip=f"192.0.2.{n}") for n in range(20)))
    codes = [a.status_code for a in answers]
    assert (codes.count(401), codes.count(429)) == (5, 15)


async def test_adding_and_removing_ends_every_other_session(suite: Suite, admin: httpx.AsyncClient) -> None:
    other = await suite.sign_in()
    app, _ = await set_up_factor(suite, admin)
    await suite.read_log()
    assert (await other.get("/identity/me")).status_code == 401
    assert (await other.post("/identity/sessions/refresh")).status_code == 401
    assert (await admin.get("/identity/me")).status_code == 200
    second = (await sign_in(suite, app.fresh())).json()
    take_tokens(admin, await admin.post(f"{FACTOR}/remove", json={"password": PASSWORD, "code": app.fresh()}))
    await suite.read_log()
    assert await bearer(suite, second["access_token"]) == 401
    spent = await suite.client().post("/identity/sessions/refresh", json={"refresh_token": second["refresh_token"]})
    assert spent.status_code == 401
    assert (await admin.get("/identity/me")).status_code == 200


async def test_what_is_begun_is_good_for_fifteen_minutes_and_until_begun_again(
    suite: Suite, admin: httpx.AsyncClient
) -> None:
    first, second = [(await post(admin, FACTOR, password=PASSWORD))["secret"] for _ in range(2)]
    app = App(suite, first)
    assert codes_of(await admin.post(f"{FACTOR}/confirm", json={"code": app.code()})) == [("code", "wrong-code")]
    app = App(suite, second)
    suite.clock.forward(BEGUN_LIVES / 1e6)
    admin = await suite.sign_in()
    late = await admin.post(f"{FACTOR}/confirm", json={"code": app.code()})
    assert (late.status_code, late.json()["code"]) == (409, "second-factor-not-begun")
    await set_up_factor(suite, admin)
    on = await admin.post(FACTOR, json={"password": PASSWORD})
    assert (on.status_code, on.json()["code"]) == (409, "second-factor-on")


async def test_two_confirmations_at_once_leave_one_factor_and_two_removals_none(
    suite: Suite, admin: httpx.AsyncClient
) -> None:
    app = App(suite, (await post(admin, FACTOR, password=PASSWORD))["secret"])
    answers = await asyncio.gather(
        *(admin.post(f"{FACTOR}/confirm", json={"code": app.code(steps)}) for steps in (0, 1, 0))
    )
    [done] = [a for a in answers if a.status_code == 200]
    assert {a.status_code for a in answers} <= {200, 401, 409, 422}  # 401: the session ended before it was asked
    assert (await sign_in(suite, done.json()["recovery_codes"][0])).status_code == 201
    take_tokens(admin, done)
    suite.clock.forward(300)
    admin = suite.client((await sign_in(suite, app.code())).json()["access_token"])
    answers = await asyncio.gather(
        *(admin.post(f"{FACTOR}/remove", json={"password": PASSWORD, "code": app.code(n)}) for n in (-1, 1))
    )
    assert [a.status_code for a in answers if a.status_code not in (401, 409)] == [200]
    assert (await sign_in(suite)).status_code == 201
