"""Reading bodies: bounded in size and depth before anything is parsed."""

from __future__ import annotations

from typing import TypeVar

from fastapi import Request
from pydantic import TypeAdapter, ValidationError

from shared.errors import Invalid, TooLarge, UnsupportedMedia
from shared.http.problems import invalid_from

T = TypeVar("T")
MAX_BYTES = 1_000_000
MAX_DEPTH = 32


async def read_body(request: Request, limit: int = MAX_BYTES) -> bytes:
    """The whole body. Raises TooLarge before more than `limit` bytes are held."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise TooLarge(f"a body may have {limit} bytes at most")
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise TooLarge(f"a body may have {limit} bytes at most")
        chunks.append(chunk)
    return b"".join(chunks)


async def parse(request: Request, adapter: TypeAdapter[T]) -> T:
    """Read and validate a JSON body.

    Raises: TooLarge, UnsupportedMedia, Invalid with an error per field.
    """
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise UnsupportedMedia("send application/json")
    return validate(await read_body(request), adapter)


def validate(body: bytes, adapter: TypeAdapter[T]) -> T:
    """Raises Invalid: broken UTF-8 or JSON, too deep, NUL characters, or fields that do not fit."""
    check_text(body)
    try:
        return adapter.validate_json(body or b"{}")
    except ValidationError as error:
        raise invalid_from(error) from error


def check_text(body: bytes) -> None:
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH and _depth(body) > MAX_DEPTH:
        raise Invalid.field("", "too-deep", f"JSON may be nested {MAX_DEPTH} levels at most")
    if b"\\u0000" in body or b"\0" in body:
        raise Invalid.field("", "nul", "NUL characters are not allowed")


def _depth(body: bytes) -> int:
    """The deepest nesting, counting brackets outside of strings."""
    depth = deepest = 0
    in_string = escaped = False
    for byte in body:
        if in_string:
            in_string = escaped or byte != 0x22
            escaped = byte == 0x5C and not escaped
        elif byte == 0x22:
            in_string = True
        elif byte in b"{[":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"}]":
            depth -= 1
    return deepest
