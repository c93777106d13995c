"""What killed processes left in the folder for temporary files goes, and nothing else."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from shared.leftovers import own, remove_leftovers

KIND = "crm-look-"


@pytest.fixture
def ended() -> int:
    """The id of a process that is gone."""
    with subprocess.Popen(["true"]) as process:
        process.wait()
    return process.pid


def test_folders_of_processes_that_are_gone_are_removed(tmp_path: Path, ended: int) -> None:
    left, older, ours = tmp_path / f"{KIND}{ended}-a", tmp_path / f"{KIND}x1y2", tmp_path / f"{own(KIND)}b"
    theirs, another = tmp_path / f"{KIND}1-c", tmp_path / f"crm-drill-{ended}-d"
    for one in (left, older, ours, theirs, another):
        (one / "inside").mkdir(parents=True)
    remove_leftovers(KIND, tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([ours, theirs, another])
    remove_leftovers(KIND, tmp_path, alone=True)
    assert sorted(tmp_path.iterdir()) == sorted([theirs, another])
