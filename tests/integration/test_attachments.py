"""Files on records over HTTP: versions, downloads, whose rights count, what an erasure leaves."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.blobs.sealed import CHUNK
from tests.support.file_desk import PDF, Desk, open_desk
from tests.support.http_service import TENANT


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as desk:
        yield desk


async def test_a_file_from_announcement_to_download(desk: Desk) -> None:
    account = await desk.account()
    id = await desk.attached(account, name="报价 2026.pdf", sha256=hashlib.sha256(PDF).hexdigest())
    [file] = (await desk.anna.get("/attachments", params={"record_type": "account", "record": account})).json()["items"]
    assert (file["id"], file["name"], file["size"], file["media"]) == (id, "报价 2026.pdf", len(PDF), "application/pdf")
    assert "text" not in file
    answer = await desk.anna.get(f"/attachments/{id}/content", headers={"Accept-Encoding": "gzip"})
    assert (answer.content, answer.headers["content-length"]) == (PDF, str(len(PDF)))
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''%E6%8A%A5%E4%BB%B7%202026.pdf"
    assert answer.headers["content-security-policy"].startswith("sandbox;")
    assert (answer.headers["x-content-type-options"], answer.headers["cache-control"]) == ("nosniff", "no-store")
    known = await desk.anna.get(f"/attachments/{id}/content", headers={"If-None-Match": answer.headers["etag"]})
    assert known.status_code == 304
    stored = b"".join(p.read_bytes() for p in desk.folder.rglob("*") if p.is_file())
    assert b"words" not in stored
    assert "报价".encode() not in stored


async def test_a_part_of_a_file(desk: Desk) -> None:
    content = b"%PDF-1.4\n" + bytes(n % 251 for n in range(CHUNK + 100))
    id = await desk.attached(await desk.account(), content)
    for asked, first, last in (
        ("bytes=0-9", 0, 9),
        (f"bytes={CHUNK - 2}-{CHUNK + 2}", CHUNK - 2, CHUNK + 2),
        ("bytes=-5", len(content) - 5, len(content) - 1),
        ("bytes=20-", 20, len(content) - 1),
    ):
        answer = await desk.anna.get(f"/attachments/{id}/content", headers={"Range": asked})
        assert (answer.status_code, answer.content) == (206, content[first : last + 1]), asked
        assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(content)}"
    for whole in ("bytes=0-1,4-5", "items=0-1", "bytes=9-2", "bytes=-"):
        answer = await desk.anna.get(f"/attachments/{id}/content", headers={"Range": whole})
        assert (answer.status_code, answer.content) == (200, content), whole
    beyond = await desk.anna.get(f"/attachments/{id}/content", headers={"Range": f"bytes={len(content)}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(content)}")


async def test_versions_names_and_deletion(desk: Desk) -> None:
    account = await desk.account()
    id, second = await desk.attached(account), PDF + b"second"
    assert (await desk.upload(second, record_type="attachment", record=id, name="offer 2.pdf")).json()["version"] == 2
    shown = (await desk.anna.get(f"/attachments/{id}")).json()
    assert (shown["name"], shown["size"], [v["size"] for v in shown["versions"]]) == (
        "offer 2.pdf",
        len(second),
        [len(PDF), len(second)],
    )
    for version, content in (("1", PDF), ("2", second)):
        assert (await desk.anna.get(f"/attachments/{id}/content", params={"version": version})).content == content
    assert (await desk.anna.get(f"/attachments/{id}/content", params={"version": "3"})).status_code == 404
    assert (await desk.anna.patch(f"/attachments/{id}", json={"name": "final.pdf"})).json()["version"] == 3
    assert (await desk.anna.post(f"/attachments/{id}/archive", json={})).status_code == 200
    assert (await desk.upload(second, record_type="attachment", record=id)).json()["code"] == "archived"
    await desk.service.catch_up()
    on = {"record_type": "account", "record": account}
    assert (await desk.anna.get("/attachments", params=on)).json()["items"] == []
    [gone] = (await desk.anna.get("/attachments", params={**on, "archived": "true"})).json()["items"]
    assert gone["name"] == "final.pdf"
    assert (await desk.anna.post(f"/attachments/{id}/restore", json={})).status_code == 200


async def test_rights_are_those_of_the_record(desk: Desk) -> None:
    account = await desk.account()
    id = await desk.attached(account)
    stranger, reader = desk.of("rob", "sales_representative"), desk.of("rita", "read_only")
    on = {"record_type": "account", "record": account}
    wanted = {"name": "a", "size": 5, **on}
    for path in (f"/attachments/{id}", f"/attachments/{id}/content"):
        assert (await stranger.get(path)).status_code == 404
        assert (await reader.get(path)).status_code == 200
    assert (await stranger.get("/attachments", params=on)).status_code == 404
    assert (await stranger.get("/attachments", params={"q": "offer"})).json()["items"] == []
    assert [f["id"] for f in (await reader.get("/attachments", params={"q": "offer"})).json()["items"]] == [id]
    assert (await stranger.post("/uploads", json=wanted)).status_code == 422
    assert (await reader.post("/uploads", json=wanted)).status_code == 403
    for method, path in (("PATCH", ""), ("POST", "/archive"), ("POST", "/restore")):
        body = {"name": "b"} if method == "PATCH" else {}
        assert (await stranger.request(method, f"/attachments/{id}{path}", json=body)).status_code == 404, path
        assert (await reader.request(method, f"/attachments/{id}{path}", json=body)).status_code == 403, path
    begun = (await desk.anna.post("/uploads", json=wanted)).json()["id"]
    assert (await desk.of("ben", "administrator").get(f"/uploads/{begun}")).status_code == 404
    await desk.anna.post(f"/accounts/{account}/transfer", json={"owner": None})
    assert (await desk.anna.delete(f"/uploads/{begun}")).status_code == 204
    assert (await desk.anna.get(f"/uploads/{begun}")).status_code == 404


async def test_files_go_with_an_erased_person(desk: Desk) -> None:
    person = (await desk.anna.post("/contacts", json={"name": "Ann Lee"})).json()["id"]
    await desk.settle()
    id = await desk.attached(person, record_type="contact", name="Ann's passport.pdf")
    await desk.settle()
    assert desk.objects(id)
    copies = {p: p.read_bytes() for p in desk.objects(id)}
    assert (await desk.anna.post(f"/contacts/{person}/erase", json={})).status_code == 200
    await desk.settle()
    assert desk.objects(id) == []
    shown = await desk.anna.get(f"/attachments/{id}")
    assert (shown.json()["erased"], "passport" in shown.text) == (True, False)
    for path, content in copies.items():  # as from a backup of the folder
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    assert (await desk.anna.get(f"/attachments/{id}/content")).status_code == 404
    assert await desk.service.kernel.keys.key(TENANT, id) is None
    assert (await desk.upload(PDF, record_type="attachment", record=id)).status_code == 422


async def test_the_words_in_the_name_are_erased_by_command(desk: Desk) -> None:
    account = await desk.account()
    id = await desk.attached(account, name="Ann's passport.pdf")
    assert (await desk.anna.post(f"/attachments/{id}/erase", json={})).status_code == 200
    await desk.settle()
    assert desk.objects(id) == []
    assert "passport" not in (await desk.anna.get(f"/attachments/{id}")).text
    assert (await desk.anna.patch(f"/attachments/{id}", json={"name": "b"})).json()["code"] == "erased"


async def test_files_of_a_merged_record_are_the_survivors(desk: Desk) -> None:
    kept, absorbed = await desk.account(), await desk.account(name="Acme Ltd")
    id, own = await desk.attached(absorbed), await desk.attached(kept)
    merged = await desk.anna.post(f"/accounts/{kept}/merge", json={"absorb": [absorbed]})
    assert merged.status_code == 200, merged.text
    await desk.settle()
    on = {"record_type": "account", "record": kept}
    items = (await desk.anna.get("/attachments", params=on)).json()["items"]
    assert {one["id"] for one in items} == {id, own}
    assert (await desk.anna.get(f"/attachments/{id}/content")).content == PDF
    assert (await desk.anna.patch(f"/attachments/{id}", json={"name": "b.pdf"})).status_code == 200
    assert (await desk.of("rob", "sales_representative").get(f"/attachments/{id}")).status_code == 404
