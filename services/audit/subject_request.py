"""SubjectRequest: what a person asks about their own data, from the day it came to its end (GDPR, PIPL; ADR 41)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal, get_args

from shared.domain.aggregate import Aggregate
from shared.domain.fields import displayed, record_fields
from shared.domain.record import Record
from shared.events import audit_requests as events
from shared.events.envelope import Event
from shared.views.port import Collection, Kind

RequestKind = Literal["access", "rectification", "erasure", "restriction"]
Status = Literal["opened", "in_progress", "approved", "fulfilled", "refused"]
OPEN = ("opened", "in_progress")
APPROVERS = 2  # people, each of whom may erase the person
PEOPLE = ("contact", "lead", "user")


@dataclass(slots=True)
class SubjectRequest(Record):
    """person_type, person: whose data it is about. approvals: who approved the erasure. problem: the code of what
    stopped an approved one. exported: records by type in the last file that was made for the person.
    """

    kind: Annotated[
        str,
        displayed(
            Kind.KEYWORD,
            "请求类型",
            "Request",
            indexed=True,
            writable=False,
            required=True,
            options=get_args(RequestKind),
        ),
    ] = "access"
    person_type: Annotated[
        str, displayed(Kind.KEYWORD, "本人记录类型", "Kind of person", indexed=True, writable=False, required=True)
    ] = ""
    person: Annotated[
        str,
        displayed(
            Kind.KEYWORD, "本人", "Person", indexed=True, writable=False, required=True, mixed=True, types=PEOPLE
        ),
    ] = ""
    status: Annotated[
        str, displayed(Kind.KEYWORD, "状态", "Status", indexed=True, writable=False, options=get_args(Status))
    ] = "opened"
    received: Annotated[str, displayed(Kind.DATE, "收到日期", "Received", indexed=True, writable=False)] = ""
    due: Annotated[str, displayed(Kind.DATE, "答复期限", "Answer due", indexed=True, writable=False)] = ""
    handler: Annotated[
        str | None, displayed(Kind.KEYWORD, "经办人", "Handled by", indexed=True, writable=False, ref="user")
    ] = None
    approvals: Annotated[
        list[str], displayed(Kind.KEYWORDS, "批准人", "Approved by", indexed=True, writable=False, ref="user")
    ] = field(default_factory=list)
    exported: Annotated[dict[str, int], displayed(Kind.JSON, "已导出内容", "Exported", writable=False)] = field(
        default_factory=dict
    )
    problem: Annotated[str, displayed(Kind.KEYWORD, "受阻原因", "Stopped by", writable=False)] = ""
    note: Annotated[str, displayed(Kind.TEXT, "说明", "Note", writable=False)] = ""
    refusal: Annotated[str, displayed(Kind.TEXT, "拒绝理由", "Why refused", writable=False)] = ""
    records: dict[str, str] = field(default_factory=dict)


def evolve(state: SubjectRequest, event: Event) -> None:
    match event:
        case events.SubjectRequestOpened(kind=kind, person_type=person_type, person=person):
            state.kind, state.person_type, state.person = kind, person_type, person
            state.received, state.due, state.note = event.received, event.due, event.note
        case events.SubjectRequestTakenUp(handler=handler):
            state.handler, state.status = handler, "in_progress"
        case events.SubjectRequestExtended(due=due):
            state.due = due
        case events.SubjectDataExported(records=records):
            state.exported = records
        case events.ErasureApproved(by=by, complete=complete, records=records, counted=counted):
            state.approvals = [*(state.approvals if counted is None else counted), by]
            state.records, state.problem = records, ""
            state.status = "approved" if complete else "in_progress"
        case events.ErasureStalled(code=code):
            state.approvals, state.problem, state.status = [], code, "in_progress"
        case events.SubjectRequestFulfilled():
            state.status = "fulfilled"
        case events.SubjectRequestRefused(cause=cause):
            state.status, state.refusal = "refused", cause
        case events.SubjectRequestReopened():
            state.status, state.refusal, state.approvals = "in_progress", "", []


SUBJECT_REQUEST = Aggregate(
    name="subject_request",
    service="audit",
    noun="subject-requests",
    state=SubjectRequest,
    evolve=evolve,
    looks_up=("organisation", *PEOPLE),
    collection=Collection("subject_requests", 1, record_fields(SubjectRequest, owned=False), owner=None, title="kind"),
    not_undoable=frozenset(
        {
            "audit.SubjectRequestOpened",
            "audit.SubjectRequestTakenUp",
            "audit.SubjectRequestExtended",
            "audit.SubjectDataExported",
            "audit.ErasureApproved",
            "audit.ErasureStalled",
            "audit.SubjectRequestFulfilled",
            "audit.SubjectRequestRefused",
            "audit.SubjectRequestReopened",
        }
    ),
)
