"""Files of tests are in memory where there is a place for them."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.support import in_memory

GIGABYTE = 1024**3


@pytest.mark.parametrize(
    ("free", "flags", "has_place"),
    [(9 * GIGABYTE, 0, True), (64 * 1024**2, 0, False), (9 * GIGABYTE, os.ST_NOEXEC, False)],
    ids=["room", "no room", "no programs"],
)
def test_a_place_has_room_and_runs_programs(
    free: int, flags: int, has_place: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_bavail=free, f_frsize=1, f_flag=flags))
    assert in_memory.has_place(tmp_path) is has_place
    assert not in_memory.has_place(tmp_path / "nowhere")


def test_who_names_a_place_or_proves_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_memory, "has_place", lambda _: True)
    monkeypatch.setenv("PYTEST_DEBUG_TEMPROOT", str(tmp_path))
    in_memory.keep_files_in_memory(proving=False)
    assert os.environ["PYTEST_DEBUG_TEMPROOT"] == str(tmp_path)
    monkeypatch.delenv("PYTEST_DEBUG_TEMPROOT")
    in_memory.keep_files_in_memory(proving=True)
    assert "PYTEST_DEBUG_TEMPROOT" not in os.environ
