"""Every refusal is enumerated, with its parameters, and has its texts in each language."""

from __future__ import annotations

import ast

import pytest

from shared.errors import CrmError, FieldError, Invalid, Rejected
from shared.http.codes import all_codes, error_codes, messages_in, parameters, params_schema, problem_types
from shared.http.problems import Problem, problem
from shared.messages import say
from shared.messages.languages import Language, catalogue
from tests.house.problems import PAGE, codes, page, pairs
from tests.house.test_messages import called, sources

OPTIONS = "{value} is none of the options: {options}"


def test_the_page_lists_what_the_source_raises() -> None:
    assert PAGE.read_text() == page(), "run python -m tests.house.problems"
    assert len(problem_types()) > 15
    assert len(error_codes()) > 200


def test_each_code_has_a_message_in_each_language() -> None:
    assert [code for code, templates in codes().items() if not templates] == []
    titles = [one["title"] for one in problem_types().values()]
    said = [*titles, *(t for templates in codes().values() for t in templates)]
    assert [t for t in said if not catalogue().get(t, {}).keys() >= {"zh-CN", "zh-TW"}] == []


def test_constructors_with_a_code_are_all_walked() -> None:
    found = {
        code.value
        for _, module in sources()
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and called(node) in ("FieldError", "Invalid.field") and len(node.args) > 2
        for code in (node.args[1],)
        if isinstance(code, ast.Constant)
    }
    assert len(found) > 90
    assert sorted({code.replace("_", "-") for code in found} - set(all_codes())) == []


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('raise Invalid.field("name", "new-code", "this field is needed")', {"new-code"}),
        ('fault("new_code", "{value} is no number")', {"new_code"}),
        ('raise Rejected("this field is needed", code="new-code")', {"new-code"}),
        ('Way("archive", "this field is needed")', set()),
        ('shown("not a code", "this field is needed")', set()),
        ('access.check("audit", "read")', set()),
    ],
)
def test_a_code_is_found_where_its_error_is_made(code: str, found: set[str]) -> None:
    assert {name for name, _ in pairs(ast.parse(code), has_tables=False)} == found


@pytest.mark.parametrize("language", ["en", "zh-CN", "zh-TW"])
def test_a_client_can_phrase_an_error_by_itself(language: Language) -> None:
    """By the code, and the message whose parameters the error has."""
    error = FieldError("size", "not-an-option", say(OPTIONS, value="x", options="a, b"))
    answered = problem(Invalid("the filter is not valid", errors=[error]), language)
    (one,) = Problem.model_validate_json(bytes(answered.body)).errors
    (text,) = [t for t in messages_in(language)["codes"][one["code"]] if t["params"] == sorted(one["params"])]
    assert text["text"].format_map(one["params"]) == one["message"]


def test_a_refusal_that_concerns_no_field_has_its_parameters_too() -> None:
    refused = problem(Rejected(say("the deal is {status}; reopen it first", status="won"), code="closed"))
    body = Problem.model_validate_json(bytes(refused.body)).model_dump()
    assert (body["code"], body["params"]) == ("closed", {"status": "won"})
    assert "params" not in Problem.model_validate_json(bytes(problem(CrmError()).body)).model_dump()


def test_parameters_have_a_schema_by_code() -> None:
    known = params_schema()["properties"]
    assert known["string-too-short"]["required"] == parameters("at least {least} characters are needed") == ["least"]
    assert {"value", "options"} <= known["not-an-option"]["properties"].keys()
