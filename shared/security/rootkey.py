"""The root key: 32 bytes in a file of its own, never in a database. It wraps every other key of the suite."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
ROOT_CONTEXT = "root check"  # of the proof that a ring keeps of its root key
_NONCE_BYTES = 12


class KeysUnusable(Exception):
    """The keys cannot be opened: one clear sentence that says what to do."""


class RootKey:
    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise KeysUnusable(f"a root key is {KEY_BYTES} bytes long, this one has {len(secret)}")
        self._cipher = AESGCM(secret)

    def wrap(self, secret: bytes, context: str) -> bytes:
        """Encrypt a secret, bound to what it is for."""
        return wrap(self._cipher, secret, context)

    def unwrap(self, wrapped: bytes, context: str) -> bytes:
        """Raises ValueError when another root key made it, or it belongs elsewhere."""
        return unwrap(self._cipher, wrapped, context)

    def wrapper(self, purpose: str) -> RootWrapper:
        """Encryption for one purpose."""
        return RootWrapper(self, purpose)


class RootWrapper:
    """A Wrapper by the root key itself. The purpose is bound to what it wraps."""

    def __init__(self, root: RootKey, purpose: str) -> None:
        self._root, self._purpose = root, purpose

    def wrap(self, secret: bytes) -> bytes:
        return self._root.wrap(secret, self._purpose)

    def unwrap(self, wrapped: bytes) -> bytes:
        return self._root.unwrap(wrapped, self._purpose)


def wrap(cipher: AESGCM, secret: bytes, context: str) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, secret, context.encode())


def unwrap(cipher: AESGCM, wrapped: bytes, context: str) -> bytes:
    """Raises ValueError on another key, another context or a changed byte."""
    try:
        return cipher.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], context.encode())
    except InvalidTag:
        raise ValueError(f"{context}: the wrapping key does not fit") from None


def tenant_context(tenant: str, version: int) -> str:
    """What an organisation's key is bound to, in every ring."""
    return f"tenant|{tenant}|{version}"


def index_context(tenant: str) -> str:
    """What an organisation's key of blind indexes is bound to, in every ring."""
    return f"index|{tenant}"


def subject_context(tenant: str, subject: str) -> str:
    """What a person's key is bound to, in every ring."""
    return f"subject|{tenant}|{subject}"


def load_root_key(file: Path, *, create: bool) -> RootKey:
    """Read the root key; with `create`, a missing one is made (mode 0600) and made durable first.

    Raises:
        KeysUnusable: the file is missing, unreadable or of a wrong size.
    """
    if create and not file.exists():
        write_private(file, os.urandom(KEY_BYTES))
    try:
        return RootKey(file.read_bytes())
    except FileNotFoundError:
        raise KeysUnusable(f"the root key {file} is missing: put it back from its backup") from None
    except OSError as error:
        raise KeysUnusable(f"the root key {file} cannot be read: {error.strerror}") from None
    except KeysUnusable as error:
        raise KeysUnusable(f"{file}: {error}") from None


def write_private(file: Path, content: bytes) -> None:
    """Write a file that only its owner may read: whole or not at all, durable on return."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = file.with_name(file.name + ".new")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)
    sync_directory(file.parent)


def sync_directory(folder: Path) -> None:
    """Make a rename or a new name in the folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
