"""Values as people write them in the cells of a file: phones, countries, numbers and days."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.integration.mapping.plan import RowPlan, Surroundings, key_text, plan_row
from services.integration.mapping.prepared import PreparedStep, check_columns, prepare
from services.integration.mapping.settling import settle
from services.integration.mapping.spec import parse_mapping
from shared.clock import from_rfc3339
from shared.errors import Invalid
from shared.views.port import Kind
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


LEAD = "resource: lead, fields: {family_name: n, annual_revenue: r, employees: e, custom.size: s, custom.since: d}"
KINDS = {"size": Kind.DECIMAL, "since": Kind.DATE}


def settled(step: PreparedStep, *rows: dict[str, str]) -> PreparedStep:
    return settle(step, lambda: rows, KINDS, {})


@pytest.mark.parametrize(
    ("column", "field", "cells", "values"),
    [
        ("r", "annual_revenue", ["1.250", "3,50", "€ 5", "1.000.000 €"], ["1250.00", "3.50", "5.00", "1000000.00"]),
        ("r", "annual_revenue", ["1,250", "3.50", "(5)"], ["1250.00", "3.50", None]),
        ("r", "annual_revenue", ["1 250.00", "１２５０", "1'250.00"], ["1250.00"] * 3),
        ("e", "employees", ["1.250", "1,250", "1 250", "1250", "12"], [1250, 1250, 1250, 1250, 12]),
        ("e", "employees", ["1.250", "1.000"], [1250, 1000]),
    ],
)
def test_the_numbers_of_a_column(column: str, field: str, cells: list[str], values: list[Any]) -> None:
    rows = [{"n": "Lee", column: cell} for cell in cells]
    step = settled(step_of(LEAD), *rows)
    plans = [plan(step, **row) for row in rows]
    assert [None if p.problems else made(p)[field] for p in plans] == values


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        (["01/02/2026", "13/02/2026", "2026-03-04", "Nov 3, 2026", "5.6.2026", "45321"],
         ["2026-02-01", "2026-02-13", "2026-03-04", "2026-11-03", "2026-06-05", "2024-01-30"]),
        (["01/02/2026 9:30", "2/13/2026 3 PM", "2/13/2026 3:00 PM"], ["2026-01-02", None, "2026-02-13"]),
    ],
)  # fmt: skip
def test_the_days_of_a_column(cells: list[str], days: list[Any]) -> None:
    step = step_of("resource: contact, fields: {family_name: n, birthday: b}")
    rows = [{"n": "Lee", "b": cell} for cell in cells]
    step = settled(step, *rows)
    plans = [plan(step, **row) for row in rows]
    assert [None if p.problems else made(p)["birthday"] for p in plans] == days


def test_custom_fields_and_moments_take_the_same_forms() -> None:
    row = {"n": "Lee", "s": "1.250,5", "d": "24. November 2026"}
    found = plan_row(settled(step_of(LEAD), row), row, [], "new", Surroundings(PEOPLE, NOW, KINDS))
    assert made(found)["custom"] == {"size": "1250.5", "since": "2026-11-24"}
    step = step_of("resource: account, at: {column: d}, fields: {name: n}")
    row = {"n": "Acme", "d": "24.12.2023 23:30"}
    [command] = plan(settled(step, row), **row).commands
    assert command.occurred_at == from_rfc3339("2023-12-24T23:30:00Z")


@pytest.mark.parametrize(
    ("option", "cells", "code", "texts"),
    [
        ("birthday: b", ["1/2/2026", "3/4/2026"], "date-order", ['"1/2/2026"', "`date: dmy`", "`date: mdy`"]),
        ("birthday: b", ["13/2/2026", "2/13/2026"], "date-order", ['"2/13/2026"']),
        ("custom.size: b", ["1,250"], "decimal-sign", ['"1,250"', '`decimal: "."`', '`decimal: ","`']),
    ],
)
def test_what_nothing_tells_is_asked_for_by_name(option: str, cells: list[str], code: str, texts: list[str]) -> None:
    step = step_of(f"resource: contact, fields: {{family_name: n, {option}}}")
    with pytest.raises(Invalid) as caught:
        settled(step, *({"n": "Lee", "b": cell} for cell in cells))
    [error] = caught.value.errors
    assert (error.field, error.code) == (f"steps.0.fields.{option[:-3]}", code)
    assert all(text in error.message for text in (*texts, "in b,"))


def test_what_is_named_is_taken() -> None:
    fields = "birthday: {column: b, date: mdy}, custom.size: {column: s, decimal: ','}"
    step = step_of(f"resource: contact, fields: {{family_name: n, {fields}}}")
    row = {"n": "Lee", "b": "1/2/2026", "s": "1.250"}
    found = plan_row(settled(step, row), row, [], "new", Surroundings(PEOPLE, NOW, KINDS))
    assert (made(found)["birthday"], made(found)["custom"]) == ("2026-01-02", {"size": "1250"})
    [problem] = plan(settled(step, row), n="Lee", b="13/2/2026").problems
    assert (problem.field, problem.code) == ("birthday", "bad-date")
    assert '"13/2/2026"' in problem.message


def test_a_form_is_an_order_or_a_pattern() -> None:
    with pytest.raises(Invalid) as caught:
        step_of("resource: contact, fields: {family_name: n, birthday: {column: b, date: dym}}")
    assert caught.value.errors[0].field == "steps.0.fields.birthday.date"


def test_a_text_that_is_replaced_by_nothing_is_no_value() -> None:
    born = "{column: w, date: '%m/%d/%Y', replace: {0/0/00: ''}}"
    step = step_of(f"resource: contact, fields: {{name: n, birthday: {born}}}")
    assert made(plan(step, n="Ada", w="0/0/00")) == {"name": "Ada"}
    assert made(plan(step, n="Ada", w="12/10/1985")) == {"name": "Ada", "birthday": "1985-12-10"}
