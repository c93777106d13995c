"""What the suite keeps of idempotent requests gives nobody's data away, in old files too."""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Iterator
from hashlib import blake2b, md5, sha1, sha256
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from crm.compose import Suite
from crm.settings import Settings
from services.identity.setup import SetUp
from shared.clock import SystemClock
from shared.eventstore.port import StoreUnavailable
from shared.eventstore.sqlite import SqliteEventStore
from shared.eventstore.sqlite_file import FORMAT
from shared.http.headers import own_key
from tests.security.suite import Stage, open_stage

PHONE = "+861055501997"
BODY = {"family_name": "Quill", "phone": PHONE}
KEY = f"new-{PHONE}"


def bodies() -> Iterator[bytes]:
    """What an attacker who guesses the number would hash."""
    for body in (BODY, PHONE, KEY):
        yield orjson.dumps(body)
        yield str(body).encode()
    yield orjson.dumps(["customer.CreateContact", None, BODY], option=orjson.OPT_SORT_KEYS)


def digests() -> Iterator[bytes]:
    for body in bodies():
        for algorithm in (md5, sha1, sha256, blake2b):
            yield algorithm(body).digest()
        yield blake2b(body, digest_size=16).digest()


def unkeyed(content: bytes) -> list[str]:
    """The hashes that could be computed from the number alone and stand in the content, as bytes or hex."""
    low = content.lower()
    return [d.hex() for d in digests() if d in content or d.hex().encode() in low]


def files(folder: Path) -> dict[str, list[str]]:
    found = {str(f.relative_to(folder)): unkeyed(f.read_bytes()) for f in folder.rglob("*") if f.is_file()}
    return {name: hashes for name, hashes in found.items() if hashes}


async def post(stage: Stage, path: str, body: Any, key: str = KEY) -> httpx.Response:
    client = await stage.client(stage.acme.tenant, stage.acme.user)
    return await client.post(path, json=body, headers={"Idempotency-Key": key})


def rows(folder: Path) -> list[tuple[str, bytes]]:
    with sqlite3.connect(folder / "events.db") as db:
        found = db.execute("SELECT key, proof FROM requests WHERE stream LIKE 'contact-%'").fetchall()
    db.close()
    return found


async def test_nothing_that_is_kept_of_a_request_can_be_computed_back(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        keys, tenant = stage.suite.kernel.keys, stage.acme.tenant
        made = await post(stage, "/customer/contacts", BODY)
        id, again = made.json()["id"], await post(stage, "/customer/contacts", BODY)
        assert (made.status_code, again.status_code, again.json()["id"]) == (201, 201, id)
        other = await post(stage, "/customer/contacts", BODY | {"phone": "+861055501998"})
        assert other.status_code == 422
        index, person = await keys.index_key(tenant), await keys.key(tenant, id)
        assert person is not None
        body = sha256(list(bodies())[-1]).digest()
        ((_, proof),) = rows(tmp_path)[-1:]
        assert proof == hmac.digest(person, b"request|" + body, "sha256")  # what is computed below is what is kept
        assert files(tmp_path) == {}
        erased = await post(stage, f"/customer/contacts/{id}/erase", {}, "erase")
        assert erased.status_code == 200
        assert await keys.key(tenant, id) is None
        for _, kept in rows(tmp_path):
            assert kept not in {hmac.digest(index, b"request|" + sha256(b).digest(), "sha256") for b in bodies()}


async def test_after_an_erasure_a_repeat_is_answered_as_the_first_time_and_nothing_is_written(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        id = (await post(stage, "/customer/contacts", BODY)).json()["id"]
        for _ in range(2):
            assert (await post(stage, f"/customer/contacts/{id}/erase", {}, "erase")).status_code == 200
        head = await stage.suite.kernel.store.head()
        again = await post(stage, "/customer/contacts", BODY)
        assert (again.status_code, again.json()["id"]) == (201, id)
        for path, body in (("/customer/accounts", {"name": "Acme"}), ("/customer/contacts/x/erase", {})):
            assert (await post(stage, path, body)).status_code in (404, 422)
        assert await stage.suite.kernel.store.head() == head


def to_format_1(database: Path, stage_rows: list[tuple[Any, ...]]) -> None:
    """The file as an older program left it."""
    with sqlite3.connect(database, isolation_level=None) as db:
        for later in ("requests", "meta", "chain"):
            db.execute(f"DROP TABLE {later}")
        db.execute(
            "CREATE TABLE requests(tenant TEXT NOT NULL, key TEXT NOT NULL, digest BLOB NOT NULL, stream TEXT NOT NULL,"
            " version INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY(tenant, key)) WITHOUT ROWID"
        )
        db.executemany("INSERT INTO requests VALUES (?, ?, ?, ?, ?, ?)", stage_rows)
        db.execute("PRAGMA user_version=1")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


async def old_file(folder: Path) -> tuple[SetUp, str]:
    """A data directory of format 1: one request about a person among thousands of others. Returns the person's id."""
    async with open_stage(folder) as stage:
        acme = stage.acme
        id = (await post(stage, "/customer/contacts", BODY, "first")).json()["id"]
    name, digest = f"{acme.user}/{own_key(acme.user, KEY)}", sha256(list(bodies())[-1]).digest()
    others = [(acme.tenant, f"import/{n:06}", bytes(32), f"account-{n}", 1, n) for n in range(4_000)]
    to_format_1(folder / "events.db", [*others, (acme.tenant, name, digest, f"contact-{id}", 1, 1)])
    return acme, id


async def test_an_old_file_is_re_keyed_and_its_old_bytes_are_gone(tmp_path: Path) -> None:
    acme, id = await old_file(tmp_path)
    assert files(tmp_path)["events.db"]
    suite = await Suite.open(Settings(tmp_path))
    try:
        assert files(tmp_path) == {}
        stage = Stage(suite, acme, acme)
        again = await post(stage, "/customer/contacts", BODY)
        assert (again.status_code, again.json()["id"]) == (201, id)
        assert (await post(stage, "/customer/contacts", {"name": "Otto Plain"})).status_code == 422
        for client in stage.clients.values():
            await client.aclose()
    finally:
        await suite.close()
    with sqlite3.connect(tmp_path / "events.db") as db:
        assert db.execute("SELECT count(*) FROM requests").fetchone() == (4_001,)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("PRAGMA user_version").fetchone() == (FORMAT,)
    db.close()


async def test_an_upgrade_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    await old_file(tmp_path)

    def fails(rows: object) -> Any:
        raise OSError("the keys cannot be read")

    with pytest.raises(OSError, match="cannot be read"):
        SqliteEventStore.open(tmp_path / "events.db", SystemClock(), rekey=fails)
    with pytest.raises(StoreUnavailable, match="older format"):
        SqliteEventStore.open(tmp_path / "events.db", SystemClock())
    with sqlite3.connect(tmp_path / "events.db") as db:
        assert db.execute("SELECT count(*) FROM requests WHERE length(digest) = 32").fetchone() == (4_001,)
    db.close()
