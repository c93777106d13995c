"""Values as people write them in the cells of a file: phones, countries, numbers and days."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.integration.mapping.plan import RowPlan, Surroundings, key_text, plan_row
from services.integration.mapping.prepared import PreparedStep, check_columns, prepare
from services.integration.mapping.spec import parse_mapping
from shared.errors import Invalid
from tests.unit.test_import_plan import CATALOGUE, NOW, PEOPLE


def step_of(step: str) -> PreparedStep:
    mapping, lines = parse_mapping(f"name: x\nsteps:\n  - {{name: s, file: f.csv, {step}}}")
    return prepare(mapping, lines, CATALOGUE)[0]


def plan(step: PreparedStep, **cells: str) -> RowPlan:
    return plan_row(step, cells, [], "new", Surroundings(PEOPLE, NOW))


def made(found: RowPlan) -> dict[str, Any]:
    """The fields of the one command of a row that is taken."""
    assert found.problems == []
    return found.commands[0].body.model_dump(exclude_unset=True)


ACCOUNT = "resource: account, fields: {name: n, phone: p, country: c}"


@pytest.mark.parametrize(
    ("option", "organisation", "cells", "number"),
    [
        ("", "", {"p": "+49 (0)221 12345"}, "+4922112345"),
        ("", "DE", {"p": "0221 12345"}, "+4922112345"),
        ("country: DE, ", "CN", {"p": "0221 12345"}, "+4922112345"),
        ("country: Germany, ", "CN", {"p": "0221 12345"}, "+4922112345"),
        ("country: {column: c}, ", "CN", {"p": "0221 12345", "c": "德国"}, "+4922112345"),
        ("country: {column: c}, ", "CN", {"p": "13800138000", "c": ""}, "+8613800138000"),
        ("country: {column: c, default: DE}, ", "CN", {"p": "0221 12345", "c": ""}, "+4922112345"),
        ("country: {column: c, replace: {D: DE}}, ", "CN", {"p": "0221 12345 x9", "c": "D"}, "+4922112345;ext=9"),
    ],
)
def test_the_country_of_a_national_number(option: str, organisation: str, cells: dict[str, str], number: str) -> None:
    step = replace(step_of(option + ACCOUNT.replace(", country: c", "")), country=organisation)
    assert made(plan(step, n="Acme", **cells)) == {"name": "Acme", "phone": number}


def test_a_national_number_of_no_country_says_what_to_do() -> None:
    [problem] = plan(step_of(ACCOUNT), n="Acme", p="0221 12345").problems
    assert (problem.field, problem.code) == ("phone", "phone-country")
    assert "0221 12345" in problem.message
    assert "organisation's country" in problem.message


def test_a_country_is_taken_by_its_name() -> None:
    assert made(plan(step_of(ACCOUNT), n="Acme", c="Allemagne"))["country"] == "DE"


def test_an_ambiguous_country_names_the_choices() -> None:
    [problem] = plan(step_of(ACCOUNT), n="Acme", c="Congo").problems
    assert (problem.field, problem.code) == ("country", "country-ambiguous")
    assert '"Congo"' in problem.message
    assert "CD, CG" in problem.message


def test_a_key_that_is_a_phone_is_taken_as_the_field_is() -> None:
    step = step_of("mode: upsert, key: phone, country: {column: c}, resource: account, fields: {name: n, phone: p}")
    assert key_text(step, {"p": "(0221) 123 45", "c": "DE"}) == "+4922112345"
    assert key_text(step, {"p": "none"}) == "none"


def test_the_country_of_a_step_must_be_one() -> None:
    with pytest.raises(Invalid) as caught:
        step_of("country: Narnia, " + ACCOUNT)
    [error] = caught.value.errors
    assert (error.field, error.code) == ("steps.0.country", "country")
    assert '"Narnia"' in error.message


def test_the_column_of_a_country_must_be_in_the_file() -> None:
    step = step_of("country: {column: Land}, " + ACCOUNT)
    with pytest.raises(Invalid) as caught:
        check_columns([step], {"f.csv": ("n", "p", "c")}, {})
    assert "Land" in caught.value.errors[0].message
