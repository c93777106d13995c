"""Encryption of one field of one event: AES-256-GCM over JSON, bound to the place the value stands in."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.security.base64url import decode, encode

_NONCE_BYTES = 12


def aad(tenant: str, stream: str, event_id: str, field: str) -> bytes:
    """What a ciphertext is bound to: moved anywhere else, it does not open."""
    return f"{tenant}|{stream}|{event_id}|{field}|v1".encode()


def encrypt(value: Any, dek: bytes, aad: bytes) -> str:
    """A JSON value as `v1.<nonce>.<ciphertext>`, base64url without padding."""
    nonce = os.urandom(_NONCE_BYTES)
    return f"v1.{encode(nonce)}.{encode(_cipher(dek).encrypt(nonce, orjson.dumps(value), aad))}"


def decrypt(text: str, dek: bytes, aad: bytes) -> Any:
    """The value again. Raises ValueError for another key, another place or any changed character."""
    version, *parts = text.split(".")
    if version != "v1" or len(parts) != 2:
        raise ValueError("not an encrypted field of version 1")
    nonce, sealed = decode(parts[0]), decode(parts[1])
    if len(nonce) != _NONCE_BYTES:
        raise ValueError("the nonce has a wrong length")
    try:
        return orjson.loads(_cipher(dek).decrypt(nonce, sealed, aad))
    except InvalidTag:
        raise ValueError("the encrypted field does not open: another key, another place or tampering") from None


@lru_cache(maxsize=4096)
def _cipher(dek: bytes) -> AESGCM:
    return AESGCM(dek)
