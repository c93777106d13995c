"""The runbooks: what each is about is done to a suite, then its commands are carried out, and all is there again."""

from __future__ import annotations

import asyncio
import re
import shlex
import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crm.cli import app
from crm.client import CommandFailed
from crm.compose import Suite
from crm.settings import Settings, WrongSetting
from services.identity.setup import set_up
from shared.kernel.bus import Call
from shared.ledger.notary import Publisher
from shared.security.passwords import Passwords
from shared.security.permissions import system_access
from tests.support.oracle import settle
from tests.support.protocol_server import served
from tests.support.suite import PASSWORD, QUICK

RUNBOOKS = Path(__file__).parents[2] / "docs" / "runbooks"
PAGE, MOVING = "disaster-recovery.md", "embedded-to-cluster.md"
COMMAND = re.compile(r"^ {4,}(crm .+)$", re.M)
BEFORE, AFTERWARDS = "Before anything happens", "Afterwards"


def sections(page: str) -> dict[str, list[str]]:
    """Heading → the commands under it, of those that have some; "" = what stands before the first heading."""
    parts = re.split(r"^(?:## (.+)|\*\*(.+)\*\*)$", (RUNBOOKS / page).read_text(), flags=re.M)
    found = {"": parts[0]} | {(a or b): text for a, b, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True)}
    return {name: COMMAND.findall(text) for name, text in found.items() if COMMAND.search(text)}


def crm(folder: Path, line: str, **words: str) -> None:
    """Carry out a command of a page, with files for its words in capitals. Raises what it fails with."""
    known = {name: str(folder / name) for name in ("TARGET", "TARGET2", "KEY", "KEY2", "REPORT", "NEW")}
    known |= {"DIR": str(folder / "data"), "NAME": "acme", **words}
    app([known.get(one, one) for one in shlex.split(line)[1:]], standalone_mode=False)


async def _work(data: Path, name: str, first: bool = False) -> tuple[str, int]:
    """Somebody enters an account; all is signed, and taken outside. Returns the organisation and the log's end."""
    suite = await Suite.open(Settings(data))
    kernel = suite.kernel
    if first:
        await set_up(kernel, "acme", "Ada", "ada@acme.example", PASSWORD, "en", Passwords(QUICK))
    (tenant,) = {tenant async for tenant, _, _ in kernel.views.scan("users")} if not first else {await _tenant(suite)}
    await kernel.bus.send("customer.CreateAccount", {"name": name}, Call(system_access(tenant)))
    await settle(kernel)
    head = await kernel.store.head()
    assert kernel.ledger is not None
    assert kernel.notary is not None
    await kernel.ledger.catch_up()
    await kernel.notary.sign()
    await kernel.ledger.catch_up()
    for place in kernel.outside:
        await Publisher(kernel.ledger, kernel.outside).publish(place)
    await suite.close()
    return tenant, head


async def _tenant(suite: Suite) -> str:
    await settle(suite.kernel)
    return [tenant async for tenant, _, _ in suite.kernel.views.scan("users")][0]  # noqa: RUF015 - async


async def _accounts(data: Path) -> set[str]:
    suite = await Suite.open(Settings(data))
    try:
        await settle(suite.kernel)
        return {one["name"] async for _, _, one in suite.kernel.views.scan("accounts")}
    finally:
        await suite.close()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A suite that was prepared as the page says, before anything happens."""
    folder = tmp_path_factory.mktemp("prepared")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_BACKUP_KEY", str(folder / "KEY"))
        patch.setenv("CRM_CHECKPOINTS", f"folder://{folder}/outside")
        asyncio.run(_work(folder / "data", "Good", first=True))
        for line in sections(PAGE)[BEFORE]:
            crm(folder, line)
    return folder


@pytest.fixture
def ours(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = Path(shutil.copytree(template, tmp_path / "ours"))
    monkeypatch.setenv("CRM_BACKUP_KEY", str(folder / "KEY"))
    monkeypatch.setenv("CRM_CHECKPOINTS", f"folder://{folder}/outside")
    return folder


Damage = Callable[[Path], Mapping[str, str]]  # the suite's folder → words for the commands


def lose_disk(folder: Path) -> Mapping[str, str]:
    shutil.rmtree(folder / "data")
    return {"TIME": _now()}


def lose_keys(folder: Path) -> Mapping[str, str]:
    shutil.rmtree(folder / "data" / "keys")
    return {}


def encrypt(folder: Path) -> Mapping[str, str]:
    """Bad events first, then every file of the suite; the backups are out of reach."""
    before = _now()
    asyncio.run(_work(folder / "data", "Bad"))
    crm(folder, "crm backup create --to TARGET --data DIR")
    for file in (folder / "data").rglob("*"):
        if file.is_file():
            file.write_bytes(bytes(byte ^ 0xA5 for byte in file.read_bytes()) + b"pay us")
    return {"TIME": before}


def write_bad_events(folder: Path) -> Mapping[str, str]:
    async def head() -> int:
        suite = await Suite.open(Settings(folder / "data"))
        found = await suite.kernel.store.head()
        await suite.close()
        return found

    position = asyncio.run(head())
    asyncio.run(_work(folder / "data", "Bad"))
    crm(folder, "crm backup create --to TARGET --data DIR")
    return {"POSITION": str(position)}


def _now() -> str:
    return datetime.now(UTC).isoformat()


CASES: dict[str, Damage] = {
    "The disk is lost": lose_disk,
    "Ransomware, or somebody who changed things on purpose": encrypt,
    "An operator's mistake": lose_disk,
    "Bad code wrote bad events": write_bad_events,
}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_what_was_damaged_is_there_again(case: str, ours: Path) -> None:
    """Restored, verified with what the places outside have of the future that was given up, and backed up again."""
    words = CASES[case](ours)
    if not (ours / "data" / "events.db").exists() or case.startswith("Ransom"):
        with pytest.raises((CommandFailed, WrongSetting)):
            crm(ours, "crm verify --data DIR")
    for line in sections(PAGE)[case]:
        crm(ours, line, **words)
    assert asyncio.run(_accounts(ours / "NEW")) == {"Good"}
    if case == "The disk is lost":
        for line in sections(PAGE)[AFTERWARDS]:
            crm(ours, line)


@pytest.mark.slow
def test_lost_keys_come_back_and_a_lost_backup_key_is_replaced(ours: Path) -> None:
    (ours / "KEY").rename(ours / "in a vault")
    for line in sections(PAGE)["The keys are lost"]:
        crm(ours, line)
    (ours / "in a vault").rename(ours / "KEY")
    lose_keys(ours)
    with pytest.raises((CommandFailed, WrongSetting), match="keys"):
        crm(ours, "crm verify --data DIR")
    for line in sections(PAGE)["The disk is lost"]:  # as the page says
        crm(ours, line)
    assert asyncio.run(_accounts(ours / "NEW")) == {"Good"}


def test_every_section_with_commands_is_a_case() -> None:
    assert {*sections(PAGE)} == {BEFORE, AFTERWARDS, "The keys are lost", *CASES}


async def moved(folder: Path, settings: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Carry out the move: on the old suite without the cluster's settings, from the restore on with them."""
    for line in sections(MOVING)[""]:
        if line.startswith("crm restore"):
            for name, value in settings.items():
                monkeypatch.setenv(name, value)
        await asyncio.to_thread(crm, folder, line)
    assert await _accounts(folder / "NEW") == {"Good"}


@pytest.mark.slow
async def test_a_suite_moves_to_servers(ours: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The event store speaks EventStoreDB's protocol; files lie elsewhere. tests/mongo moves keys and views, too."""
    async with served(ours) as server:
        settings = {
            "CRM_EVENTSTORE": f"esdb://127.0.0.1:{server.port}?tls=false",
            "CRM_FILES": f"folder://{ours}/shared",
        }
        await moved(ours, settings, monkeypatch)
    assert not (ours / "NEW" / "events.db").exists()
