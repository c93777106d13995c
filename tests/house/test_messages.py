"""Every message that reaches a caller is in the catalogue, in each language, with the same parameters."""

from __future__ import annotations

import ast
import json
import re
import string
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from shared.messages.findings import WORDS
from shared.messages.languages import catalogue, files_of_messages, translations

ROOT = Path(__file__).parents[2]
LANGUAGES = ("zh-CN", "zh-TW")
# what the API calls things: fields, headers, methods with their paths, parameters
API_WORD = re.compile(
    r"\b[a-z]+(?:_[a-z]*)+|\b(?:X|If|Idempotency)-[A-Z]\w+|\b(?:GET|POST|PUT|PATCH|DELETE)\b|(?<![\w.])/[a-z]+(?:/[a-z-]+)*|\b[a-z]+=\w+"
)
WRITTEN = {  # words that people write themselves: days of filters, and mapping files
    *("this_", "last_", "next_", "fiscal_quarter", "fiscal_year"),
    *("on_error", "time_zone"),
}
# function → place of its message
TEMPLATES = {"say": 0, "fault": 1}
ERRORS = {
    "FieldError": 2,
    "Invalid.field": 2,
    "Invalid": 0,
    "Rejected": 0,
    "NotFound": 0,
    "Forbidden": 0,
    "Unauthenticated": 0,
    "TooManyRequests": 0,
    "Unavailable": 0,
    "TooLarge": 0,
    "TooSlow": 0,
    "UnsupportedMedia": 0,
    "Duplicate.of": 1,
    "BadQuery": 1,
    "BadCell": 1,
    "BadValue": 1,
    "Refused": 1,
    "refuse": 1,
    "NoWay": 1,
    "Rule": 1,
    "_wrong": 1,
    "refusals": 1,
}
# whose ValueError a caller reads (see `said`)
PASSED_ON = (
    "services/customer/saved_view.py",
    "shared/clock.py",
    "shared/domain/",
    "shared/http/",
    "shared/kernel/kept_conditions.py",
    "shared/views/filters.py",
)
# what only operators meet: the reason of a start that fails, in the language of logs
OPERATORS = ("crm/caches.py", "shared/door/", "shared/past/", "shared/warehouse/", "shared/eventstore/")


def places_in(path: str) -> dict[str, int]:
    """The functions of a file that are given a message, each with its place."""
    if path.startswith(OPERATORS):
        return TEMPLATES
    return TEMPLATES | ERRORS | ({"ValueError": 0} if path.startswith(PASSED_ON) else {})


@cache
def sources() -> list[tuple[str, ast.Module]]:
    found = [p for folder in ("crm", "services", "shared") for p in sorted((ROOT / folder).rglob("*.py"))]
    return [(str(p.relative_to(ROOT)), ast.parse(p.read_text())) for p in found]


def called(call: ast.Call) -> str:
    return ast.unparse(call.func) if isinstance(call.func, ast.Name | ast.Attribute) else ""


def choices(message: ast.expr, names: dict[str, ast.expr]) -> list[ast.expr]:
    """What an expression may stand for: both sides of a condition, the value of a name of the same file."""
    if isinstance(message, ast.IfExp):
        return [*choices(message.body, names), *choices(message.orelse, names)]
    if isinstance(message, ast.Name) and message.id in names:
        return choices(names[message.id], {})
    return [message]


def messages(module: ast.Module, places: dict[str, int]) -> Iterator[tuple[int, ast.expr]]:
    """What stands at the place of a message, each with its line."""
    nodes = list(ast.walk(module))
    named = [n for n in nodes if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)]
    names = {ast.unparse(n.targets[0]): n.value for n in named}
    for node in nodes:
        if isinstance(node, ast.Call) and len(node.args) > places.get(called(node), len(node.args)):
            yield from ((node.lineno, m) for m in choices(node.args[places[called(node)]], names))


def titles(module: ast.Module) -> Iterator[tuple[int, ast.expr]]:
    """The titles of errors."""
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef):
            own = {ast.unparse(n.targets[0]): n.value for n in node.body if isinstance(n, ast.Assign)}
            if {"type", "title"} <= own.keys():
                yield node.lineno, own["title"]


def literals() -> Iterator[tuple[str, str]]:
    """(place, template) of each literal one."""
    for path, module in sources():
        for line, node in (*messages(module, places_in(path)), *titles(module)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield f"{path}:{line}", node.value
    yield from (("shared/messages/findings.py", template) for template, _ in WORDS.values())


def parameters(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def test_each_message_has_its_translations() -> None:
    found = list(literals())
    assert len(found) > 300
    assert [
        f"{at}: {t!r} lacks {lang}" for at, t in found for lang in LANGUAGES if lang not in catalogue().get(t, {})
    ] == []


def test_no_message_is_made_of_values_but_by_its_template() -> None:
    made = [
        f"{path}:{line}: {ast.unparse(message)}"
        for path, module in sources()
        for line, message in messages(module, places_in(path))
        if isinstance(message, ast.JoinedStr | ast.BinOp)
    ]
    assert made == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_have_the_parameters_of_their_template(language: str) -> None:
    """They may leave one out (a plural, say), and never name another."""
    wrong = [t for t, texts in catalogue().items() if not parameters(texts.get(language, "")) <= parameters(t)]
    assert wrong == []


def test_a_template_stands_in_one_file() -> None:
    counted = Counter(template for file in files_of_messages() for template in translations(file))
    assert [template for template, times in counted.items() if times > 1] == []


def test_no_translation_is_left_of_a_message_that_is_gone() -> None:
    assert sorted(catalogue().keys() - {template for _, template in literals()}) == []


def api_words(text: str) -> set[str]:
    return set(API_WORD.findall(re.sub(r"\\{\\{|\\}\\}|{[^}]*}", " ", text))) - WRITTEN


def texts_of_client() -> Iterator[tuple[str, str]]:
    """(place, text) of every text of the web client."""
    for file in sorted((ROOT / "web/src/words").glob("**/*.json")):
        nested = [(file.stem, json.loads(file.read_text("utf-8")))]
        while nested:
            name, value = nested.pop()
            if isinstance(value, dict):
                nested += [(f"{name}.{key}", one) for key, one in value.items()]
            else:
                yield f"{file.parent.name} {name}", value


def test_texts_for_people_name_nothing_as_the_api_does() -> None:
    """People have no headers and no field names; who calls the API finds them by the code of the error."""
    said = [(template, one) for template, texts in catalogue().items() for one in (template, *texts.values())]
    shown = list(texts_of_client())
    assert len(shown) > 3 * 1000
    assert [f"{place}: {sorted(found)}" for place, text in (*said, *shown) if (found := api_words(text))] == []


@pytest.mark.parametrize(
    "text",
    ["send allow_duplicate", "say why, in X-Reason", "set one at /identity/rates", "GET it", "ask with rates=today"],
)
def test_a_word_of_the_api_is_found(text: str) -> None:
    assert api_words(text)


def test_validators_raise_our_own_messages() -> None:
    """pydantic's own errors carry no template, so they would stay English."""
    users = [
        path
        for path, module in sources()
        if not path.startswith("shared/messages/") and "PydanticCustomError" in ast.unparse(module)
    ]
    assert users == []
