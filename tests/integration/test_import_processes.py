"""Imports over several processes: one accepts the files, another carries the import out, a third one answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from services.integration.import_job import IMPORT
from services.integration.imports import runner
from services.integration.imports.command_sender import RowSender
from services.integration.imports.execution import ImportExecution
from services.integration.imports.lookup import Finder
from services.integration.imports.progress import ImportProgress
from services.integration.imports.runner import Runner
from services.integration.jobs import claims, cleanup, previews
from services.integration.jobs.files import JobFiles, job_file
from services.integration.jobs.job_store import existing
from shared.clock import SystemIds
from shared.eventstore.port import StoreUnavailable
from shared.kernel.bus import CommandBus
from shared.kernel.repository import Repository
from shared.readlog.readlog import CATEGORY
from shared.security.keyring import KeysUnavailable
from shared.streaming import unfinished
from shared.views.port import ViewsUnavailable
from shared.views.sqlite import SqliteViews
from tests.support.import_processes import API, Installation, Process, installation

BATCH = 10
ROWS = 45
MAPPING = """\
name: Fair
steps:
  - name: accounts
    file: fair.csv
    resource: account
    fields: { name: Company, founded: Since }
"""
FAIR = "Company,Since\n" + "".join(f"Company {n},1999\n" for n in range(ROWS - 1)) + "Company X,soon\n"
Report = dict[str, Any]


@pytest.fixture
async def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Installation]:
    monkeypatch.setattr(runner, "BATCH", BATCH)
    async with installation(tmp_path) as opened:
        yield opened


class Gate:
    """Stops the n-th batch that any process sends: before its commands or after them, until it is opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, nth: int, after: bool = False) -> None:
        self.reached, self.open, self.batches = asyncio.Event(), asyncio.Event(), 0
        self._nth, self._after, self._send_all = nth, after, RowSender.send_all
        monkeypatch.setattr(RowSender, "send_all", self._wrapped())

    def _wrapped(self) -> Callable[..., Any]:
        async def send_all(sender: RowSender, step: Any, plans: Any) -> None:
            self.batches += 1
            held = self.batches == self._nth
            if held and not self._after:
                await self._hold()
            await self._send_all(sender, step, plans)
            if held and self._after:
                await self._hold()

        return send_all

    async def _hold(self) -> None:
        self.reached.set()
        await self.open.wait()


async def uploaded(process: Process, mapping: str = MAPPING, files: dict[str, str] | None = None) -> str:
    id: str = (await process.send(mapping, files or {"fair.csv": FAIR})).raise_for_status().json()["id"]
    return id


def ended_runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What each run of an import ends with, in any process: a mark, or the name of an error."""
    ends: list[str] = []
    run = Runner.run

    async def noted(self: Runner) -> Any:
        try:
            mark = await run(self)
        except Exception as error:
            ends.append(type(error).__name__)
            raise
        ends.append(type(mark).__name__)
        return mark

    monkeypatch.setattr(Runner, "run", noted)
    return ends


async def each_row_once(suite: Installation) -> None:
    accounts = await suite.accounts()
    assert {*accounts} == {f"Company {n}" for n in range(ROWS - 1)}
    assert {account["version"] for account in accounts.values()} == {1}
    streams = [one.stream for one in await suite.ports.store.read_all(0, 1_000, categories=["account"])]
    assert len(streams) == len(set(streams)) == ROWS - 1


async def released(suite: Installation, id: str) -> None:
    """Return when no process works on the import any more."""
    with existing(job_file(JobFiles(suite.ports.files).of_job(id))) as file:
        assert file is not None
        async with asyncio.timeout(60):
            while (claim := file.claimed()) is not None and claim[1] > suite.ports.clock.now():
                await asyncio.sleep(0.02)


async def types_of(suite: Installation, id: str) -> list[str]:
    return [one.type for one in await suite.ports.store.read(suite.founded.tenant, f"import-{id}")]


def totals(report: Report) -> tuple[int, int]:
    return report["totals"]["created"], report["totals"]["rejected"]


async def test_any_process_answers_for_an_import(suite: Installation) -> None:
    one, other = await suite.process(API), await suite.process(API)
    await suite.process("imports")
    id = await uploaded(one)
    events = await other.events(id)
    assert (events[-1]["status"], totals(events[-1])) == ("completed", (ROWS - 1, 1))
    await each_row_once(suite)
    for process in (one, other):
        assert await process.get(f"/imports/{id}/report") == events[-1]
        assert "Company X,soon" in (await process.client.get(f"/imports/{id}/rejected.csv")).text
        assert (await process.get(f"/imports/{id}"))["status"] == "completed"
    touched = (await suite.accounts())["Company 7"]["id"]
    change = await one.client.patch(f"/customer/accounts/{touched}", json={"city": "Bern"})
    assert change.is_success
    outcome = await one.revert(id)
    assert (outcome["status"], outcome["reverted"]) == ("reverted", {"archived": ROWS - 2, "undone": 0, "left": 1})
    assert touched in (await other.client.get(f"/imports/{id}/left.csv")).text


async def test_progress_is_seen_from_another_process(suite: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, looked, progress = Gate(monkeypatch, nth=3), asyncio.Event(), ImportProgress.progress

    def looks(self: ImportProgress, id: str) -> Any:
        found = progress(self, id)
        if found is not None and found["done"] == 2 * BATCH:
            looked.set()
        return found

    monkeypatch.setattr(ImportProgress, "progress", looks)
    one, other = await suite.process(API), await suite.process(API)
    await suite.process("imports")
    id = await uploaded(one)
    following = asyncio.create_task(other.events(id))
    await gate.reached.wait()
    await looked.wait()
    gate.open.set()
    events = await following
    seen = {"id": id, "status": "running", "doing": "accounts", "done": 20, "total": ROWS, "rejected": 0}
    assert seen in events
    assert events[-1]["status"] == "completed"


async def test_two_processes_carry_out_one_job_once(suite: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    ends = ended_runs(monkeypatch)
    api = await suite.process(API)
    for _ in range(2):
        await suite.process("imports")
    id = await uploaded(api)
    assert totals((await api.events(id))[-1]) == (ROWS - 1, 1)
    await each_row_once(suite)
    assert ends == ["Mark"]
    assert await types_of(suite, id) == ["integration.ImportStarted", "integration.ImportCompleted"]


@pytest.mark.parametrize("after", [False, True], ids=["batch planned", "batch sent"])
async def test_another_process_continues_what_a_killed_one_left(
    suite: Installation, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    monkeypatch.setattr(claims, "EXPIRES", 300_000)
    monkeypatch.setattr(claims, "RENEW_SECONDS", 0.05)
    gate = Gate(monkeypatch, nth=3, after=after)
    api, killed = await suite.process(API), await suite.process("imports")
    id = await uploaded(api)
    await gate.reached.wait()
    await killed.kill()
    assert (await api.get(f"/imports/{id}/report"))["status"] == "running"
    await suite.process("imports")
    assert totals((await api.events(id))[-1]) == (ROWS - 1, 1)
    assert gate.batches == 3 + 3  # the two that were done stay done
    await each_row_once(suite)


async def test_a_process_that_stood_still_gives_up_its_job(
    suite: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "EXPIRES", 300_000)
    monkeypatch.setattr(claims, "RENEW_SECONDS", 3_600.0)
    gate, ends = Gate(monkeypatch, nth=2), ended_runs(monkeypatch)
    api, still = await suite.process(API), await suite.process("imports")
    id = await uploaded(api)
    await gate.reached.wait()
    await asyncio.sleep(0.4)
    monkeypatch.setattr(claims, "EXPIRES", 60_000_000)
    await suite.process("imports")
    report = (await api.events(id))[-1]
    assert totals(report) == (ROWS - 1, 1)
    gate.open.set()
    async with asyncio.timeout(60):
        while len(ends) < 2:
            await asyncio.sleep(0.02)
    await still.stop()
    assert ends == ["Mark", "ClaimLost"]
    assert gate.batches == 2 + 4
    assert await api.get(f"/imports/{id}/report") == report
    assert await types_of(suite, id) == ["integration.ImportStarted", "integration.ImportCompleted"]
    await each_row_once(suite)


async def test_a_pause_stops_the_other_process_after_the_batch_in_hand(
    suite: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, nth=2)
    api, worker = await suite.process(API), await suite.process("imports")
    id = await uploaded(api)
    await gate.reached.wait()
    (await api.client.post(f"/imports/{id}/pause", json={"reason": "lunch"})).raise_for_status()
    gate.open.set()
    last = (await api.events(id))[-1]
    assert (last["status"], last["reason"]) == ("paused", "lunch")
    await released(suite, id)
    await worker.stop()
    assert len(await suite.ports.store.read_all(0, 1_000, categories=["account"])) == 2 * BATCH
    await suite.process("imports")
    (await api.client.post(f"/imports/{id}/resume", json={})).raise_for_status()
    assert totals((await api.events(id))[-1]) == (ROWS - 1, 1)
    await each_row_once(suite)


async def test_an_erased_import_ends_in_the_other_process_and_its_files_go(
    suite: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, nth=2)
    api = await suite.process(API)
    await suite.process("imports")
    id = await uploaded(api)
    folder = JobFiles(suite.ports.files).of_job(id)
    await gate.reached.wait()
    (await api.client.post(f"/imports/{id}/erase", json={})).raise_for_status()
    await asyncio.sleep(0.3)
    assert folder.exists()  # not while rows of it are being written
    gate.open.set()
    async with asyncio.timeout(60):
        while folder.exists() or (await api.get(f"/imports/{id}"))["name"] != "[erased]":
            await asyncio.sleep(0.02)
    assert (await api.events(id))[-1]["status"] == "failed"
    assert len(await suite.ports.store.read_all(0, 1_000, categories=["account"])) == 2 * BATCH
    assert not folder.exists()


async def test_a_dry_run_is_answered_by_any_process(suite: Installation) -> None:
    one, other, head = await suite.process(API), await suite.process(API), await suite.ports.store.head()
    await suite.process("imports")
    id = (await one.send(MAPPING, {"fair.csv": FAIR}, "/imports/dry-run")).json()["id"]
    report = (await other.events(id))[-1]
    assert (report["status"], totals(report)) == ("dry-run", (ROWS - 1, 1))
    assert await one.get(f"/imports/{id}/report") == report
    assert "Company X,soon" in (await other.client.get(f"/imports/{id}/rejected.csv")).text
    assert {one.category for one in await suite.ports.store.read_all(head, 100)} == {CATEGORY}


async def test_a_dry_run_of_a_killed_process_is_continued(suite: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "EXPIRES", 300_000)
    monkeypatch.setattr(claims, "RENEW_SECONDS", 0.05)
    gate = Gate(monkeypatch, nth=10**9)
    planned, plan = asyncio.Event(), Runner._plan

    async def held(self: Runner, *given: Any) -> None:
        planned.set()
        await gate.open.wait()
        await plan(self, *given)

    monkeypatch.setattr(Runner, "_plan", held)
    api, killed = await suite.process(API), await suite.process("imports")
    id = (await api.send(MAPPING, {"fair.csv": FAIR}, "/imports/dry-run")).json()["id"]
    await planned.wait()
    await killed.kill()
    gate.open.set()
    assert (await api.get(f"/imports/{id}/report"))["status"] == "running"
    await suite.process("imports")
    assert totals((await api.events(id))[-1]) == (ROWS - 1, 1)


async def test_dry_runs_are_bounded_and_go_with_an_erasure(
    suite: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previews, "KEPT", 2)
    one, other = await suite.process(API), await suite.process(API)
    ids = [(await p.send(MAPPING, {"fair.csv": FAIR}, "/imports/dry-run")).json()["id"] for p in (one, other, one)]
    found = [(await other.client.get(f"/imports/{id}/report")).status_code for id in ids]
    assert found == [404, 200, 200]
    guest = await one.create("/customer/contacts", given_name="Otto", family_name="Plain")
    (await one.client.post(f"/customer/contacts/{guest}/erase", json={})).raise_for_status()
    async with asyncio.timeout(60):
        while JobFiles(suite.ports.files).dry_runs():
            await asyncio.sleep(0.02)
    assert (await other.client.get(f"/imports/{ids[-1]}/report")).status_code == 404


async def test_what_is_outdated_goes_and_what_another_process_uses_stays(suite: Installation) -> None:
    files, ids, kernel = JobFiles(suite.ports.files), SystemIds(), (await suite.process(API)).kernel
    hour, day = 3_600_000_000, 86_400_000_000
    now = kernel.clock.now()
    kept = [files.of_upload(ids.new()), files.of_dry_run(ids.new())]
    gone = [files.of_upload(id_at(now - hour - 10**6)), files.of_dry_run(id_at(now - day - 10**6))]
    for folder in (*kept, *gone):
        folder.mkdir(parents=True)
        (folder / "0").write_text("Company\n")
    await cleanup.tidy(kernel)
    assert [folder.exists() for folder in (*kept, *gone)] == [True, True, False, False]


def id_at(micros: int) -> str:
    """An id that was given then."""
    digits = f"{micros // 1000:012x}" + SystemIds().new().replace("-", "")[12:]
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


async def test_a_start_while_the_views_do_not_answer_finds_the_imports_later(
    suite: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await suite.process(API)
    id = await uploaded(one)
    await one.kernel.queries.wait_for(IMPORT, id, suite.founded.tenant, 1)  # so no news of it will come
    scan, refusals = SqliteViews.scan, [ViewsUnavailable("away")]

    def sometimes(self: SqliteViews, *given: Any) -> Any:
        if refusals and given[0] == IMPORT.collection.name:
            raise refusals.pop()
        return scan(self, *given)

    monkeypatch.setattr(SqliteViews, "scan", sometimes)
    monkeypatch.setattr(unfinished, "RETRY_SECONDS", 0.0)
    await suite.process("imports")
    async with asyncio.timeout(60):
        assert (await one.events(id))[-1]["status"] == "completed"
    assert not refusals


async def test_a_store_that_does_not_answer_makes_no_process_forget_an_import(
    suite: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It refuses just when the process asks whether the import, which it could not carry out, is still unfinished."""
    run, load, refusals = ImportExecution.run, Repository.load, list[Exception]()

    async def taken(self: ImportExecution) -> None:
        refusals.append(StoreUnavailable("away"))
        monkeypatch.setattr(ImportExecution, "run", run)
        monkeypatch.setattr(Repository, "load", sometimes)

    async def sometimes(self: Repository, aggregate: Any, *given: Any) -> Any:
        if refusals and aggregate is IMPORT:
            raise refusals.pop()
        return await load(self, aggregate, *given)

    one = await suite.process(API)
    monkeypatch.setattr(ImportExecution, "run", taken)
    await suite.process("imports")
    id = await uploaded(one)
    async with asyncio.timeout(60):
        assert (await one.events(id))[-1]["status"] == "completed"


async def test_an_import_that_cannot_be_carried_out_ends_after_some_tries(
    suite: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = list[str]()

    async def broken(self: ImportExecution) -> None:
        tries.append(self._id)
        raise RuntimeError("broken")

    monkeypatch.setattr(unfinished, "TRIES", 2)
    monkeypatch.setattr(ImportExecution, "run", broken)
    one = await suite.process(API)
    await suite.process("imports")
    id = await uploaded(one)
    async with asyncio.timeout(10):
        last = (await one.events(id))[-1]
    job = await one.kernel.repository.load(IMPORT, suite.founded.tenant, id)
    assert (last["status"], job.reason) == ("failed", "unexpected: RuntimeError")
    assert tries == [id, id]


@pytest.mark.parametrize("error", [StoreUnavailable("away"), ViewsUnavailable("away"), KeysUnavailable("away")])
async def test_an_import_waits_for_what_does_not_answer_now(
    suite: Installation, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    fetch, execute, refusals = Finder.fetch, CommandBus.execute, {"fetch": error, "execute": error}

    async def fetched(self: Finder, *given: Any) -> None:
        if refusals.pop("fetch", None):
            raise error
        await fetch(self, *given)

    async def executed(self: CommandBus, *given: Any, **options: Any) -> Any:
        if options and refusals.pop("execute", None):
            raise error
        return await execute(self, *given, **options)

    monkeypatch.setattr(Finder, "fetch", fetched)
    monkeypatch.setattr(CommandBus, "execute", executed)
    one = await suite.process(API)
    await suite.process("imports")
    async with asyncio.timeout(60):
        assert (await one.events(await uploaded(one)))[-1]["status"] == "completed"
    assert not refusals
    await each_row_once(suite)
