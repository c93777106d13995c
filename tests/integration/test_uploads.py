"""Uploads over HTTP: resumed, completed once, given up, swept, bounded, and gone with an erased person."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.customer.files import uploads
from services.customer.files.open_uploads import KEPT_FOR, OpenUploads, Place
from services.customer.files.sweep import FileSweep
from shared.blobs.sealed import CHUNK
from shared.clock import Micros
from shared.events.codec import Undecodable
from shared.kernel.bus import CommandBus
from tests.support.file_desk import OFFSET, PDF, Desk, begun, open_desk, send, stored, sweep
from tests.support.http_service import TENANT
from tests.support.world import ShiftedClock


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as desk:
        yield desk


async def test_an_upload_goes_on_where_it_broke_off(desk: Desk) -> None:
    content, account = b"%PDF-1.4\n" + b"x" * (2 * CHUNK + 50), await desk.account()
    wanted = {"name": "long.pdf", "size": len(content), "record_type": "account", "record": account}
    begun = await desk.anna.post("/uploads", json=wanted)
    id = begun.json()["id"]
    assert (begun.status_code, begun.headers["location"]) == (201, f"/uploads/{id}")

    async def broken() -> AsyncIterator[bytes]:
        yield content[: CHUNK + 100]
        raise ConnectionError

    headers = {"Content-Type": OFFSET, "Upload-Offset": "0"}
    assert (await desk.anna.patch(f"/uploads/{id}", content=broken(), headers=headers)).is_error
    head = await desk.anna.head(f"/uploads/{id}")
    assert (head.headers["upload-offset"], head.headers["upload-length"]) == (str(CHUNK), str(len(content)))
    early = await desk.anna.post(f"/uploads/{id}/complete")
    assert (early.status_code, early.json()["code"]) == (409, "incomplete")
    wrong = await send(desk.anna, id, 0, content)
    assert (wrong.status_code, wrong.json()["code"], wrong.json()["offset"]) == (409, "wrong-offset", CHUNK)
    short = await send(desk.anna, id, CHUNK, b"x" * 10)
    assert (short.status_code, short.json()["errors"][0]["code"]) == (422, "chunk-too-small")
    assert (await send(desk.anna, id, CHUNK, content[CHUNK:] + b"more")).status_code == 413
    offset = (await desk.anna.get(f"/uploads/{id}")).json()["offset"]
    assert (await send(desk.anna, id, offset, content[offset:])).json()["offset"] == len(content)
    done = await desk.anna.post(f"/uploads/{id}/complete")
    again = await desk.anna.post(f"/uploads/{id}/complete")
    assert (done.status_code, again.status_code, again.json()["version"]) == (200, 200, done.json()["version"])
    assert done.json()["undo"]["path"] == f"/attachments/{id}/archive"
    await desk.service.catch_up()
    assert (await desk.anna.get(f"/attachments/{done.json()['id']}/content")).content == content
    assert (await desk.anna.get(f"/uploads/{id}")).status_code == 404


async def test_of_two_requests_that_send_the_same_chunk_one_is_refused(desk: Desk) -> None:
    account = await desk.account()
    wanted = {"name": "a.pdf", "size": len(PDF), "record_type": "account", "record": account}
    id = (await desk.anna.post("/uploads", json=wanted)).json()["id"]
    other = b"%PDF-1.4\n" + b"other words here " * 10

    async def slow() -> AsyncIterator[bytes]:
        yield PDF[:5]
        assert (await send(desk.anna, id, 0, other)).status_code == 200
        yield PDF[5:]

    refused = await desk.anna.patch(
        f"/uploads/{id}", content=slow(), headers={"Content-Type": OFFSET, "Upload-Offset": "0"}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "upload-busy")
    done = (await desk.anna.post(f"/uploads/{id}/complete")).json()
    await desk.service.catch_up()
    assert (await desk.anna.get(f"/attachments/{done['id']}/content")).content == other


async def test_what_is_not_taken(desk: Desk) -> None:
    account = await desk.account()
    on = {"record_type": "account", "record": account}
    wrong_sum = await desk.upload(**on, sha256="0" * 64)
    assert wrong_sum.json()["errors"][0]["code"] == "checksum"
    for name, content in (
        ("a.pdf", b"MZ\x90\x00" + b"\0" * 100),
        ("a.png", b"\x7fELF" + b"\0" * 100),
        ("a.txt", b"  <!DOCTYPE html><script>alert(1)</script>"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("a.pdf", b"\0\1\2\3" * 50),
    ):
        refused = await desk.upload(content, **on, name=name)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "type-not-allowed"), content
    for body in (
        {"size": 5},
        {"size": 5, "record_type": "attachment", "record": account},
        {"size": 0, **on},
        {"size": 5, **on, "name": "a/b"},
        {"size": 5, "record_type": "session", "record": account},
    ):
        assert (await desk.anna.post("/uploads", json={"name": "a", **body})).status_code == 422, body
    large = await desk.anna.post("/uploads", json={"name": "a", "size": 101 << 20, **on})
    assert large.status_code == 413
    assert (await desk.anna.get("/attachments", params={**on})).json()["items"] == []
    texts = {"a.csv": "text/csv", "a.txt": "text/plain", "a": "text/plain", "a.json": "application/json"}
    for name, media in texts.items():
        id = (await desk.upload(b"name,city\nAcme,Bonn\n", **on, name=name)).json()["id"]
        assert (await desk.anna.get(f"/attachments/{id}")).json()["media"] == media


async def test_completing_again_answers_the_same(desk: Desk) -> None:
    account = await desk.account()
    first = await begun(desk, record_type="account", record=account)
    answers = [(await desk.anna.post(f"/uploads/{first}/complete")).json() for _ in range(2)]
    assert answers[0] == answers[1]
    second = await begun(desk, PDF + b"2", record_type="attachment", record=answers[0]["id"])
    answers = [(await desk.anna.post(f"/uploads/{second}/complete")).json() for _ in range(2)]
    assert (answers[0]["version"], answers[1]) == (2, answers[0])
    assert (await desk.anna.get(f"/uploads/{second}")).status_code == 404
    assert (await desk.anna.delete(f"/uploads/{second}")).status_code == 404
    assert (await send(desk.anna, second, 0, b"x")).status_code == 404


async def test_an_attached_file_whose_end_is_lost_is_kept(desk: Desk) -> None:
    id, kernel = await desk.attached(await desk.account()), desk.service.kernel
    await kernel.file_store.blobs.delete([Place(TENANT, "anna", id).key("end")])
    await sweep(desk, KEPT_FOR + 1_000_000)
    assert (await desk.anna.get(f"/attachments/{id}/content")).content == PDF
    await sweep(desk, 2 * KEPT_FOR + 1_000_000)
    assert [one.split("/")[0] for one in stored(desk)] == ["files"]


async def test_bytes_of_what_is_being_attached_are_not_deleted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The upload is given up, and swept, between the check of its bytes and the command."""
    id = await begun(desk, record_type="account", record=await desk.account())
    sent, dropped = CommandBus.send, []

    async def slow(*args: Any) -> Any:
        dropped.append(await desk.anna.delete(f"/uploads/{id}"))
        await sweep(desk, KEPT_FOR + 1_000_000)
        return await sent(*args)

    monkeypatch.setattr(CommandBus, "send", slow)
    done = await desk.anna.post(f"/uploads/{id}/complete")
    await desk.service.catch_up()
    assert (done.status_code, [one.status_code for one in dropped]) == (200, [404])
    assert (await desk.anna.get(f"/attachments/{id}/content")).content == PDF


@pytest.mark.parametrize("how", ["dropped", "swept"])
async def test_what_was_given_up_is_not_attached(desk: Desk, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """It is given up while its bytes are checked: before, the bytes were gone and the file was there."""
    account = await desk.account()
    id = await begun(desk, record_type="account", record=account)
    check = uploads.Uploads._checked

    async def slow(self: Any, upload: Any) -> Any:
        found = await check(self, upload)
        if how == "dropped":
            assert (await desk.anna.delete(f"/uploads/{id}")).status_code == 204
        else:
            await sweep(desk, KEPT_FOR + 1_000_000)
        return found

    monkeypatch.setattr(uploads.Uploads, "_checked", slow)
    assert (await desk.anna.post(f"/uploads/{id}/complete")).status_code == 404
    assert (await desk.anna.post(f"/uploads/{id}/complete")).status_code == 404
    await desk.service.catch_up()
    assert (await desk.anna.get(f"/attachments/{id}")).status_code == 404
    assert desk.objects(id) == []


async def test_many_ends_at_once_are_one(desk: Desk) -> None:
    account = await desk.account()
    for _ in range(4):
        id = await begun(desk, record_type="account", record=account)
        complete = [desk.anna.post(f"/uploads/{id}/complete") for _ in range(2)]
        answers = await asyncio.gather(*complete, desk.anna.delete(f"/uploads/{id}"))
        await desk.service.catch_up()
        known = await desk.anna.get(f"/attachments/{id}/content")
        assert (known.status_code == 200) == (answers[0].status_code == 200) == (answers[1].status_code == 200)
        assert known.status_code == 404 or known.content == PDF
        assert bool(desk.objects(id)) == (known.status_code == 200)


async def test_what_nobody_ends_is_swept(desk: Desk) -> None:
    account = await desk.account()
    on = {"record_type": "account", "record": account}
    left, kept = await begun(desk, **on), await desk.attached(account)
    half = (await desk.anna.post("/uploads", json={"name": "a", "size": 5, **on})).json()["id"]
    await sweep(desk)
    assert (await desk.anna.get(f"/uploads/{left}")).status_code == 200
    await sweep(desk, KEPT_FOR + 1_000_000)
    for id in (left, half):
        assert (await desk.anna.get(f"/uploads/{id}")).status_code == 404
        assert await desk.service.kernel.keys.key(TENANT, id) is None
    assert desk.objects(left) == []
    place = Place(TENANT, "anna", left)
    late = f"files/{TENANT}/{left}/{left}/00000001"  # of a request that was sending all the time
    await desk.service.kernel.file_store.blobs.put(late, b"x")
    await sweep(desk, 2 * KEPT_FOR + 1_000_000)
    assert [p for p in stored(desk) if kept not in p or p.startswith("uploads")] == []
    assert place.key("end") not in stored(desk)
    assert (await desk.anna.get(f"/attachments/{kept}/content")).content == PDF


async def test_the_sweep_runs_by_itself(desk: Desk) -> None:
    kernel = desk.service.kernel
    id = await begun(desk, record_type="account", record=await desk.account())
    await FileSweep(replace(kernel, clock=ShiftedClock(KEPT_FOR + 1_000_000))).step()
    assert desk.objects(id) == []


async def test_an_upload_that_cannot_be_swept_stops_no_other(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    on = {"record_type": "account", "record": await desk.account()}
    ids = sorted([await begun(desk, **on) for _ in range(3)])
    headers = {"Idempotency-Key": "old"}
    await desk.anna.post("/uploads", json={"name": "a", "size": 5, **on}, headers=headers)
    swept = OpenUploads.sweep

    async def failing_once(self: OpenUploads, place: Place, now: Micros) -> None:
        if place.id == ids[0]:
            raise Undecodable("unreadable")
        await swept(self, place, now)

    monkeypatch.setattr(OpenUploads, "sweep", failing_once)
    await FileSweep(replace(desk.service.kernel, clock=ShiftedClock(2 * KEPT_FOR + 1_000_000))).step()
    assert [bool(desk.objects(id)) for id in ids] == [True, False, False]
    assert [one for one in stored(desk) if one.startswith("upload-keys")] == []


async def test_what_was_to_be_on_an_erased_person_goes_with_them(desk: Desk) -> None:
    person = (await desk.anna.post("/contacts", json={"name": "Ann Lee"})).json()["id"]
    await desk.settle()
    on = {"record_type": "contact", "record": person}
    unfinished = await begun(desk, name="passport.pdf", **on)
    file = await desk.attached(person, record_type="contact")
    version = await begun(desk, PDF + b"2", record_type="attachment", record=file)
    await desk.settle()
    assert (await desk.anna.post(f"/contacts/{person}/erase", json={})).status_code == 200
    await desk.settle()
    for id in (unfinished, version, file):
        assert desk.objects(id) == []
    assert await desk.service.kernel.keys.key(TENANT, unfinished) is None
    for id in (unfinished, version):
        assert (await desk.anna.get(f"/uploads/{id}")).status_code == 404
        assert (await desk.anna.post(f"/uploads/{id}/complete")).status_code == 404
    assert (await desk.anna.post("/uploads", json={"name": "a", "size": 5, **on})).status_code == 422


async def test_an_erasure_while_an_upload_begins(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    person = (await desk.anna.post("/contacts", json={"name": "Ann Lee"})).json()["id"]
    await desk.settle()
    put = OpenUploads.put

    async def erased_before(self: OpenUploads, *args: Any) -> None:
        monkeypatch.setattr(OpenUploads, "put", put)
        await desk.anna.post(f"/contacts/{person}/erase", json={})
        await desk.settle()
        await put(self, *args)

    monkeypatch.setattr(OpenUploads, "put", erased_before)
    wanted = {"name": "passport.pdf", "size": 5, "record_type": "contact", "record": person}
    assert (await desk.anna.post("/uploads", json=wanted)).status_code == 422
    [manifest] = [p for p in stored(desk) if p.endswith("/manifest")]
    assert await desk.service.kernel.keys.key(TENANT, manifest.split("/")[-2]) is None


async def test_bounds_are_kept_at_the_end_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    account = await desk.account()
    on, rules = {"record_type": "account", "record": account}, desk.service.kernel.file_store.rules
    ids = [await begun(desk, **on) for _ in range(3)]
    monkeypatch.setattr(type(rules), "most_files", 2, raising=False)
    answers = []
    for id in ids:
        answers.append(await desk.anna.post(f"/uploads/{id}/complete"))
        await desk.service.catch_up()
    assert [one.status_code for one in answers] == [200, 200, 409]
    assert answers[2].json()["code"] == "too-many-files"
    assert (await desk.anna.delete(f"/uploads/{ids[2]}")).status_code == 204


async def test_open_uploads_are_counted_by_user(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    account = await desk.account()
    monkeypatch.setattr(uploads, "MOST_OPEN", 2)
    wanted = {"name": "a", "size": 5, "record_type": "account", "record": account}
    ids = [(await desk.anna.post("/uploads", json=wanted)).json()["id"] for _ in range(2)]
    refused = await desk.anna.post("/uploads", json=wanted)
    assert (refused.status_code, refused.json()["code"]) == (409, "too-many-uploads")
    assert (await desk.of("ben", "administrator").post("/uploads", json=wanted)).status_code == 201
    await desk.anna.delete(f"/uploads/{ids[0]}")
    assert (await desk.anna.post("/uploads", json=wanted)).status_code == 201


async def test_bytes_that_are_gone_or_cut_off_are_named(desk: Desk) -> None:
    account = await desk.account()
    id = await desk.attached(account)
    [chunk] = desk.objects(id)
    for left in (b"", b"short", b"x" * 11, b"x" * 40):
        chunk.write_bytes(left)
        answer = await desk.anna.get(f"/attachments/{id}/content")
        assert (answer.status_code, "not the one" in answer.text) == (503, True), left
    chunk.unlink()
    gone = await desk.anna.get(f"/attachments/{id}/content")
    assert (gone.status_code, gone.json()["code"]) == (409, "bytes-missing")


async def test_small_files(desk: Desk) -> None:
    account = await desk.account()
    for size in range(1, 10):
        id = await desk.attached(account, b"a" * size, name="a.txt")
        assert (await desk.anna.get(f"/attachments/{id}/content")).content == b"a" * size


async def test_if_range(desk: Desk) -> None:
    id = await desk.attached(await desk.account())
    etag = (await desk.anna.get(f"/attachments/{id}/content")).headers["etag"]
    for mark, status in ((etag, 206), ('"other"', 200), (f"W/{etag}", 200), ("Sun, 29 Nov 2026 10:00:00 GMT", 200)):
        answer = await desk.anna.get(f"/attachments/{id}/content", headers={"Range": "bytes=0-3", "If-Range": mark})
        assert (answer.status_code, answer.content) == (status, PDF[:4] if status == 206 else PDF), mark


async def test_a_store_that_fails_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    account = await desk.account()

    def failing(*_: object) -> None:
        raise OSError("disk")

    monkeypatch.setattr("shared.blobs.objects.os.fsync", failing)
    wanted = {"name": "a", "size": 5, "record_type": "account", "record": account}
    assert (await desk.anna.post("/uploads", json=wanted)).status_code == 503
    assert stored(desk) == []
