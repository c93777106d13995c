"""What a record type declares about itself is checked when it is made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.customer.account import ACCOUNT
from services.customer.activity import ACTIVITY
from services.sales.lead import LEAD
from shared.domain.aggregate import Aggregate
from shared.domain.timelines import OnTimelines
from shared.http.search import searched_types
from shared.past.layout import Layout
from shared.views.port import Condition
from tests.support.roles import CATALOGUE
from tests.support.toys import TOY


@pytest.mark.parametrize(
    ("declared", "field"),
    [
        ({"on_timelines": OnTimelines(links="toys", at="created_at")}, "toys"),
        ({"on_timelines": OnTimelines(links="marks", at="made_at")}, "made_at"),
        ({"on_timelines": OnTimelines(links="marks", at="created_at", kind="colour")}, "colour"),
        ({"on_timelines": OnTimelines("marks", "created_at", contact=(Condition("met", "eq", True),))}, "met"),
        ({"became": ("game",)}, "game"),
    ],
)
def test_a_declaration_names_fields_that_there_are(declared: dict[str, Any], field: str) -> None:
    with pytest.raises(TypeError, match=f"toy has no field '{field}'"):
        replace(TOY, **declared)


def test_what_merges_follows_from_the_state() -> None:
    merging: list[Aggregate[Any]] = [a for a in CATALOGUE if a.merges]
    assert [a.name for a in merging] == ["account", "contact"]
    assert not TOY.merges


def test_the_suite_searches_what_declares_a_rank_in_this_order() -> None:
    assert [*searched_types(CATALOGUE)] == [
        "account",
        "contact",
        "lead",
        "opportunity",
        "product",
        "activity",
        "attachment",
    ]


def test_activities_show_on_timelines_and_leads_pass_theirs_on() -> None:
    assert [a.name for a in CATALOGUE if a.on_timelines] == [ACTIVITY.name]
    assert [(a.name, a.became) for a in CATALOGUE if a.became] == [
        (LEAD.name, ("account", "contact", "opportunity", "contacts_made"))
    ]
    assert ACCOUNT.name in {f.ref for f in LEAD.collection.fields if f.name in LEAD.became}


@pytest.mark.parametrize("record_type", ["account", "contact", "lead", "activity", "opportunity"])
def test_boards_of_the_past_by_owner_are_kept_as_totals(record_type: str) -> None:
    layout = Layout(1, CATALOGUE[record_type].collection)
    assert {"owner", "archived"} <= {layout.fields[place].name for place in layout.dims}
