"""The record types of the customer service, each with the commands and rules of its other modules."""

from __future__ import annotations

from typing import Any

from services.customer import account_tree, activity_commands, contact_commands, saved_view_sharing
from services.customer.account import ACCOUNT
from services.customer.activity import ACTIVITY
from services.customer.attachment import ATTACHMENT
from services.customer.calendar_feed import CALENDAR_FEED
from services.customer.contact import CONTACT
from services.customer.field_definition import FIELD_DEFINITION
from services.customer.saved_view import SAVED_VIEW
from shared.domain.aggregate import Aggregate

AGGREGATES: tuple[Aggregate[Any], ...] = (
    ACCOUNT.including(account_tree.COMMANDS).with_rules(*account_tree.RULES),
    CONTACT.including(contact_commands.COMMANDS),
    ACTIVITY.including(activity_commands.COMMANDS),
    ATTACHMENT,
    FIELD_DEFINITION,
    SAVED_VIEW.including(saved_view_sharing.COMMANDS),
    CALENDAR_FEED,
)
