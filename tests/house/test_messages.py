"""Every message that reaches a caller is in the catalogue, in each language, with the same parameters."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.messages.findings import WORDS
from shared.messages.languages import catalogue

ROOT = Path(__file__).parents[2]
LANGUAGES = ("zh-CN", "zh-TW")
AT = {"say": 0, "fault": 1}  # function → place of its template


def sources() -> list[Path]:
    return [p for folder in ("crm", "services", "shared") for p in sorted((ROOT / folder).rglob("*.py"))]


def templates(code: str) -> Iterator[tuple[int, ast.expr]]:
    """The templates of a source text, each with its line."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in AT:
            yield node.lineno, node.args[AT[node.func.id]]


def literals() -> Iterator[tuple[str, str]]:
    """(place, template) of each literal one."""
    for path in sources():
        for line, template in templates(path.read_text()):
            for choice in [template.body, template.orelse] if isinstance(template, ast.IfExp) else [template]:
                if isinstance(choice, ast.Constant) and isinstance(choice.value, str):
                    yield f"{path.relative_to(ROOT)}:{line}", choice.value
    yield from (("shared/messages/findings.py", template) for template, _ in WORDS.values())


def parameters(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def test_each_template_has_its_translations() -> None:
    found = list(literals())
    assert len(found) > 50
    assert [
        f"{at}: {t!r} lacks {lang}" for at, t in found for lang in LANGUAGES if lang not in catalogue().get(t, {})
    ] == []


def test_no_template_is_made_of_values() -> None:
    made = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sources()
        for line, template in templates(path.read_text())
        if isinstance(template, ast.JoinedStr | ast.BinOp)
    ]
    assert made == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_have_the_parameters_of_their_template(language: str) -> None:
    """They may leave one out (a plural, say), and never name another."""
    wrong = [t for t, texts in catalogue().items() if not parameters(texts.get(language, "")) <= parameters(t)]
    assert wrong == []


def test_validators_raise_our_own_messages() -> None:
    """pydantic's own errors carry no template, so they would stay English."""
    users = [
        str(p.relative_to(ROOT))
        for p in sources()
        if "PydanticCustomError" in p.read_text() and p.parent.name != "messages"
    ]
    assert users == []
