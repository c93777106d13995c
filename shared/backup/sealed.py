"""How a file of a backup is sealed: zstd, then AES-256-GCM in STREAM form, so that order and end are proven, too.

    file    = "CRMBAK01" ‖ salt (32 bytes) ‖ chunks of 1 MiB, each with its tag
    key     = HMAC-SHA256(secret, "crm.backup.v1|" ‖ purpose ‖ "|" ‖ salt)
    nonce   = number of the chunk (11 bytes) ‖ 1 for the last one, else 0
    salt    = HMAC-SHA256(secret, "crm.backup.salt|" ‖ purpose ‖ "|" ‖ SHA-256(what is encrypted))

The salt follows from the content: the same content gives the same file, so that an interrupted backup goes on, and a
key never encrypts two contents. `purpose` says what the file is: a file of another kind does not open in its place.
"""

from __future__ import annotations

from hashlib import sha256
from hmac import digest

from backports import zstd
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.backup.problems import Damaged

MAGIC = b"CRMBAK01"
CHUNK = 1 << 20  # bytes, before encryption
LEVEL = 3  # of zstd
_TAG = 16
_HEAD = len(MAGIC) + 32


def seal(secret: bytes, purpose: str, plain: bytes) -> bytes:
    """The file of a content. It takes no lock of the interpreter for long: use it in a thread."""
    packed = zstd.compress(plain, LEVEL)
    salt = digest(secret, b"crm.backup.salt|" + purpose.encode() + b"|" + sha256(packed).digest(), "sha256")
    cipher, head = _cipher(secret, purpose, salt), MAGIC + salt
    starts = range(0, max(len(packed), 1), CHUNK)
    chunks = [
        cipher.encrypt(_nonce(number, start + CHUNK >= len(packed)), packed[start : start + CHUNK], head)
        for number, start in enumerate(starts)
    ]
    return b"".join([head, *chunks])


def unseal(secret: bytes, purpose: str, sealed: bytes, name: str) -> bytes:
    """The content. Raises Damaged, which names the file: it is not as it was written, or another key's."""
    if sealed[: len(MAGIC)] != MAGIC:
        raise Damaged(f"{name} is no file of a backup, or of a newer version of the suite")
    head, step = sealed[:_HEAD], CHUNK + _TAG
    cipher = _cipher(secret, purpose, head[len(MAGIC) :])
    starts = range(_HEAD, len(sealed), step)
    try:
        chunks = [
            cipher.decrypt(_nonce(number, start + step >= len(sealed)), sealed[start : start + step], head)
            for number, start in enumerate(starts)
        ]
        return zstd.decompress(b"".join(chunks))
    except (InvalidTag, ValueError, zstd.ZstdError):
        raise Damaged(f"{name} does not open: it was changed or cut off, or another key sealed it") from None


def _cipher(secret: bytes, purpose: str, salt: bytes) -> AESGCM:
    return AESGCM(digest(secret, b"crm.backup.v1|" + purpose.encode() + b"|" + salt, "sha256"))


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\1" if last else b"\0")
