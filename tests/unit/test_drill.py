"""What a drill says of the suite that it restored, by the report of `crm verify`."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest

from crm import archive
from crm.drill_live import Live, Shown
from crm.drill_report import Verified, differences, readable
from shared.backup.manifest import Manifest

AGREES: dict[str, Any] = {"view": "accounts", "ok": True, "documents": 2}
DIFFERS = {
    "view": "contacts",
    "ok": False,
    "documents": 2,
    **{f"{kind}_count": 0 for kind in ("missing", "surplus", "keyless")},
    **{kind: [] for kind in ("missing", "surplus", "keyless")},
    "different_count": 1,
    "different": ["c-1"],
}


def found(shown: tuple[int, int, int] | None = None, **report: Any) -> tuple[list[str], int]:
    """By a report with these lines; all else agrees."""
    whole = {
        "log": {"ok": True},
        "views": [AGREES],
        "ledger": {"ok": True},
        "rules": {"ok": True, "count": 0},
        **report,
    }
    end = cast(Manifest, SimpleNamespace(root="ab"))
    alive = Live("ab", 0.0, {"accounts": Shown(*shown)} if shown else {}, "")
    messages, counts = differences(end, {"root": "ab"}, alive, Verified(orjson.dumps(whole), b""))
    return [str(one) for one in messages], counts["broken_rules"]


def test_a_record_that_breaks_a_rule_fails_no_drill() -> None:
    assert found(ok=False, rules={"ok": False, "count": 3}) == ([], 3)
    report = {"ok": True, "events": 1, "differences": [], "broken_rules": 3}
    assert "records that break a rule, as in the live suite: 3" in readable(report)


def test_log_ledger_and_views_are_named_each_for_itself() -> None:
    said = "in the restored suite"
    log = {"ok": False, "findings": [{"problem": "event 4 is not as it was written"}]}
    assert found(log=log, views=[]) == ([f"{said} the log: event 4 is not as it was written"], 0)
    ledger = {"ok": False, "findings": ["leaf 1 was event 2"]}
    views = f"{said} views and events differ: contacts: 0 missing, 0 surplus, 1 different, 0 keyless: c-1"
    assert found(ledger=ledger, views=[AGREES, DIFFERS]) == ([f"{said} the ledger: leaf 1 was event 2", views], 0)


@pytest.mark.parametrize("printed", [b"", orjson.dumps({"ok": False, "views": []})])
def test_a_drill_says_no_time_of_views_that_were_never_filled(printed: bytes) -> None:
    assert Verified(printed, b"killed").filled_at is None
    names = "backup timeline position root restored_root live_root files rpo_seconds log_seconds views_seconds".split()
    report = {"ok": False, "events": 1, "differences": [], **dict.fromkeys(names, 1)}
    assert "all views were back" not in readable(report | {"filled_seconds": None})
    assert "all views were back, too: 0.4 s" in readable(report | {"filled_seconds": 0.4})


@pytest.mark.parametrize(("live", "begun"), [(2, (0, 0)), (5, (1, 3)), (1, (-1, 0))])
def test_records_made_since_the_backup_are_no_difference(live: int, begun: tuple[int, int]) -> None:
    assert found((live, *begun)) == ([], 0)


@pytest.mark.parametrize("live", [1, 6])
def test_another_number_of_records_is_one(live: int) -> None:
    said = f"accounts: 2 were restored, 3 were made since then, and the live suite shows {live}"
    assert found((live, 0, 3)) == ([said], 0)


async def test_the_weekly_drill_leaves_a_report_that_says_when_its_backup_is_an_older_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[tuple[str, ...]] = []
    made = True

    async def crm(*words: str) -> bool:
        said.append(words)
        return made

    monkeypatch.setattr(archive, "_crm", crm)
    await archive._weekly("/backups", Path("/data"))
    drill = ("drill", "--from", "/backups", "--data", "/data", "--report", "/data/drill-report")
    assert said[1] == drill
    made = False
    await archive._weekly("/backups", Path("/data"))
    assert said[3][: len(drill) + 1] == (*drill, "--remark")
    assert "- remark: of an older one" in readable(
        {"ok": True, "events": 1, "differences": [], "remark": "of an older one"}
    )
