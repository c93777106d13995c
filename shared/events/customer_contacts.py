"""Events of the customer domain about persons we know at accounts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from shared.events import common
from shared.events.registry import Personal, Subject, Taken, event
from shared.events.sealing import Sealed
from shared.events.taken import Whose


@event("customer.ContactCreated")
@dataclass(frozen=True, slots=True)
class ContactCreated:
    """`details`: every plain field that was given; `accounts`: links {account, role, primary, active}."""

    subject_id: Annotated[str, Subject]
    details: Annotated[dict[str, Any], Personal]
    accounts: Annotated[list[dict[str, Any]], Sealed("role")]
    owner: str | None


@event("customer.ContactDetailsChanged")
@dataclass(frozen=True, slots=True)
class ContactDetailsChanged(common.PersonalDetailsChanged):
    pass


@event("customer.ContactEmailAdded")
@dataclass(frozen=True, slots=True)
class ContactEmailAdded:
    subject_id: Annotated[str, Subject]
    email: Annotated[str, Personal]
    kind: str
    primary: bool


@event("customer.ContactEmailRemoved")
@dataclass(frozen=True, slots=True)
class ContactEmailRemoved:
    subject_id: Annotated[str, Subject]
    email: Annotated[str, Personal]


@event("customer.PrimaryEmailSet")
@dataclass(frozen=True, slots=True)
class PrimaryEmailSet:
    subject_id: Annotated[str, Subject]
    email: Annotated[str, Personal]
    previous: Annotated[str, Personal]


@event("customer.ContactPhoneAdded")
@dataclass(frozen=True, slots=True)
class ContactPhoneAdded:
    subject_id: Annotated[str, Subject]
    phone: Annotated[str, Personal]
    kind: str
    primary: bool


@event("customer.ContactPhoneRemoved")
@dataclass(frozen=True, slots=True)
class ContactPhoneRemoved:
    subject_id: Annotated[str, Subject]
    phone: Annotated[str, Personal]


@event("customer.ContactAddressAdded")
@dataclass(frozen=True, slots=True)
class ContactAddressAdded:
    """`address`: street, city, region, postcode, country."""

    subject_id: Annotated[str, Subject]
    address_id: str
    kind: str
    address: Annotated[dict[str, Any], Personal]


@event("customer.ContactAddressRemoved")
@dataclass(frozen=True, slots=True)
class ContactAddressRemoved:
    address_id: str


@event("customer.ContactLinkedToAccount")
@dataclass(frozen=True, slots=True)
class ContactLinkedToAccount:
    """A new link, or another role or rank of one that is there."""

    account: str
    role: Annotated[str, Sealed()]
    primary: bool


@event("customer.ContactAccountLinkEnded")
@dataclass(frozen=True, slots=True)
class ContactAccountLinkEnded:
    account: str


@event("customer.ContactTransferred")
@dataclass(frozen=True, slots=True)
class ContactTransferred(common.Transferred):
    pass


@event("customer.ContactTagsChanged")
@dataclass(frozen=True, slots=True)
class ContactTagsChanged(common.PersonalTagsChanged):
    pass


@event("customer.ContactArchived")
@dataclass(frozen=True, slots=True)
class ContactArchived(common.Archived):
    pass


@event("customer.ContactRestored")
@dataclass(frozen=True, slots=True)
class ContactRestored(common.Restored):
    pass


@event("customer.ContactChangeUndone")
@dataclass(frozen=True, slots=True)
class ContactChangeUndone(common.PersonalChangeUndone):
    pass


@event("customer.ContactsMerged")
@dataclass(frozen=True, slots=True)
class ContactsMerged(common.PersonalMerged):
    pass


@event("customer.ContactsUnmerged")
@dataclass(frozen=True, slots=True)
class ContactsUnmerged(common.PersonalUnmerged):
    pass


@event("customer.ContactAbsorbed")
@dataclass(frozen=True, slots=True)
class ContactAbsorbed(common.Absorbed):
    pass


@event("customer.ContactReleased")
@dataclass(frozen=True, slots=True)
class ContactReleased(common.Released):
    pass


@event("customer.ContactTakenValuesErased")
@dataclass(frozen=True, slots=True)
class ContactTakenValuesErased(common.PersonalDetailsChanged):
    """A person whose values this record had taken over was erased: the fields without these values."""

    person: str
    whose: Annotated[Whose, Taken] = field(default_factory=dict)


@event("customer.PersonErased")
@dataclass(frozen=True, slots=True)
class PersonErased(common.Erased):
    pass
