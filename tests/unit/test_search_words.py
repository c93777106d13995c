"""Which words a text has, what a search text asks for, and how near a typo is.

Tables of cases are wider than code.
"""
# ruff: noqa: E501

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.letters import without_umlauts
from shared.views.near import LONGEST, SHORTEST, forgiven, nearby
from shared.views.text import MAX_WORD, tokens, words
from shared.views.wanted import MAX_FORGIVEN, Word, holds, wanted


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Anna@Acme.com", ["anna", "acme", "com"]),
        ("上海贸易", ["上", "海", "贸", "易", "上海", "海贸", "贸易"]),
        ("Müller Mueller", ["muller"]),
        ("Łukasiewicz, José", ["lukasiewicz", "jose"]),
        ("Hồng Søren Håkon Haakon", ["hong", "soren", "hakon"]),
        ("O'Brien D’Arcy l`eau", ["o", "brien", "d", "arcy", "l", "eau", "obrien", "darcy", "leau"]),
        ("ＦＵＬＬ Straße", ["full", "strasse"]),
        ("가나 ガス ไทย", ["가", "나", "가나", "ガ", "ス", "ガス", "ไ", "ท", "ย", "ไท", "ทย"]),
        ("x" * 100, ["x" * MAX_WORD]),
        ("a_b", ["a", "b"]),
        ("!?", []),
    ],
)
def test_words_of_scripts_with_and_without_spaces(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("title", "others", "numbers", "expected"),
    [
        ("Acme GmbH", "acme Berlin", (), ["tacme", "tgmbh", "eacme·gmbh", "oberlin"]),
        ("", "Berlin", (), ["oberlin"]),
        ("张伟", "", (), ["t张", "t伟", "t张伟", "e张伟", "izw", "yzhangwei", "ywei"]),
        ("", "", ("+49 221-5678;ext=99", "123"), ["r876512294"]),
        ("!", "", ("",), []),
    ],
)
def test_tokens_tell_where_a_word_stands(
    title: str, others: str, numbers: tuple[str, ...], expected: list[str]
) -> None:
    assert tokens(title, [others], numbers) == expected


@pytest.mark.parametrize(
    ("title", "others", "number", "text", "level"),
    [
        ("Acme", "", "", "ACME", 0), ("O'Brien", "", "", "obrien", 0), ("张伟", "", "", "张伟", 0),
        ("Acme Shanghai", "", "", "acme", 1), ("Northern Acme", "", "", "acme", 2), ("Acme Shanghai", "", "", "shanghai acme", 2),
        ("Acmena", "", "", "acme", 3), ("上海贸易有限公司", "", "", "上海", 2), ("New Acmena", "", "", "acme", 4),
        ("Anna", "Acme", "", "acme", 5), ("Anna", "Acmena", "", "acme", 6), ("Anna Lee", "Acme", "", "anna acme", 5),
        ("Jürgen Müller", "", "", "muller", 2), ("Jürgen Müller", "", "", "mueller", 2), ("Jan Muller", "", "", "müller", 2),
        ("Łukasiewicz", "", "", "lukasiewicz", 0), ("Hồng Anh", "", "", "hong", 1), ("D’Arcy", "", "", "darcy", 0), ("D’Arcy", "", "", "arcy", 2),
        ("D'Arcy", "", "", "d arcy", 2), ("张伟", "", "", "zhangwei", 4), ("张伟", "", "", "zhang wei", 4), ("张伟", "", "", "zhangw", 4),
        ("张伟", "", "", "zw", 4), ("曾国强", "", "", "zeng", 4), ("曾国强", "", "", "cgq", 4), ("吕薛", "", "", "lvxue", 4), ("吕薛", "", "", "luxue", 4),
        ("西安银行", "", "", "xi'an", 4), ("深圳华为", "", "", "huawei", 4), ("深圳华为", "", "", "hw", 4), ("", "张伟", "", "zhangwei", None),
        ("Ann", "", "+492211234567", "4567", 6), ("Ann", "", "+492211234567", "+49 (0)221 123-4567", 6), ("Ann", "", "+492211234567", "0221 / 123 45 67", 6),
        ("Ann", "", "+492211234567", "0049 221 1234567", 6), ("Ann", "", "+492211234567", "567", None), ("Ann", "", "+14135550100", "(413) 555-0100", 6),
        ("Ann", "", "+492211234567", "ann 4567", 6), ("Report 2026 11", "", "", "2026-11", 2), ("Ann", "", "+492211234567", "5678", None),
        ("Acme", "", "", "acne", None), ("Acme", "", "", "acme gmbh", None), ("贸易上海", "", "", "上贸", None),
    ],
)  # fmt: skip
def test_levels_of_relevance(title: str, others: str, number: str, text: str, level: int | None) -> None:
    found = tokens(title, [others], [number])
    assert wanted(text).level(found) == level
    assert holds(wanted(text).found(near=False), found) == (level is not None)


@given(st.text(max_size=90), st.text(max_size=20))
@example("x" * 70 + " y", "")
def test_a_text_is_found_by_itself_and_what_is_found_at_a_level_is_found(title: str, others: str) -> None:
    found = tokens(title, [others])
    for text in (title, title[: len(title) // 2].rpartition(" ")[0], others):
        asked = wanted(text)
        assert not asked.words or holds(asked.found(near=False), found)
        for level in asked.levels if asked.words else ():
            assert not holds(level, found) or holds(asked.found(near=False), found)


@given(st.text("aeouübqåhnäöø", max_size=12))
def test_the_beginning_of_a_word_without_accents_is_the_beginning_of_the_word(word: str) -> None:
    assert all(without_umlauts(word).startswith(without_umlauts(word[:n])) for n in range(len(word)))


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("lukasiewitz", "lukasiewicz", True), ("lukasiewcz", "lukasiewicz", True), ("lukassiewicz", "lukasiewicz", True),
        ("ulkasiewicz", "lukasiewicz", True), ("xukasiewicz", "lukasiewicz", True), ("lukasiewiczz", "lukasiewicz", True),
        ("lukasjewitz", "lukasiewicz", False), ("acne", "acme", False), ("иванав", "иванов", True), ("παπαδοπουλις", "παπαδοπουλος", True),
        ("ann lukasiewitz", "lukasiewicz", False), ("12345", "12346", False), ("schmidt", "schmitt", True),
    ],
)  # fmt: skip
def test_a_long_word_may_have_one_typo(text: str, word: str, expected: bool) -> None:
    assert not holds(wanted(text).found(near=False), tokens(word, ()))
    assert holds(wanted(text).found(near=True), tokens(word, ())) == expected


def test_typos_are_forgiven_in_few_words_of_letters() -> None:
    assert [forgiven(w) for w in ("a" * (SHORTEST - 1), "a" * SHORTEST, "a" * (LONGEST + 1), "abcd5", "абвгд", "abcdж")] == [
        False, True, False, False, True, False
    ]  # fmt: skip
    assert wanted("abcde " * 5).forgiving, "a word counts once"
    assert not wanted(" ".join("abcde" + letter for letter in "abcdefgh"[: MAX_FORGIVEN + 1])).forgiving
    assert "abcde" not in nearby("abcde")
    assert len(nearby("abcde")) == len(set(nearby("abcde"))) == 25 * 5 + (26 * 6 - 5) + 5 + 4


def test_a_text_without_words_asks_for_nothing() -> None:
    assert wanted("!?").words == wanted("  ").words == ()
    assert wanted("易 易").words == (Word("易", exact=True),)
