"""The runbooks' commands, each carried out on a small suite, in the order of the page."""

from __future__ import annotations

import asyncio
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crm.cli import app
from crm.compose import Suite
from crm.settings import Settings
from services.identity.setup import set_up
from shared.security.passwords import Passwords
from tests.support.oracle import settle
from tests.support.suite import PASSWORD, QUICK

RUNBOOKS = Path(__file__).parents[2] / "docs" / "runbooks"
COMMAND = re.compile(r"^ {4,}(crm .+)$", re.M)


async def _small_suite(data: Path) -> None:
    suite = await Suite.open(Settings(data))
    await set_up(suite.kernel, "acme", "Ada", "ada@acme.example", PASSWORD, "en", Passwords(QUICK))
    await settle(suite.kernel)
    await suite.close()


def commands(page: str, folder: Path) -> Iterator[list[str]]:
    """The page's commands, with files for its words in capitals. Each restore has a directory of its own."""
    restored = 0
    for line in COMMAND.findall((RUNBOOKS / page).read_text()):
        restored += line.startswith("crm restore ")
        words = {"TIME": datetime.now(UTC).isoformat(), "POSITION": "3", "NAME": "acme"}
        words |= {name: str(folder / name) for name in ("TARGET", "TARGET2", "KEY", "KEY2", "REPORT")}
        words |= {"DIR": str(folder / "data"), "NEW": str(folder / f"new{restored}")}
        yield [words.get(one, one) for one in shlex.split(line)[1:]]


@pytest.mark.slow
@pytest.mark.parametrize("page", ["disaster-recovery.md", "embedded-to-cluster.md"])
def test_every_command_of_a_runbook_works(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(_small_suite(tmp_path / "data"))
    monkeypatch.setenv("CRM_BACKUP_KEY", str(tmp_path / "KEY"))
    if page != "disaster-recovery.md":
        app(["backup", "key", str(tmp_path / "KEY")], standalone_mode=False)
    ran = 0
    for words in commands(page, tmp_path):
        app(words, standalone_mode=False)
        ran += 1
    assert ran >= 5
