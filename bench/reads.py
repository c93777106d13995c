"""What the read log costs those who read: a record by id, and a page of a list, with it and without.

Counted is how many answers a second of the server's processor time gives, with all that the server does for them in the
background: other work of the machine does not change it much. One suite, two organisations with the same contacts and
the same custom field. In one the field is marked as sensitive, so every answer is an entry; in the other it is not. One
person reads 1,500 records in turn, or 80 pages of 25, so that a second gathers mostly different records: many times
what people do, and little for the log to join.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from bench import data
from bench.client import Order, send
from bench.figures import Figure, at_least, interleaved, show
from bench.start import served, settle
from crm.serve import set_up
from crm.settings import Settings

RECORDS, ASKED, PAGE, SECONDS, GOAL = 2_000, 1_500, 25, 4.0, 95
WRITTEN = 1.5  # seconds until what was read last is written
EMAILS = {"on": data.EMAIL, "off": "bench@other.example"}
CONTACTS = "/customer/contacts"


@dataclass(frozen=True, slots=True)
class _Paths:
    records: tuple[str, ...]
    pages: tuple[str, ...]


def run(rounds: int = 5, records: int = RECORDS) -> list[Figure]:
    """records: the contacts of each organisation."""
    with TemporaryDirectory(prefix="crm-bench-") as folder:
        directory = Path(folder) / "data"
        for which, email in EMAILS.items():
            asyncio.run(set_up(Settings(directory), f"Bench {which}", "Bench", email, data.PASSWORD, "en"))
        with served(directory) as (process, url, _):
            return _figures(process.pid, url, rounds, records)


def _figures(pid: int, url: str, rounds: int, records: int) -> list[Figure]:
    tokens = {which: data.sign_in(url, email) for which, email in EMAILS.items()}
    paths = {which: asyncio.run(_fill(url, tokens[which], records, which == "on")) for which in EMAILS}
    settle(url)
    cases = {
        f"{what} {which}": partial(_rate, pid, url, tokens[which], getattr(paths[which], what), connections)
        for what, connections in (("records", 32), ("pages", 2))
        for which in EMAILS
    }
    found = interleaved(cases, rounds)
    return [
        _share("record by id, with the read log of without", found, "records"),
        _share(f"page of {PAGE}, with the read log of without", found, "pages"),
    ]


def _share(name: str, found: Mapping[str, float], what: str) -> Figure:
    on, off = found[f"{what} on"], found[f"{what} off"]
    detail = (
        f"{on:,.0f} for each second of the processor; without {off:,.0f}; load of the machine {os.getloadavg()[0]:.1f}"
    )
    return at_least(name, 100 * on / off, GOAL, "%", detail)


def _rate(pid: int, url: str, token: str, paths: tuple[str, ...], connections: int) -> float:
    """Answers for each second of the server's processor time, until the log has all that was read."""
    port, headers = int(url.rpartition(":")[2]), {"Authorization": f"Bearer {token}"}
    began = _used(pid)
    rate = send(Order(port, "GET", "", headers, "", connections, SECONDS, paths=paths)).rate
    time.sleep(WRITTEN)
    settle(url)
    return rate * SECONDS / (_used(pid) - began)


def _used(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _fill(url: str, token: str, records: int, sensitive: bool) -> _Paths:
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as client:
        field = {"resource": "contact", "name": "health", "kind": "text", "sensitive": sensitive}
        (await client.post("/customer/field-definitions", json=field)).raise_for_status()
        await asyncio.to_thread(settle, url)
        ids: list[str] = []
        for first in range(0, records, 50):
            ids += await asyncio.gather(*(_contact(client, n) for n in range(first, min(records, first + 50))))
        await asyncio.to_thread(settle, url)
        return _Paths(tuple(f"{CONTACTS}/{id}" for id in ids[:ASKED]), tuple(await _pages(client)))


async def _contact(client: httpx.AsyncClient, n: int) -> str:
    body: dict[str, Any] = {"family_name": f"Lin {n}", "given_name": "Mei", "title": "Buyer", "custom": {"health": "x"}}
    id: str = (await client.post(CONTACTS, json=body)).raise_for_status().json()["id"]
    return id


async def _pages(client: httpx.AsyncClient) -> list[str]:
    """The paths of all pages of the list."""
    found, path = list[str](), f"{CONTACTS}?limit={PAGE}"
    while True:
        found.append(path)
        next_ = (await client.get(path)).raise_for_status().json()["next"]
        if next_ is None:
            return found
        path = f"{CONTACTS}?{httpx.QueryParams(limit=PAGE, cursor=next_)}"


if __name__ == "__main__":
    show("Reads", run())
