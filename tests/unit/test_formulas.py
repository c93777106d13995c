"""Formulas: what each operator makes of each type, what is refused, and what is no value.

Tables of cases are wider than code.
"""
# ruff: noqa: E501

from __future__ import annotations

from typing import Any

import pytest

from services.customer.account import ACCOUNT
from shared.domain.formula.formulas import Formulas, checked, without
from shared.domain.formula.syntax import BadFormula
from shared.views.port import Document

KINDS = {
    "seats": "integer", "rate": "decimal", "fee": "money", "toll": "money", "since": "date", "until": "date",
    "seen": "datetime", "left": "datetime", "areas": "keywords", "note": "text", "tier": "keyword", "vip": "boolean",
    "partner": "reference",
}  # fmt: skip
DOCUMENT: Document = {
    "id": "1", "version": 1, "name": "Acme", "employees": 7, "annual_revenue": "1000.00", "tags": ["new"], "industry": "",
    "created_at": "2026-01-31T00:00:00.000000Z",
    "custom": {
        "seats": 3, "rate": "0.1", "fee": {"amount": "10.00", "currency": "USD"}, "toll": {"amount": "500", "currency": "JPY"},
        "since": "2026-01-31", "until": "2026-03-01", "seen": "2026-01-31T00:00:00.000000Z", "left": "2026-02-01T12:00:00.000000Z",
        "areas": ["north"], "note": "x", "tier": "A", "vip": True, "partner": "p1",
    },
}  # fmt: skip


def definition(name: str, kind: str, **more: Any) -> Document:
    return {"name": name, "kind": kind, "options": [], "zh": name, "en": name, "formula": "", "result": "", **more}


DEFINED = {name: definition(name, kind) for name, kind in KINDS.items()}


def with_formulas(**texts: str) -> Formulas:
    known = dict(DEFINED)
    for name, text in texts.items():
        kind = checked(text, name, ACCOUNT.collection, known)
        known[name] = definition(name, "formula", formula=text, result=kind)
    return Formulas(ACCOUNT.collection, known)


def value(text: str, document: Document = DOCUMENT) -> Any:
    made = with_formulas(f=text).onto(document)
    return made["formulas"]["f"] or made["custom"].get("f")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", "7"), ("(1 + 2) * 3", "9"), ("-2 - -3", "1"), ("0.1 + 0.2", "0.3"), ("7 / 2", "3.5"), ("1 / 3", "0.333333333333333333"),
        ("1 / 3 * 3", "1"), ("employees + custom.seats", "10"), ("custom.rate * 3", "0.3"), ("annual_revenue / 3", "333.333333333333333333"),
        ("round(2.5)", "3"), ("round(-2.5)", "-3"), ("round(2.345, 2)", "2.35"), ("round(1234, -2)", "1200"), ("abs(-5)", "5"), ("min(3, 1, 2)", "1"), ("max(custom.seats, 1)", "3"),
        ("custom.fee + custom.fee", {"amount": "20.00", "currency": "USD"}), ("custom.fee / 3", {"amount": "3.33", "currency": "USD"}),
        ("custom.toll / 3", {"amount": "167", "currency": "JPY"}), ("2 * custom.toll", {"amount": "1000", "currency": "JPY"}), ("-custom.fee", {"amount": "-10.00", "currency": "USD"}),
        ("money(1.2345, 'KWD')", {"amount": "1.235", "currency": "KWD"}), ("custom.fee / custom.fee", "1"), ("custom.fee.amount * 2", "20"), ("custom.fee.currency", "USD"),
        ("custom.fee > money(9, 'USD')", True), ("max(custom.fee, money(12, 'USD'))", {"amount": "12.00", "currency": "USD"}), ("round(custom.fee / 3, 1)", {"amount": "3.30", "currency": "USD"}),
        ("custom.since + 30", "2026-03-02"), ("custom.since - 31", "2025-12-31"), ("custom.until - custom.since", "29"), ("days(custom.since, custom.until)", "29"),
        ("days(custom.seen, custom.left)", "1.5"), ("months(custom.since, custom.until)", "1"), ("years(custom.since, custom.until + 365)", "1"), ("months(custom.until, custom.since)", "-1"),
        ("custom.until > custom.since", True), ("max(custom.since, custom.until)", "2026-03-01"), ("custom.seen < custom.left", True), ("created_at", "2026-01-31T00:00:00.000000Z"),
        ("name & ' ' & custom.seats", "Acme 3"), ("concat(name, '-', custom.vip, custom.fee, custom.since)", "Acme-true10.00 USD2026-01-31"), ("'' & custom.seen", "2026-01-31T00:00:00.000000Z"),
        ("name = 'Acme'", True), ("name != 'Acme'", False), ("name <> 'Beta'", True), ("custom.tier = 'A' and not custom.vip = false", True), ("false or custom.vip", True),
        ("1 < 2 and 2 <= 2 and 3 > 2 and 3 >= 3", True), ("contains(custom.areas, 'north')", True), ("contains(tags, 'old')", False), ("contains(name, 'cm')", True),
        ("if(custom.seats > 2, 'big', 'small')", "big"), ("if(custom.seats > 5, 1)", None), ("if(false, 1, null)", None), ("coalesce(industry, custom.note)", "x"),
        ("coalesce(null, employees)", "7"), ("empty(industry)", True), ("empty(custom.areas)", False), ("industry = null", True), ("custom.partner", "p1"), ("IF(true, 1, 2)", "1"),
    ],
)  # fmt: skip
def test_values(text: str, expected: Any) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("custom.seats + 1", None), ("custom.fee * 2", None), ("custom.since + 1", None), ("custom.note & 'x'", "x"), ("custom.seats > 1", None),
        ("if(custom.seats > 1, 'a', 'b')", "b"), ("not custom.vip", True), ("custom.vip and true", False), ("empty(custom.note)", True), ("max(custom.seats, 2)", "2"),
        ("contains(custom.areas, 'north')", False), ("coalesce(custom.seats, 0)", "0"), ("custom.note = ''", True), ("custom.fee.amount", None), ("days(custom.since, custom.until)", None),
    ],
)  # fmt: skip
def test_of_nothing(text: str, expected: Any) -> None:
    assert value(text, {**DOCUMENT, "custom": {}}) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1 / 0", "division-by-zero"), ("custom.fee / 0", "division-by-zero"), ("custom.seats / (employees - 7)", "division-by-zero"), ("custom.fee + custom.toll", "different-currencies"),
        ("custom.fee > custom.toll", "different-currencies"), ("min(custom.fee, custom.toll)", "different-currencies"), ("money(1, 'XXQ')", "unknown-currency"),
        ("99999999999999999999 * 99999999999999999999", "out-of-range"), ("custom.since + 99999999", "out-of-range"), ("round(1, 99)", "out-of-range"),
        ("custom.since + 999999999999999999999999999999", "out-of-range"), ("custom.fee * 1000000000000000", "wrong-type"),
    ],
)  # fmt: skip
def test_no_value_and_why(text: str, code: str) -> None:
    assert value(text) == code


def test_a_long_text_is_no_value() -> None:
    assert value("name & name & name", {**DOCUMENT, "name": "x" * 800}) == "too-long"


def test_a_value_of_another_kind_is_named() -> None:
    assert value("custom.seats + 1", {**DOCUMENT, "custom": {"seats": "many"}}) == "wrong-type"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "bad-formula"), ("1 +", "bad-formula"), ("1 2", "bad-formula"), ("(1", "bad-formula"), ("f(1,)", "bad-formula"), ("1; 2", "bad-formula"), ("'a", "bad-formula"),
        ("name.__class__", "unknown-field"), ("__import__('os')", "unknown-function"), ("custom.nothing", "unknown-field"), ("custom.seats.amount", "unknown-field"), ("owner.name", "unknown-field"),
        ("eval('1')", "unknown-function"), ("1 + 'a'", "bad-type"), ("name + name", "bad-type"), ("custom.since + custom.until", "bad-type"), ("custom.fee * custom.fee", "bad-type"),
        ("custom.fee + 1", "bad-type"), ("if(1, 2, 3)", "bad-type"), ("if(true, 1, 'a')", "bad-type"), ("name < 'B'", "bad-type"), ("custom.areas", "bad-type"), ("null", "bad-type"),
        ("round()", "bad-type"), ("not 1", "bad-type"), ("custom.seen = custom.since", "bad-type"), ("custom.f + 1", "circle"),
        ("1" + " + 1" * 150, "too-large"), ("(" * 21 + "1" + ")" * 21, "too-deep"), ("-" * 30 + "1", "too-deep"), ("'" + "x" * 1000 + "'", "too-long"),
    ],
)  # fmt: skip
def test_refused(text: str, code: str) -> None:
    with pytest.raises(BadFormula) as refused:
        with_formulas(f=text)
    assert refused.value.code == code


def test_formulas_build_on_each_other_and_not_in_a_circle() -> None:
    both = with_formulas(
        total="custom.seats * 2", text="'n=' & custom.total", broken="1 / 0", after="custom.broken + 1"
    )
    made = both.onto(DOCUMENT)
    assert (made["custom"]["total"], made["custom"]["text"]) == ("6", "n=6")
    assert made["formulas"] == {
        "total": None,
        "text": None,
        "broken": "division-by-zero",
        "after": "division-by-zero",
    }
    known = {**DEFINED, "g": definition("g", "formula", formula="custom.h", result="decimal")}
    known["h"] = definition("h", "formula", formula="1", result="decimal")
    with pytest.raises(BadFormula, match="made of itself"):
        checked("custom.g + 1", "h", ACCOUNT.collection, known)
    known["h"]["formula"] = "custom.g + 1"  # two changes at once
    assert Formulas(ACCOUNT.collection, known).onto(DOCUMENT)["formulas"] == {"g": "circle", "h": "circle"}


def test_what_was_computed_comes_off_again_and_is_computed_anew() -> None:
    made = with_formulas(f="custom.seats").onto(DOCUMENT)
    assert without(made) == DOCUMENT
    other = with_formulas(g="custom.seats + 1").onto(made)
    assert ("f" in other["custom"], other["custom"]["g"], other["formulas"]) == (False, "4", {"g": None})
    assert with_formulas().onto(other) == DOCUMENT
    assert ACCOUNT.restore(made).custom == DOCUMENT["custom"]


def test_the_longest_chains_are_computed() -> None:
    deep = {f"f{n}": f"custom.f{n - 1}{' + 1' * 99}" if n else "1" for n in range(10)}
    assert with_formulas(**deep).onto(DOCUMENT)["custom"]["f9"] == str(1 + 9 * 99)
