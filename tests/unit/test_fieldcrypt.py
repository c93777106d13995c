from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.security.fieldcrypt import aad, decrypt, encrypt

DEK = bytes(range(32))
PLACE = aad("t1", "contact-1", "e1", "email")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)


@given(JSON)
def test_any_json_value_comes_back(value: object) -> None:
    assert decrypt(encrypt(value, DEK, PLACE), DEK, PLACE) == value


def test_the_text_has_three_parts_and_never_repeats() -> None:
    texts = {encrypt("李雷", DEK, PLACE) for _ in range(100)}
    assert len(texts) == 100
    assert all(t.startswith("v1.") and t.count(".") == 2 and "李雷" not in t for t in texts)


@pytest.mark.parametrize(
    "other",
    [
        aad("t2", "contact-1", "e1", "email"),
        aad("t1", "contact-2", "e1", "email"),
        aad("t1", "contact-1", "e2", "email"),
        aad("t1", "contact-1", "e1", "name"),
    ],
)
def test_a_value_moved_to_another_place_does_not_open(other: bytes) -> None:
    with pytest.raises(ValueError, match="does not open"):
        decrypt(encrypt("a@b.example", DEK, PLACE), DEK, other)


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(ValueError, match="does not open"):
        decrypt(encrypt("x", DEK, PLACE), bytes(32), PLACE)


def test_any_changed_character_is_noticed() -> None:
    text = encrypt({"phone": "+86 10 1234"}, DEK, PLACE)
    rng = random.Random(7)
    for _ in range(2_000):
        at = rng.randrange(len(text))
        letter = rng.choice("ABCxyz019-_.=+/ é")
        if letter == text[at]:
            continue
        with pytest.raises(ValueError):
            decrypt(text[:at] + letter + text[at + 1 :], DEK, PLACE)


@pytest.mark.parametrize("text", ["", "v1", "v1..", "v2.a.b", "v1.AAAA.AAAA", "v1.a.b.c", "plain text", "v1.é.é"])
def test_what_is_no_ciphertext_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        decrypt(text, DEK, PLACE)
