"""A backup of one engine is restored into another: the same events, the same root, and a restore that goes on."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from crm.backup_source import source_of
from shared.backup.create import Backup
from shared.backup.problems import BackupProblem
from shared.backup.restore import Wanted
from shared.events.envelope import Stored
from shared.eventstore.eventstoredb import EventStoreDB
from shared.eventstore.port import StoreUnavailable
from tests.support.backups import log_of, open_system, root_over
from tests.support.protocol_server import served


def _without_positions(events: list[Stored]) -> list[Stored]:
    return [event._replace(position=0) for event in events]


async def test_from_a_file_to_a_server_and_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(1)
    async with open_system(tmp_path) as ours, served(tmp_path) as server:
        await ours.ring.ensure("t1", ["ada"])
        await ours.append(20, dice)
        _, made = await ours.backup()
        events = await ours.events()
        monkeypatch.setenv("CRM_EVENTSTORE", f"esdb://127.0.0.1:{server.port}?tls=false")
        await ours.restore(tmp_path / "cluster")
        async with source_of(tmp_path / "cluster") as source:
            there = await source.log.read_all(0, 1000)
            assert _without_positions(there[:-1]) == _without_positions(events)
            assert root_over(there[:-1]) == made.root
            _, again = await Backup(source, ours.place, ours.key, ours.clock).create("incremental") or ("", made)
            assert (again.kind, again.timeline, again.root) == ("full", 2, root_over(there))
        with pytest.raises(BackupProblem, match="has events"):
            await ours.restore(tmp_path / "another")
        monkeypatch.delenv("CRM_EVENTSTORE")
        await ours.restore(tmp_path / "back", Wanted(to_position=again.position))
        assert _without_positions((await log_of(tmp_path / "back"))[:-1]) == _without_positions(there)


async def test_an_interrupted_restore_into_a_server_goes_on(tmp_path: Path) -> None:
    dice = random.Random(2)
    async with open_system(tmp_path) as ours, served(tmp_path) as server:
        await ours.append(30, dice)
        events = await ours.events()
        store = await EventStoreDB.open(
            f"esdb://127.0.0.1:{server.port}?tls=false", installation=ours.store.installation
        )
        await store.loader().add(events[:25])
        loader = store.loader()
        for start in range(0, len(events), 10):
            await loader.add(events[start : start + 10])
        await loader.finish()
        fewer = store.loader()
        await fewer.add(events[:7])
        with pytest.raises(StoreUnavailable, match="more events than the backup"):
            await fewer.finish()
        there = await store.read_all(0, 1000)
        await store.close()
    assert _without_positions(there) == _without_positions(events)
