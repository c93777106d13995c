from __future__ import annotations

import asyncio

import pytest
from argon2 import PasswordHasher

from shared.errors import Invalid, Unavailable
from shared.security.commonpasswords import breached
from shared.security.passwords import MIN_LENGTH, Passwords, check_password

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def code_of(password: str, **known: str) -> str:
    with pytest.raises(Invalid) as caught:
        check_password(password, **known)
    assert caught.value.errors[0].field == "password"
    return caught.value.errors[0].code


@pytest.mark.parametrize(
    "password", ["correct horse battery", "龙行龘龘前程朤朤生活䲜䲜", "Tr0ub4dor&3-lamp", "k7#Lq!zz9pWm"]
)
def test_good_passwords_are_taken_without_composition_rules(password: str) -> None:
    check_password(password, organisation="Acme", email="li.lei@acme.example")


@pytest.mark.parametrize("password", ["", "short", "elevenchars", "é" * 5 + "e\u0301" * 6])
def test_short_passwords_are_refused_counting_composed_letters(password: str) -> None:
    assert code_of(password) == "too-short"


@pytest.mark.parametrize("unseen", ["\u200b", "\u2060", "\u3164", "\u00ad", "\ufe0f", "\u034f"])
def test_what_nobody_sees_does_not_make_a_password_longer(unseen: str) -> None:
    assert code_of(unseen * 14) == "too-short"
    assert code_of("elevenchars" + unseen) == "too-short"


@pytest.mark.parametrize(
    "password",
    ["123456789012", "QwertyUiop12", "Password2024!", "P@ssw0rd1234", "aaaaaaaaaaaa", "abababababab", "abcdefghijklmn",
     "!!!Welcome!!!2025", "correcthorsebatterystaple"],
)  # fmt: skip
def test_the_first_guesses_are_refused(password: str) -> None:
    assert code_of(password) == "too-common"


@pytest.mark.parametrize(
    "password",
    [
        "morganstanley",
        "MorganStanley",
        "sonyericsson",
        "1q2w3e4r5t6y",
        "Mustang-1967!!",
        "T1nk3rb3ll#2024",
        "12!Liverpool!12",
    ],
)
def test_what_breaches_showed_most_often_is_refused(password: str) -> None:
    assert code_of(password) == "too-common"


def test_all_of_the_breached_passwords_that_are_long_enough_are_refused() -> None:
    long_enough = [p for p in breached() if len(p) >= MIN_LENGTH]
    assert len(breached()) >= 30_000
    assert len(long_enough) > 200
    for password in long_enough:
        assert code_of(password.upper()) == "too-common"


def test_the_organisation_and_the_mail_name_with_little_around_them_are_refused() -> None:
    assert code_of("Hooli2024!!!", organisation="Hooli") == "too-guessable"
    assert code_of("xx-hanmeimei-1", email="HanMeimei@hooli.example") == "too-guessable"
    check_password("hooli sells seven kinds of boxes", organisation="Hooli")


def test_a_very_long_password_is_refused_not_hashed() -> None:
    assert code_of("x1" * 200) == "too-long"


async def test_the_right_password_verifies_in_either_normal_form() -> None:
    passwords = Passwords(QUICK)
    stored = await passwords.hash("caf\u00e9 au lait, double")
    assert stored.startswith("$argon2id$")
    assert await passwords.verify(stored, "cafe\u0301 au lait, double") == (True, None)
    assert await passwords.verify(stored, "cafe au lait, double") == (False, None)


async def test_an_unknown_user_costs_a_verification_and_is_refused() -> None:
    calls: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:
            calls.append(str(hash))
            return super().verify(hash, password)

    passwords = Passwords(Counting(time_cost=1, memory_cost=8, parallelism=1))
    assert await passwords.verify(None, "whatever it is") == (False, None)
    assert len(calls) == 1
    assert calls[0].startswith("$argon2id$")


async def test_a_hash_of_older_parameters_is_made_anew_on_sign_in() -> None:
    stored = await Passwords(QUICK).hash("correct horse battery")
    newer = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    right, fresh = await newer.verify(stored, "correct horse battery")
    assert right
    assert fresh is not None
    assert await newer.verify(fresh, "correct horse battery") == (True, None)
    assert await newer.verify(stored, "wrong horse battery") == (False, None)


async def test_the_standing_parameters_are_those_of_the_policy() -> None:
    assert "m=47104,t=1,p=1" in await Passwords().hash("correct horse battery")


async def test_broken_hashes_and_lone_surrogates_are_only_wrong() -> None:
    passwords = Passwords(QUICK)
    assert await passwords.verify("not a hash", "correct horse battery") == (False, None)
    assert await passwords.verify(await passwords.hash("correct horse battery"), "\ud800" * 12) == (False, None)


async def test_a_flood_of_sign_ins_is_refused_beyond_a_bound() -> None:
    passwords = Passwords(QUICK)
    stored = await passwords.hash("correct horse battery")
    answers = await asyncio.gather(*(passwords.verify(stored, "x") for _ in range(200)), return_exceptions=True)
    assert sum(isinstance(a, Unavailable) for a in answers) == 200 - 64
    assert await passwords.verify(stored, "correct horse battery") == (True, None)
