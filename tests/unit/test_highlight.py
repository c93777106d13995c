"""Where in a text the words of a search stand."""

from __future__ import annotations

import pytest

from shared.views.highlight import PASSAGE, excerpt, in_code_units, passages, ranges
from shared.views.wanted import wanted


@pytest.mark.parametrize(
    ("asked", "text", "marked"),
    [
        ("acm sha", "Acme Shanghai Ltd", ["Acm", "Sha"]),
        ("muller", "Jan Müller", ["Müller"]),
        ("mull", "Jan Müller", ["Müll"]),
        ("muller", "Mueller & Soehne", ["Mueller"]),
        ("brien", "Pat O’Brien", ["O’Brien"]),
        ("hong", "Hồng Anh", ["Hồng"]),
        ("hong", "Ho\u0302\u0300ng Anh", ["Ho\u0302\u0300ng"]),
        ("海贸", "上海贸易 ABC", ["海贸"]),
        ("shang", "上海贸易", ["上"]),
        ("maoyi", "上海贸易", ["贸易"]),
        ("shmy", "上海贸易", ["上海贸易"]),
        ("gold", "Gold-Club gold", ["Gold", "gold"]),
        ("anna acme", "anna@acme.com", ["anna", "acme"]),
        ("4567", "+492211234567", ["4567"]),
        ("x", "", []),
        ("none", "Acme", []),
        ("<b>", "<b>bold</b>", ["b", "b", "b"]),
    ],
)
def test_words_are_marked_where_they_stand(asked: str, text: str, marked: list[str]) -> None:
    found = ranges(text, wanted(asked), title=True, number=True)
    assert [text[low:high] for low, high in found] == marked


def test_a_typo_is_marked_where_it_is_forgiven() -> None:
    assert ranges("Jan Łukasiewicz", wanted("lukasievicz"), title=True, near=True) == [(4, 15)]
    assert ranges("Jan Łukasiewicz", wanted("lukasievicz"), title=True) == []


def test_readings_are_of_titles_alone() -> None:
    assert ranges("上海", wanted("shanghai")) == []


def test_a_long_text_is_cut_around_its_first_match() -> None:
    text = "x " * 300 + "needle" + " y" * 300
    shown, found = excerpt(text, ranges(text, wanted("needle")))
    assert len(shown) <= 202
    assert [shown[low:high] for low, high in found] == ["needle"]
    assert shown[0] == shown[-1] == "…"
    short = "a needle"
    assert excerpt(short, [(2, 8)]) == (short, [(2, 8)])


def test_ranges_are_counted_as_javascript_counts() -> None:
    text = "😀 needle"
    assert in_code_units(text, ranges(text, wanted("needle"))) == [[3, 9]]


@pytest.mark.parametrize("word", ["needle", "Müller", "O'Brien", "你好"])
@pytest.mark.parametrize("place", [0, PASSAGE - 3, PASSAGE, 3 * PASSAGE + 17, 40 * PASSAGE - 20])
def test_a_word_of_a_long_text_stands_in_one_of_its_passages(word: str, place: int) -> None:
    filler = "x " * (20 * PASSAGE)
    text = f"{filler[:place]} {word} {filler[place:]}"
    found = [part for part in passages(text, wanted(word)) if ranges(part, wanted(word))]
    assert found
    assert all(word in part and len(part) < 2 * PASSAGE for part in found)
    assert [*passages(word, wanted("other"))] == [word]
