"""The findings of pydantic in our own words: each of its error types has a message here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from shared.errors import FieldError
from shared.messages import Message, say, shown

_SECRET = frozenset("password current new secret token refresh_token code key authorization".split())
_SCALARS = (str, int, float, bool)
_UNKNOWN: Final = "this value is not valid"

_Words = tuple[str, dict[str, str]]
_LIST: Final[_Words] = ("a list is needed, as in [1, 2]", {})
_OBJECT: Final[_Words] = ('an object is needed, as in {{"name": "Acme"}}', {})
_WHOLE: Final[_Words] = ("{value} is no whole number", {})
_TRUTH: Final[_Words] = ("{value} is neither true nor false", {})

# Of each error type: the message, and what it takes of the error's context (ours → pydantic's name).
WORDS: dict[str, _Words] = {
    "missing": ("this field is needed", {}),
    "extra_forbidden": ("there is no such field here", {}),
    "string_type": ("{value} is no text; write it in quotation marks", {}),
    "string_too_short": ("at least {least} characters are needed", {"least": "min_length"}),
    "string_too_long": ("{value} has {length} characters; {most} at most", {"most": "max_length"}),
    "string_pattern_mismatch": ("{value} has a form that this field does not take", {}),
    "string_unicode": ("this is no valid Unicode text", {}),
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": ("{value} is too large a number", {}),
    "int_from_float": _WHOLE,
    "float_type": ("{value} is no number", {}),
    "float_parsing": ("{value} is no number", {}),
    "finite_number": ("{value} is no finite number", {}),
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "none_required": ("only null is taken here", {}),
    "list_type": _LIST,
    "set_type": _LIST,
    "tuple_type": _LIST,
    "frozen_set_type": _LIST,
    "dict_type": _OBJECT,
    "mapping_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "dataclass_type": _OBJECT,
    "too_short": ("at least {least} entries are needed", {"least": "min_length"}),
    "too_long": ("{most} entries at most", {"most": "max_length"}),
    "literal_error": ("{value} is none of the options: {options}", {"options": "expected"}),
    "enum": ("{value} is none of the options: {options}", {"options": "expected"}),
    "greater_than": ("{value} is too small: more than {bound} is needed", {"bound": "gt"}),
    "greater_than_equal": ("{value} is too small: at least {bound} is needed", {"bound": "ge"}),
    "less_than": ("{value} is too large: less than {bound} is needed", {"bound": "lt"}),
    "less_than_equal": ("{value} is too large: at most {bound} is taken", {"bound": "le"}),
    "json_invalid": ("the body is no valid JSON", {}),
    "json_type": ("the body is no valid JSON", {}),
    "union_tag_invalid": ("{value} is none of the options: {options}", {"options": "expected_tags"}),
    "union_tag_not_found": ("this field is needed", {}),
    "date_from_datetime_parsing": ("{value} is no day; write it as in 2026-11-24", {}),
    "date_parsing": ("{value} is no day; write it as in 2026-11-24", {}),
    "datetime_parsing": ("{value} is no moment; write it as in 2026-11-24T09:30:00+08:00", {}),
    "value_error": (_UNKNOWN, {}),
    "assertion_error": (_UNKNOWN, {}),
}
# what is said of lists is said of text, too, where a validator stands before its bounds
_OF_TEXT = {"too_short": "string_too_short", "too_long": "string_too_long"}


def field_error(found: Mapping[str, Any], path: Sequence[object]) -> FieldError:
    """One finding as an error of the field at a path. found: an entry of `ValidationError.errors()`."""
    name = ".".join(str(part)[:200] for part in path).encode(errors="replace").decode()
    return FieldError(name, found["type"].replace("_", "-"), message_of(found))


def message_of(found: Mapping[str, Any]) -> str:
    """What an entry of `ValidationError.errors()` tells people."""
    context = found.get("ctx") or {}
    if isinstance(said := context.get("said"), Message):
        return said
    value, kind = found.get("input"), found["type"]
    if isinstance(value, str):
        kind = _OF_TEXT.get(kind, kind)
    template, names = WORDS.get(kind, (_UNKNOWN, {}))
    params = {ours: context.get(theirs, "") for ours, theirs in names.items()}
    if "{value}" in template:
        params["value"] = _shown(value, found["loc"])
    if "{length}" in template:
        params["length"] = len(value) if isinstance(value, str) else 0
    return say(template, **params)


def _shown(value: object, path: Sequence[object]) -> str | Message:
    """The offending value, unless it may be a secret or is too large to repeat."""
    if isinstance(value, _SCALARS) and _SECRET.isdisjoint(path):
        return shown(value)
    return say("this value")
