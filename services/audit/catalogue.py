"""The record types of the audit service, each with its commands, and what else rights are granted on there."""

from __future__ import annotations

from typing import Any

from services.audit import retention_rule_commands, subject_request_commands
from services.audit.legal_hold import LEGAL_HOLD
from services.audit.retention_notice import RETENTION_NOTICE
from services.audit.retention_rule import RETENTION_RULE
from services.audit.retention_run import RETENTION_RUN
from services.audit.subject_request import SUBJECT_REQUEST
from services.audit.taking_back_job import TAKING_BACK
from shared.domain.aggregate import Aggregate
from shared.security.roles import Resource

AGGREGATES: tuple[Aggregate[Any], ...] = (
    LEGAL_HOLD,
    SUBJECT_REQUEST.including(subject_request_commands.COMMANDS),
    RETENTION_RULE.including(retention_rule_commands.COMMANDS),
    RETENTION_RUN,
    RETENTION_NOTICE,
    TAKING_BACK,
)
RESOURCES = (Resource("audit", ("Audit log", "审计日志", "稽核日誌")),)
