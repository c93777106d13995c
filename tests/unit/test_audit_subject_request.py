"""A request of a person: its term, who approves an erasure, and how it ends."""

from __future__ import annotations

import pytest

from services.audit.approving import Erasure
from services.audit.subject_request import SUBJECT_REQUEST
from services.audit.subject_request_commands import Term
from shared.errors import Forbidden, Invalid, Rejected
from shared.events import audit_requests as events
from shared.security.permissions import Access, system_access
from tests.unit.given import ME, Given, given

PERSON = "01936f00-0000-7000-8000-0000000000bb"
BODY = {"kind": "erasure", "person_type": "contact", "person": PERSON, "received": "2026-11-20"}
RECORDS = {PERSON: "contact"}
TODAY = Term("2026-11-24", 30)


def opened(kind: str) -> events.SubjectRequestOpened:
    return events.SubjectRequestOpened(kind, "contact", PERSON, "2026-11-20", "2026-12-20", "")


def asked(kind: str = "erasure") -> Given:
    return given(SUBJECT_REQUEST, opened(kind))


def who(user: str) -> Access:
    return system_access("t1", user)


def test_a_request_is_due_when_the_term_is_over() -> None:
    given(SUBJECT_REQUEST).when("OpenSubjectRequest", BODY, facts=TODAY).then(opened("erasure"))
    today = events.SubjectRequestOpened("access", "contact", PERSON, "2026-11-24", "2026-12-09", "by post")
    body = {"kind": "access", "person_type": "contact", "person": PERSON, "note": "by post"}
    given(SUBJECT_REQUEST).when("OpenSubjectRequest", body, facts=Term("2026-11-24", 15)).then(today)
    late = {**BODY, "received": "2026-11-25"}
    given(SUBJECT_REQUEST).when("OpenSubjectRequest", late, facts=TODAY).then_rejected(Invalid, "received")


def test_the_term_is_extended_within_the_law() -> None:
    body = {"due": "2027-01-20", "cause": "many records"}
    changed = events.SubjectRequestExtended("2027-01-20", "2026-12-20", "many records")
    asked().when("ExtendSubjectRequest", body).then(changed)
    for day in ("2026-11-19", "2027-12-01"):
        asked().when("ExtendSubjectRequest", {**body, "due": day}).then_rejected(Invalid, "due", "outside-term")


def approved(by: str, *counted: str) -> events.ErasureApproved:
    return events.ErasureApproved(by, bool(counted), RECORDS, [*counted])


def test_an_erasure_is_approved_by_two_people() -> None:
    once = asked().when("ApproveErasure", access=who("ann"), facts=Erasure(RECORDS, [])).then(approved("ann"))
    assert once.state.status == "in_progress"
    now = Erasure(RECORDS, ["ann"])
    once.when("ApproveErasure", access=who("ann"), facts=now).then_nothing()
    twice = once.when("ApproveErasure", access=who("ben"), facts=now).then(approved("ben", "ann"))
    assert (twice.state.status, twice.state.approvals) == ("approved", ["ann", "ben"])
    twice.when("ApproveErasure", access=who("cy"), facts=now).then_rejected(Rejected, code="out-of-turn")
    done = twice.when("CompleteErasure").then(events.SubjectRequestFulfilled())
    done.when("ReopenSubjectRequest").then_rejected(Rejected, code="erased")


def test_an_approval_that_counts_no_more_is_dropped() -> None:
    once = given(SUBJECT_REQUEST, opened("erasure"), approved("ann"))
    other = once.when("ApproveErasure", access=who("ben"), facts=Erasure(RECORDS, [])).then(approved("ben"))
    assert (other.state.status, other.state.approvals) == ("in_progress", ["ben"])
    before = given(SUBJECT_REQUEST, opened("erasure"), events.ErasureApproved("ann", False), approved("ben", "ann"))
    assert before.state.approvals == ["ann", "ben"]


def test_a_key_is_nobodys_second_person() -> None:
    key = Access("t1", "ann", who("ann").roles, key="k1")
    once = Erasure(RECORDS, [])
    asked().when("ApproveErasure", access=key, facts=once).then_rejected(Forbidden, code="not-by-key")


def test_what_stops_an_erasure_asks_for_both_approvals_again() -> None:
    both = given(SUBJECT_REQUEST, opened("erasure"), approved("ann"), approved("ben", "ann"))
    stalled = both.when("StallErasure", {"code": "on-hold"}).then(events.ErasureStalled("on-hold"))
    state = stalled.state
    assert (state.status, state.approvals, state.problem) == ("in_progress", [], "on-hold")
    stalled.when("CompleteErasure").then_nothing()
    assert not stalled.when("ApproveErasure", access=who("ann"), facts=Erasure(RECORDS, [])).and_so().state.problem


def test_data_are_given_before_access_is_fulfilled() -> None:
    asked("access").when("FulfilSubjectRequest").then_rejected(Rejected, code="not-exported")
    body = {"format": "json", "records": {"contact": 1}, "sha256": "ab"}
    given_out = asked("access").when("RecordSubjectExport", body).and_so()
    given_out.when("FulfilSubjectRequest").then(events.SubjectRequestFulfilled())
    asked("erasure").when("FulfilSubjectRequest").then_rejected(Rejected, code="not-approved")
    asked("access").when("ApproveErasure", facts=Erasure({}, [])).then_rejected(Rejected, code="not-an-erasure")


@pytest.mark.parametrize("kind", ["rectification", "restriction"])
def test_a_request_is_refused_for_a_reason_and_reopened(kind: str) -> None:
    refused = asked(kind).when("RefuseSubjectRequest", {"cause": "not ours"})
    again = refused.then(events.SubjectRequestRefused("not ours")).when("ReopenSubjectRequest")
    taken = again.then(events.SubjectRequestReopened("refused")).when("TakeUpSubjectRequest")
    taken.then(events.SubjectRequestTakenUp(ME)).when("TakeUpSubjectRequest").then_nothing()
    asked(kind).when("RefuseSubjectRequest", {"cause": ""}).then_rejected(Invalid, "cause")
