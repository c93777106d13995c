"""The second factor: its codes, and what is decided about it."""

from __future__ import annotations

import base64

import pytest

from services.identity.credentials import credential_of
from services.identity.membership import Standing
from services.identity.one_time_codes import (
    STEP,
    is_recovery_code,
    new_recovery_codes,
    new_shared_secret,
    normal,
    plain_recovery_code,
    provisioning_uri,
    step_of,
    use_id,
)
from services.identity.organisation import ORGANISATION
from services.identity.second_factor import BEGUN_LIVES, Factor, asks, factor_of
from services.identity.user import USER
from shared.errors import Forbidden, Invalid, Rejected
from shared.events import identity as users
from shared.events import identity_factor as events
from shared.security.permissions import Access, Level, Role
from tests.unit.given import ID, ME, NOW, Given, given

PASSWORD = users.UserPasswordChanged(ID, "argon2…")
JOINED = (users.UserInvited(ID, {"name": "Bo", "email": "b@x.example"}, [], [], None), users.UserActivated(), PASSWORD)
BEGUN, CONFIRMED = events.SecondFactorBegun(ID, "SECRET"), events.SecondFactorConfirmed(ID, ["one", "two"])
RFC = base64.b32encode(b"12345678901234567890").decode()
WAITS = Factor(begun="SECRET", begun_version=4, begun_at=NOW - 1)
ON = Factor("SECRET", 4, NOW - 1, ("one", "two"))


def user(*more: object) -> Given:
    return given(USER, *JOINED, *more)


# --- codes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("second", "code"),
    [(1111111111, "050471"), (1111111109, "081804"), (20000000000, "353130")],
)
def test_codes_are_those_of_rfc_6238_a_step_before_and_after_too(second: int, code: str) -> None:
    now = second * 1_000_000
    at = now // STEP
    assert [step_of(RFC, code, now + n * STEP) for n in (-2, -1, 0, 1, 2)] == [None, at, at, at, None]


@pytest.mark.parametrize("code", ["", "28708", "2870822", "abcdef", "28708２", "-28708", "２８７０８２"])
def test_what_is_no_six_plain_digits_is_no_code(code: str) -> None:
    assert step_of(RFC, code, 59_000_000) is None


def test_a_code_is_read_however_it_is_typed() -> None:
    for typed in ("287 082", " 287-082\n", "２８７０８２", "287\u2011082"):
        assert step_of(RFC, normal(typed), 59_000_000) == 1, typed
    assert plain_recovery_code(normal("OIL7M-p\u20132")) == "0117mp2"


def test_recovery_codes_have_more_than_112_random_bits() -> None:
    codes = new_recovery_codes()
    assert len({*codes}) == 10
    for code in codes:
        plain = normal(code)
        assert is_recovery_code(plain)
        assert len(plain) * 5 >= 112  # 32 different signs
        assert {*plain} <= {*"0123456789abcdefghjkmnpqrstvwxyz"}
        assert plain_recovery_code(plain) == plain
    assert len({sign for code in (new_recovery_codes() for _ in range(20)) for one in code for sign in one}) == 33


def test_a_shared_secret_has_160_random_bits_and_apps_read_it() -> None:
    secret = new_shared_secret()
    assert len(base64.b32decode(secret)) == 20
    assert secret != new_shared_secret()
    uri = provisioning_uri(secret, "北京: Acme", "a@b.example")
    assert uri == (
        f"otpauth://totp/%E5%8C%97%E4%BA%AC%3A%20Acme:a%40b.example?secret={secret}&issuer=%E5%8C%97%E4%BA%AC%3A%20Acme"
    )


def test_a_use_is_named_by_user_secret_and_step() -> None:
    id = "01936f00-0000-7000-8000-000000000001"
    assert use_id(id, 4, 7) == use_id(id, 4, 7)
    assert len({use_id(id, 4, 7), use_id(id, 4, 8), use_id(id, 5, 7), use_id(id[:-1] + "2", 4, 7)}) == 4


# --- decisions --------------------------------------------------------------------------------------------------------


def test_what_proves_a_user_is_folded_from_their_events() -> None:
    assert factor_of(user(BEGUN).history).begun == "SECRET"
    on = factor_of(user(BEGUN, CONFIRMED).history)
    assert (on.secret, on.version, on.codes, on.begun) == ("SECRET", 4, ("one", "two"), "")
    assert factor_of(user(BEGUN, CONFIRMED, events.RecoveryCodeSpent(ID, "one")).history).codes == ("two",)
    assert factor_of(user(BEGUN, CONFIRMED, events.RecoveryCodesReplaced(ID, ["new"])).history).codes == ("new",)
    assert factor_of(user(BEGUN, CONFIRMED, events.SecondFactorRemoved("own")).history) == Factor()


def test_adding_and_removing_ends_sessions_and_beginning_and_spending_do_not() -> None:
    before, epoch = credential_of(user().history), user().state.epoch
    on = user(BEGUN, CONFIRMED)
    off = user(BEGUN, CONFIRMED, events.SecondFactorRemoved("own"))
    assert credential_of(user(BEGUN).history).version == before.version == 3
    assert (credential_of(on.history).version, credential_of(on.history).cause) == (5, "second-factor")
    assert (credential_of(off.history).version, credential_of(off.history).secret) == (6, before.secret)
    spent = user(BEGUN, CONFIRMED, events.RecoveryCodeSpent(ID, "one"))
    assert credential_of(spent.history).version == 5
    assert [user(BEGUN).state.epoch, on.state.epoch, spent.state.epoch, off.state.epoch] == [
        epoch,
        epoch + 1,
        epoch + 1,
        epoch + 2,
    ]
    assert [user(BEGUN).state.second_factor, on.state.second_factor, off.state.second_factor] == [False, True, False]


def test_one_is_begun_again_and_again_until_it_is_on() -> None:
    user().when("BeginSecondFactor", {"secret": "S"}, facts=Factor()).then(events.SecondFactorBegun(ID, "S"))
    user(BEGUN).when("BeginSecondFactor", {"secret": "S"}, facts=WAITS).then(events.SecondFactorBegun(ID, "S"))
    user(BEGUN, CONFIRMED).when("BeginSecondFactor", {"secret": "S"}, facts=ON).then_rejected(
        Rejected, None, "second-factor-on"
    )


def test_only_the_secret_that_its_code_was_of_is_confirmed_in_time_and_once() -> None:
    body = {"begun": 4, "codes": ["h"]}
    user(BEGUN).when("ConfirmSecondFactor", body, facts=WAITS).then(events.SecondFactorConfirmed(ID, ["h"]))
    for facts in (Factor(), Factor(begun="OTHER", begun_version=5, begun_at=NOW)):  # begun again meanwhile
        user(BEGUN).when("ConfirmSecondFactor", body, facts=facts).then_rejected(
            Rejected, None, "second-factor-not-begun"
        )
    late = user(BEGUN).when("ConfirmSecondFactor", body, facts=WAITS, now=NOW - 1 + BEGUN_LIVES)
    late.then_rejected(Rejected, None, "second-factor-not-begun")
    user(BEGUN).when("ConfirmSecondFactor", body, facts=ON).then_rejected(Rejected, None, "second-factor-on")


def test_recovery_codes_are_spent_once_and_replaced() -> None:
    user().when("SpendRecoveryCode", {"code": "one"}, facts=ON).then(events.RecoveryCodeSpent(ID, "one"))
    user().when("SpendRecoveryCode", {"code": "none"}, facts=ON).then_rejected(Rejected, None, "wrong-code")
    user().when("ReplaceRecoveryCodes", {"codes": ["n"]}, facts=ON).then(events.RecoveryCodesReplaced(ID, ["n"]))
    user().when("ReplaceRecoveryCodes", {"codes": ["n"]}, facts=Factor()).then_rejected(
        Rejected, None, "second-factor-off"
    )


def test_a_factor_is_removed_once() -> None:
    user().when("RemoveSecondFactor", {}, facts=ON).then(events.SecondFactorRemoved("own"))
    user().when("RemoveSecondFactor", {}, facts=Factor()).then_rejected(Rejected, None, "second-factor-off")


def test_a_reset_is_for_others_and_for_those_who_govern_them() -> None:
    on = user(BEGUN, CONFIRMED)
    on.when("ResetSecondFactor", {}, facts=Standing(())).then(events.SecondFactorRemoved("administrator"))
    user().when("ResetSecondFactor", {}, facts=Standing(())).then_nothing()
    more = Role("m", "甲", "More", {"*": {"*": Level.ALL}})
    clerk = Access("t", ME, (Role("c", "乙", "Clerk", {"user": {"manage": Level.ALL}}),))
    on.when("ResetSecondFactor", {}, facts=Standing((more,)), access=clerk).then_rejected(Forbidden)
    on.when("ResetSecondFactor", {}, facts=Standing(()), access=Access("t", ID, (more,))).then_rejected(
        Rejected, None, "own-factor"
    )
    by_key = Access("t", ME, (more,), key="k")
    on.when("ResetSecondFactor", {}, facts=Standing(()), access=by_key).then_rejected(Forbidden, None, "not-by-key")


# --- the organisation's policy ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "manages", "asked"),
    [
        ("optional", True, False),
        ("", True, False),
        ("administrators", True, True),
        ("administrators", False, False),
        ("everybody", False, True),
    ],
)
def test_a_policy_asks_those_who_may_manage_users_or_everybody(policy: str, manages: bool, asked: bool) -> None:
    grants = {"user": {"read": Level.ALL} | ({"manage": Level.TEAM} if manages else {})}
    assert asks(policy, Access("t", ME, (Role("r", "甲", "R", grants),))) is asked


def test_who_asks_others_has_a_factor_and_who_stops_asking_needs_none() -> None:
    acme = given(ORGANISATION, users.OrganisationCreated("Acme", "en", "UTC", ""))
    acme.when("ChangeOrganisation", {"second_factor": "everybody"}, facts=False).then_rejected(
        Invalid, "second_factor", "second-factor-needed-first"
    )
    asked = acme.when("ChangeOrganisation", {"second_factor": "everybody"}, facts=True)
    change = users.OrganisationChanged({"second_factor": {"from": "optional", "to": "everybody"}})
    assert asked.then(change).state.second_factor == "everybody"
    acme_asks = given(ORGANISATION, users.OrganisationCreated("Acme", "en", "UTC", ""), change)
    acme_asks.when("ChangeOrganisation", {"second_factor": "optional"}, facts=False).then(
        users.OrganisationChanged({"second_factor": {"from": "everybody", "to": "optional"}})
    )
    acme.when("ChangeOrganisation", {"name": "Acme 2"}, facts=False).then(
        users.OrganisationChanged({"name": {"from": "Acme", "to": "Acme 2"}})
    )
