"""`crm verify --data`: all organisations, and the log before anything else."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from crm.client import CommandFailed
from crm.compose import Suite
from crm.settings import Settings, WrongSetting
from crm.verifying import advice, describe, verify_directory
from services.audit import replays
from services.identity.setup import set_up
from shared.events.envelope import Stored
from shared.eventstore.chain import chain_hashes, genesis
from shared.eventstore.port import StoreBroken
from shared.eventstore.sqlite_check import installation_of
from shared.kernel.bus import Call
from shared.security.passwords import Passwords
from shared.security.permissions import system_access
from shared.streaming import witness
from tests.support.oracle import settle
from tests.support.pairs import prints
from tests.support.suite import PASSWORD, QUICK

OF_ACME = "CAST(data AS TEXT) LIKE '%Of acme%'"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two organisations, an account each."""
    folder = tmp_path_factory.mktemp("two") / "data"

    async def fill() -> None:
        suite = await Suite.open(Settings(folder))
        kernel = suite.kernel
        for name in ("acme", "globex"):
            done = await set_up(kernel, name, "Ada", f"ada@{name}.example", PASSWORD, "en", Passwords(QUICK))
            access = system_access(done.tenant)
            await kernel.bus.send("customer.CreateAccount", {"name": f"Of {name}"}, Call(access))
        await settle(kernel)
        await suite.close()

    asyncio.run(fill())
    return folder


@pytest.fixture
def data(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "data", symlinks=True))


def _change(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        db.execute(statement)
        assert db.execute("SELECT changes()").fetchone() == (1,)


def test_views_of_every_organisation_are_compared(data: Path) -> None:
    result = verify_directory(data, None)
    assert result["ok"], result
    assert [line["documents"] for line in result["views"] if line["view"] in ("accounts", "organisations")] == [2, 2]
    with closing(sqlite3.connect(data / "views.db")) as db:
        (table,) = db.execute("SELECT 'c' || id || '_body' FROM collections WHERE name = 'accounts'").fetchone()
    _change(data / "views.db", f"UPDATE {table} SET body = replace(body, 'Of globex', 'Of nobody') WHERE id = 2")
    result = verify_directory(data, None)
    [line] = [line for line in result["views"] if not line["ok"]]
    assert (line["view"], line["different_count"], result["log"]["ok"]) == ("accounts", 1, True)
    assert "run `crm replay`" in advice(result)
    assert verify_directory(data, "acme")["ok"]


def test_a_changed_event_is_named_and_nothing_is_opened_or_replayed(data: Path) -> None:
    changed = "CAST(replace(CAST(data AS TEXT), 'Of acme', 'Of ours') AS BLOB)"
    _change(data / "events.db", f"UPDATE events SET data = {changed} WHERE {OF_ACME}")
    before = prints(data)
    result = verify_directory(data, None)
    assert prints(data) == before
    [finding] = result["log"]["findings"]
    assert (result["ok"], result["views"], finding["version"]) == (False, [], 1)
    assert finding["stream"].startswith("account-")
    assert finding["stream"] in "\n".join(describe(result))
    assert "do not replay" in advice(result)
    with pytest.raises(WrongSetting, match=r"is not the one that was written here.*do not replay"):
        asyncio.run(Suite.open(Settings(data)))


def test_an_end_that_is_cut_off_is_told_by_the_views(data: Path) -> None:
    for table in ("events", "chain"):
        _change(data / "events.db", f"DELETE FROM {table} WHERE position = (SELECT max(position) FROM {table})")
    result = verify_directory(data, None)
    report = "\n".join(describe(result))
    assert "views.db knew: the log was cut off" in report
    assert "keys/keys.db knew: the log was cut off" in report


def _rewrite(db: sqlite3.Connection) -> None:
    """The first account has another name, and every chain hash from it on is computed again."""
    changed = "CAST(replace(CAST(data AS TEXT), 'Of acme', 'Of ours') AS BLOB)"
    assert db.execute(f"UPDATE events SET data = {changed} WHERE {OF_ACME}").rowcount == 1
    rows = db.execute(f"SELECT {', '.join(Stored._fields)} FROM events ORDER BY position").fetchall()
    db.execute("DELETE FROM chain")
    db.executemany(
        "INSERT INTO chain VALUES (?, ?)", chain_hashes(genesis(installation_of(db)), map(Stored._make, rows))
    )


def _cut_off(db: sqlite3.Connection) -> None:
    (head,) = db.execute("SELECT max(position) FROM events").fetchone()
    for table in ("events", "chain", "requests"):
        db.execute(f"DELETE FROM {table} WHERE position > ?", (head - 3,))


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory of a first run that was never stopped, without its views."""
    folder = tmp_path_factory.mktemp("killed")

    async def work() -> None:
        suite = await Suite.open(Settings(folder / "live"))
        kernel = suite.kernel
        done = await set_up(kernel, "acme", "Ada", "ada@acme.example", PASSWORD, "en", Passwords(QUICK))
        for name in ("Of acme", "Other"):
            await kernel.bus.send("customer.CreateAccount", {"name": name}, Call(system_access(done.tenant)))
        await settle(kernel)
        await suite.start()
        while (await kernel.keys.log_head()).position < await kernel.store.head():
            await asyncio.sleep(0.02)
        shutil.copytree(folder / "live", folder / "data", symlinks=True)
        await suite.close()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(witness, "EVERY_SECONDS", 0.05)
        asyncio.run(work())
    for file in (folder / "data").glob("views.db*"):
        file.unlink()
    return folder / "data"


@pytest.mark.parametrize("tamper", [_rewrite, _cut_off])
def test_the_keys_know_the_log_of_a_suite_that_was_killed(
    tmp_path: Path, killed: Path, tamper: Callable[[sqlite3.Connection], None]
) -> None:
    data = Path(shutil.copytree(killed, tmp_path / "data", symlinks=True))
    with closing(sqlite3.connect(data / "events.db", isolation_level=None)) as db:
        tamper(db)
    result = verify_directory(data, None)
    [finding] = result["log"]["findings"]
    assert "keys/keys.db knew: the log was cut off, replaced or rewritten" in finding["problem"]


async def test_a_running_suite_tells_each_organisation_of_its_own_events_only(data: Path) -> None:
    suite = await Suite.open(Settings(data))
    try:
        kernel = suite.kernel
        tenants = [tenant async for tenant, _, _ in kernel.views.scan("organisations")]
        _change(data / "events.db", f"UPDATE events SET type = 'x' WHERE {OF_ACME}")
        reports = [await replays.check_log(kernel, tenant, lambda _: None) for tenant in [*tenants, None]]
        assert [r["ok"] for r in reports] == [False] * 3
        assert sorted(r["findings"][0]["stream"].partition("-")[0] for r in reports) == ["", "account", "account"]
        with pytest.raises(StoreBroken, match="nothing was replayed"):
            await replays.replay(kernel, list(kernel.catalogue), False, lambda _: None)
    finally:
        await suite.close()


def test_no_directory_and_a_running_suite_are_one_line(tmp_path: Path, data: Path) -> None:
    with pytest.raises(CommandFailed, match="no data directory"):
        verify_directory(tmp_path / "nothing", None)

    async def meanwhile() -> None:
        suite = await Suite.open(Settings(data))
        try:
            with pytest.raises(CommandFailed, match="in use"):
                await asyncio.to_thread(verify_directory, data, None)
        finally:
            await suite.close()

    asyncio.run(meanwhile())
