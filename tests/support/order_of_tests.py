"""In which turn, and on which worker, the files of tests run where several workers share them (`make test`).

By itself xdist hands out the files with the most tests first. Ours that start whole systems have few tests and take
minutes: a worker would end alone with them.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

# what takes long, and then what takes least; a folder that is named in neither stands between the two
FIRST = ("cluster", "e2e/web", "api", "kafka", "e2e", "security", "durability", "kubernetes", "mongo", "clickhouse")
LAST = ("contract", "golden", "unit")
# whose files share servers that a worker starts once: one worker runs them all
TOGETHER = ("e2e/web", "kafka", "mongo", "clickhouse")


def turn(file: str) -> int:
    """The place of a file among others, the lowest first. file: as in `tests/unit/test_when.py`."""
    below = file.removeprefix("tests/")
    first = [place for place, folder in enumerate(FIRST, -len(FIRST)) if below.startswith(f"{folder}/")]
    last = [place for place, folder in enumerate(LAST, 1) if below.startswith(f"{folder}/")]
    return next(iter((*first, *last)), 0)


def unit_of(file: str) -> str:
    """What one worker runs as a whole: the file, or its folder."""
    folder = str(PurePosixPath(file).parent)
    return folder if folder.removeprefix("tests/") in TOGETHER else file


def in_turn(items: list[pytest.Item]) -> None:
    """Sort them; those of one turn stay as they are. A test that a file takes from a suite runs with that file."""
    items.sort(key=lambda item: turn(_file_of(item.nodeid)))


class InTurn(LoadFileScheduling):  # type: ignore[misc]  # xdist declares no types
    """Hands out units in the order of the tests, not of how many there are in each."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(_file_of(nodeid))


def _file_of(nodeid: str) -> str:
    return nodeid.partition("::")[0]
