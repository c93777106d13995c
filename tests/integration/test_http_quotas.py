"""Quotas over HTTP: long bodies and long exports are counted for each user, what is short never is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from shared.http.body import LONG_BYTES
from tests.support.http_service import Service, open_service

ACCOUNTS = "/customer/accounts"
JSON = {"Content-Type": "application/json"}
LONG = b'{"name":"A"' + b" " * LONG_BYTES + b"}"
SHORT = b'{"name":"A"' + b" " * (LONG_BYTES - 12) + b"}"


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with open_service(tmp_path, projecting=False) as opened:
        yield opened


def refused(answer: httpx.Response, within: int) -> bool:
    """Whether it is a 429 that names the seconds to wait, `within` at most; anything else is a success."""
    if answer.status_code == 429:
        assert answer.json()["type"] == "/problems/too-many-requests"
        assert 0 < int(answer.headers["Retry-After"]) <= within
        return True
    answer.raise_for_status()
    return False


@pytest.mark.parametrize("declared", [True, False])
async def test_long_bodies_are_counted_for_each_user(service: Service, declared: bool) -> None:
    async def pieces(body: bytes) -> AsyncIterator[bytes]:
        yield body

    async def create(client: httpx.AsyncClient, body: bytes) -> bool:
        return refused(await client.post(ACCOUNTS, content=body if declared else pieces(body), headers=JSON), 20)

    greedy, other = service.client(), service.client("rep")
    assert [await create(greedy, LONG) for _ in range(13)] == [False] * 10 + [True] * 3
    assert not await create(greedy, SHORT)
    assert not await create(other, LONG)


async def test_long_exports_are_counted_for_each_user(service: Service) -> None:
    client = service.client()
    names = [f"Acme {n}" for n in range(201)]
    await asyncio.gather(*(client.post(ACCOUNTS, json={"name": n, "allow_duplicate": True}) for n in names))
    await service.catch_up()
    long, short = f"{ACCOUNTS}/export", f"{ACCOUNTS}/export?name=Acme 1"
    assert [refused(await client.get(long), 180) for _ in range(32)] == [False] * 30 + [True] * 2
    assert not refused(await client.get(short), 180)
