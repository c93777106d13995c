"""Retention rules: who activates one, what an active one does not allow, and how an announced erasure ends."""

from __future__ import annotations

import pytest

from services.audit.retention_notice import RETENTION_NOTICE
from services.audit.retention_rule import RETENTION_RULE
from services.audit.retention_rule_commands import Approvals
from services.audit.retention_run import RETENTION_RUN
from shared.domain.calendar import Calendar
from shared.errors import Forbidden, Invalid, Rejected
from shared.events import audit_retention as events
from shared.events.envelope import Event
from shared.security.permissions import Access, system_access
from tests.unit.given import NOW, Given, given

RECORD, RUN = "01936f00-0000-7000-8000-0000000000bb", "01936f00-0000-7000-8000-0000000000cc"
BODY = {"name": "Old leads", "resource": "lead", "days": 730}
CREATED = events.RetentionRuleCreated("Old leads", "lead", None, "used", 730, 14)
BEGUN = events.RetentionRunBegun("r1", "Old leads", "lead", 1, "2026-11-24", 14)
LISTED = events.ErasureAnnounced("r1", RUN, "lead", RECORD)
ONE, TWO = Approvals(1, []), Approvals(2, [])


def who(user: str) -> Access:
    return system_access("t1", user)


def rule(*past: Event) -> Given:
    return given(RETENTION_RULE, CREATED, *past)


def test_a_new_rule_is_inactive_and_gives_two_weeks_of_notice() -> None:
    made = given(RETENTION_RULE).when("CreateRetentionRule", BODY).then(CREATED)
    assert (made.state.status, made.state.notice_days, made.state.may_run(False)) == ("inactive", 14, False)
    for wrong in ({"days": 0}, {"notice_days": 0}, {"notice_days": 366}, {"basis": "seen"}, {"name": ""}):
        given(RETENTION_RULE).when("CreateRetentionRule", {**BODY, **wrong}).then_rejected(Invalid, *wrong)


def test_one_person_activates_a_rule_and_any_change_comes_before() -> None:
    active = rule().when("ActivateRetentionRule", access=who("ann"), facts=ONE)
    active = active.then(events.RetentionRuleApproved("ann", True, []))
    assert (active.state.status, active.state.activation, active.state.may_run(False)) == ("active", 1, True)
    active.when("ActivateRetentionRule", access=who("ben"), facts=Approvals(1, ["ann"])).then_nothing()
    for name, body in (("ChangeRetentionRule", {"days": 30}), ("RemoveRetentionRule", {})):
        active.when(name, body).then_rejected(Rejected, code="active")
    idle = active.when("DeactivateRetentionRule").then(events.RetentionRuleDeactivated())
    idle.when("DeactivateRetentionRule").then_nothing()
    changed = events.RetentionRuleChanged({"days": {"from": 730, "to": 30}})
    idle.when("ChangeRetentionRule", {"days": 30}).then(changed)
    idle.when("ChangeRetentionRule", {"days": 730}).then_nothing()
    gone = idle.when("RemoveRetentionRule").then(events.RetentionRuleRemoved())
    gone.when("ActivateRetentionRule", facts=ONE).then_rejected(Rejected, code="archived")
    gone.when("RemoveRetentionRule").then_nothing()


def test_two_people_activate_it_where_people_are_erased_by_request() -> None:
    once = rule().when("ActivateRetentionRule", access=who("ann"), facts=TWO)
    once = once.then(events.RetentionRuleApproved("ann", False, []))
    assert (once.state.status, once.state.may_run(True)) == ("proposed", False)
    known = Approvals(2, ["ann"])
    once.when("ActivateRetentionRule", access=who("ann"), facts=known).then_nothing()
    late = Approvals(2, ["ann"], joined_later=True)
    once.when("ActivateRetentionRule", access=who("ben"), facts=late).then_rejected(Rejected, code="joined-later")
    once.when("ChangeRetentionRule", {"days": 1}).then_rejected(Rejected, code="active")
    twice = once.when("ActivateRetentionRule", access=who("ben"), facts=known)
    twice = twice.then(events.RetentionRuleApproved("ben", True, ["ann"]))
    assert (twice.state.approvals, twice.state.may_run(True)) == (["ann", "ben"], True)


def test_a_rule_of_one_person_stands_still_once_two_are_wanted() -> None:
    active = rule(events.RetentionRuleApproved("ann", True, []))
    assert (active.state.may_run(False), active.state.may_run(True)) == (True, False)
    second = active.when("ActivateRetentionRule", access=who("ben"), facts=Approvals(2, ["ann"]))
    assert second.then(events.RetentionRuleApproved("ben", True, ["ann"])).state.activation == 1
    left = active.when("ActivateRetentionRule", access=who("ben"), facts=TWO)
    assert left.then(events.RetentionRuleApproved("ben", False, [])).state.status == "proposed"


def test_no_key_activates_a_rule() -> None:
    key = Access("t1", "ann", who("ann").roles, key="k1")
    rule().when("ActivateRetentionRule", access=key, facts=ONE).then_rejected(Forbidden)


def test_a_run_is_due_after_the_notice_where_the_organisation_is() -> None:
    listed = given(RETENTION_RUN, BEGUN)
    listed.when("StartRetentionRun").then_nothing()
    due = events.RetentionRunAnnounced(3, "2026-12-09")
    announced = listed.when("AnnounceRetentionRun", {"count": 3}).then(due)
    announced.when("AnnounceRetentionRun", {"count": 9}).then_nothing()
    tonight = listed.when("AnnounceRetentionRun", {"count": 3}, calendar=Calendar("Pacific/Kiritimati"))
    tonight.then(events.RetentionRunAnnounced(3, "2026-12-10"))
    day = 86_400_000_000
    announced.when("StartRetentionRun", now=NOW + 14 * day).then_nothing()
    begun = announced.when("StartRetentionRun", now=NOW + 15 * day).then(events.RetentionRunStarted())
    done = {"erased": 1, "kept": 1, "left_out": 1}
    ended = begun.when("CompleteRetentionRun", done).then(events.RetentionRunCompleted(1, 1, 1))
    ended.when("CompleteRetentionRun", done).then_nothing()
    ended.when("CancelRetentionRun").then_rejected(Rejected, code="out-of-turn")
    ended.when("EndRetentionRun", {"code": "rule-changed"}).then_nothing()


@pytest.mark.parametrize("past", [(), (events.RetentionRunAnnounced(1, "2026-12-08"),)])
def test_a_cancelled_run_erases_nothing(past: tuple[Event, ...]) -> None:
    run = given(RETENTION_RUN, BEGUN, *past)
    ended = run.when("CancelRetentionRun", {"cause": "no"}).then(events.RetentionRunCancelled("no", ""))
    ended.when("CancelRetentionRun").then_nothing()
    ended.when("StartRetentionRun", now=NOW * 2).then_nothing()
    ended.when("AnnounceRetentionRun", {"count": 1}).then_nothing()
    changed = run.when("EndRetentionRun", {"code": "rule-changed"})
    changed.then(events.RetentionRunCancelled("", "rule-changed"))


def test_a_record_is_kept_until_its_erasure_has_begun() -> None:
    listed = given(RETENTION_NOTICE, LISTED)
    kept = listed.when("KeepRecord", {"cause": "a customer"}).then(events.ErasureExempted("a customer"))
    kept.when("KeepRecord", {"cause": "again"}).then_nothing()
    again = {"rule": "r1", "run": "other", "resource": "lead", "record": RECORD}
    kept.when("AnnounceErasureAgain", again).then_nothing()
    kept.when("BeginAnnouncedErasure", {"run": RUN}).then_rejected(Rejected, code="not-announced")
    free = kept.when("ReleaseRecord").then(events.ErasureExemptionEnded())
    free.when("BeginAnnouncedErasure", {"run": RUN}).then_rejected(Rejected, code="not-announced")
    free.when("AnnounceErasureAgain", again).then(events.ErasureAnnounced("r1", "other", "lead", RECORD))
    begun = listed.when("BeginAnnouncedErasure", {"run": RUN}).then(events.AnnouncedErasureBegun())
    begun.when("BeginAnnouncedErasure", {"run": RUN}).then_nothing()
    begun.when("KeepRecord", {"cause": "late"}).then_rejected(Rejected, code="too-late")
    settled = {"run": RUN, "outcome": "erased"}
    erased = begun.when("SettleAnnouncedErasure", settled).then(events.AnnouncedErasureSettled("erased", ""))
    erased.when("SettleAnnouncedErasure", settled).then_nothing()
    erased.when("KeepRecord", {"cause": "late"}).then_rejected(Rejected, code="too-late")
    erased.when("AnnounceErasureAgain", again).then_nothing()


def test_a_run_settles_only_what_it_announced() -> None:
    other = {"run": "other", "outcome": "left_out", "code": "no-match"}
    listed = given(RETENTION_NOTICE, LISTED)
    listed.when("SettleAnnouncedErasure", other).then_nothing()
    listed.when("BeginAnnouncedErasure", {"run": "other"}).then_rejected(Rejected, code="not-announced")
