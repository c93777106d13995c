"""The media type of a file by its bytes: what its sender says it is counts only among kinds of plain text."""

from __future__ import annotations

import re

import filetype  # type: ignore[import-untyped]

HEAD = 8192  # bytes that are looked at
_TEXTS = {
    ".csv": "text/csv",
    ".ics": "text/calendar",
    ".json": "application/json",
    ".md": "text/markdown",
    ".eml": "message/rfc822",
    ".vcf": "text/vcard",
}
_ACTIVE = re.compile(rb"<(?:!doctype|html|svg|script|head|body|\?xml)", re.IGNORECASE)
_OPEN_DOCUMENT = re.compile(rb"PK\x03\x04.{26}mimetype(application/vnd\.oasis\.opendocument\.[a-z-]+)", re.DOTALL)


def media_of(content: bytes, name: str) -> str:
    """The type of a file that begins so; `text/html` stands for every text that a browser would run."""
    head = content[:HEAD]
    if found := _OPEN_DOCUMENT.match(head):
        return found[1].decode()
    if (kind := filetype.guess(head)) is not None:
        return str(kind.mime)
    return _text(content, name)


def _text(content: bytes, name: str) -> str:
    head = content[:HEAD].lstrip(b"\xef\xbb\xbf \t\r\n")
    if _ACTIVE.match(head):
        return "text/html"
    if b"\0" in content:
        return "application/octet-stream"
    return _TEXTS.get(name[name.rfind(".") :].lower() if "." in name else "", "text/plain")
