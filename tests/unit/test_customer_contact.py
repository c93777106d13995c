"""Contacts decide."""

from __future__ import annotations

from typing import Any

import pytest

from services.customer.catalogue import AGGREGATES
from services.customer.contact import CONTACT, Contact
from services.customer.contact_commands import MOST
from services.customer.contact_entries import together
from shared.errors import Invalid, Rejected
from shared.events import customer_contacts as events
from shared.events.sealing import ERASED
from tests.unit.given import ID, ME, Given, given

LINK = {"account": "acme", "role": "buyer", "primary": True, "active": True}
BORN = events.ContactCreated(ID, {"family_name": "Lee", "given_name": "Ann"}, [], ME)


def ann(*later: Any) -> Given:
    return given(CONTACT, BORN, *later)


def test_the_catalogue_has_every_command() -> None:
    assert [a.name for a in AGGREGATES] == [
        "account",
        "contact",
        "activity",
        "attachment",
        "field_definition",
        "saved_view",
        "calendar_feed",
    ]
    assert {"customer.CreateContact", "customer.MergeContacts"} <= set(CONTACT.commands)


def test_it_is_created_from_parts_or_from_a_whole_name() -> None:
    new = given(CONTACT)
    new.when("CreateContact", {"family_name": "Lee", "given_name": "Ann"}).then(BORN)
    body = {"name": "王小明", "email": "w@example.com", "phone": "+86 10 1234", "account": "acme", "role": "buyer"}
    details = {
        "family_name": "王",
        "given_name": "小明",
        "emails": [{"email": "w@example.com", "kind": "work", "primary": True}],
        "phones": [{"phone": "+86101234", "kind": "work", "primary": True}],
    }
    made = new.when("CreateContact", body).then(events.ContactCreated(ID, details, [LINK], ME))
    shown = CONTACT.document(made.state)
    assert (shown["name"], shown["email"], shown["phone"]) == ("王小明", "w@example.com", "+86101234")
    assert (shown["account"], shown["account_ids"]) == ("acme", ["acme"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": " "}, "name"),
        ({"name": "A", "email": "nobody"}, "email"),
        ({"name": "A", "birthday": "2026-02-30"}, "birthday"),
        ({"name": "A", "birthday": "yesterday"}, "birthday"),
        ({"name": "A", "language": "中文"}, "language"),
        ({"name": "A", "emails": []}, "emails"),
    ],
)
def test_bad_fields_are_named(body: dict[str, Any], field: str) -> None:
    given(CONTACT).when("CreateContact", body).then_rejected(Invalid, field)


def test_a_person_keeps_a_name() -> None:
    ann().when("ChangeContactDetails", {"given_name": ""}).then(
        events.ContactDetailsChanged(ID, {"given_name": {"from": "Ann", "to": ""}})
    )
    ann().when("ChangeContactDetails", {"given_name": "", "family_name": ""}).then_rejected(Invalid, "family_name")


def test_one_e_mail_address_is_the_primary_one() -> None:
    first = (
        ann()
        .when("AddContactEmail", {"email": "a@example.com"})
        .then(events.ContactEmailAdded(ID, "a@example.com", "work", True))
    )
    first.when("AddContactEmail", {"email": "A@Example.com"}).then_nothing()
    second = first.when("AddContactEmail", {"email": "b@example.com", "kind": "private"}).then(
        events.ContactEmailAdded(ID, "b@example.com", "private", False)
    )
    swapped = second.when("SetPrimaryEmail", {"email": "B@example.com"}).then(
        events.PrimaryEmailSet(ID, "b@example.com", "a@example.com")
    )
    assert [e["primary"] for e in swapped.state.emails] == [False, True]
    swapped.when("SetPrimaryEmail", {"email": "b@example.com"}).then_nothing()
    second.when("SetPrimaryEmail", {"email": "c@example.com"}).then_rejected(Invalid, "email", "unknown-email")
    left = swapped.when("RemoveContactEmail", {"email": "b@EXAMPLE.com"}).then(
        events.ContactEmailRemoved(ID, "b@example.com")
    )
    assert left.state.emails == [{"email": "a@example.com", "kind": "work", "primary": True}]
    left.when("RemoveContactEmail", {"email": "b@example.com"}).then_nothing()
    third = second.when("AddContactEmail", {"email": "c@example.com", "primary": True}).and_so()
    assert [e["email"] for e in third.state.emails if e["primary"]] == ["c@example.com"]


@pytest.mark.parametrize("kept", ["+86139", "+4402079460958"])
def test_a_phone_that_today_s_rule_would_not_keep_can_be_removed(kept: str) -> None:
    old = ann(events.ContactPhoneAdded(ID, kept, "work", True))
    old.when("RemoveContactPhone", {"phone": kept}).then(events.ContactPhoneRemoved(ID, kept))


def test_phones_and_addresses_come_and_go() -> None:
    phone = (
        ann()
        .when("AddContactPhone", {"phone": "+86 10-1234"})
        .then(events.ContactPhoneAdded(ID, "+86101234", "work", True))
    )
    phone.when("AddContactPhone", {"phone": "+86101234"}).then_nothing()
    phone.when("RemoveContactPhone", {"phone": "+86 10 1234"}).then(events.ContactPhoneRemoved(ID, "+86101234"))
    ann().when("RemoveContactPhone", {"phone": "+86101234"}).then_nothing()
    address = {"street": "", "city": "Bonn", "region": "", "postcode": "", "country": "DE"}
    there = (
        ann()
        .when("AddContactAddress", {"city": "Bonn", "country": "de"})
        .then(events.ContactAddressAdded(ID, "new-1", "work", address))
    )
    there.when("AddContactAddress", {"city": "Bonn", "country": "DE"}).then_nothing()
    there.when("AddContactAddress", {"city": "Bonn", "country": "DE", "kind": "billing"}).and_so()
    gone = there.when("RemoveContactAddress", {"address": "new-1"}).then(events.ContactAddressRemoved("new-1"))
    assert gone.state.addresses == []
    there.when("RemoveContactAddress", {"address": "new-2"}).then_nothing()
    ann().when("AddContactAddress", {"kind": "billing"}).then_rejected(Invalid, "street", "required")


def test_there_is_an_end_to_e_mail_addresses() -> None:
    many = [events.ContactEmailAdded(ID, f"{n}@example.com", "work", n == 0) for n in range(MOST)]
    ann(*many).when("AddContactEmail", {"email": "x@example.com"}).then_rejected(Invalid, "email", "too-many")


def test_roles_at_accounts() -> None:
    first = (
        ann()
        .when("LinkToAccount", {"account": "a", "role": "buyer"})
        .then(events.ContactLinkedToAccount("a", "buyer", True))
    )
    first.when("LinkToAccount", {"account": "a", "role": "buyer"}).then_nothing()
    promoted = first.when("LinkToAccount", {"account": "a", "role": "head"}).and_so()
    assert [(e["role"], e["primary"]) for e in promoted.state.accounts] == [("head", True)]
    second = first.when("LinkToAccount", {"account": "b"}).then(events.ContactLinkedToAccount("b", "", False))
    moved = second.when("EndAccountLink", {"account": "a"}).then(events.ContactAccountLinkEnded("a"))
    shown = CONTACT.document(moved.state)
    assert (shown["account"], shown["account_ids"]) == ("b", ["b"])
    assert [e["account"] for e in shown["accounts"]] == ["a", "b"]
    moved.when("EndAccountLink", {"account": "a"}).then_nothing()
    back = moved.when("LinkToAccount", {"account": "a", "primary": True}).and_so()
    assert CONTACT.document(back.state)["account"] == "a"


def test_undo_of_an_added_address_takes_it_away() -> None:
    added = ann().when("AddContactEmail", {"email": "a@example.com"}).and_so()
    undone = added.when("UndoContactChange", {"version": 2}).and_so()
    assert isinstance(undone.history[-1].event, events.ContactChangeUndone)
    assert (undone.history[-1].event.subject_id, undone.state.emails) == (ID, [])


def test_erasing_masks_whatever_was_there() -> None:
    full = ann(
        events.ContactEmailAdded(ID, "a@example.com", "work", True),
        events.ContactDetailsChanged(ID, {"title": {"from": "", "to": "CEO"}, "custom.x": {"from": None, "to": "y"}}),
        events.ContactLinkedToAccount("a", "buyer", True),
    )
    gone = full.when("EraseContact").then(events.PersonErased(ID))
    state = gone.state
    assert (state.erased, state.given_name, state.title, state.emails, state.custom) == (True, ERASED, ERASED, [], {})
    assert [(e["account"], e["role"]) for e in state.accounts] == [("a", ERASED)]
    shown = CONTACT.document(state)
    assert (shown["name"], shown["email"], shown["match_key"]) == (ERASED, "", "")
    gone.when("EraseContact").then_nothing()


def test_a_fold_over_destroyed_values_comes_out_the_same() -> None:
    clear = ann(events.ContactEmailAdded(ID, "a@example.com", "work", True), events.PersonErased(ID))
    masked = given(
        CONTACT,
        events.ContactCreated(ID, {}, [], ME),
        events.ContactEmailAdded(ID, ERASED, "work", True),
        events.PersonErased(ID),
    )
    assert clear.state == masked.state
    assert CONTACT.document(given(CONTACT, events.ContactCreated(ID, {}, [], ME)).state)["name"] == ERASED


def test_a_merged_person_is_erased_through_the_survivor() -> None:
    absorbed = ann(events.ContactAbsorbed("s"))
    absorbed.when("EraseContact").then_rejected(Rejected, code="merged")
    absorbed.when("EraseAbsorbedContact").then(events.PersonErased(ID))


def test_together_keeps_each_once_with_one_primary() -> None:
    a = [{"email": "a", "primary": False}, {"email": "b", "primary": True}]
    b = [{"email": "b", "primary": False}, {"email": "c", "primary": True}]
    assert together([a, b], "email") == [*a, {"email": "c", "primary": False}]
    assert together([[], b], "email") == b
    assert together([[{"id": "1"}], [{"id": "1"}, {"id": "2"}]], "id") == [{"id": "1"}, {"id": "2"}]


def test_the_document_gives_the_state_back() -> None:
    state: Contact = ann(
        events.ContactEmailAdded(ID, "a@example.com", "work", True),
        events.ContactAddressAdded(ID, "x", "work", {"street": "s", "city": "Bonn"}),
        events.ContactLinkedToAccount("a", "", True),
    ).state
    assert CONTACT.restore(CONTACT.document(state)) == state
