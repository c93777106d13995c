"""The manifest of a backup: what belongs to it, signed, and written last. A backup without one is none.

A manifest is a line of JSON and a line with its Ed25519 signature in hex. Its name says timeline, size of the log, time
and kind, and the SHA-256 of its content; a manifest under another name than its own is refused.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Literal

import orjson
from pydantic import TypeAdapter, ValidationError

from shared.backup.keyfile import BackupKey
from shared.backup.problems import BackupProblem, Damaged
from shared.clock import Micros
from shared.events.registry import all_types
from shared.ledger.frontier import Frontier

FORMAT = 1
MANIFESTS, SEGMENTS, KEYS, ERASED = "backups", "log", "keys", "erased"  # folders
Kind = Literal["full", "incremental", "archive"]


@dataclass(frozen=True, slots=True)
class File:
    """size: bytes. sha256: of them, in hex. first, end: of a segment, the leaves first <= leaf < end."""

    name: str
    size: int
    sha256: str
    first: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """system: the installation. parent: the name of the manifest that this one goes on from, "" = none.

    first, size: leaves before it, and up to its end. position: of its last event in the store it was made from; before:
    of the one before that; last: the leaf hash of the last event. root, peaks: of the ledger's tree of `size` leaves.
    first_at, last_at: when its first and last event were recorded. registry: the hash of the event types there were.
    files: of the file store, those that are new since the parent; gone: those that are no longer there.
    """

    system: str
    timeline: int
    kind: Kind
    parent: str
    made_at: Micros
    app: str
    registry: str
    key: str
    first: int
    size: int
    position: int
    before: int
    last: str
    root: str
    peaks: list[str]
    first_at: Micros
    last_at: Micros
    keys: File
    erased: File
    segments: list[File] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    format: int = FORMAT

    @property
    def events(self) -> int:
        return self.size - self.first

    def frontier(self) -> Frontier:
        """Of the tree. Raises Damaged: it is not the root's."""
        try:
            found = Frontier(self.size, [bytes.fromhex(peak) for peak in self.peaks])
        except ValueError as error:
            raise Damaged(f"a manifest does not fit itself: {error}") from None
        if found.root().hex() != self.root:
            raise Damaged("a manifest does not fit itself: its root is not that of its peaks")
        return found


_ADAPTER = TypeAdapter(Manifest)


def written(manifest: Manifest, key: BackupKey) -> tuple[str, bytes]:
    """The name and the content of the file."""
    line = orjson.dumps(asdict(manifest))
    content = line + b"\n" + key.sign(line).hex().encode() + b"\n"
    return _name(manifest, content), content


def _name(manifest: Manifest, content: bytes) -> str:
    one = manifest
    label = f"{one.timeline:04d}-{one.size:012d}-{one.made_at:016d}-{one.kind}"
    return f"{MANIFESTS}/{label}-{sha256(content).hexdigest()}"


def parsed(name: str, content: bytes, key: BackupKey) -> Manifest:
    """Raises Damaged; BackupProblem: another key's, or of a newer format."""
    line, _, signature = content.removesuffix(b"\n").partition(b"\n")
    try:
        raw = orjson.loads(line)
        if raw["format"] > FORMAT:
            raise BackupProblem(
                f"{name} has format {raw['format']}, this program knows formats up to {FORMAT}: upgrade the program"
            )
        signed_by, proof = raw["key"], bytes.fromhex(signature.decode())
        if signed_by != key.id:
            raise BackupProblem(f"{name} was made with the backup key {signed_by}, this is the key {key.id}")
        found = _ADAPTER.validate_json(line)
    except (ValueError, KeyError, TypeError, ValidationError):
        raise Damaged(f"{name} is no manifest any more: it was changed") from None
    if not key.has_signed(line, proof) or _name(found, content) != name:
        raise Damaged(f"{name} is not the manifest that was signed under this name")
    found.frontier()
    return found


def registry_hash() -> str:
    """Of the event types that this program knows, with their versions and fields."""
    lines = [f"{t.name} {t.version} {','.join(t.field_names)}" for t in all_types()]
    return sha256("\n".join(lines).encode()).hexdigest()


def file_of(folder: str, label: str, content: bytes, first: int = 0, end: int = 0) -> File:
    """What a manifest says of a file. label: the part of its name before the hash."""
    found = sha256(content).hexdigest()
    return File(f"{folder}/{label}-{found}", len(content), found, first, end)
