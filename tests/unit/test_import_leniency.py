"""Bad values that a mapping lets be left out, and cells that empty a field."""

from __future__ import annotations

from typing import Any

import pytest

from services.integration.mapping.draft import Draft
from services.integration.mapping.plan import RowPlan
from shared.errors import FieldError, Invalid
from tests.unit.test_import_plan import THERE, bodies, plan, step_of

STEP = """\
- name: accounts
  file: a.csv
  resource: account
  mode: upsert
  key: name
  fields: { name: n, city: %s, founded: %s, owner: { column: o, lookup: user.name, on_error: warn }, custom.tier: t }
"""


def planned(cells: dict[str, str], *, new: bool = False, city: str = "c", founded: str = "f") -> RowPlan:
    step = step_of(STEP % (city, founded))
    return plan(step, {"n": "Acme", **cells}, *(() if new else (THERE,)))


def left(found: RowPlan) -> list[tuple[str, str]]:
    return [(w.field, w.code) for w in found.warnings]


WARN, CLEAR = "{ column: f, on_error: warn }", "{ column: f, on_error: clear }"


@pytest.mark.parametrize(
    ("cells", "given", "body", "warnings"),
    [
        ({"f": "soon"}, {"founded": WARN}, None, [("founded", "int-parsing")]),
        ({"f": "soon", "c": "Rome"}, {"founded": WARN}, {"city": "Rome"}, [("founded", "int-parsing")]),
        ({"f": "9999", "c": "Rome"}, {"founded": WARN}, {"city": "Rome"}, [("founded", "less-than-equal")]),
        ({"f": "1999", "c": "Rome"}, {"founded": WARN}, {"city": "Rome", "founded": 1999}, []),
        ({"f": "soon"}, {"founded": CLEAR}, {"founded": None}, [("founded", "int-parsing")]),
        ({"f": "", "c": "Rome"}, {"founded": CLEAR}, {"city": "Rome"}, []),
        ({"c": ""}, {"city": "{ column: c, clear: true }"}, {"city": ""}, []),
        ({"c": " "}, {"city": "{ column: c, clear: true }"}, {"city": ""}, []),
        ({"c": "Rome"}, {"city": "{ column: c, clear: true }"}, {"city": "Rome"}, []),
        ({"c": ""}, {}, None, []),
        ({"c": ""}, {"city": "{ column: c, clear: true, default: Bern }"}, {"city": "Bern"}, []),
    ],
)
def test_what_becomes_of_an_update(
    cells: dict[str, str], given: dict[str, str], body: dict[str, Any] | None, warnings: list[tuple[str, str]]
) -> None:
    found = planned(cells, **given)  # type: ignore[arg-type]
    assert (found.problems, left(found)) == ([], warnings)
    assert [b for _, b in bodies(found)] == ([body] if body is not None else [])
    assert found.outcome == ("updated" if body is not None else "unchanged")


def test_a_new_record_has_nothing_to_empty() -> None:
    found = planned({"f": "soon", "c": ""}, new=True, city="{ column: c, clear: true }", founded=CLEAR)
    assert bodies(found) == [("customer.CreateAccount", {"name": "Acme"})]
    assert left(found) == [("founded", "int-parsing")]


def test_a_reference_that_is_not_found_is_left_out() -> None:
    found = planned({"o": "Zoe"}, new=True)
    assert (left(found), found.outcome) == ([("owner", "unknown-reference")], "created")
    assert 'whose name is "Zoe"' in found.warnings[0].message


def test_a_needed_value_is_reported_by_what_was_wrong_with_it() -> None:
    step = step_of("- { name: a, file: f, resource: account, fields: { name: { column: n, on_error: warn } } }\n")
    found = plan(step, {"n": "x" * 300})
    assert [(p.field, p.code) for p in found.problems] == [("name", "string-too-long")]


def test_a_further_command_that_lacks_what_was_left_out_is_left_out_itself() -> None:
    parent = "{ command: customer.SetParentAccount, fields: { parent: { column: o, lookup: account.name%s } } }"
    step = "- { name: a, file: f, resource: account, fields: { name: n }, then: [%s] }\n"
    found = plan(step_of(step % parent % ", on_error: warn"), {"n": "Acme", "o": "Zoe"})
    assert bodies(found) == [("customer.CreateAccount", {"name": "Acme"})]
    assert left(found) == [("parent", "unknown-reference")]
    assert plan(step_of(step % parent % ""), {"n": "Acme", "o": "Zoe"}).outcome == "rejected"


@pytest.mark.parametrize(
    ("cell", "emails"), [("a@b.ex", 0), ("a@b.ex ::: c@d.ex", 1), (" ::: ", 0), ("a@b.ex ::: x", 0)]
)
def test_one_of_several_values_in_a_cell(cell: str, emails: int) -> None:
    several = "{ column: e, split: ' ::: ', part: %d, on_error: warn }"
    further = f"{{ command: customer.AddContactEmail, fields: {{ email: {several % 2} }} }}"
    fields = f"{{ name: n, email: {several % 1} }}"
    step = step_of(f"- {{ name: a, file: f, resource: contact, fields: {fields}, then: [{further}] }}\n")
    found = plan(step, {"n": "Ada", "e": cell})
    first = {"email": "a@b.ex"} if "a@b.ex" in cell else {}
    assert bodies(found) == [
        ("customer.CreateContact", {"name": "Ada", **first}),
        *[("customer.AddContactEmail", {"email": "c@d.ex"})] * emails,
    ]
    assert found.outcome == "created"


def test_values_that_the_mapping_insists_on_reject_with_the_others() -> None:
    step = step_of(STEP.replace("custom.tier: t", "employees: e") % ("c", WARN))
    found = plan(step, {"n": "Acme", "f": "soon", "e": "many"})
    assert [(p.field, p.code) for p in found.problems] == [("employees", "int-parsing")]
    required = WARN.replace("}", ", required: true }")
    assert planned({"f": "soon"}, founded=required).outcome == "rejected"


def test_entries_of_a_list_are_left_out_one_by_one() -> None:
    step = step_of(
        STEP.replace("custom.tier: t", "custom.tags: { column: t, split: ';', on_error: warn }") % ("c", "f")
    )
    draft = Draft(step.create, step.spec.fields, None, updates=False)  # type: ignore[arg-type]
    draft.body = {"name": "A", "city": ["a", "b", "c", "d"], "custom": {"tags": ["x"], "more": 1}}
    draft.fields = {name: e.model_copy(update={"on_error": "warn"}) for name, e in step.spec.fields.items()}  # type: ignore[union-attr]
    problems = [FieldError("city.1", "a", ""), FieldError("city.3.x", "b", ""), FieldError("city.1", "c", "")]
    assert draft._leave_out(problems)
    assert draft.body["city"] == ["a", "c"]
    assert draft._leave_out([FieldError("custom.tags", "d", "")])
    assert draft.body["custom"] == {"more": 1}
    assert not draft._leave_out([FieldError("custom.tags", "e", "")])
    assert not draft._leave_out([FieldError("custom.more", "f", "")])
    assert not draft._leave_out([])
    assert [p.code for p in draft.left] == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("step", "field", "code"),
    [
        ("mode: create, fields: { name: n, city: { column: c, clear: true } }", "steps.0.fields.city", "cannot-clear"),
        ("mode: upsert, key: name, fields: { name: n, owner: { column: o, on_error: clear } }", "", "cannot-clear"),
        ("mode: upsert, key: name, fields: { name: { column: n, on_error: warn } }", "steps.0", "value-error"),
        ("fields: { name: n }, at: { column: d, on_error: warn }", "steps.0", "value-error"),
        ("fields: { name: { concat: [{ column: n, clear: true }] } }", "steps.0.fields.name", "value-error"),
        ("fields: { name: [{ column: n, on_error: clear }] }", "steps.0.fields.name", "value-error"),
        ("fields: { name: { column: n, on_error: skip } }", "steps.0.fields.name.on_error", "literal-error"),
    ],
)
def test_mappings_that_would_empty_what_cannot_be_empty(step: str, field: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        step_of(f"- {{ name: a, file: f, resource: account, {step} }}\n")
    assert (caught.value.errors[0].field, caught.value.errors[0].code) == (field or "steps.0.fields.owner", code)
    assert caught.value.errors[0].message.startswith("line 3: ")
