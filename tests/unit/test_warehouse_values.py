"""Values travel between processes as they were, with their types."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.warehouse.values import column, packed, packed_parameters, parameters_of

PLAIN = st.none() | st.booleans() | st.text(st.characters(exclude_categories=["Cs"])) | st.integers(-(2**255), 2**255)
NAMED = (
    st.decimals(allow_nan=False)
    | st.dates()
    | st.datetimes().map(lambda v: v.replace(fold=0))
    | st.binary()
    | st.uuids()
    | st.timedeltas()
)
ONE = PLAIN | NAMED | st.floats(allow_nan=False) | st.ip_addresses()
VALUES = st.recursive(
    ONE,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3)
    ),
    max_leaves=6,
)


def travelled(values: list[Any]) -> list[Any]:
    return column(orjson.loads(orjson.dumps(packed(values))))


@settings(max_examples=50, deadline=None)
@given(st.lists(VALUES, max_size=6))
def test_what_is_sent_arrives_with_its_types(values: list[Any]) -> None:
    arrived = travelled(values)
    assert arrived == values
    assert repr(arrived) == repr(values)


def test_not_a_number_arrives() -> None:
    assert math.isnan(travelled([math.nan])[0])


def test_each_type_of_the_engine_arrives() -> None:
    values = [
        Decimal("1.50"),
        date(1969, 12, 31),
        datetime(2026, 1, 2, 3, 4, 5, 6),
        datetime(2026, 1, 2, tzinfo=timezone(timedelta(hours=8))),
        UUID(int=7),
        IPv4Address("127.0.0.1"),
        IPv6Address("::1"),
        b"\xff",
        2**200,
        float("inf"),
        (1, [Decimal("2")], {"a": date(2026, 1, 1)}),
    ]
    assert travelled(values) == values


def test_parameters_arrive() -> None:
    assert parameters_of(packed_parameters(None)) is None
    given = {"names": ["a", "b"], "at": date(2026, 1, 1), "n": None}
    assert parameters_of(packed_parameters(given)) == given


def test_what_the_engine_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="object"):
        packed([object()])
