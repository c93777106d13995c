"""The shapes of the lists and objects that records of customer hold, for their descriptions."""

from __future__ import annotations

from typing import Annotated, Literal

from typing_extensions import TypedDict

from shared.domain.types import names
from shared.views.schema import Meaning

AddressKind = Literal["work", "private", "billing", "delivery", "other"]
EmailKind = Literal["work", "private", "other"]
PhoneKind = Literal["work", "mobile", "private", "fax", "other"]
Response = Literal["", "accepted", "declined", "tentative"]
LINKED = ("account", "contact", "lead", "opportunity")
INVITED = ("user", "contact", "lead")


class EmailEntry(TypedDict):
    email: Annotated[str, Meaning.EMAIL]
    kind: EmailKind
    primary: bool


class PhoneEntry(TypedDict):
    phone: Annotated[str, Meaning.PHONE]
    kind: PhoneKind
    primary: bool


class AddressEntry(TypedDict):
    id: str
    kind: AddressKind
    street: str
    city: str
    region: str
    postcode: str
    country: Annotated[str, Meaning.COUNTRY]


class AccountEntry(TypedDict):
    account: Annotated[str, names("account")]
    role: str
    primary: bool
    active: bool


class Link(TypedDict):
    type: Literal["account", "contact", "lead", "opportunity"]
    id: Annotated[str, names(*LINKED)]


class Participant(TypedDict):
    type: Literal["user", "contact", "lead"]
    id: Annotated[str, names(*INVITED)]
    response: Response


class SharedWith(TypedDict, total=False):
    users: Annotated[list[str], names("user")]
    roles: Annotated[list[str], names("role")]
    teams: Annotated[list[str], names("team")]
