"""Backups and restores of a small system: what comes back is what was there, also at any earlier moment."""

from __future__ import annotations

import os
import random
from pathlib import Path
from uuid import uuid4

import boto3
import orjson
import pytest
from moto.server import ThreadedMotoServer

from crm.backup_source import source_of
from shared.backup.create import Backup
from shared.backup.place import Place
from shared.backup.problems import BackupProblem
from shared.backup.prune import prune
from shared.backup.restore import Restore, Wanted
from shared.backup.verify import verify
from shared.blobs.objects import ObjectBlobs
from shared.events.envelope import Stored
from shared.eventstore.sqlite_peek import check_file
from shared.security.keyring_sqlite import SqliteKeyRing
from shared.security.ringcopy import RingCopy
from tests.support.backups import log_of, open_system, root_over

CASES = 200 if os.environ.get("CRM_PROVE") else 6
DAY = 86_400_000_000


async def test_what_was_backed_up_comes_back(tmp_path: Path) -> None:
    dice, data = random.Random(1), tmp_path / "restored"
    async with open_system(tmp_path) as ours:
        await ours.ring.ensure("t1", ["ada", "bob", "cleo"])
        await ours.files.put("files/t1/f1/c1/00000000", b"ciphertext")
        kinds = []
        for kind in ("incremental", "archive", "incremental", "full", "archive", "archive"):
            await ours.append(8, dice)
            kinds.append((await ours.backup(kind))[1].kind)
        assert kinds == ["full", "archive", "incremental", "full", "archive", "archive"]
        await ours.ring.destroy("t1", "bob")
        await ours.append(1, dice)
        _, last = await ours.backup("incremental")
        found = await ours.verify()
        assert found.ok, found.findings
        made, events = await ours.restore(data), await ours.events()
    assert await log_of(data) == [*events, (await log_of(data))[-1]]
    assert made.root == last.root == root_over(events)
    begun = (await log_of(data))[-1]
    assert begun.type == "audit.SystemRestored"
    assert orjson.loads(begun.data)["root"] == made.root
    assert check_file(data / "events.db", [], lambda _: None).findings == []
    assert (data / "files/files/t1/f1/c1/00000000").read_bytes() == b"ciphertext"
    ring = SqliteKeyRing.open(data / "keys")
    assert [key is None for key in (await ring.find([("t1", "ada"), ("t1", "bob"), ("t1", "cleo")])).values()] == [
        False,
        True,
        False,
    ]
    await ring.close()


async def test_an_incremental_backup_holds_the_new_events_only(tmp_path: Path) -> None:
    dice = random.Random(2)
    async with open_system(tmp_path) as ours:
        await ours.append(50, dice)
        _, full = await ours.backup()
        _, nothing = await ours.backup()
        await ours.append(1, dice)
        _, some = await ours.backup()
    assert (full.first, full.size) == (0, full.events)
    assert (nothing.events, nothing.segments, nothing.root) == (0, [], full.root)
    assert some.first == full.size
    assert 1 <= some.events <= 5
    assert sum(file.size for file in some.segments) < full.segments[0].size / 3


@pytest.mark.parametrize("case", range(CASES))
async def test_a_restore_to_any_moment_is_the_log_up_to_there(tmp_path: Path, case: int) -> None:
    dice = random.Random(case)
    async with open_system(tmp_path) as ours:
        for _ in range(dice.randint(1, 5)):
            await ours.append(dice.randint(0, 12), dice)
            await ours.backup(dice.choice(("full", "incremental", "archive")))
        events = await ours.events()
        if not events:
            return
        one, by_time = dice.choice(events), dice.random() < 0.5
        wanted = Wanted(to_time=one.recorded_at) if by_time else Wanted(to_position=one.position)
        made = await ours.restore(tmp_path / "restored", wanted)

    def is_in(event: Stored) -> bool:
        return event.recorded_at <= one.recorded_at if by_time else event.position <= one.position

    expected = [event for event in events if is_in(event)]
    behind = events[len(expected) :]
    while (
        expected
        and behind
        and expected[-1].stream == behind[0].stream
        and expected[-1].recorded_at == behind[0].recorded_at
    ):
        behind.insert(0, expected.pop())  # half an append is none
    assert (await log_of(tmp_path / "restored"))[:-1] == expected
    assert (made.size, made.root) == (len(expected), root_over(expected))


def _append_of(event: Stored) -> tuple[str, int]:
    return event.stream, event.recorded_at


async def test_who_was_erased_stays_erased_from_old_backups_too(tmp_path: Path) -> None:
    dice = random.Random(4)
    async with open_system(tmp_path) as ours:
        await ours.ring.ensure("t1", ["ada", "bob"])
        await ours.append(5, dice)
        old, before = await ours.backup()
        await ours.append(5, dice)
        await ours.ring.destroy("t1", "bob")
        await ours.backup()
        await ours.restore(tmp_path / "restored", Wanted(name=old, to_position=before.position))
        stolen = RingCopy(bytes(32), [], [], [("t1", "bob", 1, b"x"), ("t1", "eve", 1, b"y")], [])
    ring = SqliteKeyRing.open(tmp_path / "restored/keys")
    assert (await ring.find([("t1", "bob")])) == {("t1", "bob"): None}
    gone = {*(await ring.destroyed_since(0))}
    await ring.close()
    assert [one[1] for one in stolen.without(gone, 9).people] == ["eve"]


async def test_after_a_restore_a_new_timeline_begins(tmp_path: Path) -> None:
    dice = random.Random(5)
    async with open_system(tmp_path) as ours:
        await ours.append(10, dice)
        _, first = await ours.backup()
        await ours.restore(tmp_path / "restored")
        async with source_of(tmp_path / "restored") as source:
            made = await Backup(source, ours.place, ours.key, ours.clock).create("incremental")
        assert made is not None
        assert (made[1].kind, made[1].timeline, made[1].size) == ("full", 2, first.size + 1)
        with pytest.raises(BackupProblem, match="is the old suite still running"):
            await ours.backup()
        again = await ours.restore(tmp_path / "again", Wanted(timeline=1))
        assert (again.timeline, again.size) == (3, first.size)
        assert (await ours.verify()).ok


async def test_another_log_than_the_one_backed_up_is_refused(tmp_path: Path) -> None:
    dice = random.Random(6)
    async with open_system(tmp_path / "a") as ours, open_system(tmp_path / "b") as others:
        await ours.append(3, dice)
        await others.append(3, dice)
        await ours.backup()
        others.key = ours.key
        with pytest.raises(BackupProblem, match="holds backups of the system"):
            await others.backup(target=ours.target)


async def test_old_backups_are_pruned_and_the_rest_is_whole(tmp_path: Path) -> None:
    dice = random.Random(7)
    async with open_system(tmp_path) as ours:
        for kind in ("full", "archive", "incremental", "full", "archive", "incremental", "archive", "full"):
            await ours.append(4, dice)
            await ours.files.put(f"files/t1/f/c/{ours.clock.ahead:020}", b"x")
            await ours.backup(kind)
            ours.clock.ahead += 40 * DAY
        (ours.target / "log/left").write_bytes(b"by an interrupted backup")
        assert (await ours.verify()).findings == [
            "log/left belongs to no backup: an interrupted one left it, or somebody put it there"
        ]
        gone = await prune(ours.place, ours.key, keep_full=2, keep_days=30, now=ours.clock.now(), leftovers=True)
        found = await ours.verify()
        made = await ours.restore(tmp_path / "restored")
        assert (len(gone), found.findings, found.backups) == (5, [], 3)
        assert (await log_of(tmp_path / "restored"))[:-1] == await ours.events()
        assert made.files == len(await ours.files.keys("files"))


async def test_a_backup_in_an_object_store(tmp_path: Path) -> None:
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    login = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    bucket = f"crm-{uuid4()}"
    at = f"http://{host}:{port}"
    boto3.client("s3", endpoint_url=at, region_name="us-east-1", **login).create_bucket(Bucket=bucket)
    options = {**login, "region": "us-east-1", "endpoint": at, "client_options": {"allow_http": True}}
    place = Place(ObjectBlobs.in_s3(f"s3://{bucket}/crm", **options), f"s3://{bucket}/crm")
    try:
        async with open_system(tmp_path) as ours:
            for _ in range(2):
                await ours.append(10, random.Random(8))
                async with source_of(ours.folder) as source:
                    await Backup(source, place, ours.key, ours.clock).create("archive")
            found = await verify(place, ours.key, deep=True, again=0)
            assert (found.ok, found.backups, found.events) == (True, 2, len(await ours.events()))
            chain = await Restore(place, ours.key, Wanted(), ours.clock).chain()
            assert chain.end.size == found.events
    finally:
        server.stop()
