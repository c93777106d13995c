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
        ("2026-11-24T05:00:00.000001", "2026-11-24T05:00:00.000001Z"),
        ("2026-11-24", "2026-11-24T00:00:00.000000Z"),
        ("0999-12-31", "0999-12-31T00:00:00.000000Z"),
    ],
)
def test_moments_as_people_write_them(text: str, same: str) -> None:
    assert to_rfc3339(from_rfc3339(text)) == same


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-02-30", "2026-11-24T25:00:00Z", "24.11.2026", "2026-11-24T05:00:00+99:00"]
)
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(ValueError):
        from_rfc3339(text)


@pytest.mark.parametrize("day", ["2017-02-29", "2017-13-01", "2017-06-31", "", "2017-06-30T00:00:00"])
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
