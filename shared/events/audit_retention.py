"""Events of retention rules: what they are, what they announced, what became of it. A landed version is never edited.

They name records by their ids and hold nothing that tells who somebody is, so that an erasure leaves them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID, uuid5

from shared.events import common
from shared.events.registry import ANYTHING, event
from shared.events.sealing import Sealed

_SPACE = UUID("3b0f7c52-6d1e-5a0b-9c44-7f2f0f8f1d20")


def run_id(rule: str, activation: int, day: str) -> str:
    """The id of what a rule announces on a day. activation: how often the rule was activated by then."""
    return str(uuid5(_SPACE, f"run/{rule}/{activation}/{day}"))


def notice_id(rule: str, record: str) -> str:
    """The id of the record that says whether and when a rule erases another one."""
    return str(uuid5(_SPACE, f"notice/{rule}/{record}"))


@event("audit.RetentionRuleCreated", carries=(ANYTHING,))
@dataclass(frozen=True, slots=True)
class RetentionRuleCreated:
    """conditions: a tree of them, null = none. basis: from when on `days` are counted: created, changed or used.

    notice: days between the announcement and the erasure. No condition is sealed: who loses one erases more.
    """

    name: str
    resource: str
    conditions: dict[str, Any] | None
    basis: str
    days: int
    notice: int


@event("audit.RetentionRuleChanged", carries=(ANYTHING,))
@dataclass(frozen=True, slots=True)
class RetentionRuleChanged(common.DetailsChanged):
    pass


@event("audit.RetentionRuleApproved")
@dataclass(frozen=True, slots=True)
class RetentionRuleApproved:
    """by: who. active: as many people as it takes have approved. counted: whose earlier approvals are valid yet."""

    by: str
    active: bool
    counted: list[str]


@event("audit.RetentionRuleDeactivated")
@dataclass(frozen=True, slots=True)
class RetentionRuleDeactivated:
    pass


@event("audit.RetentionRuleRemoved")
@dataclass(frozen=True, slots=True)
class RetentionRuleRemoved(common.Archived):
    pass


@event("audit.RetentionRunBegun")
@dataclass(frozen=True, slots=True)
class RetentionRunBegun:
    """A rule began to list what it is to erase. name: of the rule; activation: how often it was activated by then."""

    rule: str
    name: str
    resource: str
    activation: int
    day: str
    notice: int


@event("audit.RetentionRunAnnounced")
@dataclass(frozen=True, slots=True)
class RetentionRunAnnounced:
    """The list is complete and people are notified. due: the day from which on its records are erased."""

    count: int
    due: str


@event("audit.RetentionRunStarted")
@dataclass(frozen=True, slots=True)
class RetentionRunStarted:
    """The day has come."""


@event("audit.RetentionRunCompleted")
@dataclass(frozen=True, slots=True)
class RetentionRunCompleted:
    erased: int
    kept: int
    left_out: int


@event("audit.RetentionRunCancelled")
@dataclass(frozen=True, slots=True)
class RetentionRunCancelled:
    """Nothing more of it is erased. code: why the suite ended it by itself, "" = somebody did."""

    cause: Annotated[str, Sealed()]
    code: str


@event("audit.ErasureAnnounced")
@dataclass(frozen=True, slots=True)
class ErasureAnnounced:
    """A run lists a record. It counts once the run is announced."""

    rule: str
    run: str
    resource: str
    record: str


@event("audit.ErasureExempted")
@dataclass(frozen=True, slots=True)
class ErasureExempted:
    """The rule leaves the record alone until the exemption ends."""

    cause: Annotated[str, Sealed()]


@event("audit.ErasureExemptionEnded")
@dataclass(frozen=True, slots=True)
class ErasureExemptionEnded:
    """The rule may announce the record again, with the whole notice."""


@event("audit.AnnouncedErasureBegun")
@dataclass(frozen=True, slots=True)
class AnnouncedErasureBegun:
    """From now on it is too late to exempt the record."""


@event("audit.AnnouncedErasureSettled")
@dataclass(frozen=True, slots=True)
class AnnouncedErasureSettled:
    """outcome: erased, or left_out; then code says why: of the refusal, or that the record matches no more."""

    outcome: str
    code: str
