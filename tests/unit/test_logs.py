"""Log lines: one each, in UTC, without what an exception says."""

from __future__ import annotations

import asyncio
import logging
import re
import sys
from socket import gaierror

import pytest

from shared.telemetry.logs import FORMAT, WithoutMessages, log_unawaited


def line(message: str, *values: object, error: BaseException | None = None) -> str:
    info = None
    if error is not None:
        try:
            raise error
        except type(error):
            info = sys.exc_info()
    record = logging.LogRecord("crm.http", logging.WARNING, __file__, 1, message, values, info)
    record.created = 1_796_083_200.25  # 2026-12-01T00:00:00.250Z
    record.msecs = 250.0
    return WithoutMessages(FORMAT).format(record)


def test_a_line_begins_with_its_moment_in_utc() -> None:
    assert line("hello") == "2026-12-01T00:00:00.250Z WARNING crm.http hello"


@pytest.mark.parametrize("bad", ["\n", "\r\n", "\x1b[31m", "\x00", "\x85", "\u2028", "\u202e", "\x7f"])
def test_nothing_in_a_text_begins_a_line_or_turns_one_around(bad: str) -> None:
    shown = line("%s failed", f"/a{bad}2026-12-01 CRITICAL crm forged")
    assert bad not in shown
    assert len(shown.splitlines()) == 1
    assert re.search(r"/a\\", shown)


def test_plain_text_of_any_language_stays_as_it_is() -> None:
    assert line("import %s", "华东.csv").endswith("import 华东.csv")


def test_an_exception_is_told_by_its_frames_and_type_alone() -> None:
    shown = line("it failed", error=ValueError("li.lei@example.com"))
    assert "li.lei" not in shown
    assert "ValueError" in shown
    assert "test_logs.py" in shown


async def test_a_look_up_that_was_given_up_is_no_error_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    """Who asked has said that the name is not known, in a line of its own."""
    loop = asyncio.get_running_loop()
    log_unawaited(loop, {"message": "Future exception was never retrieved", "exception": gaierror(-2, "no name")})
    assert caplog.messages == []
    log_unawaited(loop, {"message": "Task exception was never retrieved", "exception": ValueError("x")})
    assert caplog.messages == ["Task exception was never retrieved"]
