"""Numbers as people write them.

Tables of cases are wider than code.
"""
# ruff: noqa: E501

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.numbers import BadNumber, mark_of, number_of


@pytest.mark.parametrize(
    ("number", "texts"),
    [
        ("1250.50", ["1250.50", "1.250,50", "1,250.50", "1 250,50", "1 250.50", "1'250.50", "1’250,50", "1250,50"]),
        ("1250.50", ["1\u00a0250,50", "1\u202f250,50", "１，２５０．５０", "１２５０．５０", "+1250.50", "12505e-1"]),
        ("1250.50", ["€ 1.250,50", "1.250,50 €", "1.250,50€", "EUR 1,250.50", "1,250.50 eur", "US$1,250.50", "HK$ 1,250.50"]),
        ("1250.50", ["¥1,250.50", "￥１，２５０．５０", "1,250.50元", "RMB 1250.50", "1 250,50 Kč", "R$ 1.250,50", "₹ 1,250.50"]),
        ("1234567.89", ["1,234,567.89", "1.234.567,89", "1 234 567,89", "1'234'567.89", "12,34,567.89"]),
        ("1250000", ["1,250,000", "1.250.000", "1 250 000", "1.25e6", "1,25e6"]),
        ("-1250.50", ["-1,250.50", "(1,250.50)", "1.250,50-", "-€1,250.50", "€-1,250.50", "(€1,250.50)", "€ (1,250.50)"]),
        ("-5", ["-5", "−5", "- 5", "(5)", "5-"]),
        ("5", ["5", "€ 5", "5 €", "5.-", "CHF 5.--", "5,-", "5.", "5,", "005"]),
        ("0.125", ["0,125", "0.125", ".125", ",125"]),
        ("12.5", ["12,5", "12.5"]),
    ],
)  # fmt: skip
def test_spellings_of_a_number(number: str, texts: list[str]) -> None:
    assert [number_of(text, ".") if text == "0.125" else number_of(text) for text in texts] == [Decimal(number)] * len(
        texts
    )


@pytest.mark.parametrize(
    "text",
    ["", "-", "€", "abc", "1,25,0", "1.2.3", "1'25", "1 2 3", "--5", "(-5)", "(5", "5)", "5 %", "²", "٣", "5 EUR EUR", "1_000",
     "12:30", "0x10", "NaN", "1" * 101, "1,250.50,5", "5kg"],
)  # fmt: skip
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(BadNumber) as caught:
        number_of(text)
    assert caught.value.unclear is None


@pytest.mark.parametrize(
    ("text", "with_point", "with_comma"),
    [("1,250", "1250", "1.25"), ("1.250", "1.25", "1250"), ("€ 12.000", "12", "12000"), ("(1,000)", "-1000", "-1")],
)
def test_a_number_that_may_be_two_is_never_guessed(text: str, with_point: str, with_comma: str) -> None:
    with pytest.raises(BadNumber) as caught:
        number_of(text)
    assert caught.value.unclear is not None
    assert text in caught.value.unclear
    assert number_of(text, ".") == Decimal(with_point)
    assert number_of(text, ",") == Decimal(with_comma)


def test_a_percentage_is_a_number_only_where_one_is_meant() -> None:
    assert number_of("12,5 %", percent=True) == number_of("12.5%", percent=True) == Decimal("12.5")


@pytest.mark.parametrize(
    ("texts", "mark"),
    [
        (["1.250", "3,5"], (",", "")),
        (["1,250", "3.5"], (".", "")),
        (["1.250", "1.250.000"], (",", "")),
        (["1.250", "€ 0,125"], (",", "")),
        (["1250", "5", "-3", "n/a", ""], ("", "")),
        (["5", "1,250"], ("", "1,250")),
        (["1.250", "2.500"], ("", "1.250")),
        (["1.250,50", "1,250.50"], ("", "")),  # each tells by itself
        (["1.250,50", "1,250.50", "1,250"], ("", "1,250")),
    ],
)
def test_a_column_tells_its_decimal_sign(texts: list[str], mark: tuple[str, str]) -> None:
    assert mark_of(texts) == mark


def test_whole_numbers_have_no_decimals() -> None:
    assert mark_of(["1.250", "1.000"], whole=True) == (",", "")
    assert mark_of(["1.000"], whole=True) == ("", "1.000")


@given(
    st.decimals(-(10**12), 10**12, places=2),
    st.sampled_from([("", "."), (",", "."), (".", ","), (" ", ","), ("'", ".")]),
)
def test_each_printed_form_reads_as_its_number(number: Decimal, signs: tuple[str, str]) -> None:
    group, mark = signs
    text = f"{number:,}".replace(",", "G").replace(".", mark).replace("G", group)
    assert number_of(text, mark) == number


@given(st.text("0123456789.,' -+()€%eE$", max_size=30))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    try:
        assert number_of(text).is_finite()
    except BadNumber:
        return
