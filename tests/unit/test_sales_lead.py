"""Leads: every arrow of the state machine, allowed and refused; conversion's decisions; erasure."""

from __future__ import annotations

from typing import Any

import pytest

import services.sales.catalogue  # noqa: F401  (registers every command)
from services.sales.lead import LEAD
from services.sales.lead_conversion import Created, Prepared
from shared.errors import Forbidden, Invalid, Rejected
from shared.events import sales_leads as events
from shared.events.envelope import Metadata, Recorded
from tests.unit.given import ID, ME, NOW, Given, given, record

COMMANDS: dict[str, dict[str, str]] = {
    "StartWorking": {},
    "QualifyLead": {},
    "DisqualifyLead": {"reason": "no budget"},
    "RecycleLead": {},
    "ConvertLead": {},
}
PREPARED = Prepared({})
FACTS = {"ConvertLead": PREPARED}


def captured(owner: str | None = ME, **details: Any) -> Given:
    person = {"name": "李雷", "email": "li@acme.example"}
    return given(LEAD, events.LeadCaptured(ID, person, {"company": "Acme", **details}, owner))


def in_status(status: str) -> Given:
    lead = captured()
    paths: dict[str, list[Any]] = {
        "new": [],
        "assigned": [events.LeadAssigned("u2", ME)],
        "working": [events.LeadWorkStarted()],
        "qualified": [events.LeadWorkStarted(), events.LeadQualified()],
        "disqualified": [events.LeadDisqualified("no budget")],
        "converting": [events.LeadWorkStarted(), events.LeadQualified(), started()],
        "converted": [events.LeadWorkStarted(), events.LeadQualified(), started(), events.LeadConverted("x", 1)],
    }
    return given(LEAD, *(r.event for r in lead.history), *paths[status])


def started(**other: Any) -> events.LeadConversionStarted:
    plan: dict[str, Any] = {
        "conversion": "x",
        "account": "a1",
        "contact": "c1",
        "opportunity": None,
        "created": ["account", "contact"],
        "role": "decision_maker",
        "deal": {},
        "allow_duplicate": False,
        "at": NOW,
    }
    return events.LeadConversionStarted(**{**plan, **other})


class TestCapturing:
    def test_the_person_apart_from_the_chance(self) -> None:
        body = {"given_name": "雷", "family_name": "李", "company": "Acme", "email": "li@acme.example", "score": 70}
        given(LEAD).when("CaptureLead", body).then(
            events.LeadCaptured(
                ID,
                {
                    "given_name": "雷",
                    "family_name": "李",
                    "company": "Acme",
                    "email": "li@acme.example",
                    "name": "李雷",
                },
                {"score": 70},
                ME,
            )
        )

    def test_names(self) -> None:
        body = {"given_name": "Ada", "family_name": "Lovelace"}
        lead = given(LEAD).when("CaptureLead", body).and_so()
        assert lead.state.name == "Ada Lovelace"
        assert lead.when("ChangeLeadDetails", {"family_name": "King"}).and_so().state.name == "Ada King"
        assert lead.when("ChangeLeadDetails", {"name": "Ada, Countess"}).and_so().state.name == "Ada, Countess"

    def test_nobody_at_all(self) -> None:
        given(LEAD).when("CaptureLead", {"source": "web"}).then_rejected(Invalid, "name", "required")

    @pytest.mark.parametrize(("field", "value"), [("email", "x"), ("phone", "12"), ("score", 101), ("amount", "x")])
    def test_bad_values(self, field: str, value: object) -> None:
        given(LEAD).when("CaptureLead", {"name": "X", field: value}).then_rejected(Invalid, field)


class TestDetails:
    def test_personal_and_plain_fields_become_events_of_their_own(self) -> None:
        captured().when("ChangeLeadDetails", {"phone": "+86 10 1234 5678", "source": "fair"}).then(
            events.LeadDetailsChanged({"source": {"from": "", "to": "fair"}}),
            events.LeadPersonChanged(ID, {"phone": {"from": "", "to": "+861012345678"}}),
        )
        captured().when("ChangeLeadDetails", {"company": "Acme"}).then_nothing()

    def test_undo_keeps_them_apart(self) -> None:
        changed = captured().when("ChangeLeadDetails", {"phone": "+861012345678", "source": "fair"}).and_so()
        plain = changed.when("UndoLeadChange", {"version": 2})
        assert [type(e) for e in plain.events] == [events.LeadChangeUndone]
        personal = changed.when("UndoLeadChange", {"version": 3})
        assert [type(e) for e in personal.events] == [events.LeadPersonChangeUndone]
        assert personal.and_so().state.phone == ""

    def test_both_are_undone_together(self) -> None:
        changed = captured().when("ChangeLeadDetails", {"phone": "+861012345678", "source": "fair"}).and_so()
        whole = changed.when("UndoLeadChange", {"version": 3, "first": 2})
        assert [type(e) for e in whole.events] == [events.LeadChangeUndone, events.LeadPersonChangeUndone]
        assert (whole.and_so().state.phone, whole.and_so().state.source) == ("", "")
        changed.when("UndoLeadChange", {"version": 2, "first": 3}).then_rejected(Invalid, "first", "after-version")
        changed.when("UndoLeadChange", {"version": 3, "first": 1}).then_rejected(Rejected, code="not-undoable")


ALLOWED = {
    ("new", "StartWorking"): "working",
    ("assigned", "StartWorking"): "working",
    ("working", "QualifyLead"): "qualified",
    ("new", "DisqualifyLead"): "disqualified",
    ("assigned", "DisqualifyLead"): "disqualified",
    ("working", "DisqualifyLead"): "disqualified",
    ("disqualified", "RecycleLead"): "assigned",
    ("qualified", "ConvertLead"): "qualified",
}
ALREADY = {("working", "StartWorking"), ("qualified", "QualifyLead"), ("disqualified", "DisqualifyLead")}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "status", ["new", "assigned", "working", "qualified", "disqualified", "converting", "converted"]
)
def test_every_arrow(status: str, command: str) -> None:
    outcome = in_status(status).when(command, COMMANDS[command], facts=FACTS.get(command))
    if (status, command) in ALLOWED:
        assert outcome.and_so().state.status == ALLOWED[status, command]
    elif (status, command) in ALREADY:
        outcome.then_nothing()
    else:
        outcome.then_rejected(Rejected)


class TestAssigning:
    def test_by_transfer(self) -> None:
        nobodys = captured(owner=None)
        nobodys.when("StartWorking").then_rejected(Rejected, code="unassigned")
        assigned = nobodys.when("TransferLead", {"owner": "u2"}).then(events.LeadAssigned("u2", None))
        assert assigned.state.status == "assigned"
        assert assigned.when("TransferLead", {"owner": None}).and_so().state.status == "new"
        working = assigned.when("StartWorking").and_so()
        assert working.when("TransferLead", {"owner": "u3"}).and_so().state.status == "working"

    def test_a_recycled_lead_without_owner_is_new(self) -> None:
        lost = captured(owner=None).when("DisqualifyLead", {"reason": "x"}).and_so()
        state = lost.when("RecycleLead", {"reason": "budget"}).then(events.LeadRecycled("budget")).state
        assert (state.status, state.disqualified_reason) == ("new", "")

    def test_disqualifying_needs_a_reason(self) -> None:
        captured().when("DisqualifyLead").then_rejected(Invalid, "reason")


class TestConversion:
    def test_the_plan_decides_the_ids(self) -> None:
        body = {"opportunity": "new", "amount": "5", "close_date": "2027-01-31"}
        converting = (
            in_status("qualified")
            .when("ConvertLead", body, facts=PREPARED)
            .then(
                started(
                    conversion="new-4",
                    account="new-1",
                    contact="new-2",
                    opportunity="new-3",
                    created=["account", "contact", "opportunity"],
                    deal={"name": "Acme", "amount": "5.00", "close_date": "2027-01-31"},
                )
            )
        )
        assert (converting.state.status, converting.state.conversion["state"]) == ("qualified", "running")

    def test_existing_ones_and_none(self) -> None:
        body = {"account": "a9", "contact": "none", "opportunity": "o9"}
        in_status("qualified").when("ConvertLead", body, facts=PREPARED).then(
            started(conversion="new-1", account="a9", contact=None, opportunity="o9", created=[])
        )

    def test_what_is_missing_is_named(self) -> None:
        bare = given(LEAD, events.LeadCaptured(ID, {}, {}, ME), events.LeadWorkStarted(), events.LeadQualified())
        error = bare.when("ConvertLead", {"account": "new", "opportunity": "new"}, facts=PREPARED).then_rejected(
            Invalid
        )
        assert [e.field for e in error.errors] == ["name", "email", "company", "opportunity_name"]

    def test_what_refuses_a_step_to_the_caller_refuses_it_all(self) -> None:
        in_status("qualified").when("ConvertLead", facts=Prepared({}, Forbidden("no"))).then_rejected(Forbidden)
        in_status("converted").when("ConvertLead", facts=Prepared({}, Forbidden("no"))).then_rejected(
            Rejected, code="converted"
        )

    def test_its_ends(self) -> None:
        running = in_status("converting")
        done = running.when("CompleteConversion", {"conversion": "x"}).then(events.LeadConverted("x", NOW)).state
        assert (done.status, done.account, done.contact, done.opportunity) == ("converted", "a1", "c1", None)
        failed = running.when("FailConversion", {"conversion": "x", "reason": "why"}).then(
            events.LeadConversionFailed("x", "why", "a1", "c1", None, ["account", "contact"])
        )
        assert failed.state.status == "qualified"
        assert failed.state.conversion["state"] == "failed"
        assert failed.state.conversion["failed_reason"] == "why"
        for ended in (failed, in_status("converted")):
            ended.when("CompleteConversion", {"conversion": "x"}).then_nothing()
            ended.when("FailConversion", {"conversion": "x", "reason": "y"}).then_nothing()
        running.when("CompleteConversion", {"conversion": "other"}).then_nothing()
        failed.when("ConvertLead", facts=PREPARED).and_so()

    @pytest.mark.parametrize("status", ["converting", "converted"])
    @pytest.mark.parametrize(
        ("command", "body"),
        [
            ("ChangeLeadDetails", {"source": "x"}),
            ("TransferLead", {"owner": "u2"}),
            ("TagLead", {"add": ["x"]}),
            ("ArchiveLead", {}),
            ("UndoLeadChange", {"version": 2}),
        ],
    )
    def test_it_is_read_only_meanwhile_and_after(self, status: str, command: str, body: dict[str, Any]) -> None:
        in_status(status).when(command, body).then_rejected(Rejected, code=status)


def later(actor: str, on_behalf_of: str = "") -> Recorded:
    (one,) = record("contact-c1", (events.LeadQualified(),))
    return Recorded(
        one.position, "t1", one.stream, 2, one.event_id, "customer.X", 1, NOW, NOW, one.event,
        Metadata(actor=actor, on_behalf_of=on_behalf_of),
    )  # fmt: skip


class TestUndoingTheConversion:
    def test_the_lead_comes_back(self) -> None:
        facts = [Created("contact", "c1", [later(ME), later("system", ME)])]
        back = (
            in_status("converted")
            .when("UndoConversion", facts=facts)
            .then(events.LeadConversionUndone("x", "a1", "c1", None, ["account", "contact"]))
        )
        assert (back.state.status, back.state.account, back.state.converted_at) == ("qualified", None, 0)
        back.when("ConvertLead", facts=PREPARED).and_so()

    def test_refused_when_others_worked_on_it(self) -> None:
        facts = [Created("contact", "c1", [later("u2"), later("system", "u3")])]
        error = in_status("converted").when("UndoConversion", facts=facts).then_rejected(Rejected, "contact")
        assert error.type == "conversion-changed-since"
        assert len(error.extra["changes"]) == 2  # type: ignore[arg-type]

    def test_only_of_a_converted_lead(self) -> None:
        for status in ("qualified", "converting"):
            in_status(status).when("UndoConversion", facts=[]).then_rejected(Rejected, code="not-converted")


class TestErasure:
    def test_what_is_personal_is_masked_and_the_rest_stays(self) -> None:
        erased = captured(source="web").when("EraseLead").then(events.LeadErased(ID))
        state = erased.state
        assert (state.name, state.email, state.company, state.source) == ("[erased]", "", "[erased]", "web")
        erased.when("EraseLead").then_nothing()

    def test_a_fold_over_destroyed_values_comes_out_the_same(self) -> None:
        changed = captured().when("ChangeLeadDetails", {"phone": "+861012345678", "source": "fair"}).and_so()
        undone = changed.when("UndoLeadChange", {"version": 3}).and_so()
        live = undone.when("EraseLead").and_so()
        masked = [_masked(r.event) for r in live.history]
        again = given(LEAD, *masked).state
        assert LEAD.document(again) == LEAD.document(live.state)

    def test_a_converted_lead_may_be_erased(self) -> None:
        in_status("converted").when("EraseLead").then(events.LeadErased(ID))


def _masked(event: Any) -> Any:
    """The event as the codec gives it back once the key is destroyed."""
    match event:
        case events.LeadCaptured():
            return events.LeadCaptured(event.subject_id, {}, event.details, event.owner)
        case events.LeadPersonChanged():
            return events.LeadPersonChanged(event.subject_id, {})
        case events.LeadPersonChangeUndone():
            return events.LeadPersonChangeUndone(event.subject_id, event.undone_version, event.undone_event, {})
    return event
