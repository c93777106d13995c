"""Filters as trees: what they mean, and where each mistake is.

Tables of cases are wider than code.
"""
# ruff: noqa: E501

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.errors import Invalid
from shared.views.filter_tree import MAX_LEAVES, fields_of, read_filter
from shared.views.port import Condition, Conditions
from tests.contract.views_help import THINGS

BETA = {"field": "name", "value": "beta"}
IS_BETA = Condition("name", "eq", "beta")


def nested(depth: int) -> Any:
    return BETA if not depth else {"any": [nested(depth - 1)]}


@pytest.mark.parametrize(
    ("tree", "meant"),
    [
        (BETA, (IS_BETA,)),
        ({"all": [BETA, {"field": "size", "op": "ge", "value": 3}]}, (IS_BETA, Condition("size", "ge", 3))),
        ({"any": [BETA, {"field": "price", "op": "lt", "value": 10.5}]}, (Conditions("any", (IS_BETA, Condition("price", "lt", "10.5"))),)),
        ({"none": [{"field": "archived", "value": True}]}, (Conditions("none", (Condition("archived", "eq", True),)),)),
        ({"field": "code", "op": "in", "value": ["a,b", "c"]}, (Condition("code", "in", ["a,b", "c"]),)),
        ({"field": "code", "op": "in", "value": '"a,b",c'}, (Condition("code", "in", ["a,b", "c"]),)),
        ({"field": "tags", "value": "vip"}, (Condition("tags", "contains", "vip"),)),
        ({"field": "name", "op": "contains", "value": "海贸 "}, (Condition("name", "contains", "海贸 "),)),
        ({"field": "size", "op": "empty", "value": True}, (Condition("size", "empty", True),)),
        ({"field": "day", "op": "ge", "value": "@this_month"}, (Condition("day", "ge", "this_month"),)),
        ({"field": "extra.tier", "value": "A"}, (Condition("extra.tier", "eq", "A"),)),
        ({"field": "id", "op": "in", "value": ["a", "b"]}, (Condition("id", "in", ["a", "b"]),)),
    ],
)  # fmt: skip
def test_what_a_tree_means(tree: Any, meant: tuple[Any, ...]) -> None:
    assert read_filter(THINGS, json.dumps(tree)) == meant


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("", ["filter"]), ("{", ["filter"]), ('{"any": [}', ["filter"]), ("[]", ["filter"]), ("null", ["filter"]), ('"name=beta"', ["filter"]),
        ("{}", ["filter.field"]), ('{"field": "name"}', ["filter.value"]), ('{"field": 3, "value": 1}', ["filter.field"]), ('{"field": "name", "op": 1, "value": "x"}', ["filter.op"]),
        ('{"any": []}', ["filter.any"]), ('{"any": {}}', ["filter.any"]), ('{"any": [], "all": []}', ["filter"]), ('{"or": []}', ["filter"]),
        ('{"field": "name", "value": "x", "not": true}', ["filter"]), ('{"field": "name", "value": null}', ["filter"]), ('{"field": "name", "value": {"$gt": ""}}', ["filter"]),
        ('{"field": "name", "op": "eq", "value": ["x"]}', ["filter"]), ('{"field": "name", "op": "in", "value": [["x"]]}', ["filter"]),
        ('{"any": [{"field": "nope", "value": 1}, {"field": "notes", "value": 1}, {"all": [{"field": "size", "value": "ten"}]}]}', ["filter.any.0", "filter.any.1", "filter.any.2.all.0"]),
        ('{"field": "name[ne]", "value": "x"}', ["filter"]), ('{"field": "name", "op": "regex", "value": "x"}', ["filter"]), ('{"field": "name", "value": "a\\u0000b"}', ["filter"]),
        ('{"field": "$where", "value": "1"}', ["filter"]), (json.dumps(nested(6)), ["filter.any.0.any.0.any.0.any.0.any.0"]), ("[" * 5000, ["filter"]),
        (json.dumps({"any": [BETA] * (MAX_LEAVES + 1)}), ["filter.any"]), (json.dumps({"any": [{"any": [BETA] * 30}, {"any": [BETA] * 30}]}), ["filter"]),
    ],
)  # fmt: skip
def test_where_a_mistake_is(text: str, places: list[str]) -> None:
    with pytest.raises(Invalid) as caught:
        read_filter(THINGS, text)
    assert [e.field for e in caught.value.errors] == places


def test_five_groups_may_lie_in_each_other() -> None:
    assert read_filter(THINGS, json.dumps(nested(5)))


def test_the_fields_of_a_tree_are_told_by_their_places() -> None:
    tree = {"all": [BETA, {"none": [{"field": "size", "value": 1}]}]}
    assert list(fields_of(tree)) == [("filter.all.0", "name"), ("filter.all.1.none.0", "size")]
