"""The schemas of records: what is sure, what may be null, which texts are closed sets; those of a part, too."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from shared.http.recordanswers import name_of, part_of, record_schemas
from shared.http.recordschemas import HISTORY_ENTRY
from shared.kernel.catalogue import AnyAggregate
from tests.support.roles import CATALOGUE

AGGREGATES = tuple(CATALOGUE)


def validator(aggregate: AnyAggregate, name: str) -> jsonschema_rs.Validator:
    components = {"schemas": {**record_schemas(aggregate), "HistoryEntry": HISTORY_ENTRY}}
    schema = {"$ref": f"#/components/schemas/{name}", "components": components}
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def properties(name: str) -> dict[str, Any]:
    aggregate = CATALOGUE[name]
    found: dict[str, Any] = record_schemas(aggregate)[part_of(name_of(aggregate))]["properties"]
    return found


@pytest.mark.parametrize("aggregate", AGGREGATES, ids=lambda a: a.name)
def test_its_example_is_a_whole_record_and_any_field_may_be_left_out(aggregate: AnyAggregate) -> None:
    name = name_of(aggregate)
    example = record_schemas(aggregate)[name]["examples"][0]
    whole, part = validator(aggregate, name), validator(aggregate, part_of(name))
    whole.validate(example)
    for field in set(example) - {"id", "version"}:
        left = {key: value for key, value in example.items() if key != field}
        assert not whole.is_valid(left), field
        part.validate(left)
    assert not part.is_valid({"id": example["id"]})


@pytest.mark.parametrize("aggregate", AGGREGATES, ids=lambda a: a.name)
def test_every_option_that_the_code_fixes_is_in_the_schema(aggregate: AnyAggregate) -> None:
    for field in aggregate.collection.fields:
        if field.options:
            found = properties(aggregate.name)[field.name]
            assert [o for o in found["enum"] if o] == [o for o in field.options if o], field.name
            assert all(f"`{o}` " in found["description"] for o in field.options), field.name


@pytest.mark.parametrize(
    ("type_", "field", "value", "fits"),
    [
        ("opportunity", "status", "won", True),
        ("opportunity", "status", "paused", False),
        ("opportunity", "status", None, False),
        ("opportunity", "amount", None, True),
        ("opportunity", "amount", "4800.00", True),
        ("opportunity", "amount", 4800, False),
        ("opportunity", "amount", "much", False),
        ("opportunity", "close_date", None, True),
        ("opportunity", "close_date", "2026-02-30", False),
        ("opportunity", "stage", "a-stage-of-their-own", True),
        ("opportunity", "closed_at", None, True),
        ("opportunity", "created_at", None, False),
        ("opportunity", "lines", [{"id": "1"}], False),
        ("opportunity", "contact_roles", [{"contact": "c", "role": "king"}], False),
        ("account", "grade", "", True),
        ("account", "grade", "E", False),
        ("activity", "direction", "", True),
        ("contact", "birthday", "", True),
        ("import", "status", "", False),
        ("saved_view", "conditions", None, True),
        (
            "saved_view",
            "conditions",
            {"any": [{"field": "a", "op": "in", "value": ["x"]}, {"none": [{"field": "b", "value": 1}]}]},
            True,
        ),
        ("saved_view", "conditions", {"any": [{"field": "a"}]}, False),
        ("saved_view", "conditions", {"field": "a", "value": ["x"]}, False),
        ("saved_view", "conditions", {"any": [], "all": []}, False),
        ("saved_view", "conditions", {"field": "a", "op": "like", "value": "x"}, False),
        ("saved_view", "widths", {"name": "wide"}, False),
    ],
)
def test_a_value_fits_or_does_not(type_: str, field: str, value: Any, *, fits: bool) -> None:
    aggregate = CATALOGUE[type_]
    name = name_of(aggregate)
    example = record_schemas(aggregate)[name]["examples"][0]
    assert validator(aggregate, name).is_valid({**example, field: value}) is fits


def test_a_reference_says_what_it_names() -> None:
    found = properties("opportunity")
    assert found["account"]["description"] == "The id of account"
    assert found["stage"]["examples"][0] == "prospecting"
    assert "administrator" in properties("user")["roles"]["items"]["examples"]
    assert found["lost_reason"]["title"] == "Lost reason · 输单原因"
    assert (found["amount"]["x-meaning"], found["probability"]["x-meaning"]) == ("money", "percent")
