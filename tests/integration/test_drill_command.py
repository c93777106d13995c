"""`crm drill` as operators call it: it passes on a whole suite, and fails on a changed log."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import orjson

from shared.backup.keyfile import load_key
from tests.support.backed_up import done, drills_of, refused, words


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
    (kept,) = [one for one in asyncio.run(drills_of(ours)) if not one["ok"]]
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
    assert len(asyncio.run(drills_of(ours))) == 2  # what the key did not sign is no report
    assert "do not rely" in refused(*words("verify", ours))


def _change_the_log(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        db.execute("UPDATE events SET occurred_at = occurred_at + 1 WHERE position = 3")


def _move_the_last_event(file: Path) -> None:
    """None is left where the backup ends, but behind it."""
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        db.execute("UPDATE events SET position = position + 5 WHERE position = (SELECT max(position) FROM events)")
