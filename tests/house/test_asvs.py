"""docs/security-asvs.md: every requirement of ASVS 5.0.0 level 2 once, held by a test that exists or waived."""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHEET = (ROOT / "docs/security-asvs.md").read_text()
# Chapter → its sections in order: how many requirements each has; behind a colon those of level 3, which are left out.
CHAPTERS = {
    1: "2 10:10 12:12 3 3:3",
    2: "3 3 5:5 2:2",
    3: "1:1 3:3 5:5 8:7,8 8:6,7,8 1:1 5:3,4,5",
    4: "5:4,5 5:2,3,4,5 2 4",
    5: "1 6:4,5,6 3:3 3",
    6: "3 12 8:5,6,7,8 6:5,6 8:6,7,8 4:4 2:1,2 4",
    7: "3 4 2 5 3:3 2",
    8: "4:3,4 4:4 3:2,3 2:2",
    9: "3 4",
    10: "2 3:3 5:5 16:12,13,14,15,16 5 2 3",
    11: "4:3,4 5:4,5 5:4,5 4 2:2 2:2 2:1,2",
    12: "5:4,5 2 5:5",
    13: "4:2,3,4 6:6 4:3,4 7:6,7",
    14: "2 8:5,6,7,8 3",
    15: "5:4,5 5:4,5 7 4:1,2,3,4",
    16: "1 5 4 3 4:4",
    17: "2:2 8:5,6,7,8 2",
}
IDS = re.compile(r"\d+\.\d+\.\d+(?:, \d+\.\d+\.\d+)*")
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
WAIVER = re.compile(r"\*\*waiver\*\* (not here|not done): \S.{5,}")


@dataclass(frozen=True)
class Row:
    chapter: int
    ids: tuple[str, ...]
    what: str
    held_by: str

    @property
    def tests(self) -> list[tuple[str, str]]:
        return TEST.findall(f"{self.what} {self.held_by}")

    @property
    def kind(self) -> str:
        """held, not here, not done; "" = neither a test nor a waiver with its reason."""
        if "**waiver**" in self.held_by:
            found = WAIVER.match(self.held_by)
            return found[1] if found else ""
        return "held" if TEST.search(self.held_by) and self.what else ""


def rows(sheet: str) -> list[Row]:
    found, chapter = [], 0
    for line in sheet.splitlines():
        if heading := re.match(r"## V(\d+) ", line):
            chapter = int(heading[1])
        cells = [c.strip() for c in line.strip("|").split("|")] if line.startswith("| ") else []
        if chapter and len(cells) == 3 and IDS.fullmatch(cells[0]):
            found.append(Row(chapter, tuple(cells[0].split(", ")), cells[1], cells[2]))
    return found


def required() -> list[str]:
    """The ids of levels 1 and 2."""
    found = []
    for chapter, sections in CHAPTERS.items():
        for section, text in enumerate(sections.split(), 1):
            number, _, left_out = text.partition(":")
            third = {int(n) for n in left_out.split(",") if n}
            found += [f"{chapter}.{section}.{n}" for n in range(1, int(number) + 1) if n not in third]
    return found


@cache
def defined_in(path: str) -> frozenset[str]:
    """The tests that a file defines, found without importing it; none where there is no such file."""
    file = ROOT / path
    if not file.exists():
        return frozenset()
    defined = (
        n for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return frozenset(n.name for n in defined if n.name.startswith("test_"))


def missing(sheet: str) -> list[str]:
    """The tests that a sheet names and that do not exist."""
    named = TEST.findall(sheet)
    return [
        f"{file}::{name}" for file, name in named if not defined_in(file) or (name and name not in defined_in(file))
    ]


def test_the_standard_has_so_many_requirements() -> None:
    assert len(required()) == 253
    assert len(CHAPTERS) == 17


def test_every_requirement_is_there_once() -> None:
    named = Counter(id for row in rows(SHEET) for id in row.ids)
    assert sorted(set(required()) - named.keys()) == []
    assert sorted(named.keys() - set(required())) == []
    assert [id for id, times in named.items() if times > 1] == []
    assert [row.ids for row in rows(SHEET) if any(int(id.partition(".")[0]) != row.chapter for id in row.ids)] == []


def test_every_row_is_held_by_a_test_or_waived_with_a_reason() -> None:
    assert [row.ids for row in rows(SHEET) if not row.kind] == []


def test_every_test_that_is_named_exists() -> None:
    assert len(set(TEST.findall(SHEET))) > 120
    assert missing(SHEET) == []


def test_security_md_names_tests_that_exist() -> None:
    page = (ROOT / "docs/security.md").read_text()
    everywhere = {name for file in (ROOT / "tests").rglob("*.py") for name in defined_in(str(file.relative_to(ROOT)))}
    named = set(re.findall(r"\b(test_\w+)`", page))
    assert len(named) > 25
    assert named - everywhere == set()
    assert {file for file in re.findall(r"`(tests/[\w/]+\.py)`", page) if not (ROOT / file).exists()} == set()
    assert "(security-asvs.md)" in page


def test_the_count_is_right() -> None:
    counted = Counter(kind for row in rows(SHEET) for kind in [row.kind] * len(row.ids))
    said = re.search(r"\*\*(\d+) held · (\d+) not here · (\d+) not done\.\*\*", SHEET)
    assert said
    assert [int(n) for n in said.groups()] == [counted["held"], counted["not here"], counted["not done"]]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("| 1.1.1 | a | `tests/unit/test_clock.py::test_text_and_back` |", "held"),
        ("| 1.1.1 | | **waiver** not here: there is none |", "not here"),
        ("| 1.1.1 | a `tests/unit/test_clock.py` | **waiver** not done: the rest |", "not done"),
        ("| 1.1.1 | a | trust us |", ""),
        ("| 1.1.1 | | `tests/unit/test_clock.py` |", ""),
        ("| 1.1.1 | a | **waiver** |", ""),
        ("| 1.1.1 | a | **waiver** not here: |", ""),
    ],
)
def test_a_row_without_either_would_be_found(line: str, kind: str) -> None:
    [row] = rows(f"## V1 Encoding\n{line}")
    assert row.kind == kind


def test_a_test_that_is_gone_would_be_found() -> None:
    assert missing("`tests/unit/test_clock.py::test_nothing`") == ["tests/unit/test_clock.py::test_nothing"]
    assert missing("`tests/unit/test_nowhere.py`") == ["tests/unit/test_nowhere.py::"]
