"""`crm backup` and `crm restore` as operators call them, on a suite with two organisations."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from crm import restoring
from crm.backup_source import place_at
from crm.blobs import open_blobs
from crm.cli import app
from crm.client import CommandFailed
from crm.compose import Suite
from crm.process import Server
from crm.roles import Roles
from crm.settings import Settings, WrongSetting, sandbox_of
from crm.verifying import verify_directory
from services.identity.setup import set_up
from shared.backup.drills import Drills
from shared.backup.keyfile import load_key, make_key
from shared.backup.status import ARCHIVE
from shared.http.meta import _meta
from shared.kernel.bus import Call
from shared.security.passwords import Passwords
from shared.security.permissions import system_access
from tests.support.oracle import settle
from tests.support.suite import PASSWORD, QUICK

PROVE = bool(os.environ.get("CRM_PROVE"))
BACKUP_POINTS = ["segment_written", "files_written", "before_manifest", "manifest_written"]
RESTORE_POINTS = ["some_events_written", "events_written", "keys_written", "before_end"]
DRILL_POINTS = ["restored", "before_report", "reported"]
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


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
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
def ours(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "ours"))


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


SETUP = ["--organisation", "x", "--email", "a@b.example", "--password-file"]


def test_a_foreign_system_and_places_that_are_none(ours: Path) -> None:
    other = ours / "elsewhere"
    asyncio.run(_empty(other))
    create = ("backup", "create", "--key", ours / "key", "--data")
    assert "backups of the system" in refused(*create, other, "--to", ours / "target")
    assert "would be lost with it" in refused(*create, other, "--to", other / "backups")
    assert "kept in a folder" in refused(*create, other, "--to", "ftp://x")


async def _empty(data: Path) -> None:
    await (await Suite.open(Settings(data))).close()


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


@pytest.mark.parametrize("point", BACKUP_POINTS if PROVE else BACKUP_POINTS[-2:])
def test_a_backup_that_is_killed_does_no_harm(ours: Path, point: str) -> None:
    create = ("backup", "create", "--full", "--to", ours / "target", "--data", ours / "data", "--key", ours / "key")
    before = done(*words("list", ours))
    assert killed(*create, at=f"backup.{point}")
    whole = point == "manifest_written"
    assert done(*words("list", ours)).startswith(before)
    assert (done(*words("list", ours)) == before) is not whole
    done(*create)
    assert "no findings" in done(*words("verify", ours), "--deep")


@pytest.mark.parametrize("point", BACKUP_POINTS if PROVE else BACKUP_POINTS[2:3])
def test_an_archive_that_is_killed_does_no_harm(ours: Path, point: str) -> None:
    place = ("--key", ours / "key", "--to", ours / "archived")
    assert killed("backup", "archive", "--data", ours / "data", *place, at=f"backup.{point}")
    listed = ("backup", "list", "--from", ours / "archived", "--key", ours / "key")
    assert bool(done(*listed)) is (point == "manifest_written")
    done("backup", "create", "--data", ours / "data", *place)
    assert "no findings" in done("backup", "verify", "--from", ours / "archived", "--key", ours / "key", "--deep")


@pytest.mark.parametrize("point", DRILL_POINTS if PROVE else DRILL_POINTS[:1])
def test_a_drill_that_is_killed_leaves_nothing_half(ours: Path, monkeypatch: pytest.MonkeyPatch, point: str) -> None:
    """Names and keys lie aside until the next drill, which removes them. A report is there whole, or not at all."""
    (ours / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(ours / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", None)
    drill = ("drill", "--from", ours / "target", "--data", ours / "data", "--key", ours / "key")
    assert killed(*drill, at=f"drill.{point}")
    assert len([*(ours / "tmp").glob("crm-drill-*")]) == (point == "restored")
    assert len(asyncio.run(_drills(ours))) == (point == "reported")
    assert not (ours / "data/drill.json").exists()
    assert "no findings" in done(*words("verify", ours))
    done(*drill)
    assert not [*(ours / "tmp").glob("crm-drill-*")]
    assert all(one["ok"] for one in asyncio.run(_drills(ours)))


@pytest.mark.parametrize("point", RESTORE_POINTS if PROVE else RESTORE_POINTS[-2:])
def test_a_restore_that_is_killed_begins_again(ours: Path, point: str) -> None:
    assert killed(*restore(ours), at=f"restore.{point}")
    with pytest.raises(WrongSetting, match="interrupted"):
        asyncio.run(_empty(ours / "new"))
    done(*restore(ours))
    assert opened(ours / "new")["accounts"] == ["Of acme", "Of globex"]


def words(command: str, ours: Path) -> list[str | Path]:
    return ["backup", command, "--from", ours / "target", "--key", ours / "key"]


def restore(ours: Path, data: str = "new", key: str = "key") -> list[str | Path]:
    return ["restore", "--from", ours / "target", "--data", ours / data, "--key", ours / key]


def test_a_drill_restores_aside_and_compares(ours: Path) -> None:
    drill = ("drill", "--from", ours / "target", "--data", ours / "data", "--key", ours / "key", "--report", ours / "r")
    said = done(*drill)
    assert "verdict: passed" in said
    line, signature, _ = (ours / "r.json").read_bytes().split(b"\n")
    assert load_key(ours / "key").has_signed(line, bytes.fromhex(signature.decode()))
    found = orjson.loads(line)
    assert found["root"] == found["live_root"] == found["restored_root"]
    assert "verdict: passed" in (ours / "r.md").read_text()
    assert found["counts"]["users"]["restored"] == found["counts"]["users"]["live"] > 0
    assert "| users |" in said
    _change_the_log(ours / "data/events.db")
    assert "the drill failed" in refused(*drill)
    (kept,) = [one for one in asyncio.run(_drills(ours)) if not one["ok"]]
    noted = orjson.loads((ours / "data/drill.json").read_bytes())
    assert kept["differences"] == noted["differences"]
    assert noted["differences"] == ["the live log has another root than the backup of it: one of them was changed"]
    assert [one["ok"] for one in noted["measured"]] == [True, False]  # what the drill before it measured is kept
    _move_the_last_event(ours / "data/events.db")
    assert "the drill failed" in refused(*drill)
    assert len(orjson.loads((ours / "data/drill.json").read_bytes())["measured"]) == 3
    assert "no findings" in done(*words("verify", ours))
    (report,) = (ours / "target/drills").glob(f"{kept['at']:016d}-*")
    report.write_bytes(report.read_bytes().replace(b'"ok":false', b'"ok":true'))
    assert len(asyncio.run(_drills(ours))) == 2  # what the key did not sign is no report
    assert "do not rely" in refused(*words("verify", ours))


async def _drills(ours: Path) -> list[dict[str, Any]]:
    return await Drills(place_at(str(ours / "target")), load_key(ours / "key")).latest()


def _change_the_log(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        db.execute("UPDATE events SET occurred_at = occurred_at + 1 WHERE position = 3")


def _move_the_last_event(file: Path) -> None:
    """None is left where the backup ends, but behind it."""
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        db.execute("UPDATE events SET position = position + 5 WHERE position = (SELECT max(position) FROM events)")


def test_the_suite_archives_itself_and_says_so(ours: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_BACKUP", str(ours / "archive"))
    with pytest.raises(WrongSetting, match="CRM_BACKUP_KEY"):
        asyncio.run(_empty(ours / "data"))
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
    assert found["users"] == ["ada@acme.example", "ada@globex.example"]
    assert {"At acme", "At globex"}.isdisjoint(found["contacts"])
    create = ("backup", "create", "--key", ours / "key", "--data", ours / "new", "--to", ours / "target")
    assert "backups of the system" in refused(*create)
    assert verify_directory(ours / "new", None)["ok"]


async def _mark_of_customer_process(data: Path) -> str:
    """What a process says that serves people and neither signs nor audits."""
    suite = await Suite.open(Settings(data), Roles(frozenset({"customer"}), frozenset({"projector"})))
    try:
        return suite.kernel.sandbox
    finally:
        await suite.close()


def test_files_that_a_live_suite_may_have_are_never_taken_over(ours: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The suites that are made of a backup have the same names for files: an erasure in one deletes the other's."""
    monkeypatch.setenv("CRM_FILES", f"folder://{ours}/shared")
    asyncio.run(open_blobs(ours / "data").put("files/t1/f1/c1/00000000", b"ciphertext"))
    fork = ("fork", "--from", ours / "target", "--key", ours / "key", "--data")
    for words in ([*fork, ours / "new"], [*restore(ours), "--tenant", "acme"], restore(ours)):
        assert "the file store that CRM_FILES names has files" in refused(*words)
        assert not (ours / "new/restoring").exists()
    assert "of its own" in refused(*restore(ours), "--tenant", "acme", "--files-survived")
    done(*restore(ours), "--files-survived")  # the machine was lost, the bucket was not
    assert asyncio.run(open_blobs(ours / "new").get("files/t1/f1/c1/00000000")) == b"ciphertext"


def test_a_restore_goes_on_with_the_files_that_it_has_put_back_itself(
    ours: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(open_blobs(ours / "data").put("files/t1/f1/c1/00000000", b"ciphertext"))
    done("backup", "create", "--full", "--to", ours / "target", "--data", ours / "data", "--key", ours / "key")
    fork = ("fork", "--from", ours / "target", "--key", ours / "key", "--data", ours / "new")
    monkeypatch.setenv("CRM_FILES", f"folder://{ours}/new-files")
    assert killed(*fork, at="restore.keys_written")
    assert (ours / "new-files/files/t1/f1/c1/00000000").exists()
    monkeypatch.setenv("CRM_FILES", f"folder://{ours}/other-files")
    asyncio.run(open_blobs(ours / "data").put("files/t1/f1/c1/00000000", b"another's"))
    assert "has files" in refused(*fork)
    monkeypatch.setenv("CRM_FILES", f"folder://{ours}/new-files")
    done(*fork)
