"""One form of moments at every way in over HTTP; the forms that spreadsheets write, in imports only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.importing import Office, office
from tests.unit.test_clock import NO_MOMENTS

ACCOUNTS, ACTIVITIES = "/customer/accounts", "/customer/activities"
DAYS = ("2026-11-24", "2026-02-30")  # a query may name a day, a body where it may mean the whole day
CALLS = """\
name: Calls
steps:
  - name: calls
    file: calls.csv
    resource: activity
    fields: { kind: { constant: task }, subject: Subject, start: Due, due: Due }
"""


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path) as opened:
        yield opened


async def test_what_is_no_moment_is_refused_everywhere(desk: Office) -> None:
    id = await desk.create(ACCOUNTS, name="Acme")
    http = desk.client
    for text in NO_MOMENTS:
        for name in ("start", "due"):
            answer = await http.post(ACTIVITIES, json={"kind": "task", "subject": "S", name: text})
            if (name, text) == ("due", DAYS[0]):
                assert answer.status_code == 201
            else:
                assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [(name, "moment")], text
        if text in DAYS:
            continue
        for path, name, code in (
            (f"{ACCOUNTS}/{id}", "as_of", "bad-moment"),
            (ACCOUNTS, "known_at", "bad-moment"),
            (ACCOUNTS, "created_at[ge]", "bad-filter"),
            (f"{ACCOUNTS}/export", "updated_at", "bad-filter"),
        ):
            if text.isdigit() and name == "as_of":
                continue  # a version
            answer = await http.get(path, params={name: text})
            assert answer.status_code == 422, (name, text, answer.text)
            assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [(name, code)], text
        if text.isascii() and text.isprintable() and text == text.strip():
            answer = await http.patch(f"{ACCOUNTS}/{id}", json={"city": "Ulm"}, headers={"X-Occurred-At": text})
            assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [("X-Occurred-At", "bad-moment")], text


TAKEN = {
    "2026-12-01T09:30:00+08:00": "2026-12-01T01:30:00.000000Z",
    "2026-12-01T09:30:00": "2026-12-01T09:30:00.000000Z",
    "2026-12-01 09:30": "2026-12-01T09:30:00.000000Z",
    "2026-12-01 09:30:00.5+0800": "2026-12-01T01:30:00.500000Z",
    "2026-12-01": "2026-12-01T00:00:00.000000Z",
}
REFUSED = ("2026-W49-2", "20261201T093000Z", "2026-12-01T24:00", "2026-02-30", "2026-12-01T09:30:00.1234567")


async def test_an_import_reads_moments_as_spreadsheets_write_them(desk: Office) -> None:
    cells = (*TAKEN, *REFUSED)
    report = await desk.run(CALLS, {"calls.csv": "Subject,Due\n" + "".join(f"{c},{c}\n" for c in cells)})
    wrong = [(r["row"], e["field"], e["code"]) for r in report["rejected"] for e in r["errors"]]
    assert wrong == [(cells.index(c) + 1, field, "moment") for c in REFUSED for field in ("start", "due")]
    await desk.suite.kernel.projector.catch_up()
    taken = {a["subject"]: a for a in (await desk.get(ACTIVITIES))["items"]}
    assert {subject: a["start"] for subject, a in taken.items()} == TAKEN
    day = taken["2026-12-01"]  # a task of a day is due at its end
    assert {s: a["due"] for s, a in taken.items() if a is not day} == {
        s: m for s, m in TAKEN.items() if s != day["due_on"]
    }
    assert (day["due"], day["due_on"]) == ("2026-12-01T23:59:59.999999Z", "2026-12-01")
