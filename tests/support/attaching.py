"""Files put on records over HTTP."""

from __future__ import annotations

import asyncio

import httpx

from tests.support.documents import pdf

CONTENT = pdf("canary")


async def begin(http: httpx.AsyncClient, record_type: str, record: str, name: str = "canary.pdf") -> str:
    """Begin an upload and send all of its bytes; the upload's id."""
    wanted = {"name": name, "size": len(CONTENT), "record_type": record_type, "record": record}
    begun = await http.post("/customer/uploads", json=wanted)
    assert begun.status_code == 201, begun.text
    id: str = begun.json()["id"]
    headers = {"Content-Type": "application/octet-stream", "Upload-Offset": "0"}
    (await http.patch(f"/customer/uploads/{id}", content=CONTENT, headers=headers)).raise_for_status()
    return id


async def attach(http: httpx.AsyncClient, record_type: str, record: str, name: str = "canary.pdf") -> str:
    """Upload a file to a record; the attachment's id."""
    id = await begin(http, record_type, record, name)
    done = await http.post(f"/customer/uploads/{id}/complete")
    assert done.status_code == 200, done.text
    return str(done.json()["id"])


async def looked_at(http: httpx.AsyncClient, id: str) -> str:
    """The attachment, once the running suite has read its words and made its preview: nothing more comes of it."""
    async with asyncio.timeout(60):
        while True:
            found = (await http.get(f"/customer/attachments/{id}?min_version=1")).raise_for_status().json()
            if found["reading"] and found["preview"]:
                return id
            await asyncio.sleep(0.05)
