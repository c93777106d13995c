"""Checkpoints of the ledger as signed notes: C2SP `tlog-checkpoint` and `signed-note`, signed with Ed25519.

    crm-ledger/<installation id>       the origin, which is the name of the key, too
    1042                               leaves
    <base64 of the root>
    timeline 2                         where the log was restored (shared/ledger/timeline.py)
                                       an empty line
    — <name> <base64 of the key's 4-byte id and the signature>

The signature is over the text up to the empty line, its last newline included. A key is written `name+id+key`.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared.ledger.merkle import HASH

ED25519 = b"\x01"  # the type of a key
_DASH = "— "
_TIMELINE = "timeline "


class BadNote(ValueError):
    """It is no signed checkpoint, or no known key signed it."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The ledger had `size` leaves with this root. timeline: of the log, 1 until it is restored for the first time."""

    origin: str
    size: int
    root: bytes
    timeline: int = 1

    @property
    def text(self) -> str:
        """What is signed. An extension line names a timeline but the first, so older notes are of that one."""
        more = f"{_TIMELINE}{self.timeline}\n" if self.timeline > 1 else ""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n{more}"


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name."""

    name: str
    public: Ed25519PublicKey

    @property
    def id(self) -> bytes:
        """Four bytes by which a signature line names its key."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public.public_bytes_raw()).digest()[:4]

    def __str__(self) -> str:
        key = b64encode(ED25519 + self.public.public_bytes_raw()).decode()
        return f"{self.name}+{self.id.hex()}+{key}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Raises ValueError."""
        name, id, encoded = text.strip().split("+", 2)
        kind_and_key = decoded(encoded)
        if kind_and_key[:1] != ED25519:
            raise ValueError("it is no Ed25519 key")
        found = cls(name, Ed25519PublicKey.from_public_bytes(kind_and_key[1:]))
        if found.id.hex() != id:
            raise ValueError("the key is not the one that its id names")
        return found


def origin_of(installation: str) -> str:
    return f"crm-ledger/{installation}"


def text_of(note: str) -> str:
    """What a note says, not looking at who signed it."""
    return note.rpartition("\n\n")[0] + "\n"


def sign(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """The signed note over a text, which ends with a newline."""
    signed = VerifierKey(name, key.public_key()).id + key.sign(text.encode())
    return f"{text}\n{_DASH}{name} {b64encode(signed).decode()}\n"


def signed_by(note: str, keys: Iterable[VerifierKey]) -> tuple[str, VerifierKey]:
    """The text of a note, and which of the keys signed it. Raises BadNote."""
    text, gap, signatures = note.rpartition("\n\n")
    text += "\n"
    known = {(key.name, key.id): key for key in keys}
    for line in signatures.removesuffix("\n").split("\n") if gap and signatures.endswith("\n") else ():
        name, _, encoded = line.removeprefix(_DASH).partition(" ")
        try:
            signed = decoded(encoded)
            key = known.get((name, signed[:4]))
            if key is not None and line.startswith(_DASH):
                key.public.verify(signed[4:], text.encode())
                return text, key
        except (ValueError, InvalidSignature) as error:
            raise BadNote(f"a signature of {name} is not valid") from error
    raise BadNote("no known key signed it")


def checkpoint_in(text: str) -> Checkpoint:
    """The checkpoint that the text of a note is. Raises BadNote."""
    lines = text.split("\n")
    try:
        origin, size, encoded, more = lines[:4]
        timeline = int(more.removeprefix(_TIMELINE) or 1)
        found = Checkpoint(origin, int(size), decoded(encoded), timeline)
        if text != found.text or len(found.root) != HASH or found.size < 0:
            raise ValueError("not as it is written")
    except ValueError as error:
        raise BadNote(f"it is no checkpoint: {error}") from error
    return found


def verified(note: str, keys: Iterable[VerifierKey]) -> Checkpoint:
    """The checkpoint of a note that one of the keys signed. Raises BadNote."""
    return checkpoint_in(signed_by(note, keys)[0])


def decoded(text: str) -> bytes:
    """Base64 in its one canonical form. Raises ValueError."""
    found = b64decode(text, validate=True)
    if b64encode(found).decode() != text:
        raise ValueError("it is no canonical base64")
    return found
