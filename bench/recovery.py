"""Recovery: how long a suite of many events takes to come back from its backup, and what a loss under load would cost.

The way back is a drill (`crm drill`): the newest backup is restored into an empty directory, its log is proven, all
views and the warehouse are rebuilt, and what they hold is compared with the suite. The loss is looked at from outside:
while people write without a pause, how old is the newest event that the place of the backups has.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from bench import data
from bench.figures import Figure, at_most, show
from bench.start import served
from crm.backup_source import place_at, source_of
from crm.drill import carried_out
from crm.serve import set_up
from crm.settings import Settings
from shared.backup.create import Backup
from shared.backup.keyfile import BackupKey, make_key
from shared.clock import SystemClock

LOG_SECONDS, VIEWS_SECONDS, LOST_SECONDS = 120, 600, 60
WRITERS = 8


def run(events: int = 1_000_000, seconds: int = 90) -> list[Figure]:
    """events: of the suite that is restored. seconds: how long people write."""
    with TemporaryDirectory(prefix="crm-bench-") as folder:
        key = make_key(Path(folder) / "key")
        return [*_way_back(Path(folder), key, events), _loss(Path(folder), key, seconds)]


def _way_back(folder: Path, key: BackupKey, events: int) -> list[Figure]:
    suite, target = data.accounts(events), folder / "backups"
    asyncio.run(_backed_up(suite, target, key))
    found = carried_out(str(target), suite, key)
    if not found["ok"]:
        raise RuntimeError(f"the drill failed: {found}")
    of, detail = f"{found['events']:,} events", "an account an event; proven"
    compared = (
        f"the past and the warehouse, too; compared with the suite after {found['views_seconds']:.0f} s: no difference"
    )
    return [
        at_most(f"from a backup of {of} to the log", found["log_seconds"], LOG_SECONDS, "s", detail),
        at_most(f"from a backup of {of} to all views", found["filled_seconds"], VIEWS_SECONDS, "s", compared),
    ]


async def _backed_up(suite: Path, target: Path, key: BackupKey) -> None:
    async with source_of(suite) as source:
        await Backup(source, place_at(str(target), create=True), key, SystemClock()).create("full")


def _loss(folder: Path, key: BackupKey, seconds: int) -> Figure:
    empty, target = folder / "written", folder / "archive"
    asyncio.run(set_up(Settings(empty), "Bench", "Bench", data.EMAIL, data.PASSWORD, "en"))
    environment = {"CRM_BACKUP": str(target), "CRM_BACKUP_KEY": str(folder / "key")}
    with served(empty, environment) as (_, url, _):
        token = data.sign_in(url)
        ages, written = asyncio.run(_written(url, token, target, key, seconds))
    detail = f"{len(ages)} looks in {seconds} s, {written / seconds:,.0f} commands/s of {WRITERS} writers"
    return at_most("a loss under load costs, at most", max(ages), LOST_SECONDS, "s", detail)


async def _written(url: str, token: str, target: Path, key: BackupKey, seconds: int) -> tuple[list[float], int]:
    """The age of the newest archived event at each look, in seconds, and how many commands were acknowledged."""
    end = time.monotonic() + seconds
    async with httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30) as http:
        looking = asyncio.create_task(_looks(target, key, end))
        written = await asyncio.gather(*(_writer(http, n, end) for n in range(WRITERS)))
        return await looking, sum(written)


async def _writer(http: httpx.AsyncClient, number: int, end: float) -> int:
    done = 0
    while time.monotonic() < end:
        body = {"name": f"Written {number} {done}", "allow_duplicate": True}
        (await http.post("/customer/accounts", json=body)).raise_for_status()
        done += 1
    return done


async def _looks(target: Path, key: BackupKey, end: float) -> list[float]:
    place, clock, ages = place_at(str(target)), SystemClock(), list[float]()
    begun = clock.now()
    while time.monotonic() < end:
        newest = await place.newest(key)
        ages.append((clock.now() - max(begun, newest[1].last_at if newest else 0)) / 1e6)
        await asyncio.sleep(0.5)
    return ages


if __name__ == "__main__":
    show("recovery", run())
