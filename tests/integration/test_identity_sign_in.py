"""Signing in over HTTP on real storage: cookies, throttles, and silence about what was wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.identity.throttle import LOCKED_FOR
from shared.kernel.uniqueness import EVERYWHERE
from shared.security.passwords import Passwords
from tests.support.identity_suite import ADMIN, PASSWORD, Suite, bearer, open_suite


@pytest.fixture
async def suite(tmp_path: Path) -> AsyncIterator[Suite]:
    async with open_suite(tmp_path) as opened:
        await opened.set_up()
        yield opened


async def test_signing_in_answers_a_pair_and_sets_a_cookie_scripts_cannot_read(suite: Suite) -> None:
    answer = await suite.client().post("/identity/sessions", json={"email": ADMIN.upper(), "password": PASSWORD})
    body = answer.json()
    assert (answer.status_code, body["token_type"], body["expires_in"]) == (201, "Bearer", 600)
    assert await bearer(suite, body["access_token"]) == 200
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"crm_session={body['refresh_token']};")
    assert {"httponly", "samesite=strict", "path=/identity"} <= {part.strip().lower() for part in cookie.split(";")}
    assert "secure" not in cookie.lower()


async def test_over_tls_the_cookie_is_bound_to_the_host(suite: Suite) -> None:
    client = suite.client(base="https://crm.test")
    answer = await client.post("/identity/sessions", json={"email": ADMIN, "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Secure-crm_session=")
    assert "secure" in cookie.lower()
    assert "domain" not in cookie.lower()
    assert (await client.post("/identity/sessions/refresh")).status_code == 200


async def test_a_wrong_password_and_an_unknown_name_cannot_be_told_apart(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    work: list[bool] = []
    verify = Passwords._verify

    def counted(self: Passwords, known: str | None, password: str) -> tuple[bool, str | None]:
        work.append(known is None)
        return verify(self, known, password)

    monkeypatch.setattr(Passwords, "_verify", counted)
    head = await suite.kernel.store.head()
    wrong = await suite.client().post("/identity/sessions", json={"email": ADMIN, "password": "wrong password!"})
    unknown = await suite.client().post("/identity/sessions", json={"email": "x@y.example", "password": PASSWORD})
    assert (wrong.status_code, wrong.content) == (401, unknown.content)
    assert wrong.headers == unknown.headers
    assert work == [False, True]  # both cost one argon2
    assert await suite.kernel.store.head() == head + 2  # and one record each


async def test_users_who_may_not_sign_in_are_answered_as_if_they_were_unknown(suite: Suite) -> None:
    admin = await suite.sign_in()
    id = await suite.join(admin, "bob@acme.example", "read_only")
    invited = {"name": "Eve", "email": "eve@acme.example"}
    assert (await admin.post("/identity/users", json=invited)).status_code == 201
    assert (await admin.post(f"/identity/users/{id}/suspend", json={})).status_code == 200
    for email in ("bob@acme.example", "eve@acme.example"):
        answer = await suite.client().post("/identity/sessions", json={"email": email, "password": PASSWORD})
        assert answer.status_code == 401


async def test_a_failed_sign_in_is_recorded_without_secrets(suite: Suite) -> None:
    tried = {"email": "Somebody.Else@elsewhere.example", "password": "correct horse mistyped"}
    await suite.client(ip="203.0.113.9").post("/identity/sessions", json=tried)
    await suite.client().post("/identity/sessions", json={"email": ADMIN, "password": "another wrong one"})
    recorded = await suite.kernel.store.read_all(0, 1000, categories=["signin"])
    failed = [await suite.kernel.codec.decode(one) for one in recorded]
    assert [f.type for f in failed] == ["identity.SignInFailed"] * 2
    assert failed[0].tenant == EVERYWHERE
    assert failed[0].event.device["ip"] == "203.0.113.9"
    assert failed[1].event.subject_id == failed[1].metadata.actor != ""
    await suite.kernel.projector.catch_up()  # such a stream is no record, and does not stop the projector
    assert suite.kernel.projector.position == await suite.kernel.store.head()
    stored = suite.stored_bytes()
    for secret in (b"correct horse mistyped", b"omebody.", b"another wrong one", PASSWORD.encode()):
        assert secret not in stored


async def test_five_failures_lock_the_name_for_everyone_until_the_time_is_over(suite: Suite) -> None:
    for email in (ADMIN, "nobody@acme.example"):
        wrong = {"email": email, "password": "wrong password!"}
        for n in range(5):
            assert (await suite.client(ip=f"192.0.2.{n}").post("/identity/sessions", json=wrong)).status_code == 401
        locked = await suite.client(ip="198.51.100.1").post("/identity/sessions", json=wrong | {"password": PASSWORD})
        assert locked.status_code == 429
        assert 0 < int(locked.headers["retry-after"]) <= LOCKED_FOR
    suite.clock.forward(LOCKED_FOR)
    assert (await suite.sign_in()) is not None


async def test_no_header_makes_another_address_of_the_same_caller(suite: Suite) -> None:
    codes = []
    for n in range(6):
        headers = {"X-Forwarded-For": f"192.0.2.{n}", "Forwarded": f"for=192.0.2.{n}"}
        body = {"email": f"user{n % 2}@acme.example", "password": "wrong password!"}
        codes.append((await suite.client(**headers).post("/identity/sessions", json=body)).status_code)
    recorded = await suite.kernel.store.read_all(0, 1000, categories=["signin"])
    assert {(await suite.kernel.codec.decode(r)).event.device["ip"] for r in recorded} == {"192.0.2.1"}
    assert codes == [401] * 6


async def test_parallel_guesses_get_no_more_tries_than_guesses_in_a_row(suite: Suite) -> None:
    body = {"email": ADMIN, "password": "wrong password!"}
    answers = await asyncio.gather(
        *(suite.client(ip=f"192.0.2.{n}").post("/identity/sessions", json=body) for n in range(40))
    )
    codes = [a.status_code for a in answers]
    assert (codes.count(401), codes.count(429)) == (5, 35)


@pytest.mark.parametrize(
    "body",
    [{}, {"email": ADMIN}, {"email": 1, "password": PASSWORD}, {"email": ADMIN, "password": PASSWORD, "tenant": "x"}],
)
async def test_a_malformed_sign_in_names_its_fields(suite: Suite, body: dict[str, Any]) -> None:
    answer = await suite.client().post("/identity/sessions", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"]
