"""The text of iCalendar, read back by a parser that is not ours."""

from __future__ import annotations

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.icalendar import document, folded, moment, text


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("plain", "plain"),
        ("a, b; c\\d", "a\\, b\\; c\\\\d"),
        ("one\r\ntwo\rthree\nfour", "one\\ntwo\\nthree\\nfour"),
        ("BEGIN:VEVENT\nEND:VCALENDAR", "BEGIN:VEVENT\\nEND:VCALENDAR"),
        ("a\x00b\x1fc\x7fd\te", "abcde"),
        ("会议 📅", "会议 📅"),
    ],
)
def test_texts_are_escaped(value: str, written: str) -> None:
    assert text(value) == written


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=400))
def test_every_text_comes_back_whole_in_lines_of_75_octets(value: str) -> None:
    lines = ["BEGIN:VEVENT", "UID:1", "DTSTAMP:20260101T000000Z", f"SUMMARY:{text(value)}", "END:VEVENT"]
    written = document(lines)
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))
    for line in written.split(b"\r\n"):
        line.decode()  # no character is cut
    assert str(icalendar.Event.from_ical(written)["SUMMARY"]) == value


def test_a_line_is_folded_where_it_must_be_and_no_earlier() -> None:
    assert folded(b"x" * 75) == b"x" * 75
    assert folded(b"x" * 76) == b"x" * 75 + b"\r\n x"
    assert folded(b"x" * 74 + "é".encode()) == b"x" * 74 + b"\r\n " + "é".encode()


def test_moments_are_utc() -> None:
    assert moment(1_798_761_600_123_456) == "20270101T000000Z"
