"""The client of clamd, over a real socket."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator

import pytest

from crm.ports import scanner
from crm.settings import WrongSetting
from shared.blobs.clamd import Clamd, ScannerFailed, ScannerUnreachable
from shared.blobs.store import TOO_LARGE, Verdict
from tests.support.clamd import EICAR, FakeClamd, fake_clamd


async def parts(*contents: bytes) -> AsyncIterator[bytes]:
    for one in contents:
        yield one


@pytest.fixture
async def clamd() -> AsyncIterator[FakeClamd]:
    async with fake_clamd() as fake:
        yield fake


def client(fake: FakeClamd) -> Clamd:
    return Clamd("127.0.0.1", fake.port, send_seconds=5, verdict_seconds=0.3)


async def test_a_stream_arrives_whole_and_is_clean(clamd: FakeClamd) -> None:
    content = [b"a" * (1 << 20), b"", b"b" * 70_000, b"c"]
    assert await client(clamd).scan(parts(*content)) == Verdict()
    assert clamd.seen == [b"".join(content)]
    assert await client(clamd).answers()


async def test_what_it_finds_is_named_also_across_parts(clamd: FakeClamd) -> None:
    assert await client(clamd).scan(parts(b"head ", EICAR[:20], EICAR[20:])) == Verdict("Eicar-Test-Signature")


async def test_a_stream_that_is_too_long_is_refused_and_not_clean(clamd: FakeClamd) -> None:
    clamd.longest = 3 << 20
    assert await client(clamd).scan(parts(*[b"x" * (1 << 20)] * 40)) == Verdict(refused=TOO_LARGE)
    assert clamd.seen == []


async def test_without_a_verdict_nothing_is_clean(clamd: FakeClamd) -> None:
    clamd.cuts = 1
    with pytest.raises(ScannerFailed):
        await client(clamd).scan(parts(b"x" * (1 << 20), b"y"))
    clamd.silent = True
    with pytest.raises(ScannerFailed):
        await client(clamd).scan(parts(b"x"))
    assert not await Clamd("127.0.0.1", unused_port()).answers()
    with pytest.raises(ScannerUnreachable):
        await Clamd("127.0.0.1", unused_port()).scan(parts(b"x"))


def unused_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def test_the_setting_names_one_scanner() -> None:
    assert scanner({}) is None
    assert isinstance(scanner({"CRM_SCANNER": "clamd://scan.internal:3310"}), Clamd)
    for wrong in ("command:clamscan", "clamd://host", "clamd:///run/clamd.sock", "clamd://u:p@host:3310", "host:3310"):
        with pytest.raises(WrongSetting, match="CRM_SCANNER"):
            scanner({"CRM_SCANNER": wrong})
