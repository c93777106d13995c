"""Conditional GET (RFC 9110 §13): the entity tag follows an answer's bytes, and 304 stands for what is known."""

from __future__ import annotations

from hashlib import sha256

from fastapi import Request
from starlette.responses import Response

from shared.http.headers import header

LONG = 32 * 1024  # bytes of a list: making its tag would cost more than a twentieth of making the list
_KEPT = frozenset({b"cache-control", b"vary", b"content-location", b"expires"})


def tag_of(content: bytes) -> str:
    """What tells two contents apart, without quotation marks."""
    return sha256(content).hexdigest()[:16]


def is_known(request: Request, etag: str) -> bool:
    """Whether `If-None-Match` names the entity tag. Weak comparison: a compressed answer has the same content."""
    given = header(request, b"if-none-match")
    return given.strip() == "*" or etag.removeprefix("W/") in (t.strip().removeprefix("W/") for t in given.split(","))


def conditional(request: Request, response: Response) -> Response:
    """The whole answer to a GET with its entity tag, or 304 if the caller has it.

    The version alone tells too little: formulas, roles and merges change what a record shows. So `"7"` becomes
    `"7-<digest>"`, which `If-Match` takes, too. Streams, refusals and long lists pass as they are.
    """
    if type(response) is not Response or response.status_code != 200 or request.scope["method"] != "GET":
        return response
    version = response.headers.get("etag", "").strip('"')
    if len(response.body) > LONG and not version and "cache-control" not in response.headers:
        return response
    digest = tag_of(bytes(response.body))
    etag = f'"{version}-{digest}"' if version else f'"{digest}"'
    response.headers["etag"] = etag
    if not is_known(request, etag):
        return response
    known = Response(status_code=304)
    known.raw_headers = [(n, v) for n, v in response.raw_headers if n in _KEPT] + [(b"etag", etag.encode())]
    return known
