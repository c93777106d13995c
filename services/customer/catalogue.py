"""The record types of the customer service, with all their commands."""

from __future__ import annotations

from typing import Any

from services.customer import account_tree as account_tree
from services.customer import activity_commands as activity_commands
from services.customer import contact_commands as contact_commands
from services.customer.account import ACCOUNT
from services.customer.activity import ACTIVITY
from services.customer.contact import CONTACT
from services.customer.field_definition import FIELD_DEFINITION
from services.customer.saved_view import SAVED_VIEW
from shared.domain.aggregate import Aggregate

AGGREGATES: tuple[Aggregate[Any], ...] = (ACCOUNT, CONTACT, ACTIVITY, FIELD_DEFINITION, SAVED_VIEW)
