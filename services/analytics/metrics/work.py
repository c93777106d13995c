"""Metrics of leads, activities, accounts and contacts. Archived records count nowhere."""

from __future__ import annotations

from services.analytics.metrics.deals import OWNER, SOURCE, TEAM
from services.analytics.metrics.spec import Dimension, Figure, Metric
from shared.messages import say

_CREATED = "toDate32(created_at)"
_PEOPLE = (OWNER, TEAM)
_INDUSTRY = Dimension("industry", say("Industry"), "industry")
_COUNTRY = Dimension("country", say("Country"), "country")
_LEADS = (SOURCE, *_PEOPLE, Dimension("status", say("Status"), "status"), _INDUSTRY, _COUNTRY)
_ACTIVITIES = (
    Dimension("kind", say("Kind"), "kind"),
    *_PEOPLE,
    Dimension("priority", say("Priority"), "priority"),
    Dimension("account", say("Account"), "account_id"),
)

NEW_LEADS = Metric(
    "new_leads",
    say("New leads"),
    say("Leads captured in the period"),
    "leads",
    (Figure("leads", say("Leads"), "count", "count()"),),
    _LEADS,
    day=_CREATED,
    by="source",
    chart="line",
)

LEAD_CONVERSION = Metric(
    "lead_conversion",
    say("Lead conversion"),
    say("The share of the leads captured in the period that is converted at the day"),
    "leads",
    (
        Figure("conversion", say("Conversion"), "percent", "round(100 * countIf(status = 'converted') / count(), 2)"),
        Figure("converted", say("Converted"), "count", "countIf(status = 'converted')"),
        Figure("leads", say("Leads"), "count", "count()"),
    ),
    _LEADS,
    day=_CREATED,
    by="source",
)

ACTIVITIES_DONE = Metric(
    "activities_done",
    say("Activities done"),
    say("Activities completed in the period, and the minutes they took"),
    "activities",
    (
        Figure("activities", say("Activities"), "count", "count()"),
        Figure("minutes", say("Minutes"), "minutes", "sum(minutes)"),
    ),
    _ACTIVITIES,
    where="status = 'done'",
    day="toDate32(completed_at)",
    by="kind",
)

ACTIVITIES_OVERDUE = Metric(
    "activities_overdue",
    say("Overdue activities"),
    say("Activities open at the end of the day that were due on a day before, and their days of delay"),
    "activities",
    (
        Figure("activities", say("Activities"), "count", "count()"),
        Figure(
            "average_delay", say("Average delay"), "days", "round(avg(dateDiff('day', due_on, toDate32({day}))), 1)"
        ),
        Figure("longest_delay", say("Longest delay"), "days", "max(dateDiff('day', due_on, toDate32({day})))"),
    ),
    _ACTIVITIES,
    where="status = 'open' AND due_on < toDate32({day})",
    by="owner",
)

NEW_ACCOUNTS = Metric(
    "new_accounts",
    say("New accounts"),
    say("Accounts created in the period, merged ones once"),
    "accounts",
    (Figure("accounts", say("Accounts"), "count", "count()"),),
    (
        Dimension("type", say("Type"), "type"),
        _INDUSTRY,
        _COUNTRY,
        Dimension("region", say("Region"), "region"),
        SOURCE,
        *_PEOPLE,
    ),
    where="NOT archived",
    day=_CREATED,
    chart="line",
)

NEW_CONTACTS = Metric(
    "new_contacts",
    say("New contacts"),
    say("Contacts created in the period, merged ones once"),
    "contacts",
    (Figure("contacts", say("Contacts"), "count", "count()"),),
    (*_PEOPLE, Dimension("account", say("Account"), "account_id")),
    day=_CREATED,
    chart="line",
)

WORK: tuple[Metric, ...] = (
    NEW_LEADS,
    LEAD_CONVERSION,
    ACTIVITIES_DONE,
    ACTIVITIES_OVERDUE,
    NEW_ACCOUNTS,
    NEW_CONTACTS,
)
