"""The order of texts: in every row of the tables, each stands before the next."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import pinyin
from shared.texts import fold
from shared.views.collation import key, stem

ORDERS = {
    "signs, digits, letters": "#1 10 1a 2 a z",
    "French": "cote coté côte côté cotes eta etat état etata Étoile fee",
    "German": "Arge Ärger Argus arzt azur Fuß fussel Oslo",
    "Nordic": "aero Æsir az Oslo osten Øster oz",
    "Polish": "Lodz Łódź luge zebra Żuk zzz",
    "Vietnamese": "dan Đặng dat hong Hồng hot",
    "Spanish": "nandu ñandu nz",
    "Turkish": "Irmak izmir İznik izza",
    "Greek": "zulu Άννα Βάσω Ιωάννης Ωμέγα",
    "Cyrillic": "zulu Елка Ёлка Если Жук Іван Ирина Йод Ян",
    "Hindi, Thai": "हिन्दी ಠ ภาษา",
    "kana": "かき がき カキ ティー ていき",
    "Hangul": "가나 한국 홍",
    "Chinese": "zulu 한국 安娜 北京 曾国藩 李 上海 上海贸易 王 张 张伟 重庆 \u3408",
}


@pytest.mark.parametrize("name", ORDERS)
def test_orders(name: str) -> None:
    words = ORDERS[name].split()
    assert sorted(sorted(words), key=lambda word: key(fold(word))) == words


letters = st.sampled_from("aeéèäøßæ ŁжйІ\x00\x01\x02かがカ한上重庆\u3408\U000f0001\U0010fffd")
texts = st.text(letters, max_size=6).map(fold)


@given(texts, texts)
def test_equal_keys_are_equal_texts(one: str, other: str) -> None:
    assert (key(one) == key(other)) == (one == other)


@given(texts, st.integers(0, 6))
def test_what_begins_with_a_text_begins_with_its_base_letters(text: str, length: int) -> None:
    assert key(text).startswith(stem(text[:length]))


def test_ascii_is_its_own_key() -> None:
    assert key("acme & co.") == "acme & co."


@pytest.mark.parametrize(
    ("char", "expected"),
    [
        ("张", ("zhang",)), ("曾", ("ceng", "zeng")), ("单", ("dan", "chan", "shan")), ("庆", ("qing",)),
        ("重", ("zhong", "chong", "tong")), ("吕", ("lv", "lu")), ("万", ("wan", "mo")), ("a", ()), ("한", ()),
        ("か", ()),
    ],
)  # fmt: skip
def test_readings(char: str, expected: tuple[str, ...]) -> None:
    assert pinyin.readings(char) == expected


def test_all_places_in_the_order_of_pinyin_are_private_characters() -> None:
    places = pinyin.places().values()
    assert len(set(places)) == len(places) > 20_000
    assert all(0xF0000 <= ord(place) <= 0xFFFFD for place in places)
