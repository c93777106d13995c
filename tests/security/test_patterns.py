"""Regular expressions are the product's own, and no text makes one of them run away: none backtracks exponentially."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FUNCTIONS = {"compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"}
LETTERS = ("a", "0", " ", "-", ".", "@", "_", "/", "%", '"', "\\", "(", "\n", "中", "\u0301")
PIECES = (*LETTERS, "a.", "a-", "a@", "0.", "-a", "{a", "[a", "a=", ", ", "::", "0-", "+0", "W/")
MADE = [
    "services/integration/suggestion/columns.py",
    "services/integration/mapping/times.py",
    *["shared/texts.py"] * 2,
    *["shared/warehouse/clickhouse_cluster.py"] * 6,  # for the suite's own statements
    "shared/tabular/vcard.py",
    *["shared/views/text.py"] * 4,
    "shared/views/highlight.py",
    "shared/eventstore/protocol/filters.py",  # of a process that has the store's password; it repeats nothing twice
    "shared/domain/phones.py",
    *["shared/domain/names.py"] * 2,
    *["shared/domain/numbers.py"] * 2,
]  # of ranges and words in the same file
ENDINGS = ("", "!", "\0", "a", "\n")
LONG = 2_000  # a pattern that doubles its work with every character does not come to the end of a fiftieth of it


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every use of `re` in the product, with its place."""
    for folder in ("crm", "services", "shared"):
        for file in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in FUNCTIONS:
                    of = node.func.value
                    if isinstance(of, ast.Name) and of.id in ("re", "regex"):
                        yield f"{file.relative_to(ROOT)}:{node.lineno}", node


def literal(node: ast.expr) -> str | bytes | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes) else None


def patterns() -> dict[str, str | bytes]:
    return {place: found for place, call in calls() if (found := literal(call.args[0])) is not None}


def test_no_pattern_is_made_of_what_somebody_sent() -> None:
    made = [place.partition(":")[0] for place, call in calls() if literal(call.args[0]) is None]
    assert sorted(made) == sorted(MADE)
    assert len(patterns()) > 30


def test_no_store_is_given_a_pattern() -> None:
    """No operator of a store that takes one stands in the product, but MongoDB's only one for a part of a text, which
    gets it with every letter escaped."""
    users = re.compile(r"\b(?:REGEXP|SIMILAR TO)\b|\$regex(?!\": literal\()|\$where", re.IGNORECASE)
    folders = ("shared/views", "shared/eventstore", "shared/domain")
    files = [file for folder in folders for file in (ROOT / folder).rglob("*.py")]
    assert [f.name for f in files if users.search(f.read_text())] == []
    assert len(files) > 20


@pytest.mark.timeout(60)
@pytest.mark.parametrize(("place", "pattern"), patterns().items(), ids=patterns())
def test_no_pattern_runs_away(place: str, pattern: str | bytes) -> None:
    for piece in PIECES:
        for ending in ENDINGS:
            text = piece * (LONG // len(piece)) + ending
            if isinstance(pattern, bytes):
                re.search(pattern, text.encode())
            else:
                re.search(pattern, text)
                re.fullmatch(pattern, text)


def test_a_pattern_that_does_run_away_is_seen() -> None:
    """The same text against one that is not linear: it would not end in our lives."""
    program = f"import re; re.search('(a+)+$', 'a' * {LONG} + '!')"
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run([sys.executable, "-c", program], timeout=2, check=True)
