"""Backups, archives, drills and restores that are killed in each of their steps do no harm."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from crm.settings import WrongSetting
from tests.durability.scale import PROVE
from tests.support.backed_up import done, drills_of, killed, opened, opened_once, restore, words

BACKUP_POINTS = ["segment_written", "files_written", "before_manifest", "manifest_written"]
RESTORE_POINTS = ["some_events_written", "events_written", "keys_written", "before_end"]
DRILL_POINTS = ["restored", "before_report", "reported"]


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
    assert len(asyncio.run(drills_of(ours))) == (point == "reported")
    assert not (ours / "data/drill.json").exists()
    assert "no findings" in done(*words("verify", ours))
    done(*drill)
    assert not [*(ours / "tmp").glob("crm-drill-*")]
    assert all(one["ok"] for one in asyncio.run(drills_of(ours)))


@pytest.mark.parametrize("point", RESTORE_POINTS if PROVE else RESTORE_POINTS[-2:])
def test_a_restore_that_is_killed_begins_again(ours: Path, point: str) -> None:
    assert killed(*restore(ours), at=f"restore.{point}")
    with pytest.raises(WrongSetting, match="interrupted"):
        asyncio.run(opened_once(ours / "new"))
    done(*restore(ours))
    assert opened(ours / "new")["accounts"] == ["Of acme", "Of globex"]
