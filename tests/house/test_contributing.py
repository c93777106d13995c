"""CONTRIBUTING.md stays short and names nothing that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text()
PATH = re.compile(r"\b((?:services|shared|crm|tests|docs)/[\w./-]*\w\.(?:py|md|yaml))\b")
WORDS = re.findall(r"^\| `make (\w+)`", PAGE, re.MULTILINE)


def missing(text: str) -> set[str]:
    """The files that a text names and that do not exist."""
    return {name for name in PATH.findall(text) if not (ROOT / name).exists()}


def test_it_is_short() -> None:
    assert len(PAGE.splitlines()) <= 200


def test_every_file_it_names_exists() -> None:
    assert len(PATH.findall(PAGE)) > 20
    assert missing(PAGE) == set()


def test_every_word_is_in_the_makefile() -> None:
    rules = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert len(WORDS) > 5
    assert set(WORDS) <= rules


@pytest.mark.parametrize("recipe", ["event", "aggregate", "projection", "multi-stream projection", "metric", "service"])
def test_each_recipe_names_the_commit_that_followed_it(recipe: str) -> None:
    part = re.split(
        r"^## ", PAGE.partition(f"## Recipe: a{'n' if recipe[0] in 'ae' else ''} {recipe}\n")[2], flags=re.M
    )[0]
    assert re.search(r"Followed once in `[0-9a-f]{7,}`\s“[^”]+”", part)
    assert "*Forgotten?*" in part


def test_a_file_that_is_gone_would_be_named() -> None:
    assert missing("see `services/nowhere.py`") == {"services/nowhere.py"}
