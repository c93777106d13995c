"""Activities and custom field definitions decide."""

from __future__ import annotations

from typing import Any

import pytest

from services.customer.activity import ACTIVITY
from services.customer.activity_commands import MOST
from services.customer.catalogue import AGGREGATES
from services.customer.field_definition import FIELD_DEFINITION
from shared.clock import from_rfc3339
from shared.domain.calendar import Calendar
from shared.errors import Forbidden, Invalid, Rejected
from shared.events import customer as field_events
from shared.events import customer_activities as events
from shared.security.permissions import Access, Level, Role
from tests.unit.given import ID, ME, NOW, Given, given

SOON = from_rfc3339("2026-12-01T01:00:00Z")
LINK = {"type": "account", "id": "acme"}


def plan(**fields: Any) -> dict[str, Any]:
    return {"start": 0, "due": 0, "status": "open", "completed_at": 0, **fields}


def task(*later: Any, **fields: Any) -> Given:
    people = fields.pop("participants", [])
    return given(ACTIVITY, events.TaskPlanned(ID, {"subject": "Call"}, plan(**fields), [LINK], people, ME), *later)


def test_each_kind_begins_with_an_event_of_its_own() -> None:
    assert ACTIVITY in AGGREGATES
    new = given(ACTIVITY)
    body = {"subject": "Call", "due": "2026-12-01T09:00:00+08:00", "links": [LINK, LINK], "priority": "high"}
    new.when("CreateActivity", {"kind": "task", **body}).then(
        events.TaskPlanned(ID, {"subject": "Call"}, plan(due=SOON, priority="high"), [LINK], [], ME)
    )
    who = {"type": "user", "id": "u1"}
    new.when("CreateActivity", {"kind": "meeting", "subject": "Meet", "participants": [who], "owner": None}).then(
        events.MeetingScheduled(ID, {"subject": "Meet"}, plan(), [], [{**who, "response": ""}], None)
    )
    done = plan(status="done", completed_at=NOW)
    for kind, event in (
        ("call", events.CallLogged),
        ("note", events.NoteWritten),
        ("email", events.EmailRecorded),
    ):
        new.when("CreateActivity", {"kind": kind, "subject": "x"}).then(event(ID, {"subject": "x"}, done, [], [], ME))


def test_a_call_to_come_is_open_and_done_says_otherwise() -> None:
    new = given(ACTIVITY)
    call = {"kind": "call", "subject": "x"}
    assert new.when("CreateActivity", {**call, "start": "2026-12-01T00:00:00Z"}).and_so().state.status == "open"
    assert new.when("CreateActivity", {**call, "start": "2026-11-01T00:00:00Z"}).and_so().state.status == "done"
    assert new.when("CreateActivity", {**call, "done": False}).and_so().state.status == "open"
    assert new.when("CreateActivity", {"kind": "task", "subject": "x", "done": True}).and_so().state.status == "done"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "party"}, "kind"),
        ({"subject": ""}, "subject"),
        ({"due": "tomorrow"}, "due"),
        ({"start": "2026-12-02T00:00:00Z", "due": "2026-12-01T00:00:00Z"}, "due"),
        ({"duration": -1}, "duration"),
        ({"recipients": ["nobody"]}, "recipients.0"),
        ({"links": [{"type": "invoice", "id": "x"}]}, "links.0.type"),
    ],
)
def test_bad_fields_are_named(body: dict[str, Any], field: str) -> None:
    given(ACTIVITY).when("CreateActivity", {"kind": "task", "subject": "x", **body}).then_rejected(Invalid, field)


def test_rescheduling_moves_what_is_sent() -> None:
    late = task(due=SOON)
    late.when("RescheduleActivity", {"start": "2026-12-02T00:00:00Z"}).then_rejected(Invalid, "due", "before-start")
    moved = late.when("RescheduleActivity", {"start": "2026-12-01T01:00:00Z"}).then(
        events.ActivityRescheduled(SOON, SOON, 0, SOON)
    )
    moved.when("RescheduleActivity", {"due": None}).then(events.ActivityRescheduled(SOON, 0, SOON, SOON))
    moved.when("RescheduleActivity", {}).then_nothing()


def test_an_all_day_task_is_due_at_the_end_of_its_day_where_its_planner_is() -> None:
    new_york, shanghai = Calendar("America/New_York"), Calendar("Asia/Shanghai")
    end = from_rfc3339("2026-12-25T04:59:59.999999Z")
    body = {"kind": "task", "subject": "x", "due": "2026-12-24"}
    made = given(ACTIVITY).when("CreateActivity", body, calendar=shanghai, own_calendar=new_york).and_so()
    assert (made.state.due, made.state.due_on) == (end, "2026-12-24")
    assert ACTIVITY.restore(ACTIVITY.document(made.state)) == made.state
    same = made.when("RescheduleActivity", {"due": "2026-12-24"}, own_calendar=new_york)
    same.then_nothing()
    later = made.when("RescheduleActivity", {"due": "2026-12-25"}, own_calendar=new_york).then(
        events.ActivityRescheduled(0, end + 86_400_000_000, 0, end, "2026-12-25", "2026-12-24")
    )
    timed = later.when("RescheduleActivity", {"due": "2026-12-01T09:00:00+08:00"}).and_so()
    assert (timed.state.due, timed.state.due_on) == (SOON, None)
    assert timed.when("UndoActivityChange", {"version": 3}).and_so().state.due_on == "2026-12-25"
    made.when("RescheduleActivity", {"start": "2026-12-25T06:00:00Z"}).then_rejected(Invalid, "due", "before-start")
    for none in ("2026-02-30", "24.12.2026", "2026-12-24T09:30:00"):
        given(ACTIVITY).when("CreateActivity", {**body, "due": none}).then_rejected(Invalid, "due", "moment")


def test_it_ends_once() -> None:
    done = task().when("CompleteActivity").then(events.ActivityCompleted(NOW))
    assert (done.state.status, done.state.completed_at) == ("done", NOW)
    done.when("CompleteActivity").then_nothing()
    done.when("CancelActivity").then_rejected(Rejected, code="not-open")
    done.when("RescheduleActivity", {"due": None}).then_rejected(Rejected, code="not-open")
    again = done.when("UndoActivityChange", {"version": 2}).and_so()
    assert (again.state.status, again.state.completed_at) == ("open", 0)
    off = task().when("CancelActivity").then(events.ActivityCancelled())
    off.when("CancelActivity").then_nothing()
    off.when("CompleteActivity").then_rejected(Rejected, code="not-open")


def test_who_is_invited_answers() -> None:
    invited = task(
        participants=[{"type": "user", "id": ME, "response": ""}, {"type": "contact", "id": "c", "response": ""}]
    )
    yes = invited.when("RespondToInvite", {"response": "accepted"}).then(events.InviteAnswered(ME, "accepted", ""))
    assert [p["response"] for p in yes.state.participants] == ["accepted", ""]
    yes.when("RespondToInvite", {"response": "accepted"}).then_nothing()
    invited.when("RespondToInvite", {"response": "declined", "participant": "c"}).then(
        events.InviteAnswered("c", "declined", "")
    )
    invited.when("RespondToInvite", {"response": "accepted", "participant": "x"}).then_rejected(Invalid, "participant")
    reader = Access("t1", "c", (Role("r", "", "", {"activity": {"read": Level.ALL}}),))
    invited.when("RespondToInvite", {"response": "declined"}, access=reader).then(
        events.InviteAnswered("c", "declined", "")
    )
    for_me = {"response": "declined", "participant": ME}
    invited.when("RespondToInvite", for_me, access=reader).then_rejected(Forbidden)


def test_links() -> None:
    linked = task().when("LinkActivity", {"type": "contact", "id": "c"}).then(events.ActivityLinked("contact", "c"))
    assert ACTIVITY.document(linked.state)["links"] == ["acme", "c"]
    linked.when("LinkActivity", {"type": "contact", "id": "c"}).then_nothing()
    linked.when("UnlinkActivity", {"id": "acme"}).then(events.ActivityUnlinked("account", "acme"))
    task().when("UnlinkActivity", {"id": "c"}).then_nothing()
    full = task(*(events.ActivityLinked("contact", str(n)) for n in range(MOST)))
    full.when("LinkActivity", {"type": "contact", "id": "c"}).then_rejected(Invalid, "id", "too-many")


def test_it_is_erased_once() -> None:
    gone = task().when("EraseActivity").then(events.ActivityErased(ID))
    assert gone.state.erased
    gone.when("EraseActivity").then_nothing()


def test_words_change_in_an_encrypted_event() -> None:
    changed = (
        task()
        .when("ChangeActivityDetails", {"body": "text", "duration": 5})
        .then(
            events.ActivityDetailsChanged(ID, {"body": {"from": "", "to": "text"}, "duration": {"from": None, "to": 5}})
        )
    )
    assert (changed.state.body, changed.state.duration) == ("text", 5)
    task().when("ChangeActivityDetails", {"subject": ""}).then_rejected(Invalid, "subject")


def test_a_timeline_has_a_moment_for_each() -> None:
    def at(given_: Given) -> str:
        return str(ACTIVITY.document(given_.state)["at"])

    assert at(task(due=SOON)) == "2026-12-01T01:00:00.000000Z"
    assert at(task(due=SOON, start=SOON - 1_000_000)) == "2026-12-01T00:59:59.000000Z"
    assert at(task(events.ActivityCompleted(NOW), due=SOON)) == "2026-11-24T12:00:00.000000Z"
    assert ACTIVITY.restore(ACTIVITY.document(task(due=SOON).state)) == task(due=SOON).state


# --- field definitions ------------------------------------------------------------------------------------------------

TIER = {"resource": "account", "name": "tier", "kind": "keyword"}


def test_a_field_is_defined_with_labels_and_options() -> None:
    new = given(FIELD_DEFINITION)
    new.when("DefineField", {**TIER, "zh": "级别", "options": ["A", "B", "A"]}, facts="").then(
        field_events.FieldDefined("account", "tier", "keyword", "级别", "级别", ["A", "B"], False)
    )
    for body, field in (
        ({"name": "Tier"}, "name"),
        ({"name": "a.b"}, "name"),
        ({"kind": "json"}, "kind"),
        ({"kind": "integer", "options": ["1"]}, "options"),
        ({"options": [""]}, "options.0"),
    ):
        new.when("DefineField", {**TIER, **body}, facts="").then_rejected(Invalid, field)


def test_a_field_has_labels_in_each_language() -> None:
    labels, options = {"zh-TW": "等級"}, {"A": {"en": "Best", "zh-TW": "最佳"}}
    body = {**TIER, "zh": "级别", "options": ["A", "B"], "titles": labels, "option_titles": options}
    new = given(FIELD_DEFINITION)
    tier = new.when("DefineField", body, facts="").and_so()
    assert (tier.state.titles, tier.state.option_titles) == (labels, options)
    new.when("DefineField", {**body, "titles": {"fr": "Niveau"}}, facts="").then_rejected(Invalid, "titles.fr.[key]")
    new.when("DefineField", {**body, "option_titles": {"C": {}}}, facts="").then_rejected(Invalid, "option_titles")
    changed = tier.when("ChangeFieldDefinition", {"titles": {"zh-TW": "級別"}}, facts="").and_so()
    assert changed.state.titles == {"zh-TW": "級別"}
    tier.when("ChangeFieldDefinition", {"option_titles": {"C": {}}}, facts="").then_rejected(Invalid, "option_titles")


def test_name_and_kind_stay() -> None:
    tier = given(FIELD_DEFINITION, field_events.FieldDefined("account", "tier", "keyword", "t", "t", ["A"], False))
    tier.when("ChangeFieldDefinition", {"required": True, "options": ["A", "B"]}, facts="").then(
        field_events.FieldDefinitionChanged(
            {"options": {"from": ["A"], "to": ["A", "B"]}, "required": {"from": False, "to": True}}
        )
    )
    tier.when("ChangeFieldDefinition", {"options": ["A"]}, facts="").then_nothing()
    tier.when("ChangeFieldDefinition", {"name": "x"}, facts="").then_rejected(Invalid, "name")
    tier.when("ArchiveFieldDefinition").then(field_events.FieldRetired())
    assert "customer.TagFieldDefinition" not in FIELD_DEFINITION.commands
