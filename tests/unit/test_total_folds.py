"""Folds are total: a stored value of a field that the state no longer has is ignored, whatever the event."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.customer.catalogue import AGGREGATES as CUSTOMER
from services.identity.catalogue import AGGREGATES as IDENTITY
from services.integration.catalogue import AGGREGATES as INTEGRATION
from services.sales.catalogue import AGGREGATES as SALES
from shared.domain.aggregate import Aggregate
from shared.domain.record import MergeableRecord
from shared.events import common
from shared.events.registry import EventType
from tests.golden.catalogue import every_type, example

ALL = (*CUSTOMER, *IDENTITY, *INTEGRATION, *SALES)
VALUES = ("details", "person", "plan", "changes")  # what events call the values of plain fields
OF_MERGEABLE = (common.Merged, common.PersonalMerged, common.Unmerged, common.PersonalUnmerged)
GONE = st.text(min_size=1).map("gone_{}".format) | st.sampled_from(("__class__", "__slots__", "gone.x", "custom."))


def events_with_values(aggregate: Aggregate[Any]) -> Iterable[tuple[EventType, str]]:
    """The events of the aggregate's service that hold values of fields, with the name that these have there."""
    mergeable = issubclass(aggregate.state, MergeableRecord)
    for type_ in every_type():
        if type_.name.startswith(f"{aggregate.service}.") and (mergeable or not issubclass(type_.cls, OF_MERGEABLE)):
            yield from ((type_, name) for name in type_.field_names if name in VALUES)


def _emptied(name: str, value: Any) -> Any:
    """The value of an example without fields and entries, whose shape the example does not know."""
    return {} if name in VALUES else [] if isinstance(value, list) else value


@pytest.mark.parametrize("aggregate", ALL, ids=lambda a: a.name)
@settings(max_examples=10)
@given(gone=GONE)
def test_a_value_of_a_field_that_is_gone_is_ignored(aggregate: Aggregate[Any], gone: str) -> None:
    for type_, name in events_with_values(aggregate):
        bare = type_.cls(**{f: _emptied(f, value) for f, value in example(type_).items()})
        value = {"from": 1, "to": 2} if name == "changes" else 2
        state, expected = aggregate.state(), aggregate.state()
        aggregate.evolve_all(expected, bare)
        aggregate.evolve_all(state, replace(bare, **{name: {gone: value}}))
        assert state == expected, type_.name


def test_each_aggregate_with_plain_fields_is_asked() -> None:
    asked = {a.name for a in ALL if any(True for _ in events_with_values(a))}
    assert {"account", "contact", "activity", "saved_view", "team", "user", "lead", "opportunity", "product"} <= asked
