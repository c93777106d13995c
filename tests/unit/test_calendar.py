"""Days of a place: where they begin and end, which words mean which, and what becomes of times without an offset."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.clock import FIRST, LAST, from_rfc3339
from shared.domain.calendar import Calendar, Days, is_zone, means_days

NEW_YORK, SHANGHAI, BERLIN = (Calendar(z) for z in ("America/New_York", "Asia/Shanghai", "Europe/Berlin"))
ZONES = (
    "UTC America/New_York Asia/Shanghai Europe/Berlin Asia/Kathmandu Australia/Lord_Howe Pacific/Apia America/St_Johns "
    "Asia/Beirut America/Sao_Paulo Pacific/Kwajalein Africa/Monrovia America/Toronto Asia/Manila Antarctica/Troll"
).split()
places = st.sampled_from(ZONES).map(Calendar)
of_our_times = st.integers(from_rfc3339("1900-01-01T00:00:00Z"), from_rfc3339("2200-01-01T00:00:00Z"))
HOUR = 3_600_000_000


@pytest.mark.parametrize(
    ("zone", "day", "begins", "hours"),
    [
        ("America/New_York", "2026-06-30", "2026-06-30T04:00:00Z", 24),
        ("America/New_York", "2026-03-08", "2026-03-08T05:00:00Z", 23),
        ("America/New_York", "2026-11-01", "2026-11-01T04:00:00Z", 25),
        ("Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z", 23),
        ("Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z", 25),
        ("Asia/Shanghai", "2026-01-01", "2025-12-31T16:00:00Z", 24),
        ("Asia/Kathmandu", "2026-01-01", "2025-12-31T18:15:00Z", 24),
        ("Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00:00Z", 24.5),
        ("Australia/Lord_Howe", "2026-10-04", "2026-10-03T13:30:00Z", 23.5),
        ("Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z", 24),
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", 0),  # skipped, over the date line
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z", 24),
        ("Asia/Beirut", "2021-03-28", "2021-03-27T22:00:00Z", 23),  # its clocks skipped midnight
        ("America/Toronto", "1919-03-31", "1919-03-31T04:30:00Z", 23.5),  # skipped from 23:30 to 0:30
        ("America/Sao_Paulo", "2018-02-17", "2018-02-17T02:00:00Z", 25),  # went back at midnight to 23:00
        ("America/St_Johns", "2006-10-29", "2006-10-29T02:30:00Z", 25),  # went back at 0:01 to 23:01 of the day before
    ],
)
def test_a_day_has_the_hours_that_its_clocks_show(zone: str, day: str, begins: str, hours: float) -> None:
    calendar, that = Calendar(zone), date.fromisoformat(day)
    first, last = calendar.moments(Days(that, that))
    assert (first, last - first + 1) == (from_rfc3339(begins), int(hours * HOUR))
    if hours:
        assert calendar.day_of(first) == calendar.day_of(last) == day


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("America/New_York", "2026-06-30T23:30:00-04:00", "2026-06-30"),
        ("UTC", "2026-06-30T23:30:00-04:00", "2026-07-01"),
        ("Asia/Shanghai", "2026-12-31T16:00:00Z", "2027-01-01"),
        ("Asia/Kathmandu", "2026-01-01T18:14:59.999999Z", "2026-01-01"),
        ("Asia/Kathmandu", "2026-01-01T18:15:00Z", "2026-01-02"),
        ("America/St_Johns", "2006-10-29T02:45:00Z", "2006-10-29"),  # a day that has begun does not end again
        ("Asia/Shanghai", "9999-12-31T23:00:00Z", "9999-12-31"),  # time ends
        ("America/New_York", "0001-01-01T00:00:00Z", "0001-01-01"),
    ],
)
def test_the_day_of_a_moment_is_that_of_the_place(zone: str, moment: str, day: str) -> None:
    assert Calendar(zone).day_of(from_rfc3339(moment)) == day


@given(places, st.integers(FIRST, LAST))
@example(Calendar("America/St_Johns"), from_rfc3339("2006-10-29T02:31:30Z"))
@example(Calendar("Pacific/Apia"), from_rfc3339("2011-12-30T10:00:00Z"))
def test_every_moment_belongs_to_exactly_one_day(calendar: Calendar, moment: int) -> None:
    day = calendar.date_of(moment)
    assert calendar.start_of(day) <= moment <= calendar.last_of(day)


@given(places, st.dates(date.min, date.max - timedelta(1)))
def test_days_follow_each_other_without_a_gap(calendar: Calendar, day: date) -> None:
    assert calendar.last_of(day) + 1 == calendar.start_of(day + timedelta(1))


LATE_IN_NEW_YORK = from_rfc3339("2026-12-24T03:00:00Z")  # there it is still the 23rd, a Wednesday


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024-02-29", "2024-02-29", "2024-02-29"),
        ("today", "2026-12-23", "2026-12-23"),
        ("yesterday", "2026-12-22", "2026-12-22"),
        ("tomorrow", "2026-12-24", "2026-12-24"),
        ("-7d", "2026-12-16", "2026-12-16"),
        ("+30d", "2027-01-22", "2027-01-22"),
        ("30d", "2027-01-22", "2027-01-22"),
        ("+2w", "2027-01-06", "2027-01-06"),
        ("-10m", "2026-02-23", "2026-02-23"),
        ("+1y", "2027-12-23", "2027-12-23"),
        ("this_week", "2026-12-21", "2026-12-27"),
        ("last_week", "2026-12-14", "2026-12-20"),
        ("next_week", "2026-12-28", "2027-01-03"),
        ("this_month", "2026-12-01", "2026-12-31"),
        ("last_month", "2026-11-01", "2026-11-30"),
        ("next_month", "2027-01-01", "2027-01-31"),
        ("this_quarter", "2026-10-01", "2026-12-31"),
        ("last_quarter", "2026-07-01", "2026-09-30"),
        ("next_quarter", "2027-01-01", "2027-03-31"),
        ("this_year", "2026-01-01", "2026-12-31"),
        ("last_year", "2025-01-01", "2025-12-31"),
        ("next_year", "2027-01-01", "2027-12-31"),
        ("this_fiscal_quarter", "2026-11-01", "2027-01-31"),
        ("last_fiscal_quarter", "2026-08-01", "2026-10-31"),
        ("next_fiscal_quarter", "2027-02-01", "2027-04-30"),
        ("this_fiscal_year", "2026-02-01", "2027-01-31"),
        ("last_fiscal_year", "2025-02-01", "2026-01-31"),
        ("next_fiscal_year", "2027-02-01", "2028-01-31"),
    ],
)
def test_words_mean_days_of_the_place(text: str, first: str, last: str) -> None:
    calendar = Calendar("America/New_York", fiscal_year_start=2)
    assert means_days(text)
    assert calendar.days(text, LATE_IN_NEW_YORK) == Days(date.fromisoformat(first), date.fromisoformat(last))


def test_the_last_day_of_a_month_stays_in_the_month() -> None:
    leap = from_rfc3339("2024-03-31T12:00:00Z")
    assert Calendar().days("-1m", leap).first == date(2024, 2, 29)
    assert Calendar().days("-13m", leap).first == date(2023, 2, 28)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "Today",
        "this_day",
        "last-month",
        "7",
        "-7",
        "-7h",
        "+12345d",
        "2026-1-1",
        "24.12.2026",
        "last_quarter ",
    ],
)
def test_other_words_are_refused_with_the_forms_that_are_taken(text: str) -> None:
    assert not means_days(text)
    with pytest.raises(ValueError, match=r"is no day; write one as in 2026-12-24.*-7d.*fiscal_quarter"):
        Calendar().days(text, 0)


@pytest.mark.parametrize(("text", "why"), [("2026-02-30", "does not exist"), ("-9999y", "out of the years")])
def test_days_that_are_none_are_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Calendar().days(text, 0)


@given(places, st.integers(1, 12), of_our_times)
def test_periods_tile(calendar: Calendar, begins: int, now: int) -> None:
    fiscal = Calendar(calendar.time_zone, begins)
    for unit in ("week", "month", "quarter", "year", "fiscal_quarter", "fiscal_year"):
        before, this, after = (fiscal.days(f"{step}_{unit}", now) for step in ("last", "this", "next"))
        assert before.last + timedelta(1) == this.first
        assert this.last + timedelta(1) == after.first
        assert this.first <= fiscal.date_of(now) <= this.last


@pytest.mark.parametrize(
    ("zone", "local", "moment", "note"),
    [
        ("Europe/Berlin", "2023-12-31T23:30:00", "2023-12-31T22:30:00Z", ""),
        ("Asia/Shanghai", "2023-12-31T23:30:00", "2023-12-31T15:30:00Z", ""),
        ("Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T01:30:00Z", "skipped"),  # = 03:30 of summer time
        ("Europe/Berlin", "2026-10-25T02:30:00", "2026-10-25T00:30:00Z", "twice"),  # the first: summer time
        ("America/New_York", "2026-03-08T02:00:00", "2026-03-08T07:00:00Z", "skipped"),
        ("Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-04T14:45:00Z", "twice"),
        ("Pacific/Apia", "2011-12-30T12:00:00", "2011-12-30T22:00:00Z", "skipped"),
    ],
)
def test_a_time_without_an_offset_is_one_of_the_place(zone: str, local: str, moment: str, note: str) -> None:
    assert Calendar(zone).moment_of(datetime.fromisoformat(local)) == (from_rfc3339(moment), note)


@given(places, of_our_times)
def test_what_the_clocks_show_leads_back_to_the_moment(calendar: Calendar, moment: int) -> None:
    seconds = moment // 1_000_000
    local = datetime.fromtimestamp(seconds, ZoneInfo(calendar.time_zone))
    found, note = calendar.moment_of(local.replace(tzinfo=None, fold=0))
    assert note != "skipped"
    assert found == seconds * 1_000_000 or (note == "twice" and local.fold == 1)


def test_only_zones_of_the_database_are_zones() -> None:
    assert all(map(is_zone, ("Asia/Shanghai", "UTC")))
    assert not any(map(is_zone, ("", "Mars/Olympus", "../etc/passwd", "asia/shanghai")))
