"""What people read: an English template with parameters, which the catalogue has in other languages, too.

    raise Invalid.field("due", "bad-day", say("{value} is no day; write it as in 2026-11-24", value=shown(text)))

A template names its parameters in braces and is never made of values, so that the catalogue can hold it. Each new
template gets its translations in a YAML file of this folder (`<area>.yaml`); `make check` names what is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic_core import PydanticCustomError

LONGEST = 80  # characters of a value that a message repeats


class Message(str):
    """The English text, with the template and the parameters that it was made of.

    A parameter that is a Message itself is translated with it (the name of a record type, say).
    """

    __slots__ = ("params", "template")
    template: str
    params: Mapping[str, Any]

    def __new__(cls, template: str, params: Mapping[str, Any]) -> Message:
        self = super().__new__(cls, template.format_map(params))
        self.template, self.params = template, params
        return self

    def __getnewargs__(self) -> tuple[str, Mapping[str, Any]]:  # type: ignore[override]
        return self.template, self.params


def say(template: str, /, **params: Any) -> Message:
    """A message. Its template is a literal; raises KeyError when a parameter that it names is missing."""
    return Message(template, params)


def part(text: str) -> Message:
    """A text that becomes part of another message, to be translated with it."""
    return text if isinstance(text, Message) else Message(text.replace("{", "{{").replace("}", "}}"), {})


def fault(code: str, template: str, /, **params: Any) -> PydanticCustomError:
    """What a validator raises: an error with our own code and message."""
    return as_fault(code, say(template, **params))


def as_fault(code: str, message: Message) -> PydanticCustomError:
    """The same, of a message that is there already."""
    return PydanticCustomError(code, "{said}", {"said": message})


def said(error: Exception) -> str:
    """What an error of Python's own types was raised with: a message stays one."""
    return error.args[0] if error.args and isinstance(error.args[0], str) else str(error)


def shown(value: object) -> str:
    """A value as a message repeats it: in one line, shortened to 80 characters, in quotation marks."""
    text = " ".join(str(value).split()).encode(errors="replace").decode()
    return f'"{text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"}"'
