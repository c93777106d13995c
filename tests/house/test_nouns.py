"""`shared/` knows no service: outside the contract (`shared/events`) no code names a record type or a service.

Comments and docstrings may: examples make them clear.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.security.permissions import ACTIONS
from tests.support.roles import CATALOGUE

ROOT = Path(__file__).parents[2]
NAMES = frozenset(
    {name for a in CATALOGUE for name in (a.name, a.noun, a.collection.name, a.service)} | CATALOGUE.resources
) - set(ACTIONS)  # "import" is an action, too
PLAIN = {"session", "user", "team", "role", "organisation"}  # words of the language, unless they are the whole text
PLAIN |= {f"{word}s" for word in PLAIN} | {"attachment"}  # so HTTP calls what is not shown but kept
EXEMPT = {
    "shared/security/commonpasswords.py",  # what people choose as passwords
    "shared/streaming/kafka/access.py",  # names a Kafka client by Kafka's own word
    "shared/http/openapi.py",  # says at which path access tokens are given out
}


def texts(code: str) -> Iterator[tuple[int, str]]:
    """The text constants of a source file that are no docstrings, with their lines."""
    tree = ast.parse(code)
    documents = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents:
            yield node.lineno, node.value


def nouns(path: str, code: str) -> list[str]:
    """Where a source file names a record type, a service or what belongs to one."""
    found = []
    for line, text in texts(code):
        words = set(re.findall(r"[a-z_-]+", text.lower()))
        if text in NAMES or words & (NAMES - PLAIN):
            found.append(f"{path}:{line} {text!r}")
    return found


def shared_files() -> list[Path]:
    return [p for p in sorted((ROOT / "shared").rglob("*.py")) if "events" not in p.parts]


def test_shared_code_names_no_record_type_and_no_service() -> None:
    files = {str(p.relative_to(ROOT)): p.read_text() for p in shared_files()}
    assert len(files) > 100
    assert {"account", "activities", "price_book", "sales", "user"} < NAMES
    assert [n for path, code in files.items() if path not in EXEMPT for n in nouns(path, code)] == []


@pytest.mark.parametrize(
    "code",
    ['TYPES = ("account", "toy")', 'x = "users"', 'f"GET /customer/{x}"', 'raise Invalid("no such saved_view")'],
)
def test_a_noun_would_be_found(code: str) -> None:
    assert nouns("shared/x.py", code)


@pytest.mark.parametrize("code", ['"""As for an account."""', "x = 1  # an account", 'x = "the user has no role"'])
def test_an_example_in_a_docstring_is_none(code: str) -> None:
    assert nouns("shared/x.py", code) == []
