"""From rows to commands: pure planning, given cells, what is found and what is known."""

from __future__ import annotations

from typing import Any

import pytest

from services.customer.catalogue import AGGREGATES as CUSTOMER
from services.identity.catalogue import AGGREGATES as IDENTITY
from services.integration.mapping.plan import Known, RowPlan, Surroundings, plan_row
from services.integration.mapping.prepared import PreparedStep, prepare
from services.integration.mapping.spec import Value, parse_mapping
from services.integration.mapping.values import BadCell, applies, evaluate, texts_of
from services.sales.catalogue import AGGREGATES as SALES
from shared.clock import from_rfc3339, to_rfc3339
from shared.kernel.catalogue import Catalogue
from shared.views.port import Kind

CATALOGUE = Catalogue((*IDENTITY, *CUSTOMER, *SALES))
NOW = from_rfc3339("2026-11-24T09:00:00Z")


class Book:
    """What the tenant holds: (resource, field, text) → ids."""

    def __init__(self, known: dict[tuple[str, str, str], list[str]] | None = None) -> None:
        self.known = known or {}

    def ids(self, resource: str, field: str, text: str) -> list[str]:
        return self.known.get((resource, field, text), [])

    def canonical(self, resource: str, field: str, text: str) -> str:
        return text


PEOPLE = Book(
    {("user", "name", "Ann"): ["u1"], ("user", "name", "Bob"): ["u2", "u3"], ("account", "name", "A"): ["a1"]}
)


def value_of(cells: dict[str, str], **given: Any) -> Any:
    return evaluate(Value.model_validate(given), cells, PEOPLE)


@pytest.mark.parametrize(
    ("given", "cell", "wanted"),
    [
        ({}, "  x ", "x"),
        ({}, "  ", None),
        ({"default": "d"}, "", "d"),
        ({"default": 3}, "", 3),
        ({"default": 3}, "x", "x"),
        ({"replace": {"a": "b"}}, "a", "b"),
        ({"replace": {"a": "b"}}, "c", "c"),
        ({"date": "%m/%d/%Y"}, "3/1/2017", "2017-03-01"),
        ({"date": "%m/%d/%Y"}, "2017-03-01", "2017-03-01"),
        ({"scale": 1_000_000}, "1100.04", "1100040000"),
        ({"scale": "0.01"}, "550", "5.5"),
        ({"scale": "0.01"}, "9007199254740993.123456789012345", "90071992547409.93123456789012345"),
        ({"split": ";"}, "a; b;;c ", ["a", "b", "c"]),
        ({"split": ";"}, "", None),
        ({"lookup": "user.name"}, "Ann", "u1"),
        ({"lookup": "user.name", "default": "Ann"}, "", "u1"),
        ({"lookup": "user.name", "split": ","}, "Ann, Ann", ["u1", "u1"]),
    ],
)
def test_values(given: dict[str, Any], cell: str, wanted: Any) -> None:
    assert value_of({"c": cell}, column="c", **given) == wanted


@pytest.mark.parametrize(
    ("given", "cell", "code"),
    [
        ({"date": "%m/%d/%Y"}, "13/1/2017", "bad-date"),
        ({"date": "%m/%d/%Y"}, "2/30/2017", "bad-date"),
        ({"scale": 10}, "ten", "bad-number"),
        ({"scale": 10}, "NaN", "bad-number"),
        ({"scale": 10}, "1_0", "bad-number"),
        ({"scale": 10}, "²", "bad-number"),
        ({"scale": 10}, "1" * 200, "bad-number"),
        ({"lookup": "user.name"}, "Zoe", "unknown-reference"),
        ({"lookup": "user.name"}, "Bob", "ambiguous-reference"),
    ],
)
def test_cells_that_are_no_such_value(given: dict[str, Any], cell: str, code: str) -> None:
    with pytest.raises(BadCell) as caught:
        value_of({"c": cell}, column="c", **given)
    assert caught.value.code == code


def test_constants_and_concatenations() -> None:
    assert value_of({}, constant={"a": [1]}) == {"a": [1]}
    assert value_of({}, constant=False) is False
    assert value_of({}, constant="Ann", lookup="user.name") == "u1"
    parts = [{"column": "a", "replace": {"x": "y"}}, "b", "c"]
    assert value_of({"a": "x", "b": "", "c": "z"}, concat=parts, separator="-") == "y-z"
    assert texts_of(Value.model_validate({"concat": ["b"]}), {"b": " "}) == []


def test_conditions_are_about_the_cells_as_they_came() -> None:
    cells = {"stage": " Won ", "day": ""}
    assert applies({"stage": ["Won", "Lost"]}, None, cells)
    assert not applies({"stage": ["Won"], "day": ["1"]}, None, cells)
    assert not applies(None, {"day": [""]}, cells)
    assert applies(None, {"day": [""], "stage": ["Lost"]}, cells)


def step_of(text: str) -> PreparedStep:
    mapping, lines = parse_mapping("name: x\nsteps:\n" + text)
    return prepare(mapping, lines, CATALOGUE)[0]


def plan(step: PreparedStep, cells: dict[str, str], *known: Known, **around: Any) -> RowPlan:
    return plan_row(step, cells, list(known), "new", Surroundings(around.pop("found", PEOPLE), NOW, **around))


ACCOUNTS = """\
- name: accounts
  file: a.csv
  resource: account
  mode: MODE
  key: name
  fields: { name: n, city: c, owner: { column: o, lookup: user.name } }
"""
ROW = {"n": "Acme", "c": "Rome", "o": "Ann"}
THERE, EARLIER = Known("r1", earlier=False), Known("r1", earlier=True)


def bodies(found: RowPlan) -> list[tuple[str, dict[str, Any]]]:
    return [(p.command.name, p.body.model_dump(exclude_unset=True)) for p in found.commands]


CREATE = ("customer.CreateAccount", {"name": "Acme", "city": "Rome", "owner": "u1"})
CHANGE = ("customer.ChangeAccountDetails", {"city": "Rome"})


@pytest.mark.parametrize(
    ("mode", "known", "outcome", "id", "commands"),
    [
        ("create", [], "created", "new", [CREATE]),
        ("create", [THERE], "rejected", "r1", []),
        ("create", [EARLIER], "rejected", "r1", []),
        ("ensure", [], "created", "new", [CREATE]),
        ("ensure", [THERE], "unchanged", "r1", []),
        ("update", [], "rejected", "new", []),
        ("update", [THERE], "updated", "r1", [CHANGE]),
        ("upsert", [], "created", "new", [CREATE]),
        ("upsert", [EARLIER], "updated", "r1", [CHANGE]),
        ("upsert", [THERE, Known("r2", False)], "rejected", "", []),
    ],
)
def test_modes(mode: str, known: list[Known], outcome: str, id: str, commands: list[Any]) -> None:
    text = ACCOUNTS.replace("MODE", mode)
    if mode == "update":  # an edit in place does not take an owner
        text = text.replace(", owner: { column: o, lookup: user.name }", "")
    found = plan(step_of(text), ROW, *known)
    assert (found.outcome, found.id, bodies(found)) == (outcome, id, commands)


@pytest.mark.parametrize(
    ("cells", "field", "code"),
    [
        ({**ROW, "n": " "}, "name", "required"),
        ({**ROW, "n": "x" * 300}, "name", "string-too-long"),
        ({**ROW, "o": "Zoe"}, "owner", "unknown-reference"),
    ],
)
def test_a_rejected_row_says_which_field_and_why(cells: dict[str, str], field: str, code: str) -> None:
    found = plan(step_of(ACCOUNTS.replace("MODE", "create")), cells)
    assert [(p.field, p.code) for p in found.problems] == [(field, code)]
    assert (found.outcome, found.commands) == ("rejected", [])


DEALS = """\
- name: deals
  file: d.csv
  resource: opportunity
  unless: { stage: Dead }
  at: { column: opened, date: "%m/%d/%Y" }
  fields:
    name: n
    account: { column: a, lookup: account.name, expected: true }
    owner: { column: o, required: true }
  then:
    - command: sales.WinOpportunity
      when: { stage: Won }
      at: { column: closed, date: "%m/%d/%Y" }
      fields: { amount: { column: v, required: true } }
"""
DEAL = {"n": "D", "a": "A", "o": "u1", "stage": "Won", "opened": "1/2/2017", "closed": "2/3/2017", "v": "9.5"}


def test_commands_follow_each_other_on_days_of_their_own() -> None:
    found = plan(step_of(DEALS), DEAL)
    assert [(p.command.name, to_rfc3339(p.occurred_at or 0)[:10]) for p in found.commands] == [
        ("sales.OpenOpportunity", "2017-01-02"),
        ("sales.WinOpportunity", "2017-02-03"),
    ]
    assert bodies(found)[1][1] == {"amount": "9.50"}


def test_rows_the_step_is_not_about_are_passed() -> None:
    assert plan(step_of(DEALS), {**DEAL, "stage": "Dead"}).outcome == "passed"


def test_an_expected_value_is_missed_and_a_required_one_rejects() -> None:
    found = plan(step_of(DEALS), {**DEAL, "a": ""})
    assert (found.outcome, [(w.field, w.code) for w in found.warnings]) == ("created", [("account", "missing")])
    found = plan(step_of(DEALS), {**DEAL, "v": "", "o": ""})
    assert [(p.field, p.code) for p in found.problems] == [("owner", "required"), ("amount", "required")]
    assert found.commands == []


def test_a_day_that_does_not_exist_rejects() -> None:
    found = plan(step_of(DEALS), {**DEAL, "closed": "2/30/2017"})
    assert [(p.field, p.code) for p in found.problems] == [("at", "bad-date")]


def test_custom_fields_take_the_kind_they_are_defined_with() -> None:
    fields = "fields: { name: n, custom.size: s, custom.vip: v, custom.note: t }"
    step = step_of(f"- {{ name: a, file: f, resource: account, {fields} }}\n")
    kinds = {"size": Kind.INTEGER, "vip": Kind.BOOLEAN, "note": Kind.TEXT}
    found = plan(step, {"n": "A", "s": "40", "v": "true", "t": "7"}, custom_kinds=kinds)
    assert bodies(found)[0][1]["custom"] == {"size": 40, "vip": True, "note": "7"}


def test_odd_digits_are_left_to_the_command() -> None:
    step = step_of("- { name: a, file: f, resource: account, fields: { name: n, custom.size: s } }\n")
    for text in ("²", "--5", "٣", "1" * 30):
        found = plan(step, {"n": "A", "s": text}, custom_kinds={"size": Kind.INTEGER})
        assert bodies(found)[0][1]["custom"] == {"size": text}


def test_numbers_of_a_mapping_are_exact() -> None:
    constants = "annual_revenue: { constant: 90071992547409.93 }, custom.size: { constant: 0.10 }"
    step = step_of(f"- {{ name: a, file: f, resource: account, fields: {{ name: n, {constants} }} }}\n")
    body = bodies(plan(step, {"n": "A"}))[0][1]
    assert (body["annual_revenue"], body["custom"]) == ("90071992547409.93", {"size": "0.10"})


def test_gathered_values_come_once_with_the_first_row_of_their_record() -> None:
    step = step_of(
        "- name: t\n  file: f\n  resource: account\n  mode: update\n  key: name\n"
        "  fields: { name: n, description: { column: d, gather: true } }\n"
    )
    assert step.gathers == ("description",)
    found = plan(step, {"n": "A", "d": "x"}, EARLIER, gathered={"A": {"description": ["x", "y"]}})
    assert found.outcome == "unchanged"
    found = plan(step, {"n": "A", "d": "x"}, THERE, gathered={"A": {"description": ["x", "y"]}})
    assert [p.field for p in found.problems] == ["description"]  # a list is no text: the value was gathered
