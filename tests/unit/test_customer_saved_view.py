"""Saved views decide."""

from __future__ import annotations

from services.customer.saved_view import SAVED_VIEW, conceal
from shared.errors import Invalid, Rejected
from shared.events import customer_views as events
from shared.security.permissions import Access, Level, Role
from tests.unit.given import ME, Given, given

OPEN = {"field": "status", "op": "eq", "value": "open"}
DETAILS = {"name": "Open deals", "resource": "opportunity", "filters": [OPEN], "order": "-amount"}


def kept(*later: object) -> Given:
    return given(SAVED_VIEW, events.SavedViewCreated(DETAILS, ME), *later)


def test_a_new_one_belongs_to_whoever_keeps_it_and_is_not_shared() -> None:
    state = given(SAVED_VIEW).when("CreateSavedView", DETAILS).then(events.SavedViewCreated(DETAILS, ME)).state
    assert (state.owner, state.shared, state.columns) == (ME, False, [])


def test_only_what_differs_changes_and_the_record_type_stays() -> None:
    kept().when("ChangeSavedView", {"filters": [OPEN], "order": "name"}).then(
        events.SavedViewChanged({"order": {"from": "-amount", "to": "name"}})
    )
    kept().when("ChangeSavedView", {"name": "Open deals"}).then_nothing()
    kept().when("ChangeSavedView", {"resource": "lead"}).then_rejected(Invalid, "resource")


def test_sharing_and_taking_it_back() -> None:
    shared = kept().when("ShareSavedView").then(events.SavedViewShared())
    shared.when("ShareSavedView").then_nothing()
    whom = {"users": ["u2", "u2"], "roles": ["marketing"]}
    some = shared.when("ShareSavedView", whom).then(events.SavedViewSharedWith(["u2"], ["marketing"], []))
    some.when("ShareSavedView", whom).then_nothing()
    some.when("ShareSavedView").then(events.SavedViewShared())
    some.when("UnshareSavedView").then(events.SavedViewWithdrawn())
    assert shared.state.shared
    withdrawn = shared.when("UnshareSavedView").then(events.SavedViewWithdrawn())
    withdrawn.when("UnshareSavedView").then_nothing()
    assert not withdrawn.state.shared


def test_sharing_is_undone_as_any_change() -> None:
    undone = kept(events.SavedViewShared()).when("UndoSavedViewChange", {"version": 2}).and_so()
    assert not undone.state.shared


def test_an_archived_one_takes_no_changes() -> None:
    for command, body in (("ShareSavedView", {}), ("UnshareSavedView", {}), ("ChangeSavedView", {"name": "x"})):
        kept(events.SavedViewArchived()).when(command, body).then_rejected(Rejected, code="archived")


def test_what_is_no_filter_is_named() -> None:
    for wrong, field in (
        ({"filters": [{**OPEN, "op": "like"}]}, "filters.0.op"),
        ({"filters": [{"field": "status"}]}, "filters.0.value"),
        ({"filters": [{**OPEN, "field": "a; drop"}]}, "filters.0.field"),
        ({"order": "a,b,c,d"}, "order"),
        ({"order": "a,"}, "order"),
        ({"kind": "map"}, "kind"),
        ({"widths": {"name": 5}}, "widths.name"),
        ({"group": ["close_date:hour"]}, "group.0"),
        ({"density": "tiny"}, "density"),
        ({"path": "../users"}, "path"),
        ({"columns": [""]}, "columns.0"),
        ({"name": ""}, "name"),
    ):
        given(SAVED_VIEW).when("CreateSavedView", {**DETAILS, **wrong}).then_rejected(Invalid, field)


def test_it_keeps_how_it_is_shown() -> None:
    shown = {
        "kind": "board",
        "conditions": {"any": [OPEN, {"field": "amount", "op": "ge", "value": "10"}]},
        "order": "-amount,name",
        "widths": {"name": 240},
        "group": ["close_date:month"],
        "sums": ["amount"],
        "density": "compact",
        "path": "0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11",
        "pinned": True,
    }
    state = given(SAVED_VIEW).when("CreateSavedView", {**DETAILS, **shown}).and_so().state
    assert {name: getattr(state, name) for name in shown} == shown
    assert not state.default
    assert (kept().state.kind, kept().state.conditions, kept().state.widths) == ("list", None, {})


def test_what_names_a_hidden_field_is_not_shown() -> None:
    role = Role("r", "r", "r", {"*": {"*": Level.ALL}}, hidden={"opportunity": frozenset({"amount"})})
    access = Access("t", "u", (role,))
    values = {
        "conditions": {"none": [{"any": [{"field": "amount", "value": "1"}]}]},
        "order": "name,-amount",
        "widths": {"name": 100, "amount": 90},
        "group": ["stage", "close_date:month"],
        "sums": ["amount", "probability"],
    }
    assert conceal(values, {"resource": "opportunity"}, access) == {
        "conditions": None,
        "order": "",
        "widths": {"name": 100},
        "group": ["stage", "close_date:month"],
        "sums": ["probability"],
    }
