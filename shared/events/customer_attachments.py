"""Events of the customer domain about files attached to records. The bytes lie in the blob store, encrypted with the
same key as the words here: with the key both are gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from shared.events import common
from shared.events.registry import Personal, Subject, event


@dataclass(frozen=True, slots=True)
class Stored:
    """A version of a file. content: the id of its bytes in the blob store. size: bytes. media: the type that the bytes
    have (RFC 6838). details: name, sha256 (hex, of the bytes)."""

    subject_id: Annotated[str, Subject]
    details: Annotated[dict[str, Any], Personal]
    content: str
    size: int
    media: str


@event("customer.FileAttached")
@dataclass(frozen=True, slots=True)
class FileAttached(Stored):
    """record_type, record: what it is attached to, for good."""

    record_type: str
    record: str


@event("customer.FileVersionAdded")
@dataclass(frozen=True, slots=True)
class FileVersionAdded(Stored):
    pass


@event("customer.FileRenamed")
@dataclass(frozen=True, slots=True)
class FileRenamed(common.PersonalDetailsChanged):
    pass


@event("customer.FileDeleted")
@dataclass(frozen=True, slots=True)
class FileDeleted(common.Archived):
    pass


@event("customer.FileRestored")
@dataclass(frozen=True, slots=True)
class FileRestored(common.Restored):
    pass


@event("customer.FileScanned")
@dataclass(frozen=True, slots=True)
class FileScanned:
    """What the virus scanner found in a version. infected: the name it gives to what it found, "" = nothing.
    refused: why it looked at no such file, "" = it did."""

    content: str
    infected: str
    refused: str = ""


@event("customer.FileTextRead")
@dataclass(frozen=True, slots=True)
class FileTextRead:
    """The words that were found in a version, for full text. reason: why there are none or not all, "" = these are."""

    subject_id: Annotated[str, Subject]
    text: Annotated[str, Personal]
    content: str
    reason: str = ""


@event("customer.FilePreviewed")
@dataclass(frozen=True, slots=True)
class FilePreviewed:
    """Previews of a version lie next to its bytes. sizes: pixels of the longer side, at most."""

    content: str
    sizes: list[int]


@event("customer.FileErased")
@dataclass(frozen=True, slots=True)
class FileErased(common.Erased):
    pass
