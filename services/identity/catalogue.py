"""The record types of the identity service."""

from __future__ import annotations

from typing import Any

from services.identity import credentials, membership  # their commands belong to USER
from services.identity.organisation import ORGANISATION
from services.identity.role import ROLE
from services.identity.session import SESSION
from services.identity.team import TEAM
from services.identity.user import USER
from shared.domain.aggregate import Aggregate

_REGISTERED = (credentials, membership)

AGGREGATES: tuple[Aggregate[Any], ...] = (ORGANISATION, USER, TEAM, ROLE, SESSION)
