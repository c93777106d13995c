"""Mappings: what may be written, and how each mistake is reported with its place and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.customer.catalogue import AGGREGATES as CUSTOMER
from services.identity.catalogue import AGGREGATES as IDENTITY
from services.integration.catalogue import AGGREGATES as INTEGRATION
from services.integration.mapping.prepared import PreparedStep, check_columns, prepare
from services.integration.mapping.source import parse_source
from services.integration.mapping.spec import Listed, Value, parse_mapping
from services.sales.catalogue import AGGREGATES as SALES
from shared.errors import FieldError, Invalid
from shared.kernel.catalogue import Catalogue
from shared.security.permissions import system_access

CATALOGUE = Catalogue((*IDENTITY, *CUSTOMER, *SALES, *INTEGRATION))
ANYONE = system_access("t1")
EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "crm-sales-opportunities.yaml"
GOOD = """\
name: Accounts
steps:
  - name: accounts
    file: accounts.csv
    resource: account
    mode: upsert
    key: name
    fields:
      name: Company
      country: { column: Country, replace: { Norway: NO } }
      founded: Since
"""


def prepared(text: str) -> list[PreparedStep]:
    return prepare(*parse_mapping(text), CATALOGUE)


def errors_of(text: str) -> list[FieldError]:
    with pytest.raises(Invalid) as caught:
        prepared(text)
    return list(caught.value.errors)


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


def test_a_good_mapping_is_read() -> None:
    [step] = prepared(GOOD)
    assert step.create is not None
    assert step.create.name == "customer.CreateAccount"
    assert step.patch is not None
    assert step.patch.name == "customer.ChangeAccountDetails"
    country = step.spec.fields["country"]
    assert isinstance(country, Value)
    assert country.replace == {"Norway": "NO"}  # not false, as older YAML has it


def test_the_example_fits_the_record_types() -> None:
    steps = prepared(EXAMPLE.read_text())
    assert [s.spec.resource for s in steps if s.spec.mode == "create"] == ["opportunity"]


def test_json_is_a_mapping_too() -> None:
    text = (
        '{"name": "x",\t"steps": [{"name": "a", "file": "f", "resource": "account", "fields": {"name": ["A", "B"]}}]}'
    )
    fields = parse_mapping(text)[0].steps[0].fields
    assert isinstance(fields["name"], Listed)


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("a: [1,\n2", 2, "no YAML"),
        ("a: 1\nb: 2\na: 3", 3, "twice"),
        ("a: &x 1\nb: *x", 2, "alias"),
        ("a: " + "[" * 30 + "]" * 30, 1, "deep"),
        ("a: !!python/name:os.system x", 1, "no YAML"),
        ("a: 1\n\tb: 2", 2, "no YAML"),
        ("? [a]\n: b", 1, "plain text"),
    ],
)
def test_what_is_no_plain_yaml_is_told_with_its_line(text: str, line: int, why: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_source(text)
    [error] = caught.value.errors
    assert (error.field, error.code) == ("mapping", "broken-yaml")
    assert error.message.startswith(f"line {line}: ")
    assert why in error.message


def test_a_huge_mapping_is_refused() -> None:
    with pytest.raises(Invalid, match="bytes at most"):
        parse_source("x" * 100_001)


@pytest.mark.parametrize(
    ("text", "field", "code", "line"),
    [
        ("", "mapping", "model-type", 1),
        ("name: x\nsteps: []\n", "steps", "too-short", 2),
        (changed("key: name", "kee: name"), "steps.0.kee", "extra-forbidden", 7),
        (changed("mode: upsert", "mode: merge"), "steps.0.mode", "literal-error", 6),
        (changed("    key: name\n", ""), "steps.0", "value-error", 3),
        (changed("founded: Since", "founded: { colum: Since }"), "steps.0.fields.founded.colum", "extra-forbidden", 11),
        (
            changed("founded: Since", "founded: [{ constant: 1, column: a }]"),
            "steps.0.fields.founded.0",
            "value-error",
            11,
        ),
        (changed("resource: account", "resource: acount"), "steps.0.resource", "unknown-resource", 5),
        (changed("founded: Since", "foundet: Since"), "steps.0.fields.foundet", "unknown-field", 11),
        (changed("key: name", "key: founded"), "steps.0.key", "bad-key", 7),
        (
            changed("founded: Since", "owner: { column: a, lookup: user.shoe }"),
            "steps.0.fields.owner",
            "bad-lookup",
            11,
        ),
        (GOOD + "    then: [{ command: customer.Paint }]\n", "steps.0.then.0.command", "unknown-command", 12),
        (
            GOOD + "    then: [{ command: customer.ChangeAccountType, fields: { kind: a } }]\n",
            "steps.0.then.0.fields.kind",
            "unknown-field",
            12,
        ),
        (changed("resource: account", "resource: user"), "steps.0.fields.country", "unknown-field", 10),
        (changed("resource: account", "resource: session"), "steps.0.command", "unknown-command", 3),
        (
            changed("resource: account", "resource: user\n    command: identity.CreateAdministrator"),
            "steps.0.command",
            "unknown-command",
            6,
        ),
        (
            GOOD.replace("account\n", "user\n") + "    then: [{ command: identity.ChangePassword }]\n",
            "steps.0.then.0.command",
            "unknown-command",
            12,
        ),
    ],
)
def test_mistakes_are_told_with_place_and_line(text: str, field: str, code: str, line: int) -> None:
    errors = errors_of(text)
    assert any((e.field, e.code) == (field, code) and e.message.startswith(f"line {line}: ") for e in errors), errors


def test_every_mistake_is_told_at_once() -> None:
    text = changed("founded: Since", "foundet: Since\n      nmae: x")
    assert [e.field for e in errors_of(text)] == ["steps.0.fields.foundet", "steps.0.fields.nmae"]


def test_files_must_have_the_columns() -> None:
    mapping, lines = parse_mapping(GOOD)
    steps = prepare(mapping, lines, CATALOGUE)
    check_columns(steps, {"accounts.csv": ("Company", "Country", "Since", "More")}, lines)
    with pytest.raises(Invalid) as caught:
        check_columns(steps, {"accounts.csv": ("Company",)}, lines)
    assert [(e.code, '"Country"' in e.message) for e in caught.value.errors] == [
        ("unknown-column", True),
        ("unknown-column", False),
    ]
    with pytest.raises(Invalid) as caught:
        check_columns(steps, {}, lines)
    assert [(e.field, e.code) for e in caught.value.errors] == [("steps.0.file", "missing-file")]
