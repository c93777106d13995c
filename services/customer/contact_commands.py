"""The commands of a contact and their decisions."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field as F

from services.customer.contact import CONTACT, Contact
from services.customer.contact_entries import primary
from services.customer.shapes import AddressKind, EmailKind, PhoneKind
from shared.domain.aggregate import Commands
from shared.domain.command import NOT_ERASED, CommandModel, Context
from shared.domain.lifecycle import changed_fields, require_live
from shared.domain.match import email_key, person_key, phone_key
from shared.domain.names import full_name, split_name
from shared.domain.types import Country, Custom, Email, KnownPhone, Phone, Reference, Text
from shared.domain.ways_back import FINAL
from shared.errors import Invalid, Rejected
from shared.events import customer_contacts as events
from shared.events.envelope import Event
from shared.kernel.lookups import Lookups
from shared.kernel.uniqueness import Duplicate
from shared.messages import say
from shared.messages.named import field_named
from shared.views.port import Condition, Document

COMMANDS = Commands(CONTACT, __name__)

MOST = 20  # e-mails, phones and addresses each


class ContactDetails(CommandModel, plain=Contact):
    """The plain fields, all optional: in a PATCH only those sent change."""

    custom: Custom = F(default_factory=dict)


class CreateContact(ContactDetails):
    """`name`, a whole name, stands in for the parts where they are not known apart."""

    name: Annotated[str, F(max_length=200)] = ""
    email: Email = ""
    phone: Phone = ""
    account: Reference | None = None
    role: Text = ""
    owner: Reference | None = None
    allow_duplicate: bool = False

    model_config = {
        "json_schema_extra": {
            "examples": [{"family_name": "王", "given_name": "小明", "email": "wang@example.com", "title": "采购经理"}]
        }
    }

    def parts(self) -> dict[str, str]:
        """The parts of the name; those given win over the whole."""
        new = self.onto(Contact())
        given = {"family_name": new.family_name, "middle_name": new.middle_name, "given_name": new.given_name}
        return given if new.family_name or new.given_name else split_name(self.name)

    def whole(self) -> str:
        parts = self.parts()
        return full_name(parts["family_name"], parts["given_name"], parts["middle_name"])


async def before_create(cmd: CreateContact, lookups: Lookups) -> None:
    await lookups.exists("account", "account", cmd.account)
    await lookups.owner(cmd.owner)
    if not cmd.allow_duplicate:
        await refuse_duplicate(cmd, lookups)


async def refuse_duplicate(cmd: CreateContact, lookups: Lookups) -> None:
    """Raises Duplicate for a live contact with the phone, or of the name at the same account or at none."""
    found: dict[str, list[Document]] = {}
    if cmd.phone:
        found["phone"] = await lookups.alike("contact", Condition("phone_keys", "contains", cmd.phone), 5)
    if key := person_key(cmd.whole()):
        named = await lookups.alike("contact", Condition("match_key", "eq", key), 50)
        here = set(await lookups.same("account", cmd.account)) if cmd.account else set()
        found["name"] = [d for d in named if set(d["account_ids"]) == here or here & set(d["account_ids"])]
    for field, twins in found.items():
        if twins:
            seen = [d["id"] for d in twins if lookups.sees("contact", d["owner"])]
            message = say(
                "there is a contact with this {field}; create it all the same if it is another person",
                field=field_named("contact", field),
            )
            raise Duplicate.of(field, message, candidates=seen)


@COMMANDS.command("CreateContact", action="create", verb="", creates=True, prepare=before_create)
def create(cmd: CreateContact, state: Contact, ctx: Context) -> list[Event]:
    """A new contact, owned by its creator unless said otherwise."""
    if not cmd.whole():
        raise Invalid.field("name", "required", "a person needs a name: the whole, or a given or a family name")
    details: dict[str, Any] = cmd.model_dump(include=set(ContactDetails.model_fields) & cmd.model_fields_set)
    details |= {name: value for name, value in cmd.parts().items() if value}
    if cmd.email:
        details["emails"] = [{"email": cmd.email, "kind": "work", "primary": True}]
    if cmd.phone:
        details["phones"] = [{"phone": cmd.phone, "kind": "work", "primary": True}]
    link = {"account": cmd.account, "role": cmd.role, "primary": True, "active": True}
    owner = cmd.owner if "owner" in cmd.model_fields_set else ctx.actor
    return [events.ContactCreated(ctx.id, details, [link] if cmd.account else [], owner)]


class ChangeContactDetails(ContactDetails):
    pass


@COMMANDS.command("ChangeContactDetails", action="edit", verb="PATCH")
def change_details(cmd: ChangeContactDetails, state: Contact, ctx: Context) -> list[Event]:
    require_live(state)
    wanted = cmd.model_dump(exclude_unset=True)
    if not (wanted.get("given_name", state.given_name) or wanted.get("family_name", state.family_name)):
        raise Invalid.field("family_name", "required", "a person needs a given name or a family name")
    changes = changed_fields(state, wanted)
    return [events.ContactDetailsChanged(ctx.id, changes)] if changes else []


class AddContactEmail(CommandModel):
    email: Annotated[Email, F(min_length=3)]
    kind: EmailKind = "work"
    primary: bool = False
    allow_duplicate: bool = False


@COMMANDS.command("AddContactEmail", action="edit", verb="add-email")
def add_email(cmd: AddContactEmail, state: Contact, ctx: Context) -> list[Event]:
    require_live(state)
    if any(email_key(e["email"]) == email_key(cmd.email) for e in state.emails):
        return []
    require_room("email", state.emails)
    return [events.ContactEmailAdded(ctx.id, cmd.email, cmd.kind, cmd.primary or not state.emails)]


class RemoveContactEmail(CommandModel):
    email: Annotated[str, F(min_length=1, max_length=254)]


@COMMANDS.command("RemoveContactEmail", action="edit", verb="remove-email")
def remove_email(cmd: RemoveContactEmail, state: Contact, ctx: Context) -> list[Event]:
    require_live(state)
    known = next((e["email"] for e in state.emails if email_key(e["email"]) == email_key(cmd.email)), None)
    return [] if known is None else [events.ContactEmailRemoved(ctx.id, known)]


class SetPrimaryEmail(CommandModel):
    email: Annotated[str, F(min_length=1, max_length=254)]
    allow_duplicate: bool = False


@COMMANDS.command("SetPrimaryEmail", action="edit", verb="primary-email", edits=("email",))
def set_primary_email(cmd: SetPrimaryEmail, state: Contact, ctx: Context) -> list[Event]:
    require_live(state)
    known = next((e for e in state.emails if email_key(e["email"]) == email_key(cmd.email)), None)
    if known is None:
        raise Invalid.field("email", "unknown-email", "the contact does not have this e-mail address; add it first")
    if known["primary"]:
        return []
    return [events.PrimaryEmailSet(ctx.id, known["email"], primary(state.emails, "email"))]


class AddContactPhone(CommandModel):
    phone: Annotated[Phone, F(min_length=5)]
    kind: PhoneKind = "work"
    primary: bool = False


@COMMANDS.command("AddContactPhone", action="edit", verb="add-phone")
def add_phone(cmd: AddContactPhone, state: Contact, ctx: Context) -> list[Event]:
    require_live(state)
    if any(phone_key(p["phone"]) == phone_key(cmd.phone) for p in state.phones):
        return []
    require_room("phone", state.phones)
    return [events.ContactPhoneAdded(ctx.id, cmd.phone, cmd.kind, cmd.primary or not state.phones)]


class RemoveContactPhone(CommandModel):
    phone: KnownPhone


@COMMANDS.command("RemoveContactPhone", action="edit", verb="remove-phone")
def remove_phone(cmd: RemoveContactPhone, state: Contact, ctx: Context) -> list[Event]:
    require_live(state)
    known = next((p["phone"] for p in state.phones if phone_key(p["phone"]) == phone_key(cmd.phone)), None)
    return [] if known is None else [events.ContactPhoneRemoved(ctx.id, known)]


class AddContactAddress(CommandModel):
    kind: AddressKind = "work"
    street: Annotated[str, F(max_length=500)] = ""
    city: Text = ""
    region: Text = ""
    postcode: Annotated[str, F(max_length=20)] = ""
    country: Country = ""

    model_config = {"json_schema_extra": {"examples": [{"street": "长安街1号", "city": "北京", "country": "CN"}]}}


@COMMANDS.command("AddContactAddress", action="edit", verb="add-address", sets=("addresses",))
def add_address(cmd: AddContactAddress, state: Contact, ctx: Context) -> list[Event]:
    require_live(state)
    address = cmd.model_dump(exclude={"kind"})
    if not any(address.values()):
        raise Invalid.field("street", "required", "an address needs a street, a city or a country")
    if any({**a, "id": "", "kind": cmd.kind} == {"id": "", "kind": a["kind"], **address} for a in state.addresses):
        return []
    require_room("street", state.addresses)
    return [events.ContactAddressAdded(ctx.id, ctx.new_id(), cmd.kind, address)]


class RemoveContactAddress(CommandModel):
    """`address`: its id, as the contact's `addresses` show it."""

    address: Reference


@COMMANDS.command("RemoveContactAddress", action="edit", verb="remove-address", sets=("addresses",))
def remove_address(cmd: RemoveContactAddress, state: Contact, ctx: Context) -> list[Event]:
    require_live(state)
    known = any(a["id"] == cmd.address for a in state.addresses)
    return [events.ContactAddressRemoved(cmd.address)] if known else []


def require_room(field: str, entries: list[dict[str, Any]]) -> None:
    if len(entries) >= MOST:
        raise Invalid.field(field, "too-many", say("a contact has {most} of them at most", most=MOST))


class LinkToAccount(CommandModel):
    """primary: true = the account the person mainly belongs to; the first link is it anyway."""

    account: Reference
    role: Text = ""
    primary: bool = False


async def account_exists(cmd: LinkToAccount, lookups: Lookups) -> None:
    await lookups.exists("account", "account", cmd.account)


@COMMANDS.command("LinkToAccount", action="edit", verb="link-account", prepare=account_exists, edits=("account",))
def link_to_account(cmd: LinkToAccount, state: Contact, ctx: Context) -> list[Event]:
    require_live(state)
    active = {link["account"]: link for link in state.accounts if link["active"]}
    now = active.get(cmd.account)
    if now is None and len(active) >= MOST:
        raise Invalid.field("account", "too-many", say("a contact has roles at {most} accounts at most", most=MOST))
    first = cmd.primary or not active or bool(now and now["primary"])
    if now is not None and (now["role"], now["primary"]) == (cmd.role, first):
        return []
    return [events.ContactLinkedToAccount(cmd.account, cmd.role, first)]


class EndAccountLink(CommandModel):
    account: Reference


@COMMANDS.command("EndAccountLink", action="edit", verb="end-account-link")
def end_account_link(cmd: EndAccountLink, state: Contact, ctx: Context) -> list[Event]:
    require_live(state)
    active = any(link["account"] == cmd.account and link["active"] for link in state.accounts)
    return [events.ContactAccountLinkEnded(cmd.account)] if active else []


class EraseContact(CommandModel):
    """Everything personal about this person becomes unreadable everywhere. Links stay."""


@COMMANDS.command("EraseContact", action="erase", verb="erase", when=NOT_ERASED, back=FINAL)
def erase(cmd: EraseContact, state: Contact, ctx: Context) -> list[Event]:
    if state.merged_into is not None:
        raise Rejected("the record is merged into another one; erase that one", code="merged")
    return [] if state.erased else [events.PersonErased(ctx.id)]


class EraseAbsorbedContact(CommandModel):
    pass


@COMMANDS.command("EraseAbsorbedContact", action="erase", verb="erase-absorbed", hidden=True)
def erase_absorbed(cmd: EraseAbsorbedContact, state: Contact, ctx: Context) -> list[Event]:
    """A record that lived on in an erased one: it is about the same person."""
    return [] if state.erased else [events.PersonErased(ctx.id)]
