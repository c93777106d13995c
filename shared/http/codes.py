"""What a caller can be refused with: the problem types and error codes, each with its messages and their parameters."""

from __future__ import annotations

import string
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Final

import yaml
from pydantic import Field as F
from typing_extensions import TypedDict

from shared.messages.languages import ENGLISH, Language, catalogue

FILE: Final = "problems.yaml"
Schema = dict[str, Any]


@cache
def _read() -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(files("shared.http").joinpath(FILE).read_bytes(), yaml.CSafeLoader)
    return found


def problem_types() -> dict[str, dict[str, Any]]:
    """Problem type → `status` and `title`."""
    found: dict[str, dict[str, Any]] = _read()["types"]
    return found


def error_codes() -> dict[str, list[str]]:
    """Error code → the English templates of its messages."""
    found: dict[str, list[str]] = _read()["codes"]
    return found


def all_codes() -> list[str]:
    """What an error of a field may bear: its own code, or the type of a problem that names no field."""
    return sorted({*error_codes(), *problem_types()})


def parameters(template: str) -> list[str]:
    """The parameters of a message, in the order of their names."""
    return sorted({name for _, name, _, _ in string.Formatter().parse(template) if name})


def params_schema() -> Schema:
    """Error code → the schema of its `params`: needed is what each of its messages names."""
    known = {code: _params([parameters(one) for one in templates]) for code, templates in error_codes().items()}
    return {
        "type": "object",
        "description": "By error code: the `params` that stand next to it. No answer has this form.",
        "properties": {code: one for code, one in known.items() if one["properties"]},
    }


def _params(named: list[list[str]]) -> Schema:
    always = sorted(set.intersection(*map(set, named))) if named else []
    known = sorted({name for names in named for name in names})
    schema: Schema = {"type": "object", "properties": {name: {"type": ["string", "number", "null"]} for name in known}}
    return schema | ({"required": always} if always else {})


class Text(TypedDict):
    text: Annotated[str, F(description="With the names of its parameters in braces")]
    params: list[str]


class ProblemText(TypedDict):
    status: int
    title: str


class Messages(TypedDict):
    """codes: the messages that an error may bear; that whose parameters it has is meant."""

    language: Language
    types: dict[str, ProblemText]
    codes: dict[str, list[Text]]


def messages_in(language: Language) -> Messages:
    """All texts of refusals in a language."""

    def said(template: str) -> str:
        return template if language == ENGLISH else catalogue().get(template, {}).get(language, template)

    return {
        "language": language,
        "types": {n: {"status": one["status"], "title": said(one["title"])} for n, one in problem_types().items()},
        "codes": {
            code: [{"text": said(one), "params": parameters(one)} for one in templates]
            for code, templates in error_codes().items()
        },
    }
