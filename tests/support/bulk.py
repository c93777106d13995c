"""The few calls that tests of bulk acts make all the time."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import httpx

Json = dict[str, Any]


async def events_of(client: httpx.AsyncClient, id: str) -> list[Json]:
    """Every server-sent event of an act or preview, until it ends."""
    answer = (await client.get(f"/bulk/{id}/events", timeout=300)).raise_for_status()
    return [json.loads(line[5:]) for line in answer.text.splitlines() if line.startswith("data:")]


async def act(client: httpx.AsyncClient, path: str = "/bulk", headers: Any = None, **body: Any) -> Json:
    """A bulk act or preview to its end: the last of its events."""
    answer = await client.post(path, json=body, headers=headers)
    assert answer.is_success, answer.text
    return (await events_of(client, answer.json()["id"]))[-1]


async def revert(client: httpx.AsyncClient, id: str) -> Json:
    (await client.post(f"/bulk/{id}/revert", json={})).raise_for_status()
    return (await events_of(client, id))[-1]


async def csv_of(client: httpx.AsyncClient, path: str, language: str = "en") -> list[dict[str, str]]:
    answer = (await client.get(path, headers={"Accept-Language": language})).raise_for_status()
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
