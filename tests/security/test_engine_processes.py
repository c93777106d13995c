"""The engines of a real suite: they end with it, however it ends, and no log holds what people ask."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from tests.durability.history import History, make_template, new_history
from tests.durability.scale import LIMIT
from tests.support.wire import Wire

pytestmark = LIMIT
SECRET = "zq8-what-somebody-asked-for"
QUESTIONS = (
    f"SELECT '{SECRET}' AS a",
    f"SELECT '{SECRET}",
    f"SELECT toDate('{SECRET}') FROM opportunities",
    f"SELECT toInt64('{SECRET}') AS a",
    f"SELECT `{SECRET}` FROM opportunities",
    f"SELECT file('/{SECRET}')",
    f"SELECT throwIf(1, '{SECRET}')",
    f"SELECT count() FROM opportunities WHERE name LIKE '%{SECRET}%' AND name = '%s %(x)s {{x:String}}'",
)


def engines_of(suite: int) -> list[int]:
    """The processes that a suite has started."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
        except OSError:
            continue
        if int(lines["PPid"]) == suite and "Z" not in lines["State"]:
            found.append(int(status.parent.name))
    return found


def wait_until_gone(processes: list[int], seconds: float = 20.0) -> None:
    until = time.monotonic() + seconds
    while any(Path(f"/proc/{p}").exists() for p in processes):
        assert time.monotonic() < until, "engines outlived their suite"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("suite"))


async def ask(wire: Wire, sql: str) -> int:
    return (await wire.ask("POST", "/analytics/sql", {"sql": sql})).status


async def served(history: History, url: str) -> Wire:
    """A wire of an administrator, whose first question was answered."""
    await history.check(url)
    wire = Wire(url, history.token)
    assert await ask(wire, "SELECT count() AS n FROM opportunities") == 200
    return wire


async def test_a_suite_that_is_killed_leaves_no_engine_and_one_that_is_asked_to_end_neither(
    tmp_path: Path, template: Path
) -> None:
    history = new_history(tmp_path, template, "engines")
    for end in ("kill", "terminate"):
        with history.started() as running:
            assert running.await_ready(), running.said
            wire = await served(history, running.url)
            engines = engines_of(running.pid)
            assert len(engines) == 2
            exploding = asyncio.create_task(ask(wire, "SELECT sleep(3) AS a"))
            getattr(running, end)()
            code = await asyncio.to_thread(running.wait, 20)
            assert code == (-9 if end == "kill" else 0), running.said
            await asyncio.to_thread(wait_until_gone, engines)
            await asyncio.gather(exploding, return_exceptions=True)


async def test_no_log_learns_what_people_ask(tmp_path: Path, template: Path) -> None:
    history = new_history(tmp_path, template, "questions")
    with history.started() as running:
        assert running.await_ready(), running.said
        wire = await served(history, running.url)
        answers = [await ask(wire, sql) for sql in QUESTIONS]
        assert answers[0] == 200
        assert set(answers) <= {200, 422}
        assert 422 in answers
        running.terminate()
        assert await asyncio.to_thread(running.wait, 20) == 0, running.said
        assert "callers' SQL runs behind these walls" in running.said
        assert SECRET not in running.said
    held = [f for f in history.data.rglob("*") if f.is_file() and SECRET.encode() in f.read_bytes()]
    assert held == []
