"""The record types of the audit service, each with its commands, and what else rights are granted on there."""

from __future__ import annotations

from typing import Any

from services.audit import subject_request_commands
from services.audit.legal_hold import LEGAL_HOLD
from services.audit.subject_request import SUBJECT_REQUEST
from shared.domain.aggregate import Aggregate
from shared.security.roles import Resource

AGGREGATES: tuple[Aggregate[Any], ...] = (LEGAL_HOLD, SUBJECT_REQUEST.including(subject_request_commands.COMMANDS))
RESOURCES = (Resource("audit"),)
