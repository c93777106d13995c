"""Values of custom fields: what each kind takes and keeps, and the texts that stand for numbers.

Tables of cases are wider than code.
"""
# ruff: noqa: E501

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.custom_values import BadValue, fields_of, normal
from shared.domain.types import ExactNumber
from shared.views.entries import entries, number_key, number_of
from shared.views.port import Kind


def definition(kind: str, *options: str) -> dict[str, Any]:
    return {"name": "x", "kind": kind, "zh": "", "en": "", "options": list(options), "required": False, "ref": ""}


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        ("text", "Hello", "Hello"), ("keyword", "A", "A"), ("keywords", ["a", "b", "a"], ["a", "b"]), ("keywords", [], []),
        ("integer", 5, 5), ("integer", ExactNumber("1000"), 1000),
        ("decimal", "1e3", "1000"), ("decimal", "1000.0", "1000"), ("decimal", 1000, 1000), ("decimal", "-0.0", "0"),
        ("decimal", ExactNumber("12.50"), "12.5"), ("boolean", False, False), ("date", "2026-02-28", "2026-02-28"), ("date", "28.2.2026", "2026-02-28"), ("decimal", "1.250,5 €", "1250.5"),
        ("datetime", "2026-11-24T09:30:00+08:00", "2026-11-24T01:30:00.000000Z"), ("reference", "0193-a", "0193-a"),
        ("money", {"amount": 10, "currency": "usd"}, {"amount": "10.00", "currency": "USD"}),
    ],
)  # fmt: skip
def test_a_value_is_kept_in_one_form(kind: str, value: Any, kept: Any) -> None:
    found = normal(definition(kind), value)
    assert (type(found), found) == (type(kept), kept)
    assert normal(definition(kind), found) == found


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        ("text", 5, "wrong-type"), ("text", ExactNumber("5.5"), "wrong-type"), ("text", "x" * 2001, "wrong-type"),
        ("keywords", "a", "wrong-type"), ("keywords", [1], "wrong-type"), ("keywords", [""], "wrong-type"),
        ("keywords", [str(n) for n in range(51)], "too-many"), ("integer", "5", "wrong-type"), ("integer", True, "wrong-type"),
        ("integer", ExactNumber("1.5"), "wrong-type"), ("integer", ExactNumber("1000.0"), "wrong-type"),
        ("integer", ExactNumber("9007199254740992"), "out-of-range"),
        ("decimal", "1,5,0", "wrong-type"), ("decimal", "1,500", "number-ambiguous"), ("decimal", "NaN", "wrong-type"), ("decimal", "1e999", "out-of-range"),
        ("decimal", "0." + "1" * 19, "out-of-range"), ("decimal", None, "wrong-type"), ("date", "2026-02-29", "wrong-type"), ("date", "1/2/2026", "date-ambiguous"),
        ("datetime", "2026-11-24T09:30:00", "wrong-type"), ("datetime", 5, "wrong-type"), ("boolean", 1, "wrong-type"),
        ("reference", "a b", "wrong-type"), ("reference", {"$ne": ""}, "wrong-type"), ("money", "10 USD", "wrong-type"),
        ("money", {"amount": "x", "currency": "USD"}, "wrong-type"), ("money", {"amount": "1", "currency": "XXQ"}, "wrong-type"),
        ("money", {"amount": "1", "currency": "USD", "more": 1}, "wrong-type"),
    ],
)  # fmt: skip
def test_a_value_that_is_none_of_the_kind_is_refused(kind: str, value: Any, code: str) -> None:
    with pytest.raises(BadValue) as refused:
        normal(definition(kind), value)
    assert refused.value.code == code


def test_each_entry_of_a_list_must_be_an_option() -> None:
    assert normal(definition("keywords", "a", "b"), ["b"]) == ["b"]
    with pytest.raises(BadValue, match='"c" is none of the options: a, b'):
        normal(definition("keywords", "a", "b"), ["a", "c"])


def test_money_is_asked_by_its_parts() -> None:
    assert [(f.name, f.kind) for f in fields_of(definition("money"))] == [
        ("custom.x.amount", Kind.DECIMAL), ("custom.x.currency", Kind.KEYWORD)
    ]  # fmt: skip


_numbers = st.decimals(allow_nan=False, allow_infinity=False, places=6) | st.integers(-(10**40), 10**40).map(Decimal)


@given(_numbers, _numbers)
def test_keys_of_numbers_sort_as_the_numbers_do(one: Decimal, other: Decimal) -> None:
    assert (number_key(one) < number_key(other), number_key(one) == number_key(other)) == (one < other, one == other)
    assert number_of(number_key(one)) == one


@pytest.mark.parametrize("values", [None, [], "x", 5, {"a": None}, {"a": ""}, {"a": {}}, {"a": [None, 1, ""]}])
def test_what_holds_nothing_has_no_entries(values: Any) -> None:
    assert entries(values) == []
