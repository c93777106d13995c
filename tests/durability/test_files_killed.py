"""Files over HTTP while the whole suite is killed: no acknowledged byte is lost, nothing is attached twice."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx

from crm.compose import Suite
from crm.settings import Settings
from services.customer.attachment import ATTACHMENT
from services.customer.files.open_uploads import KEPT_FOR, OpenUploads
from shared.blobs.sealed import CHUNK
from shared.faults import KILLED
from shared.streaming.files_check import verify_files
from tests.durability.history import History, new_history, sign_in
from tests.durability.scale import LIMIT

CONTENT = b"%PDF-1.4\n" + bytes(n * 31 % 251 for n in range(4 * CHUNK))
pytestmark = LIMIT


@asynccontextmanager
async def opened(history: History, point: str = "") -> AsyncIterator[httpx.AsyncClient]:
    """A client of the started suite. point: where it ends itself, which it must; else it is killed at the end."""
    with history.started(point) as running:
        assert running.await_ready(), running.said
        history.token = history.token or (await sign_in(running.url))[0]  # once: it is an append, too
        headers = {"Authorization": f"Bearer {history.token}"}
        async with httpx.AsyncClient(base_url=f"{running.url}/customer", headers=headers, timeout=30) as client:
            with suppress(httpx.TransportError):
                yield client
        if not point:
            running.kill()
        assert await asyncio.to_thread(running.wait) == (KILLED if point else -signal.SIGKILL), running.said


async def send(client: httpx.AsyncClient, id: str, offset: int, end: int | None = None) -> int:
    headers = {"Content-Type": "application/octet-stream", "Upload-Offset": str(offset)}
    answer = await client.patch(f"/uploads/{id}", content=CONTENT[offset:end], headers=headers)
    found: int = answer.json()["offset"]
    return found


async def files_of(client: httpx.AsyncClient, record: str) -> list[dict[str, int]]:
    found: list[dict[str, int]] = (
        await client.get("/attachments", params={"record_type": "account", "record": record})
    ).json()["items"]
    return found


async def test_uploads_go_on_where_they_were(tmp_path: Path, template: Path) -> None:
    history = new_history(tmp_path, template, "files")
    async with opened(history, "upload.chunk_kept:3") as client:
        account = (await client.post("/accounts", json={"name": "Acme"})).json()["id"]
        wanted = {"name": "a.pdf", "size": len(CONTENT), "record_type": "account", "record": account}
        id, left = [(await client.post("/uploads", json=wanted)).json()["id"] for _ in range(2)]
        acknowledged = await send(client, id, 0, CHUNK)
        assert acknowledged == CHUNK
        await send(client, id, acknowledged)
    async with opened(history) as client:
        offset = (await client.get(f"/uploads/{id}")).json()["offset"]
        assert acknowledged < offset < len(CONTENT)
        assert await send(client, left, 0, 2 * CHUNK) == 2 * CHUNK
        cut = asyncio.create_task(send(client, left, 2 * CHUNK))
        assert await send(client, id, offset) == len(CONTENT)
        cut.cancel()
    for point in ("upload.claimed:1", "append.after_commit:1"):
        async with opened(history, point) as client:
            await client.post(f"/uploads/{id}/complete")
    async with opened(history) as client:
        done = [(await client.post(f"/uploads/{id}/complete")).json() for _ in range(2)]
        assert done[0] == done[1]
        assert done[0]["version"] == 1
        answer = await client.get(f"/attachments/{id}/content", params={})
        assert answer.content == CONTENT
        [file] = await files_of(client, account)
        assert (file["id"], file["version"], file["size"]) == (id, 1, len(CONTENT))
        assert (await client.delete(f"/uploads/{left}")).status_code == 204
        abandoned = (await client.post("/uploads", json=wanted)).json()["id"]
        assert await send(client, abandoned, 0, CHUNK) == CHUNK
    await nothing_is_left_over(history.data, abandoned)


async def nothing_is_left_over(data: Path, abandoned: str) -> None:
    """After the sweep of two days later there are the bytes of attached files, and no others."""
    suite = await Suite.open(Settings(data))
    try:
        kernel = suite.kernel
        uploads = OpenUploads(kernel.file_store.blobs, kernel.keys, kernel.repository)
        assert abandoned in {place.id for place in await uploads.places()}
        for _ in range(2):
            for place in await uploads.places():
                await uploads.sweep(place, kernel.clock.now() + 2 * KEPT_FOR + 1_000_000)
        assert await uploads.places() == []
        verdict = await verify_files(ATTACHMENT, kernel.store, kernel.codec, kernel.file_store.blobs, kernel.keys)
        assert (verdict.ok, verdict.documents) == (True, 1), verdict
    finally:
        await suite.close()
