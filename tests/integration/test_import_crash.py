"""An import that is killed goes on where it was, and so does its revert: nothing twice, nothing left out."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from services.integration.jobs.job_store import JobFile, Mark
from services.integration.samples import MAPPING_FILE, make_sample
from shared.faults import KILLED
from tests.support.importing import Office, office

UNTIL = date(2026, 6, 30)
ROWS = 560  # more than one batch
COMPANIES = """\
name: Companies
steps:
  - name: companies
    file: companies.csv
    resource: account
    fields: { name: Company }
"""


def child(crashpoint: str, *args: str) -> int:
    """Run the child until it ends or is killed at the point; its exit code."""
    command = [sys.executable, "-m", "tests.support.import_child", *args]
    environment = {**os.environ, "CRASHPOINT": crashpoint}
    done = subprocess.run(command, env=environment, capture_output=True, timeout=120, check=False)
    assert done.returncode in (0, KILLED), done.stderr.decode()[-2000:]
    return done.returncode


async def deals(desk: Office) -> list[dict[str, Any]]:
    scan = desk.suite.kernel.views.scan("opportunities")
    return [document async for _, _, document in scan]


async def live(desk: Office) -> Counter[str]:
    """How many records of each type are not archived."""
    found: Counter[str] = Counter()
    for name in ("accounts", "opportunities", "products", "teams", "users", "pipelines"):
        async for _, _, document in desk.suite.kernel.views.scan(name):
            found[name] += not document["archived"]
    return found


async def test_an_import_and_its_revert_survive_being_killed(tmp_path: Path) -> None:
    data, source = tmp_path / "data", tmp_path / "source"
    expected = make_sample(source, rows=ROWS, seed=5, language="en", until=UNTIL)
    async with office(data) as desk:
        before = await live(desk)

    assert child("append.after_commit:12", "import", str(data), str(source / MAPPING_FILE), str(source)) == KILLED

    async with office(data) as desk:
        [imported] = (await desk.get("/imports"))["items"]
        id = imported["id"]
        report = (await desk.events(id))[-1]
        assert report["status"] == "completed"
        assert report["totals"]["rejected"] == 0
        assert report["steps"][-1]["created"] == ROWS
        made = await deals(desk)
        assert len(made) == len({d["external_id"] for d in made}) == ROWS
        assert Counter(d["status"] for d in made)["won"] == expected.won.total()
        assert all(d["version"] == (1 if d["status"] == "open" else 2) for d in made)
        assert sum(int(float(d["amount"])) for d in made if d["status"] == "won") == expected.amount.total()
        assert (await live(desk))["accounts"] == expected.accounts

    assert child("append.after_commit:4", "revert", str(data), id) == KILLED

    async with office(data) as desk:
        outcome = (await desk.events(id))[-1]
        assert outcome["status"] == "reverted"
        assert outcome["reverted"]["left"] == 0
        assert await live(desk) == before
        assert {(d["archived"], d["version"]) for d in await deals(desk) if d["status"] == "open"} == {(True, 2)}


async def test_without_its_job_file_an_import_begins_again_and_does_nothing_twice(tmp_path: Path) -> None:
    data, source = tmp_path / "data", tmp_path / "source"
    make_sample(source, rows=300, seed=6, language="en", until=UNTIL)
    async with office(data):
        pass
    assert child("append.after_commit:11", "import", str(data), str(source / MAPPING_FILE), str(source)) == KILLED
    for file in (data / "imports").glob("*/job.db*"):
        file.unlink()
    async with office(data) as desk:
        [imported] = (await desk.get("/imports"))["items"]
        report = (await desk.events(imported["id"]))[-1]
        assert report["status"] == "completed"
        assert report["totals"]["rejected"] == 0
        made = await deals(desk)
        assert len(made) == len({d["external_id"] for d in made}) == 300
        assert all(d["version"] == (1 if d["status"] == "open" else 2) for d in made)


async def test_a_job_that_was_further_than_the_log_is_now_begins_again(tmp_path: Path) -> None:
    """The events were brought back to an earlier day, the imports' folder was not."""
    async with office(tmp_path / "data", working=False) as desk:
        sent = await desk.send(COMPANIES, {"companies.csv": "Company\n" + "".join(f"No {n}\n" for n in range(5))})
        id = sent.raise_for_status().json()["id"]
        await desk.suite.kernel.projector.catch_up()
        file = JobFile(tmp_path / "data" / "imports" / id / "job.db", b"secret")
        file.save(Mark(row=4, counts=[{"created": 4}], position=10**6, chain_hash="00" * 32))
        file.close()
    async with office(tmp_path / "data") as desk:
        report = (await desk.events(id))[-1]
        assert (report["status"], report["totals"]["created"]) == ("completed", 5)
        assert len((await desk.get("/customer/accounts"))["items"]) == 5


def claimed(job: Path) -> bool:
    """Whether a process works on a job."""
    try:
        with closing(sqlite3.connect(f"file:{job}?mode=ro", uri=True)) as db:
            return db.execute("SELECT 1 FROM claim").fetchone() is not None
    except sqlite3.OperationalError:
        return False  # not begun


async def test_a_job_store_that_is_damaged_while_the_suite_runs_is_made_again(tmp_path: Path) -> None:
    rows = 1_200
    async with office(tmp_path / "data") as desk:
        text = "Company\n" + "".join(f"No {n}\n" for n in range(rows))
        id = (await desk.send(COMPANIES, {"companies.csv": text})).raise_for_status().json()["id"]
        job = tmp_path / "data" / "imports" / id / "job.db"
        async with asyncio.timeout(90):
            while not claimed(job):
                await asyncio.sleep(0.01)
            (await desk.client.post(f"/imports/{id}/pause", json={})).raise_for_status()
            assert (await desk.events(id))[-1]["status"] == "paused"
            while claimed(job):
                await asyncio.sleep(0.05)  # the batch in hand is being finished
        for file in (tmp_path / "data" / "imports" / id).glob("job.db*"):
            file.write_bytes(b"\xa5" * 8_192)
        (await desk.client.post(f"/imports/{id}/resume", json={})).raise_for_status()
        report = (await desk.events(id))[-1]
        assert (report["status"], report["totals"]["created"]) == ("completed", rows)
        assert (await desk.get("/customer/accounts/count"))["count"] == rows
