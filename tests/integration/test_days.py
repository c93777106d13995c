"""Days belong to a place, over HTTP: bare days and relative days in lists, counts, boards, exports and saved views."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from shared.clock import Micros, from_rfc3339
from tests.support.importing import Office, office

ACTIVITIES, DEALS = "/customer/activities", "/sales/opportunities"
DUE = {  # moments in UTC; in New York (-05:00) they stand on other days
    "before": "2026-12-24T04:59:59Z",
    "begin": "2026-12-24T05:00:00Z",
    "end": "2026-12-25T04:59:59Z",
    "after": "2026-12-25T05:00:00Z",
}


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path) as opened:
        await live_in(opened, "America/New_York")
        yield opened


async def live_in(desk: Office, zone: str, **also: Any) -> None:
    """Give the organisation a time zone."""
    answer = await desk.client.patch(f"/identity/organisations/{desk.tenant}", json={"time_zone": zone, **also})
    assert answer.status_code == 200, answer.text
    await settle(desk)


async def settle(desk: Office) -> None:
    await desk.suite.kernel.projector.catch_up()


async def plan(desk: Office) -> None:
    for name, due in DUE.items():
        await desk.create(ACTIVITIES, kind="task", subject=name, due=due)
    await desk.create(ACTIVITIES, kind="task", subject="never")
    await settle(desk)


async def subjects(desk: Office, **params: str) -> set[str]:
    answer = await desk.client.get(ACTIVITIES, params=params)
    assert answer.status_code == 200, answer.text
    return {item["subject"] for item in answer.json()["items"]}


WHOLE_DAYS: list[tuple[str, str, set[str]]] = [
    ("due", "2026-12-24", {"begin", "end"}),
    ("due[le]", "2026-12-24", {"before", "begin", "end"}),
    ("due[lt]", "2026-12-24", {"before"}),
    ("due[ge]", "2026-12-24", {"begin", "end", "after"}),
    ("due[gt]", "2026-12-24", {"after"}),
    ("due[ne]", "2026-12-24", {"before", "after", "never"}),
    ("due[in]", "2026-12-23,2026-12-25", {"before", "after"}),
    ("due[in]", "2026-12-23,2026-12-25T05:00:00Z", {"before", "after"}),
]


async def test_a_bare_day_is_the_whole_day_there(desk: Office) -> None:
    await plan(desk)
    for name, value, found in WHOLE_DAYS:
        asked = {name: value}
        assert await subjects(desk, **asked) == found, asked
        assert await desk.get(f"{ACTIVITIES}/count", **asked) == {"count": len(found)}, asked
        board = await desk.get(f"{ACTIVITIES}/board", **asked, by="kind")
        assert sum(group["count"] for group in board["groups"]) == len(found), asked
        exported = await desk.client.get(f"{ACTIVITIES}/export", params={**asked, "fields": "subject"})
        assert exported.text.count("\r\n") == 1 + len(found), asked


async def test_a_users_own_zone_goes_before_the_organisations(desk: Office) -> None:
    await plan(desk)
    answer = await desk.client.patch("/identity/me", json={"time_zone": "Asia/Shanghai"})
    assert answer.status_code == 200, answer.text
    await settle(desk)
    assert (await desk.client.get("/identity/me")).json()["user"]["time_zone"] == "Asia/Shanghai"
    assert await subjects(desk, due="2026-12-24") == {"before", "begin"}  # 12:59:59 and 13:00 of the 24th
    assert (await desk.client.patch("/identity/me", json={"time_zone": ""})).status_code == 200
    await settle(desk)
    assert await subjects(desk, due="2026-12-24") == {"begin", "end"}


async def test_groups_by_days_are_cut_where_the_organisation_is_whoever_reads(desk: Office) -> None:
    await plan(desk)
    asked = {"by": "due:day", "cards": "5", "fields": "subject", "due[empty]": "false"}
    days = {"2026-12-23": {"before"}, "2026-12-24": {"begin", "end"}, "2026-12-25": {"after"}}
    for zone in ("", "Asia/Shanghai"):
        assert (await desk.client.patch("/identity/me", json={"time_zone": zone})).status_code == 200
        await settle(desk)
        groups = (await desk.get(f"{ACTIVITIES}/board", **asked))["groups"]
        assert {g["key"]: {card["subject"] for card in g["cards"]} for g in groups} == days, zone
        for group in groups:  # and so are the lists of their records
            assert await subjects(desk, filter=json.dumps({"all": group["where"]})) == days[group["key"]], zone


async def test_relative_days_are_those_of_the_asker_when_they_ask(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await plan(desk)
    at(desk, monkeypatch, "2026-12-25T03:00:00Z")  # in New York the 24th, late in the evening
    assert await subjects(desk, due="today") == {"begin", "end"}
    assert await subjects(desk, **{"due[lt]": "today"}) == {"before"}
    assert await subjects(desk, **{"due[ge]": "tomorrow"}) == {"after"}
    assert await subjects(desk, **{"due[ge]": "-1d", "due[le]": "+1d"}) == set(DUE)
    assert await subjects(desk, due="last_month") == set()
    assert await subjects(desk, due="this_quarter") == set(DUE)
    at(desk, monkeypatch, "2026-12-25T06:00:00Z")
    assert await subjects(desk, due="today") == {"after"}


def at(desk: Office, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """Let questions be asked at a moment."""

    class Stopped:
        def now(self) -> Micros:
            return from_rfc3339(moment)

    monkeypatch.setattr(desk.suite.kernel.queries._meaning, "_clock", Stopped())


async def test_fiscal_quarters_begin_where_the_organisation_says(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    await live_in(desk, "America/New_York", fiscal_year_start=2)
    for day in ("2026-10-31", "2026-11-01", "2027-01-31", "2027-02-01"):
        await desk.create(DEALS, name=day, close_date=day)
    await settle(desk)
    at(desk, monkeypatch, "2026-12-24T12:00:00Z")
    for asked, found in {
        "this_fiscal_quarter": ["2026-11-01", "2027-01-31"],
        "next_fiscal_year": ["2027-02-01"],
        "this_quarter": ["2026-10-31", "2026-11-01"],
    }.items():
        items = (await desk.client.get(DEALS, params={"close_date": asked, "sort": "close_date"})).json()["items"]
        assert [deal["name"] for deal in items] == found, asked


async def test_other_words_are_refused_with_the_forms(desk: Office) -> None:
    words = ("now", "last_mnth", "-7h", "24.12.2026", "2026-12-24T09:30:00", "2026-02-30")
    for path, name in ((ACTIVITIES, "due[ge]"), (DEALS, "close_date")):
        for value in words:
            answer = await desk.client.get(path, params={name: value})
            assert answer.status_code == 422, value
            (error,) = answer.json()["errors"]
            assert (error["field"], error["code"]) == (name, "bad-filter")
            assert f'"{value}"' in error["message"]
            chinese = await desk.client.get(path, params={name: value}, headers={"Accept-Language": "zh-CN"})
            assert chinese.json()["errors"][0]["message"] != error["message"]


async def test_saved_views_keep_the_word(desk: Office) -> None:
    view: dict[str, Any] = {"name": "Due soon", "resource": "activity"}
    view["filters"] = [
        {"field": "due", "op": "le", "value": "+7d"},
        {"field": "created_at", "op": "in", "value": "today"},
    ]
    made = await desk.create("/customer/saved-views", **view)
    await settle(desk)
    kept = (await desk.client.get(f"/customer/saved-views/{made}")).json()
    assert kept["filters"] == view["filters"]
    view["filters"] = [{"field": "due", "op": "le", "value": "soon"}]
    answer = await desk.client.post("/customer/saved-views", json=view)
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [("filters.0", "bad-filter")]


async def test_a_bare_day_in_the_past_ends_where_the_asker_is(desk: Office) -> None:
    created = {"X-Occurred-At": "2026-06-30T23:30:00-04:00"}
    made = (await desk.client.post("/customer/accounts", json={"name": "Acme"}, headers=created)).json()["id"]
    await settle(desk)
    path = f"/customer/accounts/{made}"
    assert (await desk.client.get(path, params={"as_of": "2026-06-30"})).status_code == 200
    assert (await desk.client.get(path, params={"as_of": "2026-06-29"})).status_code == 404
    assert len((await desk.client.get("/customer/accounts", params={"as_of": "2026-06-30"})).json()["items"]) == 1


async def test_a_deal_won_late_in_june_counts_in_june(desk: Office) -> None:
    late = {"X-Occurred-At": "2026-06-30T23:30:00-04:00"}
    made = await desk.client.post(DEALS, json={"name": "Late", "amount": "900.00"}, headers=late)
    id = made.json()["id"]
    assert (await desk.client.post(f"{DEALS}/{id}/win", json={}, headers=late)).status_code == 200
    await settle(desk)
    deal = await desk.get(f"{DEALS}/{id}")
    assert (deal["opened_on"], deal["closed_on"], deal["close_date"]) == ("2026-06-30",) * 3
    assert deal["closed_at"] == "2026-07-01T03:30:00.000000Z"
    assert await desk.get(f"{DEALS}/count", **{"closed_on[le]": "2026-06-30"}) == {"count": 1}
    assert await desk.get(f"{DEALS}/count", closed_at="2026-06-30") == {"count": 1}
    await live_in(desk, "Asia/Shanghai")  # the office moves, and the record's day stays
    assert (await desk.get(f"{DEALS}/{id}"))["closed_on"] == "2026-06-30"


async def test_an_all_day_task_is_due_at_the_end_of_its_day_there(desk: Office) -> None:
    id = await desk.create(ACTIVITIES, kind="task", subject="Send the offer", due="2026-12-24")
    await settle(desk)
    task = await desk.get(f"{ACTIVITIES}/{id}")
    assert (task["due"], task["due_on"]) == ("2026-12-25T04:59:59.999999Z", "2026-12-24")
    assert await subjects(desk, **{"due[le]": "2026-12-24"}) == {"Send the offer"}
    assert await subjects(desk, due_on="2026-12-24") == {"Send the offer"}
    assert await subjects(desk, **{"due[le]": "2026-12-23"}) == set()


async def test_the_end_of_a_day_stays_on_its_day_in_a_sheet(desk: Office) -> None:
    await desk.create(ACTIVITIES, kind="task", subject="Send the offer", due="2026-12-24")
    await settle(desk)
    sheet = await desk.client.get(f"{ACTIVITIES}/export", params={"fields": "due,due_on", "format": "xlsx"})
    _, row = openpyxl.load_workbook(io.BytesIO(sheet.content)).worksheets[0].iter_rows(values_only=True)
    assert row[2:] == (datetime(2026, 12, 24, 23, 59, 59), datetime(2026, 12, 24))


async def test_files_show_moments_as_the_askers_clocks_do(desk: Office) -> None:
    await desk.create(ACTIVITIES, kind="task", subject="Send the offer", due=DUE["end"])
    await settle(desk)
    asked = {"fields": "subject,due"}
    for zone, local in (
        ("", "2026-12-24T23:59:59.000000-05:00"),
        ("Asia/Shanghai", "2026-12-25T12:59:59.000000+08:00"),
    ):
        assert (await desk.client.patch("/identity/me", json={"time_zone": zone})).status_code == 200
        await settle(desk)
        text = (await desk.client.get(f"{ACTIVITIES}/export", params=asked)).text
        assert text.splitlines()[1].split(",")[2:] == ["Send the offer", local]
        sheet = await desk.client.get(f"{ACTIVITIES}/export", params={**asked, "format": "xlsx", "labels": "en"})
        head, row = openpyxl.load_workbook(io.BytesIO(sheet.content)).worksheets[0].iter_rows(values_only=True)
        assert head[3] == f"Due ({zone or 'America/New_York'})"
        assert row[3] == datetime.fromisoformat(local).replace(tzinfo=None)


TASKS = """\
name: tasks
steps:
- name: tasks
  file: tasks.csv
  resource: activity
  ZONE
  fields:
    kind: { constant: task }
    subject: Subject
    due: FORM
"""
FILE = "Subject,Due\nEve,31.12.2023 23:30\nGap,31.03.2024 02:30\nTwice,27.10.2024 02:30\nDay,01.02.2024\n"
TAKEN = {  # zone of the file → due of each row; the importer is in New York
    "": ("2024-01-01T04:30", "2024-03-31T06:30", "2024-10-27T06:30"),
    "Europe/Berlin": ("2023-12-31T22:30", "2024-03-31T01:30", "2024-10-27T00:30"),
}
NOTED = [(3, "Due", "31.03.2024 02:30", "skipped-time"), (4, "Due", "27.10.2024 02:30", "doubled-time")]


@pytest.mark.parametrize("form", ["Due", '{ column: Due, date: "%d.%m.%Y" }'])
@pytest.mark.parametrize("zone", TAKEN)
async def test_an_import_takes_times_where_the_file_was_written(desk: Office, zone: str, form: str) -> None:
    mapping = TASKS.replace("ZONE", f"time_zone: {zone}" if zone else "unless: { Due: x }").replace("FORM", form)
    for path, status in (("/imports/dry-run", "dry-run"), ("/imports", "completed")):
        report = await desk.run(mapping, {"tasks.csv": FILE}, path)
        assert (report["status"], report["totals"]["created"]) == (status, 4), report
        assert report["steps"][0]["time_zone"] == (zone or "America/New_York")
        noted = [(row["line"], e["column"], e["value"], e["code"]) for row in report["warned"] for e in row["errors"]]
        assert noted == (NOTED if zone else [])
    await settle(desk)
    items = (await desk.client.get(ACTIVITIES)).json()["items"]
    due = {item["subject"]: item["due"] for item in items}
    assert tuple(due[name][:16] for name in ("Eve", "Gap", "Twice")) == TAKEN[zone]
    assert [item["due_on"] for item in items if item["subject"] == "Day"] == ["2024-02-01"]
