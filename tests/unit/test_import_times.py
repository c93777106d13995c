"""Days and times of a file: where it was written, what summer time made of them, and which forms keep their hours."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.integration.mapping.plan import RowPlan, Surroundings, plan_row
from services.integration.mapping.prepared import PreparedStep
from services.integration.mapping.times import Place, happened, timed, written
from shared.clock import from_rfc3339, to_rfc3339
from shared.domain.calendar import UTC_CALENDAR, Calendar
from shared.errors import Invalid
from shared.views.port import Kind
from tests.unit.test_import_plan import NOW, PEOPLE, step_of

NEW_YORK = Calendar("America/New_York")


def place(zone: str, noted: list[str] | None = None) -> Place:
    return Place(Calendar(zone), lambda code, message: noted.append(code) if noted is not None else None)


@pytest.mark.parametrize(
    ("text", "format", "found"),
    [
        ("31.12.2023", "%d.%m.%Y", "2023-12-31"),
        ("31.12.2023 23:30", "%d.%m.%Y", "2023-12-31 23:30"),
        ("31.12.2023, 23:30:15", "%d.%m.%Y", "2023-12-31 23:30:15"),
        ("12/31/2023 11:30 PM", "%m/%d/%Y", "2023-12-31 11:30 PM"),
        ("31.12.2023 23:30", "%d.%m.%Y %H:%M", "2023-12-31T23:30:00"),
        ("31.12.2023 00:00", "%d.%m.%Y %H:%M", "2023-12-31T00:00:00"),
        ("12/31/2023 11:30 PM", "%m/%d/%Y %I:%M %p", "2023-12-31T23:30:00"),
        ("31.12.2023 23:30 +0800", "%d.%m.%Y %H:%M %z", "2023-12-31T23:30:00+08:00"),
        ("2023年12月31日 23:30", "%Y年%m月%d日", "2023-12-31 23:30"),
        ("2023-12-31", "%d.%m.%Y", "2023-12-31"),
        ("2023-12-31T23:30:00", "%d.%m.%Y", "2023-12-31 23:30:00"),
    ],
)
def test_a_format_keeps_the_time_that_follows_the_day(text: str, format: str, found: str) -> None:
    assert written(text, format) == found


@pytest.mark.parametrize("text", ["32.12.2023", "31.12.2023 later", "12:30", "", "31.12.2023 23:30 x"])
def test_other_texts_are_no_days(text: str) -> None:
    with pytest.raises(ValueError, match="no day of the form"):
        written(text, "%d.%m.%Y")


MOMENTS: list[tuple[str, str, str, list[str]]] = [
    # written in, text, moment, what is noted
    ("Europe/Berlin", "2023-12-31 23:30", "2023-12-31T22:30:00.000000Z", []),
    ("Europe/Berlin", "2023-06-30 23:30", "2023-06-30T21:30:00.000000Z", []),
    ("Asia/Shanghai", "2023-12-31 23:30:15.5", "2023-12-31T15:30:15.500000Z", []),
    ("America/New_York", "2026-06-30 11:30 pm", "2026-07-01T03:30:00.000000Z", []),
    ("America/New_York", "2026-06-30 12:30 AM", "2026-06-30T04:30:00.000000Z", []),
    ("America/New_York", "2026-06-30 9:05", "2026-06-30T13:05:00.000000Z", []),
    ("Europe/Berlin", "2023-12-31T23:30:00Z", "2023-12-31T23:30:00.000000Z", []),
    ("Europe/Berlin", "2023-12-31 23:30:00.000+0000", "2023-12-31T23:30:00.000000Z", []),
    ("Europe/Berlin", "2023-12-31 23:30 UTC", "2023-12-31T23:30:00.000000Z", []),
    ("Europe/Berlin", "2023-12-31 23:30 -04", "2024-01-01T03:30:00.000000Z", []),
    ("Europe/Berlin", "2024-03-31 02:30", "2024-03-31T01:30:00.000000Z", ["skipped-time"]),
    ("Europe/Berlin", "2024-10-27 02:30", "2024-10-27T00:30:00.000000Z", ["doubled-time"]),
    ("Europe/Berlin", "2024-10-27 02:30 +01:00", "2024-10-27T01:30:00.000000Z", []),
    ("Australia/Lord_Howe", "2024-04-07 01:45", "2024-04-06T14:45:00.000000Z", ["doubled-time"]),
    ("Europe/Berlin", "2024-03-31", "2024-03-30T23:00:00.000000Z", []),
    ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00.000000Z", []),  # the day began at one o'clock
    ("UTC", "2024-03-31 02:30", "2024-03-31T02:30:00.000000Z", []),
]


@pytest.mark.parametrize(("zone", "text", "moment", "notes"), MOMENTS)
def test_moments_are_those_of_the_place(zone: str, text: str, moment: str, notes: list[str]) -> None:
    noted: list[str] = []
    assert timed(text, Kind.DATETIME, place(zone, noted)) == moment
    assert noted == notes


@pytest.mark.parametrize(
    "text",
    ["2023-12-31 24:00", "2023-12-31 13:30 PM", "2023-02-30", "2023-02-30 10:00", "23:30", "soon", "2023-12-31 1:5",
     "2023-12-31 10:00:00.1234567", "2023-12-31" + " " * 50_000 + "10:00"],
)  # fmt: skip
def test_texts_that_no_clock_shows_stay_for_the_command_to_refuse(text: str) -> None:
    assert timed(text, Kind.DATETIME, place("Europe/Berlin")) == text


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2023-12-31", "2023-12-31"),
        ("2023-12-31 23:30", "2023-12-31"),
        ("2023-12-31T00:00:00", "2023-12-31"),
        ("2024-01-01T03:30:00Z", "2023-12-31"),
        ("2023-12-31 24:00", "2023-12-31 24:00"),
        ("soon", "soon"),
    ],
)
def test_a_day_of_a_moment_is_its_day_there(text: str, day: str) -> None:
    assert timed(text, Kind.DATE, place("America/New_York")) == day


@pytest.mark.parametrize(
    ("text", "organisation", "moment"),
    [
        ("2017-06-30", UTC_CALENDAR, "2017-06-30T12:00:00.000000Z"),
        ("2017-06-30", NEW_YORK, "2017-06-30T16:00:00.000000Z"),  # noon there, wherever the file was written
        ("2017-06-30 23:30", NEW_YORK, "2017-06-30T21:30:00.000000Z"),
        ("2026-11-24", UTC_CALENDAR, "2026-11-24T09:00:00.000000Z"),  # today: now
        ("2026-11-24", Calendar("Asia/Shanghai"), "2026-11-24T04:00:00.000000Z"),
        ("2026-11-25", UTC_CALENDAR, "2026-11-25T12:00:00.000000Z"),
        ("2017-06-30T08:00:00+08:00", UTC_CALENDAR, "2017-06-30T00:00:00.000000Z"),
    ],
)
def test_what_happened_on_a_day_happened_at_noon_of_the_organisation(
    text: str, organisation: Calendar, moment: str
) -> None:
    assert to_rfc3339(happened(text, NOW, place("Europe/Berlin"), organisation)) == moment


TASKS = """\
- name: tasks
  file: t.csv
  resource: activity
  time_zone: Europe/Berlin
  at: { column: made, date: "%d.%m.%Y" }
  fields:
    kind: { constant: task }
    subject: s
    start: { column: start, date: "%d.%m.%Y", time_zone: Asia/Tokyo }
    due: { column: due, date: "%d.%m.%Y" }
"""


def plan(step: PreparedStep, **cells: str) -> RowPlan:
    row = {"s": "Call", "made": "", "start": "", "due": "", **cells}
    return plan_row(step, row, [], "new", Surroundings(PEOPLE, NOW))


def test_a_column_may_be_written_elsewhere_than_its_file() -> None:
    found = plan(step_of(TASKS), made="31.12.2023 23:30", start="01.02.2024 09:00", due="01.02.2024 09:00")
    (planned,) = found.commands
    body: Any = planned.body
    assert to_rfc3339(planned.occurred_at or 0) == "2023-12-31T22:30:00.000000Z"
    assert to_rfc3339(body.start) == "2024-02-01T00:00:00.000000Z"
    assert to_rfc3339(body.due) == "2024-02-01T08:00:00.000000Z"
    assert found.warnings == []


def test_a_day_stays_one_where_the_command_takes_days() -> None:
    (planned,) = plan(step_of(TASKS), start="01.02.2024", due="01.02.2024").commands
    body: Any = planned.body
    assert (body.due, body.start) == ("2024-02-01", from_rfc3339("2024-02-01T00:00:00+09:00"))


def test_skipped_and_doubled_times_are_taken_with_a_warning() -> None:
    found = plan(step_of(TASKS), made="27.10.2024 02:30", due="31.03.2024 02:30")
    assert found.outcome == "created"
    due, at = found.warnings
    assert (due.field, due.code, at.field, at.code) == ("due", "skipped-time", "at", "doubled-time")
    assert due.message == (
        'clocks in Europe/Berlin never showed "2024-03-31 02:30", since summer time began; '
        "2024-03-31T03:30:00+02:00 was taken"
    )


def test_without_a_zone_the_organisations_is_meant() -> None:
    step = step_of(TASKS.replace("  time_zone: Europe/Berlin\n", ""))
    (planned,) = plan(replace(step, calendar=NEW_YORK), due="30.06.2026 23:30").commands
    body: Any = planned.body
    assert to_rfc3339(body.due) == "2026-07-01T03:30:00.000000Z"


@pytest.mark.parametrize("zone", ["Berlin", "+02:00", "../etc/passwd"])
def test_a_zone_is_a_name_of_the_database(zone: str) -> None:
    with pytest.raises(Invalid) as caught:
        step_of(TASKS.replace("Europe/Berlin", zone))
    assert [(e.field, e.code) for e in caught.value.errors] == [("steps.0.time_zone", "time-zone")]
