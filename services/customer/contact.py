"""Contact: a person, with roles at any number of accounts. What is personal is encrypted under a key of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field as F

from services.customer.contact_entries import Entry, added, ended, primary, removed, together
from services.customer.contact_undo import REVERSES
from services.customer.merging import MergeEvents, add_merging
from services.customer.shapes import AccountEntry, AddressEntry, EmailEntry, PhoneEntry
from services.customer.taking import add_forgetting
from shared.domain.aggregate import Aggregate, Unique
from shared.domain.command import VERBATIM
from shared.domain.fields import displayed, plain, record_fields
from shared.domain.lifecycle import Lifecycle, add_lifecycle
from shared.domain.match import code_key, email_key, person_key
from shared.domain.names import full_name
from shared.domain.record import MergeableRecord, fold_values
from shared.domain.types import Day, Text, Url
from shared.events import customer_contacts as events
from shared.events.envelope import Event
from shared.events.sealing import ERASED
from shared.kernel.lookups import Lookups
from shared.security.permissions import Level
from shared.security.roles import WORK, grant
from shared.views.port import Collection, Document, Field, Key, Kind, Meaning

# --- state ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Contact(MergeableRecord):
    """emails: {email, kind, primary}. phones: {phone, kind, primary}. addresses: {id, kind, street, city, region,
    postcode, country}. accounts: {account, role, primary, active}."""

    salutation: Annotated[str, F(max_length=40), plain(Kind.KEYWORD, "称谓", "Salutation", personal=True)] = ""
    given_name: Annotated[
        str, F(max_length=100), plain(Kind.TEXT, "名", "Given name", indexed=True, searchable=True, personal=True)
    ] = ""
    middle_name: Annotated[str, F(max_length=100), plain(Kind.TEXT, "中间名", "Middle name", personal=True)] = ""
    family_name: Annotated[
        str, F(max_length=100), plain(Kind.TEXT, "姓", "Family name", indexed=True, searchable=True, personal=True)
    ] = ""
    title: Annotated[Text, plain(Kind.TEXT, "职务", "Job title", indexed=True, searchable=True, personal=True)] = ""
    department: Annotated[
        Text, plain(Kind.TEXT, "部门", "Department", indexed=True, searchable=True, personal=True)
    ] = ""
    birthday: Annotated[Day, plain(Kind.DATE, "生日", "Birthday", indexed=True, personal=True, sensitive=True)] = ""
    language: Annotated[
        str,
        F(max_length=20, pattern=r"^([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$"),
        plain(Kind.KEYWORD, "语言", "Language", indexed=True, meaning=Meaning.LANGUAGE),
    ] = ""
    wechat: Annotated[
        str, F(max_length=100), plain(Kind.KEYWORD, "微信", "WeChat", indexed=True, searchable=True, personal=True)
    ] = ""
    website: Annotated[Url, plain(Kind.KEYWORD, "网址", "Website", searchable=True, personal=True)] = ""
    source: Annotated[Text, plain(Kind.TEXT, "来源", "Source", indexed=True, searchable=True, personal=True)] = ""
    external_id: Annotated[
        str,
        F(max_length=100),
        plain(Kind.KEYWORD, "外部编号", "External id", indexed=True, searchable=True, personal=True, key=Key.CODE),
    ] = ""
    do_not_call: Annotated[bool, plain(Kind.BOOLEAN, "请勿致电", "Do not call", indexed=True)] = False
    do_not_email: Annotated[bool, plain(Kind.BOOLEAN, "请勿发邮件", "Do not e-mail", indexed=True)] = False
    description: Annotated[
        str, VERBATIM, F(max_length=10_000), plain(Kind.TEXT, "备注", "Description", searchable=True, personal=True)
    ] = ""
    emails: Annotated[
        list[Entry], displayed(Kind.JSON, "全部邮箱", "E-mails", personal=True, writable=False, shape=list[EmailEntry])
    ] = field(default_factory=list)
    phones: Annotated[
        list[Entry], displayed(Kind.JSON, "全部电话", "Phones", personal=True, writable=False, shape=list[PhoneEntry])
    ] = field(default_factory=list)
    addresses: Annotated[
        list[Entry], displayed(Kind.JSON, "地址", "Addresses", personal=True, writable=False, shape=list[AddressEntry])
    ] = field(default_factory=list)
    accounts: Annotated[
        list[Entry], displayed(Kind.JSON, "客户角色", "Roles at accounts", writable=False, shape=list[AccountEntry])
    ] = field(default_factory=list)


def evolve(state: Contact, event: Event) -> None:
    match event:
        case events.ContactCreated(details=details, accounts=accounts, owner=owner):
            fold_values(state, details)
            state.accounts, state.owner = accounts, owner
        case events.ContactEmailAdded(email=email, kind=kind, primary=primary):
            state.emails = added(state.emails, {"email": email, "kind": kind, "primary": primary})
        case events.ContactEmailRemoved(email=email):
            state.emails = removed(state.emails, "email", email)
        case events.PrimaryEmailSet(email=email):
            state.emails = [{**e, "primary": e["email"] == email} for e in state.emails]
        case events.ContactPhoneAdded(phone=phone, kind=kind, primary=primary):
            state.phones = added(state.phones, {"phone": phone, "kind": kind, "primary": primary})
        case events.ContactPhoneRemoved(phone=phone):
            state.phones = removed(state.phones, "phone", phone)
        case events.ContactAddressAdded(address_id=id, kind=kind, address=address):
            state.addresses = [*state.addresses, {"id": id, "kind": kind, **address}]
        case events.ContactAddressRemoved(address_id=id):
            state.addresses = [a for a in state.addresses if a["id"] != id]
        case events.ContactLinkedToAccount(account=account, role=role, primary=primary):
            others = [link for link in state.accounts if link["account"] != account]
            state.accounts = added(others, {"account": account, "role": role, "primary": primary, "active": True})
        case events.ContactAccountLinkEnded(account=account):
            state.accounts = ended(state.accounts, account)


def shown(state: Contact) -> Document:
    name = "" if state.erased else full_name(state.family_name, state.given_name, state.middle_name)
    return {
        "name": name or ERASED,
        "email": primary(state.emails, "email"),
        "email_keys": [email_key(e["email"]) for e in state.emails],
        "phone": primary(state.phones, "phone"),
        "phone_keys": [p["phone"] for p in state.phones],
        "account": primary(state.accounts, "account") or None,
        "account_ids": [link["account"] for link in state.accounts if link["active"]],
        "match_key": person_key(name),
    }


def forget(state: Contact) -> None:
    """Mask the names of the links, which may name a person. The links stay."""
    state.accounts = [{**link, "role": link["role"] and ERASED} for link in state.accounts]


_SAME = (("email", "emails", "email_keys"), ("phone", "phones", "phone_keys"), ("account", "accounts", "account_ids"))
_PARTS = ("given_name", "middle_name", "family_name")
SOURCES = {
    "name": _PARTS,
    **dict.fromkeys(_PARTS, ("name",)),
    "match_key": ("name", *_PARTS),
    **{name: tuple(n for n in same if n != name) for same in _SAME for name in same},
}

CONTACT = Aggregate(
    name="contact",
    service="customer",
    noun="contacts",
    looks_up=("account", "user"),
    state=Contact,
    evolve=evolve,
    search_rank=20,
    grants={
        "sales_manager": grant(Level.BELOW, *WORK),
        "sales_representative": grant(Level.OWN, "read", "create", "edit", "archive", "merge", "export"),
        "marketing": grant(Level.ALL, "read"),
        "service_agent": grant(Level.ALL, "read", "create", "edit"),
        "read_only": grant(Level.ALL, "read"),
    },
    collection=Collection(
        "contacts",
        4,
        record_fields(
            Contact,
            Field(
                "merged_into",
                Kind.KEYWORD,
                "已合并至",
                "Merged into",
                indexed=True,
                writable=False,
                ref="contact",
                technical=True,
            ),
            Field(
                "absorbed",
                Kind.KEYWORDS,
                "已并入",
                "Absorbed",
                indexed=True,
                writable=False,
                types=("contact",),
                technical=True,
            ),
            Field(
                "match_key",
                Kind.KEYWORD,
                "查重键",
                "Match key",
                indexed=True,
                personal=True,
                writable=False,
                technical=True,
            ),
            after={
                "": (
                    Field(
                        "name", Kind.TEXT, "姓名", "Name", indexed=True, searchable=True, personal=True, writable=False
                    ),
                ),
                "description": (
                    Field(
                        "email",
                        Kind.KEYWORD,
                        "邮箱",
                        "E-mail",
                        indexed=True,
                        searchable=True,
                        personal=True,
                        writable=False,
                        key=Key.EMAIL,
                        listed="email_keys",
                    ),
                ),
                "emails": (
                    Field(
                        "email_keys",
                        Kind.KEYWORDS,
                        "邮箱查重键",
                        "E-mail keys",
                        indexed=True,
                        searchable=True,
                        personal=True,
                        writable=False,
                        key=Key.EMAIL,
                        technical=True,
                    ),
                    Field(
                        "phone",
                        Kind.KEYWORD,
                        "电话",
                        "Phone",
                        indexed=True,
                        searchable=True,
                        personal=True,
                        writable=False,
                        key=Key.PHONE,
                        listed="phone_keys",
                    ),
                ),
                "phones": (
                    Field(
                        "phone_keys",
                        Kind.KEYWORDS,
                        "电话查重键",
                        "Phone keys",
                        indexed=True,
                        searchable=True,
                        personal=True,
                        writable=False,
                        key=Key.PHONE,
                        technical=True,
                    ),
                ),
                "addresses": (
                    Field("account", Kind.KEYWORD, "主要客户", "Account", indexed=True, writable=False, ref="account"),
                    Field(
                        "account_ids",
                        Kind.KEYWORDS,
                        "所属客户",
                        "Accounts",
                        indexed=True,
                        writable=False,
                        ref="account",
                    ),
                ),
            },
            sources=SOURCES,
        ),
        totals=("owner",),
    ),
    erasure=events.PersonErased,
    person=True,
    not_undoable=frozenset(
        f"customer.{name}"
        for name in (
            "ContactsMerged",
            "ContactsUnmerged",
            "ContactAbsorbed",
            "ContactReleased",
            "ContactTakenValuesErased",
            "ContactArchived",
            "ContactRestored",
            "PersonErased",
        )
    ),
    uniques=(
        Unique("email", lambda c: primary(c.emails, "email"), email_key),
        Unique("external_id", lambda c: c.external_id, code_key),
    ),
    shown=shown,
    forget=forget,
)

add_lifecycle(
    CONTACT,
    "Contact",
    Lifecycle(
        events.ContactTransferred,
        events.ContactTagsChanged,
        events.ContactArchived,
        events.ContactRestored,
        events.ContactChangeUndone,
    ),
    reverses=REVERSES,
)

MERGES = MergeEvents(events.ContactsMerged, events.ContactsUnmerged, events.ContactAbsorbed, events.ContactReleased)


async def combine(survivor: Contact, others: dict[str, Contact], lookups: Lookups) -> dict[str, Any]:
    """What belongs to all of them: ways to reach the person, roles, tags; a wish not to be reached wins."""
    people = (survivor, *others.values())
    return {
        "emails": together([p.emails for p in people], "email"),
        "phones": together([p.phones for p in people], "phone"),
        "addresses": together([p.addresses for p in people], "id"),
        "accounts": together([p.accounts for p in people], "account"),
        "tags": sorted({tag for p in people for tag in p.tags}),
        "do_not_call": any(p.do_not_call for p in people),
        "do_not_email": any(p.do_not_email for p in people),
    }


add_merging(CONTACT, "Contact", "Contacts", MERGES, combine)
add_forgetting(CONTACT, "Contact", MERGES, events.ContactTakenValuesErased)
