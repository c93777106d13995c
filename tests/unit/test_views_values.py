"""Values in index form, words of a text, and what a checked query keeps."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import to_rfc3339
from shared.views.port import BadQuery, Buckets, Collection, Condition, Field, Kind, Query
from shared.views.query import edges_of, group_fields, sum_field, validate
from shared.views.values import check, index_value, keywords, search_words


def field(kind: Kind, **more: Any) -> Field:
    return Field("f", kind, "字段", "Field", indexed=True, **more)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (Kind.TEXT, "ÄRGER", "arger\x01ärger"),
        (Kind.TEXT, "", None),
        (Kind.KEYWORD, "As Is", "As Is"),
        (Kind.INTEGER, -(2**63), -(2**63)),
        (Kind.DECIMAL, "1054.00", 10_540_000),
        (Kind.DECIMAL, "-0.0001", -1),
        (Kind.DECIMAL, Decimal("1E+2"), 1_000_000),
        (Kind.DECIMAL, 7, 70_000),
        (Kind.DATE, "2024-02-29", "2024-02-29"),
        (Kind.DATETIME, "2024-02-29T23:59:59.000001Z", "2024-02-29T23:59:59.000001Z"),
        (Kind.BOOLEAN, True, 1),
        (Kind.BOOLEAN, None, None),
    ],
)
def test_index_values(kind: Kind, value: Any, expected: Any) -> None:
    assert index_value(field(kind), value) == expected


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.TEXT, 1), (Kind.TEXT, "\ud800"), (Kind.KEYWORD, ["a"]), (Kind.INTEGER, True), (Kind.INTEGER, 2**63),
        (Kind.INTEGER, "1"), (Kind.DECIMAL, "1,5"), (Kind.DECIMAL, "0.00001"), (Kind.DECIMAL, 1.5),
        (Kind.DECIMAL, True), (Kind.DECIMAL, "NaN"), (Kind.DECIMAL, "922337203685477.5808"), (Kind.DATE, "2023-02-29"),
        (Kind.DATE, "2023-2-1"),
        (Kind.DATETIME, "2023-02-28T10:00:00Z"), (Kind.DATETIME, "2023-02-28T24:01:00.000000Z"), (Kind.DATETIME, 0),
        (Kind.DATETIME, "2023-02-28T10:00:00.000000+01:00"), (Kind.BOOLEAN, 1), (Kind.JSON, {}), (Kind.KEYWORDS, ["a"]),
    ],
)  # fmt: skip
def test_what_is_not_of_the_kind_is_refused(kind: Kind, value: Any) -> None:
    with pytest.raises(ValueError):
        index_value(field(kind), value)


@given(st.integers(0, 4_000_000_000_000_000), st.integers(0, 4_000_000_000_000_000))
def test_moments_sort_as_they_happened(a: int, b: int) -> None:
    one, other = (index_value(field(Kind.DATETIME), to_rfc3339(x)) for x in (a, b))
    assert isinstance(one, str)
    assert isinstance(other, str)
    assert (one < other) == (a < b)


@given(st.decimals(-(10**10), 10**10, places=4), st.decimals(-(10**10), 10**10, places=4))
def test_decimals_sort_as_numbers(a: Decimal, b: Decimal) -> None:
    one, other = (index_value(field(Kind.DECIMAL), format(x, "f")) for x in (a, b))
    assert isinstance(one, int)
    assert isinstance(other, int)
    assert (one < other) == (a < b)


def test_keywords_are_distinct_and_never_empty() -> None:
    assert keywords(field(Kind.KEYWORDS), ["a", "", "b", "a"]) == ["a", "b"]
    assert keywords(field(Kind.KEYWORDS), None) == []
    for wrong in ("a", [1], {"a": 1}):
        with pytest.raises(ValueError):
            keywords(field(Kind.KEYWORDS), wrong)


THINGS = Collection(
    "things",
    1,
    (
        Field("name", Kind.TEXT, "名称", "Name", indexed=True, searchable=True),
        Field("tags", Kind.KEYWORDS, "标签", "Tags", indexed=True, searchable=True),
        Field("price", Kind.DECIMAL, "价格", "Price", indexed=True),
        Field("at", Kind.DATETIME, "时间", "At", indexed=True),
        Field("notes", Kind.TEXT, "备注", "Notes"),
    ),
)


def test_search_words_come_from_searchable_fields_only() -> None:
    document = {"name": "Acme GmbH", "tags": ["vip", "acme"], "notes": "secret", "price": "5"}
    assert search_words(THINGS, document) == ["tacme", "tgmbh", "eacme·gmbh", "ovip"]


@pytest.mark.parametrize(
    "wrong",
    [{}, {"id": "a"}, {"id": 1, "version": 1}, {"id": "a", "version": 1, "price": "x"},
     {"id": "a", "version": 1, "tags": "x"}, {"id": "a", "version": 1, "notes": "\ud800"}],
)  # fmt: skip
def test_a_document_is_held_against_its_declaration(wrong: dict[str, Any]) -> None:
    check(THINGS, {"id": "a", "version": 1, "price": "1.50", "tags": ["x"]})
    with pytest.raises(ValueError):
        check(THINGS, wrong)


def test_a_cursor_carries_where_to_go_on_and_belongs_to_its_query() -> None:
    query = Query((Condition("price", "gt", "1"),), sort="at", limit=5)
    checked = validate(THINGS, query)
    cursor = checked.cursor(["2024-02-29T23:59:59.000001Z"], "k1")
    again = validate(THINGS, Query(query.where, sort="at", limit=500, cursor=cursor))
    assert again.after == (("2024-02-29T23:59:59.000001Z",), "k1")
    assert again.limit == 200
    with pytest.raises(BadQuery):
        validate(THINGS, Query(query.where, sort="price", cursor=cursor))
    for values in ([5], [], ["2024-02-29T23:59:59.000001Z", None]):
        with pytest.raises(BadQuery):
            validate(THINGS, Query(query.where, sort="at", cursor=checked.cursor(values, "k1")))


def test_totals_are_by_indexed_fields_of_numbers() -> None:
    assert [f.name for f in group_fields(THINGS, ("name", "id"), {})] == ["name", "id"]
    assert sum_field(THINGS, None, {}) is None
    price = sum_field(THINGS, "price", {})
    assert price is not None
    assert price.name == "price"
    assert edges_of(price, Buckets("price", ("0", "10"))) == (0, 100_000)
    for edges in ((), ("10", "0"), ("1", "1.0"), tuple(str(n) for n in range(1001))):
        with pytest.raises(BadQuery):
            edges_of(price, Buckets("price", edges))
    for by in ("tags", "notes", "nope"):
        with pytest.raises(BadQuery):
            group_fields(THINGS, (by,), {})
    with pytest.raises(BadQuery):
        sum_field(THINGS, "at", {})
