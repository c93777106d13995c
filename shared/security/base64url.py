"""base64url without padding, in its one canonical spelling (RFC 7515 §2)."""

from __future__ import annotations

import binascii

_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_", b"+/")


def encode(raw: bytes) -> str:
    return binascii.b2a_base64(raw, newline=False).rstrip(b"=").translate(_TO_URL).decode()


def decode(text: str) -> bytes:
    """Raises ValueError unless the text is exactly what `encode` makes."""
    raw = binascii.a2b_base64(text.encode().translate(_FROM_URL) + b"=" * (-len(text) % 4), strict_mode=True)
    if encode(raw) != text:  # the last character has several spellings
        raise ValueError("not canonical base64url")
    return raw
