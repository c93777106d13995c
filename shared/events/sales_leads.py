"""Events of the sales domain about leads. A landed version is never edited (see registry).

What tells about the person is apart from what tells about the chance, so that erasing the one leaves the other whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from shared.events import common
from shared.events.registry import Personal, Subject, event
from shared.events.sealing import Sealed

# Older events hold these personal fields in clear; new ones hold them among the encrypted fields.
Plain = Sealed(
    "company", "website", "external_id", "disqualified_reason", "description", gone=("tags", "custom", "custom.")
)
Made = ("account", "contact", "opportunity")  # what a conversion makes of a lead


@event("sales.LeadCaptured")
@dataclass(frozen=True, slots=True)
class LeadCaptured:
    """`person`: names, company, email, phone, texts, custom fields; `details`: every other field that was given.

    Older events hold company, website and external id among the details.
    """

    subject_id: Annotated[str, Subject]
    person: Annotated[dict[str, Any], Personal]
    details: Annotated[dict[str, Any], Plain]
    owner: str | None


@event("sales.LeadDetailsChanged")
@dataclass(frozen=True, slots=True)
class LeadDetailsChanged(common.DetailsChanged):
    changes: Annotated[common.Changes, Plain]


@event("sales.LeadPersonChanged")
@dataclass(frozen=True, slots=True)
class LeadPersonChanged(common.PersonalDetailsChanged):
    pass


@event("sales.LeadAssigned")
@dataclass(frozen=True, slots=True)
class LeadAssigned(common.Transferred):
    pass


@event("sales.LeadWorkStarted")
@dataclass(frozen=True, slots=True)
class LeadWorkStarted:
    pass


@event("sales.LeadQualified")
@dataclass(frozen=True, slots=True)
class LeadQualified:
    pass


@event("sales.LeadDisqualified")
@dataclass(frozen=True, slots=True)
class LeadDisqualified:
    reason: Annotated[str, Sealed()]


@event("sales.LeadRecycled")
@dataclass(frozen=True, slots=True)
class LeadRecycled:
    """Disqualified before, a chance again."""

    reason: Annotated[str, Sealed()]


@event("sales.LeadConversionStarted", carries=Made)
@dataclass(frozen=True, slots=True)
class LeadConversionStarted:
    """The saga's plan. The ids are decided here; `created`: which of the three resources come into being by it.

    `deal`: fields of the new opportunity. `at`: the event's moment (µs). `fills`: record type → names of the fields
    that it takes from the lead in addition, where it is new or lacks them.
    """

    conversion: str
    account: str | None
    contact: str | None
    opportunity: str | None
    created: list[str]
    role: str
    deal: Annotated[dict[str, Any], Sealed("name", "source")]
    allow_duplicate: bool
    at: int
    fills: dict[str, list[str]] = field(default_factory=dict)


@event("sales.LeadConverted")
@dataclass(frozen=True, slots=True)
class LeadConverted:
    conversion: str
    at: int


@event("sales.LeadConversionFailed", carries=Made)
@dataclass(frozen=True, slots=True)
class LeadConversionFailed:
    """A step was refused: what was created is archived again, the lead is as it was."""

    conversion: str
    reason: Annotated[str, Sealed()]
    account: str | None
    contact: str | None
    opportunity: str | None
    created: list[str]


@event("sales.LeadConversionUndone", carries=Made)
@dataclass(frozen=True, slots=True)
class LeadConversionUndone:
    """The created records are archived, the lead is qualified again."""

    conversion: str
    account: str | None
    contact: str | None
    opportunity: str | None
    created: list[str]


@event("sales.LeadTagsChanged")
@dataclass(frozen=True, slots=True)
class LeadTagsChanged(common.PersonalTagsChanged):
    pass


@event("sales.LeadArchived")
@dataclass(frozen=True, slots=True)
class LeadArchived(common.Archived):
    pass


@event("sales.LeadRestored")
@dataclass(frozen=True, slots=True)
class LeadRestored(common.Restored):
    pass


@event("sales.LeadChangeUndone")
@dataclass(frozen=True, slots=True)
class LeadChangeUndone(common.ChangeUndone):
    changes: Annotated[common.Changes, Plain]


@event("sales.LeadPersonChangeUndone")
@dataclass(frozen=True, slots=True)
class LeadPersonChangeUndone(common.PersonalChangeUndone):
    pass


@event("sales.LeadErased")
@dataclass(frozen=True, slots=True)
class LeadErased(common.Erased):
    pass
