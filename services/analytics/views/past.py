"""Records as they were: the views "as of" a day, each the twin of one of now.

A row is the state after the last event up to the end of the day. Who sees it, and into which account it was merged,
goes by what holds now; the names of people and teams do so, too.
"""

from __future__ import annotations

from dataclasses import replace

from services.analytics.views.records import ACCOUNTS, ACTIVITIES, CONTACTS, LEADS
from services.analytics.views.spec import View

_STATES = (
    "(SELECT _p.*, _n.owner AS owner_now{kept} FROM (SELECT _f.* FROM {facts} AS _f PREWHERE _f.tenant = "
    "{{tenant:String}} WHERE _f.occurred_at <= fromUnixTimestamp64Micro({{day:Int64}}, 'UTC') "
    "ORDER BY _f.tenant, _f.id, _f.version DESC LIMIT 1 BY _f.id) AS _p LEFT JOIN (SELECT _w.id AS id, _w.owner AS "
    "owner{now} FROM {current} AS _w FINAL PREWHERE _w.tenant = {{tenant:String}}) AS _n ON _n.id = _p.id)"
)


def _then(facts: str, current: str, *, merges: bool = False) -> str:
    kept, now = (", _n.merged_into AS merged_now", ", _w.merged_into AS merged_into") if merges else ("", "")
    return _STATES.format(facts=facts, current=current, kept=kept, now=now)


OPPORTUNITIES_THEN = _then("opportunity_facts", "opportunities_now")


def as_of(view: View, facts: str, current: str, zh: str, en: str, *, merges: bool = False) -> View:
    """The twin of a view of now. facts, current: the tables of its record type. merges: it has `merged_into`."""
    return replace(
        view,
        name=f"{view.name}_as_of",
        zh=zh,
        en=en,
        source=f"{_then(facts, current, merges=merges)} AS _o",
        where=view.where.replace("_o.merged_into", "_o.merged_now"),
        owner="_o.owner_now",
        parameters={"day": "Date32"},
    )


PAST_RECORDS: tuple[View, ...] = (
    as_of(
        ACCOUNTS,
        "account_facts",
        "accounts_now",
        "某日结束时的客户:每个客户一行,含已归档的;合并按现在",
        "Accounts as they were at the end of a day, a row each, archived ones too; merges as they are now",
        merges=True,
    ),
    as_of(
        ACTIVITIES,
        "activity_facts",
        "activities_now",
        "某日结束时的活动:每个活动一行",
        "Activities as they were at the end of a day, a row each",
    ),
    as_of(
        LEADS,
        "lead_facts",
        "leads_now",
        "某日结束时的线索:每条线索一行",
        "Leads as they were at the end of a day, a row each",
    ),
    as_of(
        CONTACTS,
        "contact_facts",
        "contacts_now",
        "某日结束时的联系人:每个联系人一行;合并按现在",
        "Contacts as they were at the end of a day, a row each; merges as they are now",
        merges=True,
    ),
)
