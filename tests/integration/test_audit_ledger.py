"""The ledger over HTTP: proofs that a client can check by itself, within the caller's rights."""

from __future__ import annotations

from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from crm.compose import Suite
from crm.drill_report import said
from shared.backup.status import MEASURED
from shared.kernel.bus import Call
from shared.ledger.leaf import leaf_of
from shared.ledger.merkle import verify_consistency, verify_inclusion
from shared.ledger.note import VerifierKey, verified
from shared.messages import say
from shared.security.permissions import system_access
from tests.support.importing import Office, office


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path / "data") as at_work:
        yield at_work


async def signed(suite: Suite) -> None:
    """Until a checkpoint covers all that is there."""
    assert suite.kernel.ledger is not None
    assert suite.kernel.notary is not None
    await suite.kernel.ledger.catch_up()
    await suite.kernel.notary.sign()
    await suite.kernel.ledger.catch_up()


async def get(desk: Office, path: str, **params: Any) -> Any:
    return (await desk.client.get(f"/audit/{path}", params=params)).raise_for_status().json()


def hexes(texts: list[str]) -> list[bytes]:
    return [bytes.fromhex(one) for one in texts]


async def test_a_client_checks_an_event_against_the_checkpoint_it_keeps(desk: Office) -> None:
    id = await desk.create("/customer/accounts", name="Acme 有限公司")
    await signed(desk.suite)
    kept = (await get(desk, "checkpoints", last=1))["items"][0]
    key = VerifierKey.parse(kept["key"])
    event = (await get(desk, f"streams/account-{id}"))["items"][0]
    proof = await get(desk, f"events/{event['event_id']}/proof", size=kept["size"])
    assert (proof["event"], proof["note"], proof["root"]) == (event, kept["note"], kept["root"])
    stored = (await desk.suite.kernel.store.read(desk.tenant, f"account-{id}"))[0]
    assert proof["leaf_hash"] == leaf_of(stored).hex()
    digests = proof["data_sha256"], proof["metadata_sha256"]
    assert digests == (sha256(stored.data).hexdigest(), sha256(stored.metadata).hexdigest())
    root = verified(kept["note"], [key]).root
    assert verify_inclusion(proof["leaf"], kept["size"], leaf_of(stored), hexes(proof["proof"]), root)
    await desk.create("/customer/accounts", name="Globex")
    await signed(desk.suite)
    newest = (await get(desk, "checkpoints", after=kept["version"]))["items"][-1]
    grown = await get(desk, "consistency", **{"from": kept["size"]})
    assert (grown["old_size"], grown["new_size"]) == (kept["size"], newest["size"])
    new_root = verified(newest["note"], [key]).root
    assert verify_consistency(kept["size"], newest["size"], root, new_root, hexes(grown["proof"]))
    assert (await get(desk, f"events/{event['event_id']}/proof"))["size"] == newest["size"]
    answer = await desk.client.post("/audit/ledger-verifications", json={"after": 2}, timeout=60)
    report = orjson.loads(answer.text.split("data: ")[-1])
    assert report["ok"], report
    assert report["leaves"] == report["size"] - 2
    assert report["checkpoints"] > 0


async def test_what_cannot_be_proven_is_refused(desk: Office) -> None:
    await signed(desk.suite)
    id = await desk.create("/customer/accounts", name="Late")
    event = (await get(desk, f"streams/account-{id}"))["items"][0]["event_id"]
    assert desk.suite.kernel.ledger is not None
    await desk.suite.kernel.ledger.catch_up()
    behind = await desk.client.get(f"/audit/events/{event}/proof")
    assert (behind.status_code, behind.json()["type"].rpartition("/")[2]) == (503, "unavailable")
    small = await desk.client.get(f"/audit/events/{event}/proof", params={"size": 1})
    assert field_of(small) == ("size", "out-of-range")
    everywhere = (await desk.suite.kernel.store.read("_everywhere", "checkpoint-ledger"))[0].event_id
    for unknown in ("00000000-0000-7000-8000-000000000000", "é", everywhere):
        assert (await desk.client.get(f"/audit/events/{unknown}/proof")).status_code == 404
    assert field_of(await desk.client.get("/audit/consistency")) == ("from", "missing")
    assert field_of(await desk.client.get("/audit/consistency?from=0")) == ("from", "out-of-range")
    assert field_of(await desk.client.get("/audit/consistency?from=3&to=2")) == ("from", "out-of-range")
    assert field_of(await desk.client.get("/audit/checkpoints?limit=1001")) == ("limit", "out-of-range")


def field_of(answer: httpx.Response) -> tuple[str, str]:
    assert answer.status_code == 422, answer.text
    error = answer.json()["errors"][0]
    return error["field"], error["code"]


async def test_a_drill_shows_counts_only_where_there_is_one_organisation(desk: Office) -> None:
    """They are of all organisations, and so are numbers and ids in what it says."""
    kernel = desk.suite.kernel
    measured = dict.fromkeys(MEASURED, 1) | {"ok": False}
    root = say("what was restored has another root than the backup")
    views = say("in the restored suite views and events differ: {view}", view="contacts: 3 missing")
    counts = {"contacts": {"restored": 4, "live": 7}}
    assert kernel.backups is not None
    kernel.backups.note_drill({**measured, "counts": counts, **said([root, views])})
    found = (await get(desk, "backups"))["drill"]
    assert found["counts"] == [{"records": "contacts", "restored": 4, "live": 7}]
    assert found["differences"] == [root, views]
    await kernel.bus.send(
        "identity.CreateOrganisation", {"name": "Other"}, Call(system_access("t-other"), new_id="t-other")
    )
    await kernel.projector.catch_up()
    found = await get(desk, "backups")
    assert found["drill"]["counts"] == []
    assert found["drill"]["differences"] == [
        root,
        "the restored suite differs from the live one; who runs it sees in which records",
    ]
    assert len(found["drills"]) == 1
