"""What is in files: their words are found by who may see their record, their previews are served, both go with them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.customer.files import inspecting
from shared.inspection.process import NoWalls
from shared.security.permissions import Role
from shared.views.port import Scope
from tests.support.clamd import EICAR, fake_clamd
from tests.support.documents import docx, encrypted_pdf, pdf, picture
from tests.support.files import Watched, watched_desk
from tests.support.http_service import TENANT
from tests.support.roles import BUILT_IN


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Watched]:
    async with watched_desk(tmp_path) as desk:
        yield desk


async def found(
    desk: Watched, text: str, user: str = "anna", role: str | Role = "administrator"
) -> list[dict[str, Any]]:
    answer = await desk.at_root(user, role).get("/search", params={"q": text, "types": "attachment"})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_a_file_is_found_by_its_words_and_its_name(desk: Watched) -> None:
    account = await desk.account()
    id = await desk.attached(account, docx("Intro " * 300, "The quorum was reached by Müller"), name="minutes.docx")
    other = await desk.attached(account, "会议纪要：法定人数".encode(), name="纪要.txt")
    assert await found(desk, "quorum") == []
    await desk.looked_at()
    [hit] = await found(desk, "quorum muller")
    assert (hit["type"], hit["id"], hit["title"]) == ("attachment", id, "minutes.docx")
    assert hit["subtitle"].startswith("Acme · application/vnd.openxmlformats")
    [match] = hit["matches"]
    words = [match["text"][low:high] for low, high in match["ranges"]]
    assert (match["field"], words) == ("text", ["quorum", "Müller"])
    assert match["text"][0] == "…"
    assert len(match["text"]) < 210
    assert not {"text", "waits"} & hit["record"].keys()
    assert [h["id"] for h in await found(desk, "minutes")] == [id]
    assert [h["id"] for h in await found(desk, "法定人数")] == [other]
    long = await desk.anna.get("/attachments", params={"q": "x" * 300})
    assert (long.status_code, long.json()["errors"][0]["field"]) == (422, "q")
    listed = (await desk.anna.get("/attachments", params={"q": "quorum muller"})).json()["items"]
    assert [(f["id"], f["matches"], "text" in f) for f in listed] == [(id, [match], False)]
    assert ((await desk.file(id))["reading"], (await desk.file(id))["scan"]) == ("read", "")


async def test_words_are_found_by_who_may_see_the_record_alone(desk: Watched) -> None:
    id = await desk.attached(await desk.account(), pdf("The quorum"), name="minutes.pdf")
    await desk.looked_at()
    assert [h["id"] for h in await found(desk, "quorum", "rita", "read_only")] == [id]
    for text in ("quorum", "minutes"):
        assert await found(desk, text, "rob", "sales_representative") == []
        mine = await desk.of("rob", "sales_representative").get("/attachments", params={"q": text})
        assert mine.json()["items"] == []
    blind = replace(BUILT_IN["read_only"], hidden={"attachment": frozenset({"text"})})
    assert await found(desk, "quorum", "bert", blind) == []
    assert [h["id"] for h in await found(desk, "minutes", "bert", blind)] == [id]


async def test_a_new_version_is_found_by_its_own_words(desk: Watched) -> None:
    id = await desk.attached(await desk.account(), b"alpha words", name="a.txt")
    await desk.looked_at()
    await desk.upload(b"omega words", record_type="attachment", record=id, name="a.txt")
    await desk.service.catch_up()
    assert [(await found(desk, text)) for text in ("alpha", "omega")] == [[], []]
    await desk.looked_at()
    assert [[h["id"] for h in await found(desk, text)] for text in ("alpha", "omega")] == [[], [id]]


@pytest.mark.parametrize(
    ("content", "name", "reading"),
    [(encrypted_pdf(), "a.pdf", "encrypted"), (b"%PDF-1.7 x", "a.pdf", "broken"), (picture(), "a.jpg", "type")],
)
async def test_why_there_are_no_words_is_shown(desk: Watched, content: bytes, name: str, reading: str) -> None:
    id = await desk.attached(await desk.account(), content, name=name)
    await desk.looked_at()
    assert (await desk.file(id))["reading"] == reading
    before = (await desk.file(id))["version"]
    await desk.looked_at()
    assert (await desk.file(id))["version"] == before


async def test_previews_have_the_rights_of_their_file(desk: Watched) -> None:
    id = await desk.attached(await desk.account(), picture("PNG"), name="a.png")
    path = f"/attachments/{id}/preview"
    assert ((await desk.file(id))["preview"], (await desk.anna.get(path)).status_code) == (False, 404)
    await desk.looked_at()
    assert (await desk.file(id))["preview"]
    small, large = await desk.anna.get(path), await desk.anna.get(path, params={"size": "1024"})
    assert (small.headers["content-type"], small.content[8:12], large.content[8:12]) == ("image/webp", b"WEBP", b"WEBP")
    assert len(small.content) < len(large.content)
    assert b"Canary" not in small.content + large.content
    assert small.headers["content-security-policy"].startswith("sandbox;")
    assert (small.headers["x-content-type-options"], small.headers["cache-control"]) == ("nosniff", "no-store")
    assert (await desk.anna.get(path, headers={"If-None-Match": small.headers["etag"]})).status_code == 304
    assert (await desk.anna.get(path, params={"size": "4096"})).status_code == 422
    assert (await desk.of("rita", "read_only").get(path)).status_code == 200
    assert (await desk.of("rob", "sales_representative").get(path)).status_code == 404
    stored = b"".join(p.read_bytes() for p in desk.objects(id))
    assert b"WEBP" not in stored
    await desk.upload(b"words", record_type="attachment", record=id, name="a.txt")
    assert (await desk.anna.get(path)).status_code == 404


async def test_words_and_previews_go_with_an_erased_file(desk: Watched) -> None:
    id = await desk.attached(await desk.account(), pdf("Ann Canary"), name="a.pdf")
    await desk.looked_at()
    assert len([p for p in desk.objects(id) if "preview" in p.name]) == 2
    assert (await desk.anna.post(f"/attachments/{id}/erase", json={})).status_code == 200
    await desk.settle()
    assert desk.objects(id) == []
    assert (await desk.anna.get(f"/attachments/{id}/preview")).status_code == 404
    assert await found(desk, "canary") == []
    assert "Canary" not in str(await desk.kernel.views.get("attachments", id, Scope(TENANT)))
    await desk.looked_at()
    assert desk.objects(id) == []


async def test_a_file_erased_while_it_is_read_leaves_nothing(desk: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    id = await desk.attached(await desk.account(), picture(), name="a.jpg")
    real = inspecting.look_into

    async def slow(*args: Any) -> Any:
        seen = await real(*args)
        await desk.anna.post(f"/attachments/{id}/erase", json={})
        await desk.settle()
        return seen

    monkeypatch.setattr(inspecting, "look_into", slow)
    await desk.looked_at()
    assert desk.objects(id) == []


async def test_what_the_scanner_found_is_not_read(tmp_path: Path) -> None:
    async with fake_clamd() as clamd, watched_desk(tmp_path, clamd.client) as desk:
        id = await desk.attached(await desk.account(), b"secret words " + EICAR, name="a.txt")
        await desk.looked_at()
        assert ((await desk.file(id))["reading"], await found(desk, "secret")) == ("", [])
        assert (await desk.anna.get(f"/attachments/{id}/preview")).json()["code"] == "infected"


async def test_without_walls_nothing_is_read(desk: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    async def no_walls(*args: Any) -> Any:
        raise NoWalls("none")

    monkeypatch.setattr(inspecting, "look_into", no_walls)
    id = await desk.attached(await desk.account(), b"words", name="a.txt")
    await desk.looked_at()
    assert (await desk.file(id))["reading"] == ""
