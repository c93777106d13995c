"""Days and times as people write them.

Tables of cases are wider than code.
"""
# ruff: noqa: E501

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.dates import BadDate, date_of, order_of


@pytest.mark.parametrize(
    ("day", "texts"),
    [
        ("2026-11-24", ["2026-11-24", "2026/11/24", "2026.11.24", "2026. 11. 24.", "20261124", "２０２６－１１－２４"]),
        ("2026-11-24", ["2026年11月24日", "2026年 11月 24日", "2026年11月24日 星期二", "2026년 11월 24일"]),
        ("2026-11-24", ["24.11.2026", "24.11.26", "24/11/2026", "11/24/2026", "24-11-2026"]),
        ("2026-11-24", ["24 Nov 2026", "24-Nov-26", "24-NOV-2026", "24 November 2026", "24th November, 2026", "2026 Nov 24"]),
        ("2026-11-24", ["Nov 24, 2026", "November 24th, 2026", "Nov. 24 2026", "Tue, 24 Nov 2026", "Tuesday, November 24, 2026"]),
        ("2026-11-24", ["24. November 2026", "24 novembre 2026", "24 de noviembre de 2026", "24 нояб. 2026 г.", "24 kasım 2026"]),
        ("2024-08-01", ["1 août 2024", "1er août 2024", "1 aout 2024", "1. August 2024", "1 agosto 2024"]),
        ("2024-03-05", ["5 März 2024", "5. Mrz. 2024", "5 mars 2024", "March 5, 2024", "5.3.2024"]),
        ("2026-02-02", ["2/2/2026", "02/02/26"]),
        ("1985-06-13", ["13/6/85", "13 Jun 85"]),
    ],
)  # fmt: skip
def test_spellings_of_a_day(day: str, texts: list[str]) -> None:
    assert {text: str(date_of(text)) for text in texts} == dict.fromkeys(texts, day)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("31.12.2023 23:30", "2023-12-31T23:30:00"),
        ("24.12.2026 um 9.30 Uhr", "2026-12-24T09:30:00"),
        ("11/24/2026 3:05 PM", "2026-11-24T15:05:00"),
        ("11/24/2026 12:00 AM", "2026-11-24T00:00:00"),
        ("11/24/2026, 12:30:15 p.m.", "2026-11-24T12:30:15"),
        ("24/11/2026 14h30", "2026-11-24T14:30:00"),
        ("2026年11月24日 下午3:05", "2026-11-24T15:05:00"),
        ("2026年11月24日15时30分", "2026-11-24T15:30:00"),
        ("2026/11/24 上午09:30:00", "2026-11-24T09:30:00"),
        ("2026-11-24 09:30:00.123", "2026-11-24T09:30:00.123"),
        ("2026-11-24T09:30:00+08:00", "2026-11-24T09:30:00+08:00"),
        ("2026-11-24T09:30:00Z", "2026-11-24T09:30:00Z"),
        ("2026-11-24 09:30 UTC", "2026-11-24T09:30:00Z"),
        ("Tue, 24 Nov 2026 09:30:00 +0800", "2026-11-24T09:30:00+08:00"),
    ],
)
def test_times_stay(text: str, moment: str) -> None:
    assert str(date_of(text)) == moment


@pytest.mark.parametrize(
    "text",
    ["", "hello", "31/02/2026", "2023-02-29", "30.2.2026", "24 Foo 2026", "2026-11", "12:30", "2026-11-24 25:00", "45321", "45321.5",
     "2026-13-01", "24 listopad 2026", "1.250,50", "2026-11-24 13:00 PM", "x" * 61],
)  # fmt: skip
def test_what_is_no_day(text: str) -> None:
    with pytest.raises(BadDate) as caught:
        date_of(text)
    assert caught.value.unclear is None


@pytest.mark.parametrize(
    ("text", "choices"), [("1/2/2026", ("2026-02-01", "2026-01-02")), ("03-04-2026 9:30", ("2026-04-03", "2026-03-04"))]
)
def test_day_and_month_are_never_guessed(text: str, choices: tuple[str, str]) -> None:
    with pytest.raises(BadDate) as caught:
        date_of(text)
    assert caught.value.unclear is not None
    assert all(choice in caught.value.unclear for choice in choices)
    assert (date_of(text, "dmy").day, date_of(text, "mdy").day) == choices


def test_a_year_of_two_digits_may_be_of_either_century() -> None:
    with pytest.raises(BadDate) as caught:
        date_of("13/1/45")
    assert caught.value.unclear is not None


@pytest.mark.parametrize(
    ("number", "day"),
    [
        ("45321", "2024-01-30"),
        ("45321.5", "2024-01-30T12:00:00"),
        ("45321,25", "2024-01-30T06:00:00"),
        ("45321.0", "2024-01-30"),
    ],
)
def test_serial_numbers_of_spreadsheets(number: str, day: str) -> None:
    assert str(date_of(number, serials=True)) == day


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["01/02/2026", "13/02/2026"], ("dmy", "")),
        (["01/02/2026", "2/13/2026"], ("mdy", "")),
        (["01/02/2026", "2026-01-05", "24.11.2026", "Nov 3, 2026", "45321", "13-1-2026"], ("dmy", "")),
        (["2026-01-05", "24.11.2026", "Nov 3, 2026", "45321", "2/2/2026", "n/a", ""], ("", "")),
        (["01/02/2026", "24.11.2026"], ("", "01/02/2026")),  # days before points tell nothing of slashes
        (["2/13/2026", "13/2/2026"], ("", "13/2/2026")),
    ],
)
def test_a_column_tells_its_order(texts: list[str], order: tuple[str, str]) -> None:
    assert order_of(texts) == order


def test_a_day_against_the_named_order_is_none() -> None:
    with pytest.raises(BadDate):
        date_of("13/02/2026", "mdy")


@given(
    st.dates(date(1900, 1, 1), date(2199, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%d %B %Y", "%b %d, %Y", "%Y年%m月%d日"]),
)
def test_each_printed_form_reads_as_its_day(day: date, form: str) -> None:
    assert str(date_of(day.strftime(form))) == day.isoformat()


@given(st.text("0123456789./-: apmAPMTZ年月日Nov+,", max_size=30))
def test_any_text_is_a_day_or_refused(text: str) -> None:
    try:
        found = date_of(text, serials=True)
    except BadDate:
        return
    assert date.fromisoformat(found.day)
