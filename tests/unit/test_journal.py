"""The check that every kill test relies on finds each kind of loss by itself."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from shared.clock import SystemClock, SystemIds
from shared.events.envelope import Metadata, NewEvent
from shared.eventstore.port import Request
from shared.eventstore.sqlite import SqliteEventStore
from shared.http.headers import own_key
from shared.kernel.request_keys import stored_key
from shared.security.keyring_sqlite import SqliteKeyRing
from tests.support.journal import Asked, Journal

IDS = SystemIds()


async def redacted(folder: Path) -> tuple[Journal, Path]:
    """A log of three commands on one account, and the journal of who sent them."""
    journal, database = Journal("t1", "ann"), folder / "events.db"
    ring = SqliteKeyRing.open(folder / "keys")
    index = await ring.index_key("t1")
    await ring.close()
    store = SqliteEventStore.open(database, SystemClock())
    for version in range(3):
        one = journal.note("POST", "/customer/accounts", {}, changes=True)
        new = [NewEvent(IDS.new(), "test.Happened", 1, 1, b"{}")]
        metadata = Metadata(command=one.key, causation_id=one.key, reason=one.key)
        request = Request(stored_key(f"ann/{own_key('ann', one.key)}", index), bytes(32))
        done = await store.append("t1", "account-1", version, new, metadata, request)
        one.status, one.id, one.version = 201, "1", done.version
    await store.close()
    return journal, database


async def test_a_whole_log_passes(tmp_path: Path) -> None:
    journal, database = await redacted(tmp_path)
    assert journal.check(database) == 3
    journal.asked["unknown"] = Asked("unknown", "POST", "/customer/accounts", {})
    assert journal.check(database) == 3


@pytest.mark.parametrize(
    ("harm", "found"),
    [
        ("DELETE FROM events WHERE version = 3; DELETE FROM requests WHERE version = 3", "is lost"),
        ("DELETE FROM events WHERE version = 3", "left nothing"),
        ("DELETE FROM requests WHERE version = 3", "without its key"),
        ("DELETE FROM events WHERE version = 2", "gap"),
        ("UPDATE events SET version = 7 WHERE version = 3", "goes from 2 to 7"),
        ("UPDATE events SET recorded_at = 1 WHERE version = 2", "time goes back"),
        ("UPDATE requests SET version = 1 WHERE version = 3", "in part"),
        (
            "INSERT INTO events SELECT 4, tenant, stream, 4, 'again', type, schema_version, category, occurred_at, "
            'recorded_at, data, replace(metadata, \'"command":"\', \'"command":"x\') FROM events WHERE version = 3; '
            "UPDATE events SET metadata = json_set(metadata, '$.causation_id', json_extract(metadata, '$.command')) "
            "WHERE version = 4",
            "twice",
        ),
    ],
)
async def test_every_harm_is_found(tmp_path: Path, harm: str, found: str) -> None:
    journal, database = await redacted(tmp_path)
    with sqlite3.connect(database) as db:
        db.executescript(harm)
    db.close()
    with pytest.raises(AssertionError, match=found):
        journal.check(database)


async def test_a_refused_command_that_was_done_is_found(tmp_path: Path) -> None:
    journal, database = await redacted(tmp_path)
    next(iter(journal.asked.values())).status = 409
    with pytest.raises(AssertionError, match="refused and done"):
        journal.check(database)
