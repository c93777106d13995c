"""RetentionRule: which people's records go when nobody needs them; a daily run announces them first (ADR 44)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, get_args

from services.audit.subject_request import APPROVERS
from shared.domain.aggregate import Aggregate
from shared.domain.fields import displayed, record_fields
from shared.domain.record import Record
from shared.events import audit_retention as events
from shared.events.envelope import Event
from shared.security.permissions import Access
from shared.views.filter_tree import fields_of
from shared.views.port import Collection, Document, Kind, Meaning
from shared.views.tree_model import Conditions

Basis = Literal["created", "changed", "used"]
RuleStatus = Literal["inactive", "proposed", "active"]


@dataclass(slots=True)
class RetentionRule(Record):
    """conditions: a tree; null = none. basis: created; changed: the record itself; used: it, and all that names it.

    days: so long ago at least. notice_days: between announcement and erasure. approvals: who activated it; activation:
    how often it became active.
    """

    name: Annotated[str, displayed(Kind.TEXT, "名称", "Name", indexed=True, searchable=True, required=True)] = ""
    resource: Annotated[
        str, displayed(Kind.KEYWORD, "记录类型", "Record type", indexed=True, writable=False, required=True)
    ] = ""
    conditions: Annotated[
        dict[str, Any] | None,
        displayed(Kind.JSON, "条件组", "Conditions", shape=Conditions | None, meaning=Meaning.CONDITIONS),
    ] = None
    basis: Annotated[str, displayed(Kind.KEYWORD, "计时起点", "Counted from", options=get_args(Basis))] = "used"
    days: Annotated[
        int, displayed(Kind.INTEGER, "保留天数", "Days kept", indexed=True, required=True, meaning=Meaning.DAYS)
    ] = 0
    notice_days: Annotated[int, displayed(Kind.INTEGER, "预告天数", "Days of notice", meaning=Meaning.DAYS)] = 14
    status: Annotated[
        str, displayed(Kind.KEYWORD, "状态", "Status", indexed=True, writable=False, options=get_args(RuleStatus))
    ] = "inactive"
    approvals: Annotated[list[str], displayed(Kind.KEYWORDS, "批准人", "Approved by", writable=False, ref="user")] = (
        field(default_factory=list)
    )
    activation: int = 0

    def may_run(self, by_request: bool) -> bool:
        """by_request: whether the organisation wants two people for each erasure."""
        approved = len(self.approvals) >= needed(by_request)
        return self.status == "active" and not self.archived and approved


def needed(by_request: bool) -> int:
    """How many people activate a rule."""
    return APPROVERS if by_request else 1


def evolve(state: RetentionRule, event: Event) -> None:
    match event:
        case events.RetentionRuleCreated(name=name, resource=resource, conditions=conditions):
            state.name, state.resource, state.conditions = name, resource, conditions
            state.basis, state.days, state.notice_days = event.basis, event.days, event.notice
        case events.RetentionRuleApproved(by=by, active=active, counted=counted):
            state.approvals = [*counted, by]
            if active and state.status != "active":
                state.activation += 1
            state.status = "active" if active else "proposed"
        case events.RetentionRuleDeactivated():
            state.status, state.approvals = "inactive", []


def conceal(values: Document, record: Document, access: Access) -> Document:
    """Without conditions that name a field which is hidden from the caller."""
    tree = values.get("conditions")
    if tree and not all(access.may_see(str(record["resource"]), name) for _, name in fields_of(tree)):
        return {**values, "conditions": None}
    return values


RETENTION_RULE = Aggregate(
    name="retention_rule",
    service="audit",
    noun="retention-rules",
    state=RetentionRule,
    evolve=evolve,
    conceal=conceal,
    looks_up=("organisation", "user"),
    collection=Collection("retention_rules", 1, record_fields(RetentionRule, owned=False), owner=None),
    not_undoable=frozenset(
        f"audit.{name}"
        for name in (
            "RetentionRuleCreated",
            "RetentionRuleChanged",
            "RetentionRuleApproved",
            "RetentionRuleDeactivated",
            "RetentionRuleRemoved",
        )
    ),
)
