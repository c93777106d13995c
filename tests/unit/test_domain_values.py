"""Shared value types, match keys and the folding of shared shapes."""

from __future__ import annotations

import ast
import inspect
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given as quick
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from services.customer.account import ACCOUNT, Account
from services.customer.catalogue import AGGREGATES as CUSTOMER
from services.identity.catalogue import AGGREGATES as IDENTITY
from services.integration.catalogue import AGGREGATES as INTEGRATION
from services.sales.catalogue import AGGREGATES as SALES
from services.sales.lead import LEAD
from shared.clock import from_rfc3339
from shared.domain.aggregate import Aggregate
from shared.domain.match import company_key, mail_site, person_key, site_of
from shared.domain.record import Record, differences, fold_changes, shared_fold
from shared.domain.types import Amount, Country, Currency, Day, Email, Moment, Phone, SignedAmount
from shared.events import customer
from shared.events.registry import all_types
from shared.events.sales_leads import LeadAssigned
from shared.kernel.uniqueness import former_key
from shared.views.port import Collection


@pytest.mark.parametrize(
    ("type_", "given_value", "value"),
    [
        (Amount, "1054", "1054.00"),
        (Amount, Decimal("0.1"), "0.10"),
        (Amount, "90071992547409.93", "90071992547409.93"),
        (Amount, Decimal("99999999999999.99"), "99999999999999.99"),
        (SignedAmount, Decimal("-0.0"), "0.00"),
        (Amount, "-0", "0.00"),
        (SignedAmount, "-3.5", "-3.50"),
        (SignedAmount, "(€ 1.250,50)", "-1250.50"),
        (Amount, "1.250,50", "1250.50"),
        (Amount, "12,5", "12.50"),
        (Amount, "1.250", "1.25"),  # as programs write it
        (Currency, "cny", "CNY"),
        (Country, "cn", "CN"),
        (Phone, "+86 (10) 1234-5678", "+861012345678"),
        (Phone, "+44 (0)20 7946 0958", "+442079460958"),
        (Phone, "+44 020 7946 0958", "+442079460958"),
        (Phone, "+39 06 698 12345", "+390669812345"),
        (Phone, "", ""),
        (Email, "Ann@Example.com", "Ann@Example.com"),
        (Email, "王@例子.公司", "王@例子.公司"),
        (Email, "", ""),
        (Day, "2024-02-29", "2024-02-29"),
        (Day, "20240229", "2024-02-29"),
        (Day, "29. Februar 2024", "2024-02-29"),
        (Moment, "2026-11-24T09:30:00+08:00", from_rfc3339("2026-11-24T01:30:00Z")),
        (Moment, 5, 5),
    ],
)
def test_values_in_their_one_form(type_: Any, given_value: Any, value: Any) -> None:
    assert TypeAdapter(type_).validate_python(given_value) == value


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        (Amount, "1e15"), (Amount, "nan"), (Amount, "inf"), (Amount, True), (Amount, 0.1), (Amount, None),
        (Amount, "1.00005"), (Amount, "-0.01"), (Amount, "12,5,0"), (Amount, "1,250"),
        (Amount, Decimal("1E-7")), (Amount, Decimal("1E400")),
        (Currency, "XXX1"), (Country, "ZZ"), (Phone, "12345"), (Phone, "+0123456"), (Phone, "+86139"),
        (Phone, "+1 415 555 26"), (Phone, "+999 123 4567"), (Phone, "+1-800-FLOWERS"),
        (Phone, "+861012345678 ext"), (Phone, "+٨٦1012345678"), (Phone, "13800138000"), (Country, "Narnia"),
        (Email, "a@b"), (Email, "a b@example.com"), (Email, "a@@example.com"), (Day, "2023-02-29"), (Day, "202402290"),
        (Day, "1/2/2026"),
        (Moment, "2026-13-01"), (Moment, True), (Moment, None), (Moment, 2**62),
    ],
)  # fmt: skip
def test_what_is_no_value(type_: Any, value: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(type_).validate_python(value)


def test_match_keys() -> None:
    assert company_key("Acme Corp.") == company_key("ＡＣＭＥ") == "acme"
    assert company_key("北京字节有限公司") == "北京字节"
    assert company_key("Company") == "company"
    assert site_of("https://www.Acme.com:8080/about?x") == site_of("acme.com") == "acme.com"
    assert (mail_site("ann@ACME.com"), mail_site("ann@qq.com"), mail_site("")) == ("acme.com", "", "")
    assert person_key("Ann  LEE") == person_key("ann-lee") == "annlee"
    assert former_key(" STRASSE ") == former_key("straße")


def test_shared_shapes_fold_for_every_record() -> None:
    state = Account(tags=["b"])
    ACCOUNT.evolve_all(state, customer.AccountTagsChanged(["a", "c"], ["b"]))
    ACCOUNT.evolve_all(state, customer.AccountTransferred("u", None))
    ACCOUNT.evolve_all(state, customer.AccountArchived())
    ACCOUNT.evolve_all(state, customer.AccountTypeChanged("partner", ""))  # not a shared shape
    assert (state.tags, state.owner, state.archived) == (["a", "c"], "u", True)
    ACCOUNT.evolve_all(state, customer.AccountRestored())
    assert not state.archived


def test_who_waits_for_a_shared_shape_is_told_of_it() -> None:
    state = LEAD.state(status="new")
    LEAD.evolve_all(state, LeadAssigned("u", None))
    assert (state.owner, state.status) == ("u", "assigned")


@pytest.mark.parametrize("aggregate", [*IDENTITY, *CUSTOMER, *SALES, *INTEGRATION], ids=lambda a: a.name)
def test_no_evolve_waits_in_vain_for_a_shared_shape(aggregate: Aggregate[Any]) -> None:
    matched = [n.cls for n in ast.walk(_module(aggregate)) if isinstance(n, ast.MatchClass)]
    named = {ast.unparse(cls).rpartition(".")[2] for cls in matched}
    shared = {t.cls.__name__ for t in all_types() if shared_fold(t.cls) is not None}
    assert aggregate.evolves_shared or not named & shared


def _module(aggregate: Aggregate[Any]) -> ast.Module:
    return ast.parse(inspect.getsource(inspect.getmodule(aggregate.evolve)))  # type: ignore[arg-type]


def test_unknown_fields_of_an_old_change_are_let_be() -> None:
    state = Record()
    fold_changes(
        state, customer.AccountDetailsChanged({"vanished": {"from": 1, "to": 2}, "custom.a": {"from": None, "to": 1}})
    )
    assert state.custom == {"a": 1}
    fold_changes(
        state,
        customer.AccountDetailsChanged({"custom.a": {"from": 1, "to": None}, "custom.b": {"from": 1, "to": None}}),
    )
    assert state.custom == {}


VALUES = st.none() | st.text(max_size=3) | st.integers(0, 9)
STATES = st.builds(
    Account,
    city=st.text(max_size=3),
    employees=st.none() | st.integers(0, 9),
    tags=st.lists(st.text(max_size=2), max_size=2),
    custom=st.dictionaries(st.sampled_from("abc"), VALUES.filter(lambda v: v is not None), max_size=3),
)


@quick(STATES, STATES)
def test_differences_lead_from_one_state_to_the_other_and_back(one: Account, other: Account) -> None:
    changes = differences(ACCOUNT.dump(one), ACCOUNT.dump(other))
    there = ACCOUNT.copy(one)
    fold_changes(there, customer.AccountDetailsChanged(changes))
    assert there == other
    fold_changes(
        there, customer.AccountDetailsChanged({name: {"from": c["to"], "to": c["from"]} for name, c in changes.items()})
    )
    assert there == one


def test_a_copy_is_apart_from_its_original() -> None:
    state = Account(tags=["a"], custom={"x": ["y"]})
    twin = ACCOUNT.copy(state)
    twin.tags.append("b")
    twin.custom["x"].append("z")
    assert (state.tags, state.custom) == (["a"], {"x": ["y"]})


def test_a_command_is_registered_once() -> None:
    aggregate: Aggregate[Account] = Aggregate(
        "thing", "test", "things", Account, lambda s, e: None, Collection("x", 1, ())
    )
    register = aggregate.command("Do", action="edit", verb="do", model=ACCOUNT.commands["customer.TagAccount"].model)
    register(lambda cmd, state, ctx: [])
    with pytest.raises(TypeError):
        register(lambda cmd, state, ctx: [])
