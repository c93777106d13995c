"""Idempotency keys of uploads: one upload for one key, for as long as keys are known."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.customer.files import uploads
from services.customer.files.open_uploads import KEPT_FOR, OpenUploads
from shared.blobs.port import BlobsUnavailable
from shared.clock import SystemClock
from tests.support.file_desk import PDF, Desk, open_desk, send, stored, sweep


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as desk:
        yield desk


async def test_a_key_begins_one_upload(desk: Desk) -> None:
    account = await desk.account()
    body = {"name": "offer.pdf", "size": len(PDF), "record_type": "account", "record": account}

    async def begin(key: str = "offer-1", **other: Any) -> httpx.Response:
        return await desk.anna.post("/uploads", json={**body, **other}, headers={"Idempotency-Key": key})

    first, *others = await asyncio.gather(*(begin() for _ in range(4)))
    assert first.status_code == 201
    assert [(one.status_code, one.json(), one.headers["Location"]) for one in others] == [
        (201, first.json(), first.headers["Location"])
    ] * 3
    id = first.json()["id"]
    assert (await send(desk.anna, id, 0, PDF)).status_code == 200
    assert (await begin()).json() == {**first.json(), "offset": len(PDF)}
    done = await desk.anna.post(f"/uploads/{id}/complete")
    await desk.service.catch_up()
    again = await begin()  # its answer was lost: it ends in the same file
    assert (await desk.anna.post(f"/uploads/{again.json()['id']}/complete")).json() == done.json()
    files = (await desk.anna.get("/attachments", params={"record_type": "account", "record": account})).json()["items"]
    assert [one["id"] for one in files] == [done.json()["id"]]
    elsewhere = await desk.account()
    for other in ({"name": "other.pdf"}, {"size": 7}, {"sha256": "0" * 64}, {"record": elsewhere}):
        refused = await begin(**other)
        assert (refused.status_code, refused.json()["type"]) == (422, "/problems/idempotency-key-reused"), other
    assert (await begin("")).json()["errors"][0]["field"] == "Idempotency-Key"
    other_key = await begin("offer-2")
    assert other_key.json()["id"] != id
    assert (await desk.anna.delete(f"/uploads/{other_key.json()['id']}")).status_code == 204
    assert (await begin("offer-2")).status_code == 404


async def test_a_key_of_a_refused_upload_is_free_and_old_ones_are_forgotten(desk: Desk) -> None:
    account, headers = await desk.account(), {"Idempotency-Key": "free"}
    body = {"name": "a.pdf", "size": 1 << 39, "record_type": "account", "record": account}
    assert (await desk.anna.post("/uploads", json=body, headers=headers)).status_code == 413
    assert (await desk.anna.post("/uploads", json={**body, "size": 3}, headers=headers)).status_code == 201
    assert [one for one in stored(desk) if one.startswith("upload-keys")]
    await sweep(desk, 2 * KEPT_FOR + 1_000_000)
    assert [one for one in stored(desk) if one.startswith("upload-keys")] == []


async def test_a_key_that_outlives_its_upload_does_not_begin_it_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Uploads are forgotten before their keys: begun again under its id, an attached file was swept away."""
    body = {"name": "offer.pdf", "size": len(PDF), "record_type": "account", "record": await desk.account()}

    async def begin(key: str) -> httpx.Response:
        return await desk.anna.post("/uploads", json=body, headers={"Idempotency-Key": key})

    id = (await begin("kept")).json()["id"]
    await send(desk.anna, id, 0, PDF)
    assert (await desk.anna.post(f"/uploads/{id}/complete")).status_code == 200
    await desk.service.catch_up()

    async def failing(*_: object) -> None:
        raise BlobsUnavailable("disk")

    with monkeypatch.context() as patched:  # this one's first request ends before its manifest
        patched.setattr(OpenUploads, "put", failing)
        assert (await begin("unborn")).status_code == 503
    kernel, late = desk.service.kernel, 2 * KEPT_FOR + 1_000_000
    kept = OpenUploads(kernel.file_store.blobs, kernel.keys, kernel.repository)
    for place in await kept.places():
        await kept.sweep(place, SystemClock().now() + late)
    assert [one.split("/")[0] for one in stored(desk)] == ["files", "upload-keys", "upload-keys"]
    monkeypatch.setattr(uploads, "KEPT_FOR", -1)  # their time is over
    assert [(await begin(key)).status_code for key in ("kept", "unborn")] == [404, 404]
    await sweep(desk, late)
    assert (await desk.anna.get(f"/attachments/{id}/content")).content == PDF
