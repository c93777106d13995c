"""Reading bodies: bounded in size, number of values and depth before anything is parsed.

All of a body is worked on at one go, while everybody else waits: the bounds keep that to a few milliseconds, and a
quota keeps one user from sending the longest ones again and again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from fastapi import Request
from pydantic import TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect

from shared.domain.countries import BadCountry, country_of
from shared.domain.types import IN_BODY, Reading
from shared.errors import Invalid, TooLarge, UnsupportedMedia
from shared.http.headers import header
from shared.http.problems import invalid_from
from shared.messages import say

T = TypeVar("T")
OnLong = Callable[[], Awaitable[None]]
ON_LONG_BODY = "on_long_body"  # of the request's scope: what counts a long body of a caller who is signed in
MAX_BYTES = 1_000_000
LONG_BYTES = 64 * 1024  # longer ones are counted; from callers who are not signed in they are not taken
MAX_DEPTH = 32
MAX_VALUES = 10_000  # lists, objects and what they hold
MAX_KEYS = 1_000  # of one object
_ESCAPED = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")  # escapes of what text cannot hold
_NEVER = (
    (re.compile("\0"), "nul", say("NUL characters are not allowed")),
    (re.compile("[\ud800-\udfff]"), "surrogate", say("half of a surrogate pair is no character")),
)
_STRINGS = re.compile(rb'"[^"]*+(?:"|\Z)')
_BRACKETS = bytes.maketrans(b"{}", b"[]")
_ALL_BUT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


async def read_body(request: Request, limit: int = MAX_BYTES, *, on_long: OnLong | None = None) -> bytes:
    """The whole body. Raises TooLarge before more than `limit` bytes are held.

    on_long: called once when it is longer than LONG_BYTES; what it raises ends the reading.
    """
    declared = header(request, b"content-length")
    if declared.isdigit() and int(declared) > limit:
        raise TooLarge(say("a body may have {most} bytes at most", most=limit))
    body: bytes = b""
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect()
        body += message.get("body", b"")
        if len(body) > limit:
            raise TooLarge(say("a body may have {most} bytes at most", most=limit))
        if len(body) > LONG_BYTES and on_long is not None:
            await on_long()
            on_long = None
        if not message.get("more_body"):
            return body


async def parse(request: Request, adapter: TypeAdapter[T], reading: Reading = IN_BODY) -> T:
    """Read and validate a JSON body.

    Raises: TooLarge, UnsupportedMedia, TooManyRequests, Invalid with an error per field.
    """
    kind = header(request, b"content-type").partition(";")[0].strip().lower()
    if kind not in ("application/json", ""):
        raise UnsupportedMedia("send application/json")
    on_long: OnLong | None = request.scope.get(ON_LONG_BODY)
    return validate(await read_body(request, MAX_BYTES if on_long else LONG_BYTES, on_long=on_long), adapter, reading)


def validate(body: bytes, adapter: TypeAdapter[T], reading: Reading = IN_BODY) -> T:
    """Types are taken strictly, as the OpenAPI document declares them; numbers with a fraction are exact decimals.

    Raises Invalid: broken UTF-8 or JSON, too deep, too many values, a key twice, NUL, a lone surrogate, NaN, or
    fields that do not fit.
    """
    parsed = parse_json(body or b"{}")
    try:
        return adapter.validate_python(parsed, strict=True, context=_in_its_country(reading, parsed))
    except ValidationError as error:
        raise invalid_from(error) from error


def _in_its_country(reading: Reading, parsed: Any) -> Reading:
    """National phone numbers are those of the record's own country, where the body says it."""
    own = parsed.get("country") if isinstance(parsed, dict) else None
    try:
        return replace(reading, country=country_of(own)) if own and isinstance(own, str) else reading
    except BadCountry:
        return reading  # the field itself reports it


def parse_json(body: bytes) -> Any:
    """JSON values with Decimal in place of floats. Raises Invalid, also for text that a lenient parser accepts."""
    brackets = body.count(b"{") + body.count(b"[")
    if brackets > MAX_DEPTH or brackets + body.count(b",") > MAX_VALUES:
        _check_shape(body)
    try:
        parsed = _DECODER.decode(body.decode())
    except UnicodeDecodeError as error:
        raise Invalid.field("", "not-utf-8", say("the body is not UTF-8 (byte {start})", start=error.start)) from error
    except ValueError as error:
        raise Invalid.field("", "json-invalid", _not_json(error)) from error
    if _ESCAPED.search(body):
        for pattern, code, message in _NEVER:
            if _occurs(pattern, parsed):
                raise Invalid.field("", code, message)
    return parsed


def _not_json(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return say("the body is not JSON (line {line}, column {column})", line=error.lineno, column=error.colno)
    return "the body is not JSON"


def _check_shape(body: bytes) -> None:
    """Raises Invalid: nested too deep, or too many values. By few passes over bytes, however the body is made."""
    too_many = Invalid.field("", "too-many-values", say("a body may hold {most} values at most", most=MAX_VALUES))
    unescaped = body.replace(rb"\\", b"").replace(rb"\"", b"")
    if unescaped.count(b'"') > 4 * MAX_VALUES:  # a key and a string each
        raise too_many
    bare = _STRINGS.sub(b"", unescaped)
    marks = bare.translate(_BRACKETS, _ALL_BUT_BRACKETS)[: 4 * MAX_VALUES]
    for _ in range(MAX_DEPTH):  # each round takes the innermost pairs away, which are one level
        marks = marks.replace(b"[]", b"")
    if b"[]" in marks or marks.count(b"[") > MAX_DEPTH:
        raise Invalid.field("", "too-deep", say("JSON may be nested {most} levels at most", most=MAX_DEPTH))
    if sum(bare.count(mark) for mark in (b",", b"[", b"{")) > MAX_VALUES:
        raise too_many


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MAX_KEYS:
        raise Invalid.field("", "too-many-keys", say("an object may have {most} keys at most", most=MAX_KEYS))
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(k for k, _ in pairs if k in seen or seen.add(k))  # type: ignore[func-returns-value]
        name = twice[:200].encode(errors="replace").decode()
        raise Invalid.field(name, "duplicate-key", "the key occurs twice")
    return found


def _no_constant(name: str) -> None:
    raise Invalid.field("", "not-finite", say("{name} is no JSON number", name=name))


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:  # an exponent of twenty digits
        raise Invalid.field("", "not-finite", "a number is beyond all bounds") from error


_DECODER = json.JSONDecoder(object_pairs_hook=_distinct, parse_constant=_no_constant, parse_float=_decimal)


def _occurs(pattern: re.Pattern[str], value: Any) -> bool:
    match value:
        case str():
            return pattern.search(value) is not None
        case list():
            return any(_occurs(pattern, v) for v in value)
        case dict():
            return any(_occurs(pattern, part) for pair in value.items() for part in pair)
    return False
