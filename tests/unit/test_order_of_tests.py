"""The long files run first, and what shares a server runs on one worker."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.support.order_of_tests import FIRST, LAST, TOGETHER, in_turn, turn, unit_of

TESTS = Path(__file__).parents[1]


def test_every_folder_named_is_there() -> None:
    assert [folder for folder in (*FIRST, *LAST, *TOGETHER) if not [*(TESTS / folder).glob("test_*.py")]] == []


def test_long_files_come_first_and_short_ones_last() -> None:
    files = ["unit/test_when", "integration/test_rules", "e2e/test_pages", "e2e/web/test_lists", "cluster/test_cluster"]
    assert sorted((f"tests/{file}.py" for file in files), key=turn) == [f"tests/{file}.py" for file in files[::-1]]


def test_what_a_file_takes_from_a_suite_runs_with_the_file() -> None:
    """Its location is the file of the suite, whose turn may be another."""
    places = {
        "tests/unit/test_when.py::test_other": "tests/unit/test_when.py",
        "tests/mongo/test_views.py::TestViews::test_taken": "tests/contract/views_suite.py",
        "tests/mongo/test_views.py::test_own": "tests/mongo/test_views.py",
    }
    items: list[Any] = [SimpleNamespace(nodeid=id, location=(file, 1, "")) for id, file in places.items()]
    in_turn(items)
    assert [item.nodeid.rpartition("::")[2] for item in items] == ["test_taken", "test_own", "test_other"]


def test_files_that_share_servers_are_one_unit() -> None:
    files = ["e2e/web/test_lists", "e2e/web/test_board", "e2e/test_pages", "kafka/test_feed", "unit/test_when"]
    units = {unit_of(f"tests/{file}.py") for file in files}
    assert units == {"tests/e2e/web", "tests/e2e/test_pages.py", "tests/kafka", "tests/unit/test_when.py"}
