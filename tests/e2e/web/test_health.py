"""The operators' pages: what is late, a verification and a replay; whether what is lost would come back."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.sync_api import Response, expect

from shared.backup.status import ARCHIVE, DRILL, BackupStatus
from tests.e2e.web.harness import DESKTOP, PHONE, Language, Screen, Visit, look

pytestmark = pytest.mark.browser

SEEN: list[tuple[Screen, Language]] = [(DESKTOP, "en"), (PHONE, "zh-CN")]
LONG = 60_000  # ms that a verification of all views may take on a busy machine


def _keeps_the_result(answer: Response) -> bool:
    return answer.request.method == "PUT" and answer.url.endswith("/identity/me/preferences")


@pytest.mark.parametrize(("screen", "language"), SEEN, ids=["desktop-en", "phone-zh-CN"])
def test_operators_see_the_state_verify_and_replay(visit: Visit, screen: Screen, language: Language) -> None:
    chinese = language == "zh-CN"
    with visit("/settings/health", screen=screen, language=language) as page:
        expect(page.get_by_text("一切正常" if chinese else "All is well")).to_be_visible()
        expect(page.get_by_role("row", name="记录与列表" if chinese else "Records and lists")).to_contain_text(
            "已跟上" if chinese else "up to date"
        )
        look(page, "settings-health")
        with page.expect_response(_keeps_the_result, timeout=LONG):
            page.get_by_role("button", name="立即校验" if chinese else "Verify now").click()
            well = "全部一致：日志" if chinese else "All agrees: log, views"
            expect(page.get_by_text(well)).to_be_visible(timeout=LONG)
        visit.shown()
        page.reload()
        expect(page.get_by_text("：全部一致" if chinese else ": all agrees.")).to_be_visible()
        page.get_by_role("combobox", name="视图" if chinese else "View").click()
        page.get_by_role("option", name="客户" if chinese else "Accounts", exact=True).click()
        page.get_by_role("button", name="重放" if chinese else "Replay").click()
        expect(page.get_by_text("生成了 1 个视图" if chinese else "1 views were built")).to_be_visible(timeout=LONG)


@pytest.mark.parametrize(("screen", "language"), SEEN, ids=["desktop-en", "phone-zh-CN"])
def test_operators_see_whether_what_is_lost_would_come_back(
    visit: Visit, data: Path, screen: Screen, language: Language
) -> None:
    chinese = language == "zh-CN"
    status = BackupStatus(data)
    with visit("/settings/backup", screen=screen, language=language) as page:
        expect(page.get_by_role("textbox").filter(visible=True)).to_have_count(3)  # the commands that set it up
        look(page, "settings-backup-none")
        try:
            _note(status)
            page.reload()
            expect(page.get_by_text("并经演练证明" if chinese else "a drill has proved it")).to_be_visible()
            page.get_by_text("以表格显示全部演练" if chinese else "All drills as a table").click()
            expect(page.get_by_role("row")).to_have_count(13)
            look(page, "settings-backup")
            _note(status, problem="no room", ok=False)
            page.reload()
            expect(page.get_by_role("alert")).to_contain_text("无法归档" if chinese else "cannot be archived now")
            expect(page.get_by_text("another root")).to_be_visible()
            look(page, "settings-backup-failing")
        finally:
            for name in (ARCHIVE, DRILL):
                (data / name).unlink(missing_ok=True)


def _note(status: BackupStatus, problem: str = "", ok: bool = True) -> None:
    """What the archiver and twelve weekly drills have noted by now."""
    now = time.time_ns() // 1000
    week, made = 7 * 86_400_000_000, {"position": 9, "size": 4_812, "root": "ab" * 32}
    day = week // 7
    listed = [{**made, "kind": kind, "made_at": now - n * day} for n, kind in enumerate(("incremental", "full"))]
    known = {"full": listed[1], "incremental": listed[0], "newest": listed[0], "listed": listed}
    status.note(DRILL, {})
    status.note(ARCHIVE, {**known, "problem": problem, "archived_at": now - (9 * day // 24 if problem else 4_000_000)})
    for n in range(12):
        passed = ok if n == 11 else n != 4
        seconds = {"rpo_seconds": 3.0 + n % 5, "log_seconds": 21.0 + n, "views_seconds": 64.0 + 3 * n}
        found = {"at": now - (11 - n) * week - day, "ok": passed, "events": 4_000 + 60 * n, **seconds}
        status.note_drill({**found, "differences": [] if passed else ["the live log has another root than the backup"]})
