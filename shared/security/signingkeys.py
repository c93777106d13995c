"""The Ed25519 keys that sign access tokens, in one file wrapped by the key ring: previous, current and next."""

from __future__ import annotations

import hashlib
import logging
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared.clock import Clock, Micros
from shared.security.keyring import Wrapper
from shared.security.rootkey import KeysUnusable, write_private

PURPOSE = "token signing keys"  # of the key ring's wrapper
_KEEP_PREVIOUS = 3_600 * 1_000_000  # longer than any access token lives
log = logging.getLogger("crm.keys")
ROTATE_AFTER = 30 * 86_400 * 1_000_000


@dataclass(frozen=True, slots=True)
class SigningKey:
    kid: str
    private: Ed25519PrivateKey
    since: Micros  # when it became the current key; 0 = not yet
    until: Micros = 0  # when it stopped being so; 0 = not yet


class SigningKeys:
    """Oldest first; the last is next, the one before it current. The next key is published before it signs.

    Several processes may share the file: each reads it again when another has written it.
    """

    def __init__(self, file: Path, wrapper: Wrapper, clock: Clock, keys: list[SigningKey]) -> None:
        self._file, self._wrapper, self._clock, self._keys = file, wrapper, clock, keys
        self._read: tuple[int, int] | None = None  # of the file when it was read or written last

    @classmethod
    def open(cls, file: Path, wrapper: Wrapper, clock: Clock) -> SigningKeys:
        """Read the keys, or make the first two. wrapper: for PURPOSE. Raises KeysUnusable when it does not fit."""
        if not file.exists():
            made = cls(file, wrapper, clock, [_new_key(clock.now()), _new_key(0)])
            made._save(made._keys)
            return made
        opened = cls(file, wrapper, clock, [])
        opened._follow()
        return opened

    def _follow(self) -> None:
        """Take over what another process wrote; without a file that opens, the keys stay as they are.

        Raises KeysUnusable when there are none yet.
        """
        try:
            written = _written(self._file)
            if written == self._read:
                return
            content = self._file.read_bytes()
        except FileNotFoundError:
            return
        try:
            self._keys = [_load(entry) for entry in orjson.loads(self._wrapper.unwrap(content))]
        except (ValueError, KeyError) as error:
            message = (
                f"{self._file} does not open with this root key ({error}): put it back from its backup, or remove it: "
                "then everyone signs in again"
            )
            if not self._keys:
                raise KeysUnusable(message) from None
            log.error("%s", message)
        self._read = written

    def current(self) -> SigningKey:
        """The key to sign with; one that has served 30 days gives way first."""
        self._follow()
        if self._clock.now() - self._keys[-2].since >= ROTATE_AFTER:
            self.rotate()
        return self._keys[-2]

    def rotate(self) -> None:
        """The next key becomes current; the old one stays published until its last token has ended."""
        self._follow()
        now = self._clock.now()
        *previous, current, following = self._keys
        kept = [key for key in previous if now - key.until < _KEEP_PREVIOUS]
        keys = [
            *kept,
            SigningKey(current.kid, current.private, current.since, now),
            SigningKey(following.kid, following.private, now),
            _new_key(0),
        ]
        self._save(keys)
        self._keys = keys

    def public(self) -> list[tuple[str, Ed25519PublicKey]]:
        """(kid, key) of every key that is published."""
        self._follow()
        return [(key.kid, key.private.public_key()) for key in self._keys]

    def _save(self, keys: list[SigningKey]) -> None:
        entries = [
            {"private": b64encode(k.private.private_bytes_raw()).decode(), "since": k.since, "until": k.until}
            for k in keys
        ]
        write_private(self._file, self._wrapper.wrap(orjson.dumps(entries)))
        self._read = _written(self._file)


def _written(file: Path) -> tuple[int, int]:
    """Changes when the file is written again: its time and its inode. Raises FileNotFoundError."""
    found = file.stat()
    return found.st_mtime_ns, found.st_ino


def _new_key(since: Micros) -> SigningKey:
    private = Ed25519PrivateKey.generate()
    return SigningKey(_kid(private), private, since)


def _load(entry: dict[str, str | int]) -> SigningKey:
    private = Ed25519PrivateKey.from_private_bytes(b64decode(str(entry["private"])))
    return SigningKey(_kid(private), private, int(entry["since"]), int(entry["until"]))


def _kid(private: Ed25519PrivateKey) -> str:
    return hashlib.sha256(private.public_key().public_bytes_raw()).hexdigest()[:16]
