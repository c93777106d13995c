"""Nested payloads may carry fields of other record types: each is named here as the record's own, or declares whose."""

from __future__ import annotations

from typing import Any, get_type_hints

from shared.events.registry import ANYTHING, EventType
from shared.security.permissions import Access, Role
from tests.golden.catalogue import every_type

OWN = {"details", "person", "changes", "choices", "through", "whose", "custom"}  # the record's own fields
OWN_OF = {
    "address": ("customer.ContactAddressAdded",),
    "accounts": ("customer.ContactCreated",),
    "device": ("identity.SignedIn", "identity.SignInFailed"),
    "entries": ("identity.RecentsNoted",),
    "values": ("identity.PreferencesSet",),
    "exchange": (
        "sales.OpportunityAmountChanged", "sales.OpportunityExchanged", "sales.OpportunityLineItemAdded",
        "sales.OpportunityLineItemChanged", "sales.OpportunityLineItemRemoved", "sales.OpportunityOpened",
        "sales.OpportunityWon",
    ),
    "gate": ("sales.GateSet",),
    "grants": ("identity.RoleDefined",),
    "hidden": ("identity.RoleDefined",),
    "titles": ("customer.FieldDefined", "sales.StageRenamed"),
    "option_titles": ("customer.FieldDefined",),
    "read_only": ("identity.RoleDefined",),
    "records": ("audit.ErasureApproved", "audit.RecordsRead", "audit.SubjectDataExported"),
    "line": ("sales.OpportunityLineItemAdded", "sales.OpportunityLineItemChanged", "sales.OpportunityLineItemRemoved"),
    "previous": (
        "sales.GateSet", "sales.OpportunityExchanged", "sales.OpportunityLineItemChanged", "sales.StageRenamed",
    ),
    "stage": ("sales.StageAdded",),
    "stages": ("sales.PipelineDefined",),
}  # fmt: skip
TALKS = {"plan", "links", "participants"}
TALK = (
    "customer.CallLogged", "customer.EmailRecorded", "customer.MeetingScheduled", "customer.NoteWritten",
    "customer.TaskPlanned", "customer.UsersMentioned",
)  # fmt: skip


def nested(type_: EventType) -> set[str]:
    hints = get_type_hints(type_.cls)
    return {name for name, hint in hints.items() if hint is Any or "dict" in str(hint) or "Any" in str(hint)}


def test_every_nested_payload_is_the_records_own_or_declares_whose_fields_it_carries() -> None:
    unknown = [
        (type_.name, name)
        for type_ in every_type()
        for name in sorted(nested(type_) - OWN)
        if not type_.carries and type_.name not in OWN_OF.get(name, ()) and not (name in TALKS and type_.name in TALK)
    ]
    assert not unknown


def test_a_mask_on_any_record_type_is_a_mask_on_anything() -> None:
    role = Role("r", "r", "r", {}, {"opportunity": frozenset({"amount"}), "lead": frozenset()})
    access = Access("t", "u", (role,))
    assert (access.masks("opportunity"), access.masks("lead"), access.masks(ANYTHING)) == (True, False, True)
    assert not Access("t", "u", (Role("r", "r", "r", {}),)).masks(ANYTHING)
