"""One installation on two days and a stranger's: files are taken from one and put into another.

Yesterday there were Zephyrine, who is erased today with all texts of yesterday, and Otto; Nadia came today.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from crm.compose import Suite
from crm.settings import Settings
from services.audit import replays
from services.audit.texts import erase_texts
from shared.clock import to_rfc3339
from shared.events.sealing import ERASED
from tests.support.importing import GUEST_LIST, Office, office, staffed
from tests.support.leaks import files_with, hits
from tests.support.oracle import settle

SECRETS = ("Zephyrine", "Quillfeather", "zephyrine@example.org")
REJECTED = "First,Last,Mail,Born\nZephyrine,Quillfeather,zephyrine@example.org,long ago\n"


@dataclass(frozen=True)
class Days:
    """Data directories at rest. gone, otto, nadia: contacts; note: an activity about the erased one alone."""

    yesterday: Path
    today: Path
    stranger: Path
    gone: str
    otto: str
    nadia: str
    note: str


async def live(folder: Path) -> Days:
    """The two days and the stranger."""
    today = folder / "today"
    async with office(today, warehouse=True) as at_work:
        gone = await _person(at_work, "Zephyrine", "Quillfeather")
        otto = await _person(at_work, "Otto", "Plain")
        note = await _note(at_work, gone)
        await at_work.create("/customer/accounts", name="Acme", description="Zephyrine buys here")
        report = await at_work.run(GUEST_LIST, {"guests.csv": REJECTED})
        assert report["totals"]["rejected"] == 1
        await settle(at_work.suite.kernel)
    shutil.copytree(today, folder / "yesterday", symlinks=True)
    async with office(today, warehouse=True) as at_work:
        (await at_work.client.post(f"/customer/contacts/{gone}/erase", json={})).raise_for_status()
        nadia = await _person(at_work, "Nadia", "Newcomer")
        await settle(at_work.suite.kernel)
        kernel = at_work.suite.kernel
        await erase_texts(kernel, at_work.tenant, to_rfc3339(kernel.clock.now())[:10], lambda _: None)
    assert files_with(today, SECRETS) == {}
    async with office(folder / "stranger", warehouse=True) as at_work:
        await _person(at_work, "Sam", "Stranger")
        await settle(at_work.suite.kernel)
    return Days(folder / "yesterday", today, folder / "stranger", gone, otto, nadia, note)


async def _person(at_work: Office, given: str, family: str) -> str:
    mail = f"{given.lower()}@example.org"
    return await at_work.create("/customer/contacts", given_name=given, family_name=family, email=mail)


async def _note(at_work: Office, about: str) -> str:
    links = [{"type": "contact", "id": about}]
    return await at_work.create("/customer/activities", kind="note", subject="Zephyrine called", links=links)


def mix(folder: Path, base: Path, files: dict[str, Path]) -> Path:
    """A copy of a data directory in which some files or folders are another directory's (or a path that is not)."""
    data = folder / "data"
    shutil.copytree(base, data, symlinks=True)
    for name, source in files.items():
        _replace(data / name, source / name)
    return data


def _replace(target: Path, source: Path) -> None:
    if target.is_dir():
        shutil.rmtree(target)
    else:
        target.unlink(missing_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True)
    elif source.exists():
        shutil.copy(source, target)


def prints(data: Path) -> dict[str, str]:
    """Every file's digest, but that of the lock."""
    files = (f for f in sorted(data.rglob("*")) if f.is_file() and f.name not in ("lock", "events.db.lock"))
    return {str(f.relative_to(data)): sha256(f.read_bytes()).hexdigest() for f in files}


@asynccontextmanager
async def opened(data: Path, days: Days) -> AsyncIterator[Office]:
    """The suite over one of the directories. Even before anything is rebuilt, it shows nobody who is erased."""
    suite = await Suite.open(Settings(data))
    try:
        if filled := suite.kernel.projector.position:
            assert files_with(data, SECRETS) == {}
        await suite.kernel.projector.catch_up()
        async with staffed(suite) as at_work:
            if filled:
                await nobody_erased_is_shown(at_work, days)
            yield at_work
    finally:
        await suite.close()


async def nobody_erased_is_shown(at_work: Office, days: Days) -> None:
    """By no list, search, record or file; the others are."""
    for path in (
        "/customer/contacts",
        "/customer/accounts",
        "/customer/activities",
        f"/customer/contacts/{days.gone}",
        "/imports",
    ):
        answer = await at_work.client.get(path)
        assert answer.status_code == 200, answer.text
        assert hits(answer.content, SECRETS) == [], path
    for text in ("Zephyrine", "Quillfeather"):
        assert (await at_work.get("/customer/contacts", q=text))["items"] == []
    assert (await at_work.get(f"/customer/contacts/{days.otto}"))["name"] == "Otto Plain"
    for job in (await at_work.get("/imports"))["items"]:
        rows = await at_work.client.get(f"/imports/{job['id']}/rejected.csv")
        assert hits(rows.content, SECRETS) == []


async def erased_for_good(at_work: Office, days: Days) -> None:
    """Once all is settled, the record says that it is erased, what was said of it too, and both take no command."""
    await settle(at_work.suite.kernel)
    await nobody_erased_is_shown(at_work, days)
    for path in (f"/customer/contacts/{days.gone}", f"/customer/activities/{days.note}"):
        record = await at_work.get(path)
        assert record["erased"], record
        refused = await at_work.client.patch(path, json={"description": "x"} if "contacts" in path else {"body": "x"})
        assert (refused.status_code, refused.json()["code"]) == (409, "erased")
    assert (await at_work.get(f"/customer/contacts/{days.gone}"))["name"] == ERASED
    patched = await at_work.client.patch(f"/customer/contacts/{days.otto}", json={"title": "Dr"})
    assert patched.status_code == 200, patched.text
    await settle(at_work.suite.kernel)
    await all_agrees(at_work)


async def all_agrees(at_work: Office) -> None:
    kernel = at_work.suite.kernel
    verdict: dict[str, Any] = await replays.verify(kernel, at_work.tenant, kernel.open_scratch, lambda _: None)
    assert verdict["ok"], [line for line in verdict["views"] if not line["ok"]]
