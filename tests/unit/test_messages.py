"""Messages: templates with parameters, languages, pydantic's findings in our own words."""

from __future__ import annotations

import copy
import pickle
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ValidationError
from pydantic import Field as F

from shared.domain.types import Email
from shared.http.problems import field_problem, invalid_from
from shared.messages import Message, say, shown
from shared.messages.findings import field_error
from shared.messages.languages import in_language, negotiated


class TestMessage:
    def test_is_its_english_text(self) -> None:
        message = say("{count} field(s) are not valid", count=2)
        assert message == "2 field(s) are not valid"
        assert (message.template, dict(message.params)) == ("{count} field(s) are not valid", {"count": 2})

    def test_a_missing_parameter_is_an_error_at_once(self) -> None:
        with pytest.raises(KeyError):
            say("{count} field(s) are not valid")

    @pytest.mark.parametrize("copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
    def test_copies_keep_their_template(self, copied: Any) -> None:
        message = copied(say("{most} entries at most", most=3))
        assert (message, message.template) == ("3 entries at most", "{most} entries at most")

    def test_values_in_braces_are_no_templates(self) -> None:
        assert say("{value} is no number", value="{0.__class__}") == "{0.__class__} is no number"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a  b\n c", '"a b c"'),
        ("x" * 81, f'"{"x" * 79}…"'),
        ("x" * 80, f'"{"x" * 80}"'),
        (12.5, '"12.5"'),
        ("\ud800", '"?"'),
    ],
)
def test_a_shown_value_is_short_and_in_one_line(value: object, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", None),
        ("de", None),
        ("zh", "zh-CN"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("zh-Hans-SG", "zh-CN"),
        ("zh-Hant-HK", "zh-TW"),
        ("zh-TW", "zh-TW"),
        ("zh-hk", "zh-TW"),
        ("fr;q=0.9, en-GB;q=0.3, zh-TW;q=0.5", "zh-TW"),
        ("en;q=0, zh-CN;q=0.1", "zh-CN"),
        ("*", None),
        ("en-GB, *;q=0.1", "en"),
        ("zh;q=x", None),
        ("zh;q=nan", None),
        (",;,q=", None),
    ],
)
def test_negotiation(header: str, language: str | None) -> None:
    assert negotiated(header) == language


class TestLanguages:
    def test_a_message_is_translated_with_its_parameters(self) -> None:
        assert in_language(say("{most} entries at most", most=3), "zh-CN") == "最多 3 项"
        assert in_language(say("{most} entries at most", most=3), "zh-TW") == "最多 3 項"

    def test_a_message_in_a_message_is_translated_too(self) -> None:
        message = say("{field}: {message}", field="name", message=say("this field is needed"))
        assert in_language(message, "zh-CN") == "name：此字段必填"

    def test_a_value_is_never_translated(self) -> None:
        assert in_language(say("{value} is no number", value="this value"), "zh-CN") == "this value 不是数字"

    def test_a_plain_text_is_looked_up(self) -> None:
        assert in_language("this field is needed", "zh-TW") == "此欄位必填"

    def test_what_the_catalogue_lacks_stays_english(self) -> None:
        assert in_language("no such text", "zh-CN") == "no such text"


class _Body(BaseModel):
    name: Annotated[str, F(max_length=3)] = ""
    email: Email = ""
    reply_to: Annotated[Email, F(min_length=3)] = "a@b.example"
    count: int = 0
    kind: Literal["a", "b"] = "a"
    password: Annotated[str, F(max_length=3)] = ""


@pytest.mark.parametrize(
    ("body", "code", "english", "chinese"),
    [
        (
            {"name": "Acme"},
            "string-too-long",
            '"Acme" has 4 characters; 3 at most',
            '"Acme" 有 4 个字符；最多 3 个',
        ),
        ({"name": 5}, "string-type", '"5" is no text; write it in quotation marks', '"5" 不是文本；请放在引号中'),
        (
            {"name": ["x"]},
            "string-type",
            "this value is no text; write it in quotation marks",
            "此值 不是文本；请放在引号中",
        ),
        (
            {"email": "nobody"},
            "email",
            '"nobody" is no e-mail address; write it as in name@example.com',
            '"nobody" 不是电子邮箱地址；请写成 name@example.com 的形式',
        ),
        ({"reply_to": ""}, "too-short", "at least 3 characters are needed", "至少需要 3 个字符"),
        ({"count": "x"}, "int-parsing", '"x" is no whole number', '"x" 不是整数'),
        ({"kind": "c"}, "literal-error", "\"c\" is none of the options: 'a' or 'b'", "\"c\" 不在选项之中：'a' or 'b'"),
        (
            {"password": "hunter2"},
            "string-too-long",
            "this value has 7 characters; 3 at most",
            "此值 有 7 个字符；最多 3 个",
        ),
    ],
)
def test_findings_of_pydantic_in_our_words(body: dict[str, Any], code: str, english: str, chinese: str) -> None:
    with pytest.raises(ValidationError) as caught:
        _Body.model_validate(body)
    (found,) = invalid_from(caught.value).errors
    assert (found.code, found.message) == (code, english)
    assert field_problem(found, "zh-CN")["message"] == chinese


def test_an_unknown_finding_is_told_without_the_library_s_text() -> None:
    found = field_error({"type": "newer_type", "msg": "Library text", "loc": ("a", 0)}, ("a", 0))
    assert (found.field, found.code, found.message) == ("a.0", "newer-type", "this value is not valid")


def test_params_are_plain_json() -> None:
    found = field_error({"type": "int_type", "loc": ("a",), "input": ["x"]}, ("a",))
    problem = field_problem(found, "zh-CN")
    assert "params" in problem
    assert problem["params"] == {"value": "此值"}
    assert not isinstance(problem["params"]["value"], Message)
