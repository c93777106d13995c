"""`crm backup`, `crm restore` and `crm fork` as operators call them, on a suite with two organisations."""

from __future__ import annotations

import asyncio
import errno
from pathlib import Path

import httpx
import orjson
import pytest

from crm import restoring
from crm.compose import Suite
from crm.process import Server
from crm.roles import Roles
from crm.settings import Settings, WrongSetting, sandbox_of
from crm.verifying import verify_directory
from shared.backup.keyfile import make_key
from shared.backup.status import ARCHIVE
from shared.kernel.bus import Call
from shared.security.permissions import system_access
from tests.support.backed_up import done, opened, opened_once, refused, restore, words


def test_a_restored_suite_is_whole(ours: Path) -> None:
    listed = [orjson.loads(line) for line in done(*words("list", ours), "--json").splitlines()]
    assert [one["kind"] for one in listed] == ["full", "incremental"]
    assert "no findings" in done(*words("verify", ours), "--deep")
    said = done(*restore(ours))
    assert f"{listed[-1]['size']} events" in said
    users = ["ada@acme.example", "ada@globex.example"]
    found = {
        "accounts": ["Of acme", "Of globex"],
        "contacts": ["At acme", "At globex"],
        "users": users,
        "problem": None,
        "sandbox": "",
    }
    assert opened(ours / "new") == found
    assert verify_directory(ours / "new", None)["ok"]


def test_an_earlier_moment_and_one_organisation(ours: Path) -> None:
    first = orjson.loads(done(*words("list", ours), "--json").splitlines()[0])
    done(*restore(ours), "--to", str(first["position"]))
    assert opened(ours / "new")["accounts"] == ["Of acme"]
    assert "2 organisations" not in refused(*restore(ours, "one"), "--tenant", "nobody")
    done(*restore(ours, "one"), "--tenant", "globex")
    found = opened(ours / "one")
    assert (found["accounts"], found["contacts"]) == (["Of globex"], ["At globex"])
    assert (found["users"], found["problem"]) == (["ada@globex.example"], None)
    assert verify_directory(ours / "one", None)["ok"]
    root, live = ours / "one/keys/root.key", ours / "data/keys/root.key"
    assert root.read_bytes() != live.read_bytes()  # who is given the one opens nothing of the others
    root.write_bytes(live.read_bytes())
    with pytest.raises(WrongSetting, match="root key does not belong"):
        opened(ours / "one")


SETUP = ["--organisation", "x", "--email", "a@b.example", "--password-file"]


def test_what_cannot_be_restored_is_refused_in_one_line(ours: Path) -> None:
    make_key(ours / "other")
    assert "made with the backup key" in refused(*restore(ours, key="other"))
    assert "is not empty" in refused(*restore(ours, "data"))
    assert "there is no folder" in refused(
        "restore", "--from", ours / "none", "--data", ours / "n", "--key", ours / "key"
    )
    (ours / "empty").mkdir()
    assert "there is no backup" in refused(
        "restore", "--from", ours / "empty", "--data", ours / "n", "--key", ours / "key"
    )
    assert "no organisation" not in refused(*restore(ours, "x"), "--backup", "backups/none")
    newest = sorted((ours / "target/backups").iterdir())[-1]
    content = newest.read_bytes()
    newest.write_bytes(content.replace(b'"format":1', b'"format":9'))
    assert "upgrade the program" in refused(*restore(ours))
    newest.write_bytes(content)
    segment = sorted((ours / "target/log").iterdir())[-1]
    kept = segment.read_bytes()
    segment.write_bytes(kept[:-1] + b"!")
    assert "it was changed" in refused(*restore(ours))
    assert "interrupted" in refused("setup", "--data", ours / "new", *SETUP, ours / "key")
    segment.unlink()
    assert "is missing" in refused(*restore(ours))
    segment.write_bytes(kept)
    assert done(*restore(ours))


def test_a_foreign_system_and_places_that_are_none(ours: Path) -> None:
    other = ours / "elsewhere"
    asyncio.run(opened_once(other))
    create = ("backup", "create", "--key", ours / "key", "--data")
    assert "backups of the system" in refused(*create, other, "--to", ours / "target")
    assert "would be lost with it" in refused(*create, other, "--to", other / "backups")
    assert "kept in a folder" in refused(*create, other, "--to", "ftp://x")


async def test_a_full_disk_is_one_clear_line(ours: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from crm.backup import key_in
    from crm.restore import put_back
    from shared.backup.problems import BackupProblem
    from shared.backup.restore import Wanted

    async def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(restoring.Restoring, "keys", full)
    with pytest.raises(BackupProblem, match="there is no room left"):
        await put_back(str(ours / "target"), ours / "new", key_in(ours / "key"), Wanted(), lambda *_: None)
    with pytest.raises(WrongSetting, match="interrupted"):
        await Suite.open(Settings(ours / "new"))


def test_the_suite_archives_itself_and_says_so(ours: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_BACKUP", str(ours / "archive"))
    with pytest.raises(WrongSetting, match="CRM_BACKUP_KEY"):
        asyncio.run(opened_once(ours / "data"))
    monkeypatch.setenv("CRM_BACKUP_KEY", str(ours / "key"))
    asyncio.run(_archived(ours))
    listed = [orjson.loads(line) for line in done("backup", "list", "--from", ours / "archive", "--json").splitlines()]
    first, *others = [one["kind"] for one in listed]
    assert (first, set(others)) == ("full", {"archive"})  # the loop may have looked, too


async def _archived(ours: Path) -> None:
    server = Server(Settings(ours / "data", port=0))
    await server.start()
    kernel, archiver = server.suite.kernel, server.suite.kernel.archiver
    assert archiver is not None
    tenant, _, _ = await anext(kernel.views.scan("organisations"))
    assert kernel.backups is not None
    while not kernel.backups.read(ARCHIVE):  # the loop's first look
        await asyncio.sleep(0.05)
    await kernel.bus.send("customer.CreateAccount", {"name": "Later"}, Call(system_access(tenant)))
    await archiver.step()
    token = await server.suite.operator_token("acme")
    async with httpx.AsyncClient(base_url=server.settings.address) as client:
        ready = (await client.get("/readyz")).json()
        found = (await client.get("/audit/backups", headers={"Authorization": f"Bearer {token}"})).json()
    assert ready["backup"] == "archived"
    assert (found["archives"], found["problem"]) == (True, "")
    assert found["lag_seconds"] < 60
    assert found["newest"]["events"] > found["full"]["events"]
    assert found["incremental"] is None
    assert [(one["kind"], one["events"]) for one in found["listed"]] == [("full", found["full"]["events"])]
    await server.stop()


def test_a_sandbox_shows_no_people_and_is_another_system(ours: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_BACKUP", str(ours / "target"))
    said = done("fork", "--data", ours / "new", "--key", ours / "key", "--mask")
    monkeypatch.delenv("CRM_BACKUP")
    as_of = sandbox_of(ours / "new")
    assert f"CRM_SANDBOX={as_of[:19]}" in said
    assert sandbox_of(ours / "data") == ""
    found = opened(ours / "new")
    assert (found["sandbox"], asyncio.run(_mark_of_customer_process(ours / "new"))) == (as_of, as_of)
    assert found["accounts"] == ["Of acme", "Of globex"]
    assert found["users"] == ["", "", "administrator-2@sandbox.example", "administrator@sandbox.example"]
    assert {"At acme", "At globex"}.isdisjoint(found["contacts"])
    create = ("backup", "create", "--key", ours / "key", "--data", ours / "new", "--to", ours / "target")
    assert "backups of the system" in refused(*create)
    assert verify_directory(ours / "new", None)["ok"]


def test_a_sandbox_that_is_not_masked_says_that_it_is_production_data(ours: Path) -> None:
    assert "production data" in done("fork", "--from", ours / "target", "--data", ours / "new", "--key", ours / "key")
    assert opened(ours / "new")["users"] == ["ada@acme.example", "ada@globex.example"]


async def _mark_of_customer_process(data: Path) -> str:
    """What a process says that serves people and neither signs nor audits."""
    suite = await Suite.open(Settings(data), Roles(frozenset({"customer"}), frozenset({"projector"})))
    try:
        return suite.kernel.sandbox
    finally:
        await suite.close()
