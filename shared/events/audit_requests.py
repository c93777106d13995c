"""Events of people's requests about their data. A landed version is never edited.

They name the person's record by its id and hold nothing that tells who it is, so that an erasure leaves them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from shared.events.registry import event
from shared.events.sealing import Sealed


@event("audit.SubjectRequestOpened")
@dataclass(frozen=True, slots=True)
class SubjectRequestOpened:
    """kind: access, rectification, erasure or restriction. received, due: days of the organisation's."""

    kind: str
    person_type: str
    person: str
    received: str
    due: str
    note: Annotated[str, Sealed()]


@event("audit.SubjectRequestTakenUp")
@dataclass(frozen=True, slots=True)
class SubjectRequestTakenUp:
    handler: str


@event("audit.SubjectRequestExtended")
@dataclass(frozen=True, slots=True)
class SubjectRequestExtended:
    """It may be answered later, for a reason that the person was informed of."""

    due: str
    previous: str
    cause: Annotated[str, Sealed()]


@event("audit.SubjectDataExported")
@dataclass(frozen=True, slots=True)
class SubjectDataExported:
    """What the file held: records by type, and the SHA-256 of its bytes in hex. left_out: other types."""

    format: str
    records: dict[str, int]
    sha256: str
    left_out: list[str] = field(default_factory=list)


@event("audit.ErasureApproved")
@dataclass(frozen=True, slots=True)
class ErasureApproved:
    """complete: as many people as it takes have approved; the erasure follows.

    records: what is approved to be erased, id → type. counted: whose earlier approvals are of the same; null = all.
    """

    by: str
    complete: bool
    records: dict[str, str] = field(default_factory=dict)
    counted: list[str] | None = None


@event("audit.ErasureStalled")
@dataclass(frozen=True, slots=True)
class ErasureStalled:
    """What was approved was refused, such as by a hold; code: of the refusal. It has to be approved again."""

    code: str


@event("audit.SubjectRequestFulfilled")
@dataclass(frozen=True, slots=True)
class SubjectRequestFulfilled:
    pass


@event("audit.SubjectRequestRefused")
@dataclass(frozen=True, slots=True)
class SubjectRequestRefused:
    cause: Annotated[str, Sealed()]


@event("audit.SubjectRequestReopened")
@dataclass(frozen=True, slots=True)
class SubjectRequestReopened:
    """previous: the status that it had."""

    previous: str
