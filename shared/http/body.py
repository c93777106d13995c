"""Reading bodies: bounded in size and depth before anything is parsed."""

from __future__ import annotations

import json
import re
from typing import Any, TypeVar

from fastapi import Request
from pydantic import TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect

from shared.errors import Invalid, TooLarge, UnsupportedMedia
from shared.http.headers import header
from shared.http.problems import invalid_from

T = TypeVar("T")
MAX_BYTES = 1_000_000
MAX_DEPTH = 32
_ESCAPED = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")  # escapes of what text cannot hold
_NEVER = (
    (re.compile("\0"), "nul", "NUL characters are not allowed"),
    (re.compile("[\ud800-\udfff]"), "surrogate", "half of a surrogate pair is no character"),
)
_STRING_OR_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|([][{}])', re.DOTALL)


async def read_body(request: Request, limit: int = MAX_BYTES) -> bytes:
    """The whole body. Raises TooLarge before more than `limit` bytes are held."""
    declared = header(request, b"content-length")
    if declared.isdigit() and int(declared) > limit:
        raise TooLarge(f"a body may have {limit} bytes at most")
    body: bytes = b""
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect()
        body += message.get("body", b"")
        if len(body) > limit:
            raise TooLarge(f"a body may have {limit} bytes at most")
        if not message.get("more_body"):
            return body


async def parse(request: Request, adapter: TypeAdapter[T]) -> T:
    """Read and validate a JSON body.

    Raises: TooLarge, UnsupportedMedia, Invalid with an error per field.
    """
    kind = header(request, b"content-type").partition(";")[0].strip().lower()
    if kind not in ("application/json", ""):
        raise UnsupportedMedia("send application/json")
    return validate(await read_body(request), adapter)


def validate(body: bytes, adapter: TypeAdapter[T]) -> T:
    """Types are taken strictly, as the OpenAPI document declares them.

    Raises Invalid: broken UTF-8 or JSON, too deep, a key twice, NUL, a lone surrogate, NaN, or fields that do not fit.
    """
    body = body or b"{}"
    check_text(body)
    try:
        return adapter.validate_json(body, strict=True)
    except ValidationError as error:
        raise invalid_from(error) from error


def check_text(body: bytes) -> None:
    """What a lenient parser would let pass silently. Raises Invalid."""
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH and _depth(body) > MAX_DEPTH:
        raise Invalid.field("", "too-deep", f"JSON may be nested {MAX_DEPTH} levels at most")
    try:
        parsed = _DECODER.decode(body.decode())
    except UnicodeDecodeError as error:
        raise Invalid.field("", "not-utf-8", f"the body is not UTF-8 (byte {error.start})") from error
    except ValueError as error:
        raise Invalid.field("", "json-invalid", f"the body is not JSON: {error}") from error
    if _ESCAPED.search(body):
        for pattern, code, message in _NEVER:
            if _occurs(pattern, parsed):
                raise Invalid.field("", code, message)


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(k for k, _ in pairs if k in seen or seen.add(k))  # type: ignore[func-returns-value]
        name = twice[:200].encode(errors="replace").decode()
        raise Invalid.field(name, "duplicate-key", "the key occurs twice")
    return found


def _no_constant(name: str) -> None:
    raise Invalid.field("", "not-finite", f"{name} is no JSON number")


_DECODER = json.JSONDecoder(object_pairs_hook=_distinct, parse_constant=_no_constant)


def _occurs(pattern: re.Pattern[str], value: Any) -> bool:
    match value:
        case str():
            return pattern.search(value) is not None
        case list():
            return any(_occurs(pattern, v) for v in value)
        case dict():
            return any(_occurs(pattern, part) for pair in value.items() for part in pair)
    return False


def _depth(body: bytes) -> int:
    """The deepest nesting, counting brackets outside of strings."""
    depth = deepest = 0
    for token in _STRING_OR_BRACKET.finditer(body):
        bracket = token[1]
        if bracket in (b"{", b"["):
            depth += 1
            deepest = max(deepest, depth)
        elif bracket:
            depth -= 1
    return deepest
