"""The record types of the identity service, each with the commands and rules of its other modules."""

from __future__ import annotations

from typing import Any

from services.identity import administrators, credentials, membership, second_factor
from services.identity.api_key import API_KEY
from services.identity.exchange_rate import EXCHANGE_RATE
from services.identity.inbox import FOLLOW, NOTIFICATION
from services.identity.organisation import ORGANISATION
from services.identity.preferences import PREFERENCES
from services.identity.recents import RECENTS
from services.identity.role import ROLE
from services.identity.session import SESSION
from services.identity.team import TEAM
from services.identity.user import USER
from shared.domain.aggregate import Aggregate

AGGREGATES: tuple[Aggregate[Any], ...] = (
    ORGANISATION,
    USER.including(membership.COMMANDS, credentials.COMMANDS, second_factor.COMMANDS).with_rules(*administrators.RULES),
    TEAM,
    ROLE,
    SESSION,
    EXCHANGE_RATE,
    FOLLOW,
    NOTIFICATION,
    API_KEY,
    PREFERENCES,
    RECENTS,
)
