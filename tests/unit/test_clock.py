from __future__ import annotations

import time
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import SystemClock, SystemIds, day_of, from_rfc3339, start_of_day, to_rfc3339

FIRST, LAST = -62_135_596_800_000_000, 253_402_300_799_999_999  # the years 1 to 9999
moments = st.integers(FIRST, LAST)


@given(moments)
def test_text_and_back(micros: int) -> None:
    assert from_rfc3339(to_rfc3339(micros)) == micros


@given(moments, moments)
def test_the_order_of_texts_is_the_order_of_moments(a: int, b: int) -> None:
    assert (to_rfc3339(a) < to_rfc3339(b)) == (a < b)


@given(moments)
def test_the_day_of_a_moment(micros: int) -> None:
    day = day_of(micros)
    assert day == to_rfc3339(micros)[:10]
    assert 0 <= micros - start_of_day(day) < 86_400_000_000


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2026-11-24T05:00:00Z", "2026-11-24T05:00:00.000000Z"),
        ("2026-11-24T13:00:00+08:00", "2026-11-24T05:00:00.000000Z"),
        ("2026-11-23T23:30:00.5-05:30", "2026-11-24T05:00:00.500000Z"),
        ("2026-11-24t05:00:00.000001z", "2026-11-24T05:00:00.000001Z"),
        ("2026-11-24T05:00:00.123456000Z", "2026-11-24T05:00:00.123456Z"),
        ("2026-11-24T05:00:00-00:00", "2026-11-24T05:00:00.000000Z"),
        ("0999-12-31T00:00:00Z", "0999-12-31T00:00:00.000000Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
        ("9999-12-31T23:59:59+23:59", "9999-12-31T00:00:59.000000Z"),
    ],
)
def test_moments_as_people_write_them(text: str, same: str) -> None:
    assert to_rfc3339(from_rfc3339(text)) == same


NO_MOMENTS = (
    *("", "soon", "2026-02-30", "2026-11-24", "24.11.2026", "1790000000", "2026-11-24T05:00:00", "2026-11-24T05:00Z"),
    *("2026-W48-6T10:00:00Z", "2026-332T10:00:00Z", "20261128T100000Z", "2026-11-28 10:00:00+00:00"),
    *(
        "2026-11-28T10:00:00+00:00:30",
        "2026-11-28T10:00:00+0000",
        "2026-11-28T10:00:00+00",
        "2026-11-28T10:00:00+99:00",
    ),
    *("2026-11-28T10:00:00+24:00", "2026-11-28T10:00:00+08:60", "2026-11-28T10:00:00−08:00", "2026-11-28T10:00:00UTC"),
    *("2026-11-28T24:00:00Z", "2026-11-28T25:00:00Z", "2026-11-28T10:60:00Z", "2026-12-31T23:59:60Z"),
    *("2026-11-28T10:00:00,5Z", "2026-11-28T10:00:00.Z", "2026-11-28T10:00:00.1234567Z", "2026-11-28T10:00:00.5"),
    *("2026-02-29T10:00:00Z", "2026-13-01T10:00:00Z", "2026-00-10T10:00:00Z", "2026-11-00T10:00:00Z"),
    *("0000-01-01T00:00:00Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "10000-01-01T00:00:00Z"),
    *("-2026-11-28T10:00:00Z", "+2026-11-28T10:00:00Z", " 2026-11-28T10:00:00Z", "2026-11-28T10:00:00Z\n"),
    *("２０２６-11-28T10:00:00Z", "2026-11-28T1０:00:00Z", "2026-11-28T10:00:00Z[UTC]", "2026-11-28X10:00:00Z"),
)


@pytest.mark.parametrize("text", NO_MOMENTS)
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(ValueError):
        from_rfc3339(text)


@pytest.mark.parametrize(
    "day", ["2017-02-29", "2017-13-01", "2017-06-31", "", "2017-06-30T00:00:00", "20170630", "2017-W26-5", "0000-01-01"]
)
def test_what_is_no_day(day: str) -> None:
    with pytest.raises(ValueError):
        start_of_day(day)


def test_the_system_clock_tells_microseconds() -> None:
    before = time.time()
    now = SystemClock().now()
    assert before - 1 <= now / 1_000_000 <= time.time() + 1


def test_ids_are_version_7_unique_and_sorted_within_one_millisecond_and_beyond(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands still for 10,000 ids, then jumps back: the order holds."""
    moments = iter([1_790_000_000_000_000_000] * 10_000 + [1_780_000_000_000_000_000] * 100)
    monkeypatch.setattr("shared.clock.time.time_ns", lambda: next(moments))
    ids = SystemIds()
    made = [ids.new() for _ in range(10_100)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    for text in (made[0], made[5_000], made[-1]):
        parsed = UUID(text)
        assert (parsed.version, parsed.variant) == (7, "specified in RFC 4122")
        assert str(parsed) == text
    assert int(made[0].replace("-", "")[:12], 16) == 1_790_000_000_000
