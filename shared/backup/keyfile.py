"""The backup key: a file that seals backups and signs their manifests. It is kept apart from them, and from the data.

{"format": 1, "id": …, "secret": base64 of 32 bytes, "signing": base64 of an Ed25519 key}
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.backup.problems import BackupProblem
from shared.security.rootkey import KEY_BYTES, write_private

FORMAT = 1


@dataclass(frozen=True, slots=True)
class BackupKey:
    """secret: 32 bytes, from which the key of each file is derived. id: by which a manifest names its key."""

    secret: bytes
    signing: Ed25519PrivateKey

    @property
    def id(self) -> str:
        return sha256(b"crm.backup.key" + self.signing.public_key().public_bytes_raw()).hexdigest()[:16]

    def sign(self, content: bytes) -> bytes:
        return self.signing.sign(content)

    def has_signed(self, content: bytes, signature: bytes) -> bool:
        try:
            self.signing.public_key().verify(signature, content)
        except InvalidSignature:
            return False
        return True


def make_key(file: Path) -> BackupKey:
    """Make a key and its file, which only its owner may read. Raises BackupProblem: there is such a file."""
    if file.exists():
        raise BackupProblem(f"{file} is there already: what it seals opens with it alone, so it is not written again")
    key = BackupKey(os.urandom(KEY_BYTES), Ed25519PrivateKey.generate())
    signing = b64encode(key.signing.private_bytes_raw()).decode()
    content = {"format": FORMAT, "id": key.id, "secret": b64encode(key.secret).decode(), "signing": signing}
    try:
        write_private(file, orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    except OSError as error:
        raise BackupProblem(f"the backup key {file} cannot be written: {error.strerror}") from error
    return key


def load_key(file: Path) -> BackupKey:
    """Raises BackupProblem."""
    try:
        found = orjson.loads(file.read_bytes())
        if found["format"] > FORMAT:
            raise BackupProblem(f"the backup key {file} was made by a newer version of the suite: update it")
        secret = b64decode(found["secret"], validate=True)
        key = BackupKey(secret, Ed25519PrivateKey.from_private_bytes(b64decode(found["signing"], validate=True)))
        if len(secret) != KEY_BYTES or key.id != found["id"]:
            raise ValueError("its parts do not belong together")
    except OSError as error:
        raise BackupProblem(f"the backup key {file} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BackupProblem(f"{file} is no backup key: {error}") from error
    return key
