"""Request headers → what surrounds a command: precondition, idempotency key, time and reason."""

from __future__ import annotations

import re
from hashlib import blake2b
from urllib.parse import unquote

from fastapi import Request

from shared.errors import Invalid
from shared.http.params import calendar_of, instant
from shared.kernel.bus import Call
from shared.messages import say
from shared.security.permissions import Access

MAX_REASON = 500
_ETAG = re.compile(r'(?:W/)?"([0-9]{1,9})(?:-[0-9a-f]{16})?"|([0-9]{1,9})')
_KEY = re.compile(r"[\x20-\x7e]{1,200}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ufffd]")


def header(request: Request, name: bytes) -> str:
    """One header's text ("" = absent); read from the raw list, which is all that most requests need."""
    for key, value in request.scope["headers"]:
        if key == name:
            text: str = value.decode("latin-1")
            return text
    return ""


def call_of(request: Request, access: Access, id: str | None) -> Call:
    """The Call of a write. Raises Invalid naming the header."""
    match = key = occurred = None
    reason = ""
    for name, value in request.scope["headers"]:
        if name == b"if-match":
            match = _version(value.decode("latin-1"))
        elif name == b"idempotency-key":
            key = _key(value.decode("latin-1"), access)
        elif name == b"x-occurred-at":
            occurred = instant("X-Occurred-At", value.decode("latin-1"), calendar_of(request))
        elif name == b"x-reason":
            reason = _reason(value)
    return Call(access, id, match, key, occurred, reason)


def _version(text: str) -> int | None:
    if text.strip() == "*":
        return None
    found = _ETAG.fullmatch(text.strip())
    if found is None:
        raise Invalid.field("If-Match", "bad-version", 'give one version, as the ETag did: "7"')
    return int(found[1] or found[2])


def own_key(user: str, text: str) -> str:
    """Each user's keys are their own: nobody reads another's outcome or takes a policy's key.

    A digest is kept of the text: clients might make it of somebody's data, which no erasure would find there.
    """
    return f"{user}/{blake2b(text.encode(), digest_size=16).hexdigest()}"


def _key(text: str, access: Access) -> str:
    if not _KEY.fullmatch(text):
        raise Invalid.field("Idempotency-Key", "bad-key", "1 to 200 printable ASCII characters are needed")
    return own_key(access.user, text)


def _reason(value: bytes) -> str:
    """UTF-8, plain or percent-encoded (browsers can send no other than Latin characters in a header)."""
    text = unquote(value.decode("utf-8", "replace")).strip()
    if len(text) > MAX_REASON or _CONTROL.search(text):
        raise Invalid.field(
            "X-Reason", "bad-reason", say("at most {most} characters of (percent-encoded) UTF-8", most=MAX_REASON)
        )
    return text
