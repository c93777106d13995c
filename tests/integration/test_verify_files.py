"""What `crm verify` says of files: bytes that are missing, changed, or of nobody."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.customer.attachment import ATTACHMENT
from shared.blobs.sealed import CHUNK
from shared.streaming.files_check import verify_files
from tests.support.file_desk import PDF, Desk, open_desk, send
from tests.support.http_service import TENANT


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as desk:
        yield desk


async def found(desk: Desk) -> dict[str, list[str]]:
    """What is wrong, by kind. The check asks for all organisations and for one."""
    kernel = desk.service.kernel

    async def check(**options: Any) -> dict[str, list[str]]:
        verdict = await verify_files(
            ATTACHMENT, kernel.store, kernel.codec, kernel.file_store.blobs, kernel.keys, **options
        )
        kinds = {kind: getattr(verdict, kind) for kind in ("missing", "different", "surplus", "keyless")}
        assert verdict.ok == (not any(kinds.values()))
        return {kind: ids for kind, ids in kinds.items() if ids}

    every = await check()
    assert await check(tenant=TENANT) == every
    assert await check(tenant="other") == {}
    return every


async def test_all_that_is_attached_or_under_way_is_in_order(desk: Desk) -> None:
    account = await desk.account()
    id = await desk.attached(account, b"%PDF-1.4\n" + b"x" * (2 * CHUNK))
    await desk.upload(PDF, record_type="attachment", record=id)
    wanted = {"name": "a", "size": len(PDF), "record_type": "account", "record": account}
    open_ = (await desk.anna.post("/uploads", json=wanted)).json()["id"]
    await send(desk.anna, open_, 0, PDF)
    erased = await desk.attached(account)
    await desk.anna.post(f"/attachments/{erased}/erase", json={})
    await desk.settle()
    assert await found(desk) == {}


async def test_each_kind_of_harm_is_named(desk: Desk) -> None:
    account = await desk.account()
    long = await desk.attached(account, b"%PDF-1.4\n" + b"x" * (2 * CHUNK))
    small, other = await desk.attached(account), await desk.attached(account)
    first, second, third = desk.objects(long)
    kept = {path: path.read_bytes() for path in (first, second, third, *desk.objects(small))}
    second.unlink()
    assert await found(desk) == {"missing": [f"{long}/{long}"]}
    second.write_bytes(kept[first])
    assert await found(desk) == {"different": [f"{long}/{long}"]}
    second.write_bytes(kept[second])
    for changed in (b"", kept[third][:-1], bytes([kept[third][0] ^ 1]) + kept[third][1:]):
        third.write_bytes(changed)
        assert await found(desk) == {"different": [f"{long}/{long}"]}
    third.write_bytes(kept[third])
    [chunk] = desk.objects(small)
    chunk.unlink()
    stray = desk.folder / "files" / TENANT / small / "nobodys" / "00000000"
    stray.parent.mkdir()
    stray.write_bytes(b"x")
    (desk.folder / "files" / TENANT / "litter").write_bytes(b"x")
    assert await found(desk) == {"missing": [f"{small}/{small}"], "surplus": [f"{small}/nobodys", "litter/"]}
    assert desk.objects(other)


async def test_bytes_of_an_erased_file_from_a_backup_are_surplus(desk: Desk) -> None:
    id = await desk.attached(await desk.account())
    [path] = desk.objects(id)
    content = path.read_bytes()
    await desk.anna.post(f"/attachments/{id}/erase", json={})
    await desk.settle()
    shutil.rmtree(desk.folder / "uploads")  # the sweep did so long ago
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    assert await found(desk) == {"surplus": [f"{id}/{id}"]}
