"""A suite of two organisations with its backup, and the commands that operators call on them."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from crm.backup_source import place_at
from crm.cli import app
from crm.client import CommandFailed
from crm.compose import Suite
from crm.settings import Settings, WrongSetting
from services.identity.setup import set_up
from shared.backup.drills import Drills
from shared.backup.keyfile import load_key
from shared.http.meta import _meta
from shared.kernel.bus import Call
from shared.security.passwords import Passwords
from shared.security.permissions import system_access
from tests.support.oracle import settle
from tests.support.suite import PASSWORD, QUICK

CRM = [sys.executable, "-m", "crm"]


def killed(*words: str | Path, at: str) -> bool:
    """Run the command in a process of its own, which a crash point ends."""
    said = {**os.environ, "CRASHPOINT": at}
    return subprocess.run([*CRM, *map(str, words)], capture_output=True, env=said, timeout=120).returncode == 137


def done(*words: str | Path) -> str:
    """What the command prints. Raises what it fails with."""
    with redirect_stdout(StringIO()) as out:
        app([*map(str, words)], standalone_mode=False)
    return out.getvalue()


def refused(*words: str | Path) -> str:
    """The one line in which a command says why it does not do it."""
    with pytest.raises((CommandFailed, WrongSetting)) as said:
        done(*words)
    assert "\n" not in str(said.value)
    return str(said.value)


@pytest.fixture(scope="session")
def backed_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`data`, of two organisations with an account each, its key and its backup, which `data` has gone on from."""
    folder = tmp_path_factory.mktemp("backed-up")

    async def fill(name: str) -> None:
        suite = await Suite.open(Settings(folder / "data"))
        kernel = suite.kernel
        done = await set_up(kernel, name, "Ada", f"ada@{name}.example", PASSWORD, "en", Passwords(QUICK))
        access = system_access(done.tenant)
        await kernel.bus.send("customer.CreateAccount", {"name": f"Of {name}"}, Call(access))
        await kernel.bus.send("customer.CreateContact", {"family_name": f"At {name}"}, Call(access))
        await settle(kernel)
        assert suite.kernel.ledger is not None
        await suite.kernel.ledger.catch_up()
        assert suite.kernel.notary is not None
        await suite.kernel.notary.sign()
        await suite.close()

    done("backup", "key", folder / "key")
    asyncio.run(fill("acme"))
    done("backup", "create", "--to", folder / "target", "--data", folder / "data", "--key", folder / "key")
    asyncio.run(fill("globex"))
    done("backup", "create", "--to", folder / "target", "--data", folder / "data", "--key", folder / "key")
    return folder


@pytest.fixture
def ours(backed_up: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(backed_up, tmp_path / "ours"))


def opened(data: Path) -> dict[str, Any]:
    """What a suite on the directory shows: organisations with their accounts, and the ledger's root."""

    async def look() -> dict[str, Any]:
        suite = await Suite.open(Settings(data))
        try:
            await suite.kernel.projector.catch_up()
            assert suite.kernel.ledger is not None
            await suite.kernel.ledger.catch_up()
            accounts = [d["name"] async for _, _, d in suite.kernel.views.scan("accounts")]
            contacts = [d["family_name"] async for _, _, d in suite.kernel.views.scan("contacts")]
            users = [d["email"] async for _, _, d in suite.kernel.views.scan("users")]
            return {
                "accounts": sorted(accounts),
                "contacts": sorted(contacts),
                "users": sorted(users),
                "problem": suite.kernel.ledger.problem,
                "sandbox": _meta(suite.kernel, [], {}, system_access("t1"), "en").get("sandbox", ""),
            }
        finally:
            await suite.close()

    return asyncio.run(look())


def words(command: str, ours: Path) -> list[str | Path]:
    return ["backup", command, "--from", ours / "target", "--key", ours / "key"]


def restore(ours: Path, data: str = "new", key: str = "key") -> list[str | Path]:
    return ["restore", "--from", ours / "target", "--data", ours / data, "--key", ours / key]


async def drills_of(ours: Path) -> list[dict[str, Any]]:
    return await Drills(place_at(str(ours / "target")), load_key(ours / "key")).latest()


async def opened_once(data: Path) -> None:
    await (await Suite.open(Settings(data))).close()
