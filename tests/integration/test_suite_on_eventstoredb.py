"""The suite over the protocol of EventStoreDB: set-up, commands, an outage, another start, and what does not belong."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from crm.compose import Suite
from crm.settings import Settings, WrongSetting
from crm.target import private_server
from services.identity.setup import set_up
from shared.clock import SystemClock
from shared.eventstore.eventstoredb import EventStoreDB
from shared.eventstore.port import StoreUnavailable
from shared.eventstore.sqlite import SqliteEventStore
from tests.contract.eventstore_help import METADATA, new, stream_of
from tests.support.certificates import make
from tests.support.protocol_server import PASSWORD, USER, Running, start_server

pytestmark = pytest.mark.one_process


def address(running: Running) -> str:
    assert running.files is not None
    return f"esdb://{USER}:{PASSWORD}@127.0.0.1:{running.port}?defaultDeadline=2000&tlsCaFile={running.files.authority}"


async def refusal(data: Path) -> str:
    with pytest.raises(WrongSetting) as caught:
        await Suite.open(Settings(data))
    return str(caught.value)


async def test_the_suite_on_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files, log, data = make(tmp_path / "certificates"), tmp_path / "log", tmp_path / "data"
    running = await start_server(log, files)
    monkeypatch.setenv("CRM_EVENTSTORE", address(running))
    suite = await Suite.open(Settings(data))
    done = await set_up(suite.kernel, "Acme", "Ada", "ada@example.com", "correct horse battery 9", "en")
    await suite.start()
    await suite.kernel.projector.reach(await suite.kernel.store.head())
    head = await suite.kernel.store.head()

    await running.stop()
    with pytest.raises(StoreUnavailable):
        await suite.kernel.store.head()
    await asyncio.sleep(3)
    assert [t.exception() for t in suite.tasks if t.done()] == []
    running = await start_server(log, files, running.port)
    assert await suite.kernel.store.head() >= head  # reactions to the set-up may have been written before the stop
    verified = await suite.verify_views(None, lambda _: None)
    assert verified["ok"]
    await suite.close()

    again = await Suite.open(Settings(data))
    assert await again.operator_token("Acme")
    assert await again.kernel.store.read(done.tenant, f"user-{done.user}")
    await again.close()

    assert "keys.db is missing, but the event store has events" in await refusal(tmp_path / "no keys")
    other = await start_server(tmp_path / "another log", files)
    monkeypatch.setenv("CRM_EVENTSTORE", address(other))
    await (await EventStoreDB.open(address(other))).close()
    assert "belongs to installation" in await refusal(data)
    await other.stop()
    embedded = SqliteEventStore.open(tmp_path / "embedded" / "events.db", SystemClock())
    await embedded.append("t1", stream_of(), 0, new(1), METADATA)
    await embedded.close()
    assert "has 1 events, but CRM_EVENTSTORE names a server" in await refusal(tmp_path / "embedded")
    monkeypatch.setenv("CRM_EVENTSTORE", "esdb://host?tsl=false")
    assert "CRM_EVENTSTORE: the address of the event store has an unknown option tsl" in await refusal(data)
    await running.stop()


async def test_a_command_in_a_folder_of_its_own_is_no_notary_and_has_no_warehouse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a cluster one process is, and one has."""
    running = await start_server(tmp_path / "log", make(tmp_path / "certificates"))
    monkeypatch.setenv("CRM_EVENTSTORE", address(running))
    monkeypatch.setenv("CRM_WAREHOUSE", "chdb://127.0.0.1:1")
    (folder := tmp_path / "empty").mkdir()

    def asked() -> None:
        with private_server(folder) as private, (tmp_path / "log.zip").open("wb") as out:
            assert private.server.suite.kernel.notary is None
            assert private.verify(None, lambda _: None)["left_out"] == ["warehouse"]
            with pytest.raises(WrongSetting, match=r"has no notary\.key: name the data directory of the process"):
                private.export_log(out)

    await asyncio.to_thread(asked)
    assert not (folder / "keys" / "notary.key").exists()
    assert not (folder / "warehouse").exists()
    await running.stop()
