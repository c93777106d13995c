"""Sessions: each refresh token is spent once; a spent one that comes again ends them."""

from __future__ import annotations

import pytest

from services.identity.credentials import Credential
from services.identity.session import GRACE, IDLE, LONGEST, SESSION, Facts, Family, family_of
from services.identity.user import User
from shared.events import identity as events
from tests.unit.given import NOW, Given, Outcome, given, record

SECOND = 1_000_000
USER = User(id="u1", version=3, status="active")
BEGAN = events.SignedIn("u1", {"ip": "192.0.2.1", "agent": "Firefox"}, "password", "h0", 3, NOW + LONGEST)


def session(*refreshed: str, end: object | None = None) -> Given:
    return given(SESSION, BEGAN, *(events.SessionRefreshed(h) for h in refreshed), *([end] if end else []))


def present(past: Given, presented: str, *, user: User = USER, credential: int = 3, now: int = NOW) -> Outcome:
    facts = Facts(family_of(past.history), user, Credential("x", credential))
    return past.when("RefreshSession", {"presented": presented, "successor": "next"}, facts=facts, now=now)


def test_signing_in_begins_a_session_of_its_user() -> None:
    device = {"ip": "192.0.2.1", "agent": "Firefox"}
    body = {"user": "u1", "token_hash": "h0", "credential": 3, "device": device}
    state = given(SESSION).when("SignIn", body).then(BEGAN).state
    assert (state.owner, state.device, state.ip, state.status) == ("u1", "Firefox", "192.0.2.1", "live")
    assert "h0" not in str(SESSION.document(state))


def test_the_newest_token_is_spent_for_its_successor() -> None:
    family = family_of(present(session(), "h0").then(events.SessionRefreshed("next")).history)
    assert (family.current, family.previous) == ("next", "h0")


def test_the_immediate_predecessor_has_ten_seconds_of_grace_and_changes_nothing() -> None:
    past = session("h1")
    refreshed_at = NOW - SECOND
    present(past, "h0", now=refreshed_at + GRACE).then_nothing()
    present(past, "h0", now=refreshed_at + GRACE + 1).then(events.SessionRevoked("reuse"))


def test_an_older_token_ends_the_session_however_soon_it_comes() -> None:
    present(session("h1", "h2"), "h0").then(events.SessionRevoked("reuse"))


def test_a_token_that_never_was_is_ignored() -> None:
    present(session("h1"), "guess").then_nothing()
    present(session("h1"), "").then_nothing()


@pytest.mark.parametrize("end", [events.SignedOut(), events.SessionRevoked("reuse")])
def test_an_ended_session_is_not_refreshed(end: object) -> None:
    present(session("h1", end=end), "h1").then_nothing()


def test_a_changed_password_ends_it() -> None:
    present(session(), "h0", credential=7).then(events.SessionRevoked("password"))


@pytest.mark.parametrize("user", [User(status="suspended"), User(status="active", archived=True)])
def test_a_user_who_may_not_sign_in_does_not_stay_signed_in(user: User) -> None:
    present(session(), "h0", user=user).then(events.SessionRevoked("status"))


def test_an_idle_session_ends_and_so_does_every_one_in_the_end() -> None:
    family = Family("u1", "h0", refreshed_at=NOW, expires_at=NOW + LONGEST)
    assert family.live(NOW + IDLE - 1)
    assert not family.live(NOW + IDLE)
    family.refreshed_at = NOW + LONGEST
    assert not family.live(NOW + LONGEST)
    present(session(), "h0", now=NOW + IDLE).then_nothing()


def test_a_family_remembers_every_token_it_spent() -> None:
    history = record("session-1", (BEGAN, *(events.SessionRefreshed(h) for h in ("h1", "h2", "h3"))))
    family = family_of(history)
    assert (family.current, family.previous, family.spent) == ("h3", "h2", {"h0", "h1"})


def test_ending_twice_is_ending_once() -> None:
    ended = session().when("SignOut").then(events.SignedOut())
    assert (ended.state.status, ended.state.cause) == ("ended", "signed-out")
    ended.when("SignOut").then_nothing()
    ended.when("RevokeSession").then_nothing()
    session().when("RevokeSession").then(events.SessionRevoked("ended"))
