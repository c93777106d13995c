"""Files wait for the virus scanner; what it finds is never given out; a scanner that is down loses nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import pytest

from services.customer.files import work
from services.customer.files.inspecting import FileInspector
from services.customer.files.work import FileWork
from shared.blobs.clamd import Clamd
from shared.streaming.leases import SECONDS, LeaseHolder
from tests.support.beating import EXPIRED, Beating
from tests.support.clamd import EICAR, FakeClamd, fake_clamd
from tests.support.files import Watched, watched_desk
from tests.support.toys import SetClock


@pytest.fixture
async def clamd() -> AsyncIterator[FakeClamd]:
    async with fake_clamd() as fake:
        yield fake


@pytest.fixture
async def desk(tmp_path: Path, clamd: FakeClamd, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Watched]:
    monkeypatch.setattr(work, "RETRY_SECONDS", 0.0)
    async with watched_desk(tmp_path, clamd.client) as desk:
        yield desk


async def download(desk: Watched, id: str, **params: str) -> httpx.Response:
    return await desk.anna.get(f"/attachments/{id}/content", params=params)


async def test_a_file_is_given_out_once_the_scanner_found_nothing(desk: Watched, clamd: FakeClamd) -> None:
    id = await desk.attached(await desk.account(), b"hello", name="a.txt")
    early = await download(desk, id)
    assert (early.status_code, early.json()["code"]) == (409, "not-scanned")
    chinese = await desk.anna.get(f"/attachments/{id}/content", headers={"Accept-Language": "zh-CN"})
    assert chinese.json()["detail"] == "该文件尚未扫描；请在 5 秒后重试"
    await desk.looked_at()
    assert ((await desk.file(id))["scan"], (await download(desk, id)).content) == ("clean", b"hello")
    await desk.looked_at()
    assert clamd.seen == [b"hello"]
    assert (await desk.at_root("anna", "administrator").get("/readyz")).json()["scanner"] == "reached"


async def test_an_infected_version_is_shown_with_its_verdict_and_never_given_out(desk: Watched) -> None:
    id = await desk.attached(await desk.account(), b"hello", name="a.txt")
    await desk.upload(b"more\n" + EICAR, record_type="attachment", record=id, name="a.txt")
    await desk.looked_at()
    file = await desk.file(id)
    assert (file["scan"], file["virus"]) == ("infected", "Eicar-Test-Signature")
    assert [(v["scan"], v["virus"]) for v in file["versions"]] == [("clean", ""), ("infected", "Eicar-Test-Signature")]
    refused = await download(desk, id)
    assert (refused.status_code, refused.json()["code"]) == (409, "infected")
    assert (await download(desk, id, version="1")).content == b"hello"
    assert (await desk.anna.get("/attachments", params={"q": "more"})).json()["items"] == []
    await desk.upload(b"mended", record_type="attachment", record=id, name="a.txt")
    await desk.looked_at()
    assert ((await desk.file(id))["virus"], (await download(desk, id)).content) == ("", b"mended")


async def test_a_scanner_that_fails_is_asked_again(desk: Watched, clamd: FakeClamd) -> None:
    id = await desk.attached(await desk.account(), b"hello", name="a.txt")
    other = await desk.attached(await desk.account(), b"other", name="b.txt")
    clamd.cuts = 1
    await desk.looked_at()
    assert sorted([(await desk.file(id))["scan"], (await desk.file(other))["scan"]]) == ["", "clean"]
    await desk.looked_at()
    assert ((await desk.file(id))["scan"], (await desk.file(other))["scan"]) == ("clean", "clean")


async def test_a_scanner_that_is_down_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "RETRY_SECONDS", 0.0)
    async with fake_clamd() as gone:
        port = gone.port
    async with watched_desk(tmp_path, Clamd("127.0.0.1", port)) as desk:
        id = await desk.attached(await desk.account(), b"hello", name="a.txt")
        await desk.looked_at()
        assert (await desk.file(id))["scan"] == ""
        ready = await desk.at_root("anna", "administrator").get("/readyz")
        assert (ready.status_code, ready.json()["scanner"]) == (200, "away")
        async with fake_clamd(port):
            await desk.looked_at()
            assert (await desk.file(id))["scan"] == "clean"


async def test_a_file_too_large_for_the_scanner_says_so_until_it_takes_more(desk: Watched, clamd: FakeClamd) -> None:
    clamd.longest = 10
    id = await desk.attached(await desk.account(), b"hello" * 5, name="a.txt")
    await desk.looked_at()
    assert ((await desk.file(id))["scan"], (await download(desk, id)).json()["code"]) == ("too-large", "not-scannable")
    clamd.longest = 100
    await desk.looked_at()
    assert (await desk.file(id))["scan"] == "too-large"
    await desk.start_again()
    await desk.looked_at()
    assert ((await desk.file(id))["scan"], (await download(desk, id)).content) == ("clean", b"hello" * 5)


async def test_files_of_a_killed_process_are_looked_at_10_s_later_by_another(
    desk: Watched, clamd: FakeClamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is slow, as a large file makes it, is not taken for one that was killed."""
    clock, beating = SetClock(), Beating(monkeypatch)
    kernel = replace(desk.kernel, clock=clock)
    slow, other = FileWork(kernel), FileWork(kernel)

    async def killed_at_last(*_: Any) -> None:
        await beating.through(clock, LeaseHolder(kernel.views, work.CHECKPOINT, clock))
        raise asyncio.CancelledError

    await desk.attached(await desk.account(), b"hello", name="a.txt")
    await desk.service.catch_up()
    with patch.object(FileInspector, "inspect", killed_at_last), pytest.raises(asyncio.CancelledError):
        await slow.step()
    assert await other.step() <= SECONDS
    assert clamd.seen == []
    clock.time += EXPIRED
    await other.step()
    assert clamd.seen == [b"hello"]
