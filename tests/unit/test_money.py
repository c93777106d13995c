"""Amounts: the decimals of each currency, how they are written and rounded, and what no record takes."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from babel.numbers import get_currency_precision
from hypothesis import given as quick
from hypothesis import strategies as st

from services.customer.account import ACCOUNT
from services.customer.merging import Others
from services.sales.lead import LEAD
from services.sales.opportunity import OPPORTUNITY
from services.sales.opportunity_lines import Offer
from services.sales.price_book import PRICE_BOOK
from services.sales.product import PRODUCT, Product
from services.sales.values import line_amount, total
from shared.domain.codes import CURRENCIES, MINOR_DIGITS
from shared.domain.money import Money, fits, minor_digits, rounded, written
from shared.errors import CrmError, Invalid
from shared.events import customer, sales, sales_leads, sales_products
from tests.support.roles import CATALOGUE
from tests.unit.given import ME, Given, Outcome, given

DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "CNY": 2, "USD": 2, "EUR": 2, "HUF": 2, "IDR": 2, "LBP": 2}
DIGITS |= {"KWD": 3, "BHD": 3, "JOD": 3, "OMR": 3, "TND": 3, "IQD": 3, "LYD": 3, "CLF": 4, "UYW": 4, "": 2}


@pytest.mark.parametrize(("currency", "digits"), DIGITS.items())
def test_each_currency_has_its_decimals(currency: str, digits: int) -> None:
    assert minor_digits(currency) == digits
    smallest = f"{Decimal(1).scaleb(-digits):f}"
    assert rounded(Decimal("0.5").scaleb(-digits), currency) == smallest  # half up
    assert fits(smallest, currency)
    assert not fits(f"{Decimal(1).scaleb(-digits - 1):f}", currency)


def test_the_table_names_currencies_only() -> None:
    assert MINOR_DIGITS.keys() <= CURRENCIES


# ISO 4217 has decimals for these, CLDR none: shops print none
PRINTED_WHOLE = set("AFN ALL COP HUF IDR IQD IRR KPW LAK LBP MGA MMK SOS SYP YER".split())


def test_the_table_agrees_with_cldr_but_for_what_shops_print() -> None:
    differ = {code for code in CURRENCIES if minor_digits(code) != get_currency_precision(code)}
    assert differ == PRINTED_WHOLE
    assert {get_currency_precision(code) for code in differ} == {0}


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("1000", "JPY", "1000"),
        ("1000.00", "JPY", "1000"),
        ("1000.50", "JPY", "1000.5"),  # kept from before
        ("1E+3", "JPY", "1000"),
        ("-0.0", "CNY", "0.00"),
        ("5", "CNY", "5.00"),
        ("0.0045", "CNY", "0.0045"),  # a price
        ("1.2", "KWD", "1.200"),
    ],
)
def test_an_amount_is_written_as_its_currency_does(amount: str, currency: str, text: str) -> None:
    assert written(Decimal(amount), currency) == text


def test_money_is_read_in_both_forms() -> None:
    assert Money.of("10 cny") == Money.of({"amount": 10, "currency": "CNY"}) == Money("10.00", "CNY")
    assert (str(Money.of("1.2 KWD")), Money.of("1000.00 JPY").as_json()) == (
        "1.200 KWD",
        {"amount": "1000", "currency": "JPY"},
    )


@pytest.mark.parametrize(
    "value",
    ["10", "10 XXY", "CNY", "", None, 5, [], {"amount": "1"}, {"amount": "1", "currency": "CNY", "x": 1}, "1.5 JPY"],
)
def test_what_is_no_money(value: Any) -> None:
    with pytest.raises(ValueError, match=r"money|amount|JPY"):
        Money.of(value)


NEW_DEAL = sales.OpportunityOpened({"name": "Deal", "currency": "CNY", "amount": "10.50"}, ME, "p1", "first", 10, 5)
OLD_YEN = sales.OpportunityOpened({"name": "Deal", "currency": "JPY", "amount": "1000.50"}, ME, "p1", "first", 10, 5)
BORN = customer.AccountCreated({"name": "Acme", "currency": "CNY", "annual_revenue": "10.50"}, ME)
CAUGHT = sales_leads.LeadCaptured("l", {"name": "Li"}, {"currency": "CNY", "amount": "10.50"}, ME)


def deal(first: Any = NEW_DEAL) -> Given:
    return given(OPPORTUNITY, first)


def account(body: dict[str, Any]) -> Outcome:
    return given(ACCOUNT).when("CreateAccount", {"name": "Acme", **body})


def lead(body: dict[str, Any]) -> Outcome:
    return given(LEAD).when("CaptureLead", {"name": "Li", **body})


@pytest.mark.parametrize(
    ("outcome", "field"),
    [
        (account({"annual_revenue": "1000.5", "currency": "JPY"}), "annual_revenue"),
        (account({"annual_revenue": "1.234"}), "annual_revenue"),
        (given(ACCOUNT, BORN).when("ChangeAccountDetails", {"currency": "JPY"}), "annual_revenue"),
        (given(ACCOUNT, BORN).when("ChangeAccountDetails", {"annual_revenue": "1.234"}), "annual_revenue"),
        (lead({"amount": "1000.5", "currency": "JPY"}), "amount"),
        (given(LEAD, CAUGHT).when("ChangeLeadDetails", {"currency": "JPY"}), "amount"),
        (deal().when("ChangeAmount", {"amount": "1000.5", "currency": "JPY"}), "amount"),
        (deal().when("ChangeAmount", {"amount": "1.234"}), "amount"),
        (deal().when("WinOpportunity", {"currency": "JPY"}), "amount"),
        (deal().when("WinOpportunity", {"amount": "1.2345", "currency": "KWD"}), "amount"),
    ],
)
def test_an_amount_that_its_currency_cannot_express_is_refused(outcome: Outcome, field: str) -> None:
    refused = outcome.then_rejected(Invalid, field, "amount")
    assert "does not fit" in refused.errors[0].message or "more than two" in refused.errors[0].message


def test_the_message_says_what_to_do() -> None:
    refused: CrmError = deal().when("ChangeAmount", {"amount": "1.5", "currency": "JPY"}).then_rejected(Invalid)
    assert refused.errors[0].message == "JPY has no decimals: 1.50 does not fit; round it"


def test_amounts_are_kept_as_their_currency_writes_them() -> None:
    account({"annual_revenue": "1.234", "currency": "KWD"}).then(
        customer.AccountCreated({"name": "Acme", "annual_revenue": "1.234", "currency": "KWD"}, ME)
    )
    yen = deal().when("ChangeAmount", {"amount": "1000.00", "currency": "JPY"}).and_so()
    assert (yen.state.amount, yen.state.currency) == ("1000", "JPY")
    assert OPPORTUNITY.document(yen.state)["weighted_amount"] == "100"
    yen.when("ChangeAmount", {"amount": "1000"}).then_nothing()


def test_what_is_stored_stays_valid() -> None:
    deal(OLD_YEN).when("ChangeAmount", {"amount": "1000.5"}).then_nothing()
    assert deal(OLD_YEN).when("WinOpportunity").and_so().state.amount == "1000.50"
    body = {"annual_revenue": "10.5", "currency": "CNY", "city": "Bonn"}
    given(ACCOUNT, BORN).when("ChangeAccountDetails", body).then(
        customer.AccountDetailsChanged({"city": {"from": "", "to": "Bonn"}})
    )


@pytest.mark.parametrize(
    ("quantity", "price", "discount", "currency", "amount"),
    [
        ("1000", "0.0045", "0", "CNY", "4.50"),
        ("3", "0.333333", "0", "USD", "1.00"),
        ("3", "33.5", "0", "JPY", "101"),  # 100.5
        ("1", "0.0005", "0", "KWD", "0.001"),
        ("7", "1.235", "12.5", "BHD", "7.564"),  # 7.564375
    ],
)
def test_a_line_is_rounded_to_its_currency(
    quantity: str, price: str, discount: str, currency: str, amount: str
) -> None:
    opened = sales.OpportunityOpened({"name": "Deal", "currency": currency}, ME, "p1", "first", 10, 5)
    body = {"product": "p1", "quantity": quantity, "unit_price": price, "discount_percent": discount}
    lined = given(OPPORTUNITY, opened).when("AddLineItem", body, facts=Offer(Product(name="GTX"), None)).and_so()
    assert lined.state.amount == lined.state.lines[0]["amount"] == amount
    assert lined.state.lines[0]["unit_price"] == written(Decimal(price), currency)


def test_a_price_may_go_below_a_cent() -> None:
    body = {"name": "Screw", "list_price": "0.0045", "currency": "CNY"}
    given(PRODUCT).when("AddProduct", body).then(sales_products.ProductAdded(body))
    book = given(PRICE_BOOK, sales_products.PriceBookCreated("B", "JPY", "", {}))
    book.when("SetPrice", {"product": "p1", "price": "0.25", "valid_from": "2026-01-01"}).then(
        sales_products.PriceSet("p1", "0.25", "2026-01-01", None)
    )
    given(PRODUCT).when("AddProduct", body | {"list_price": "0.0000001"}).then_rejected(Invalid, "list_price", "amount")


def merge(choices: dict[str, str], other: dict[str, Any]) -> Outcome:
    absorbed = given(ACCOUNT, customer.AccountCreated({"name": "B", **other}, ME), id="b").state
    return given(ACCOUNT, BORN).when(
        "MergeAccounts", {"absorb": ["b"], "choices": choices}, facts=Others({"b": absorbed}, {})
    )


def test_a_merge_takes_an_amount_with_its_currency() -> None:
    yen = {"annual_revenue": "1000", "currency": "JPY"}
    for choices in ({"annual_revenue": "b"}, {"currency": "b"}, {"annual_revenue": "b", "currency": "b"}):
        merged = merge(choices, yen).and_so().state
        assert (merged.annual_revenue, merged.currency) == ("1000", "JPY")
    own = given(ACCOUNT, BORN).id
    mixed = {"annual_revenue": "b", "currency": own}
    merge(mixed, yen).then_rejected(Invalid, "choices.currency", "other-currency")


def test_every_amount_says_which_field_holds_its_currency() -> None:
    plain = {"tax_percent", "rate", "exchange_rate"}  # decimals that are no money
    for aggregate in CATALOGUE:
        for field in aggregate.collection.fields:
            if field.kind == "decimal" and field.name not in plain:
                place = aggregate.collection.field(field.currency)
                assert place is not None, f"{aggregate.name}.{field.name}"
                assert (place.kind, place.indexed) == ("keyword", True)  # so that sums go by it


AMOUNTS = st.decimals(0, 10**10, places=4).map(lambda d: f"{d:f}")


@quick(st.lists(AMOUNTS, max_size=20), st.sampled_from(["JPY", "CNY", "KWD", "CLF"]))
def test_a_total_is_the_exact_sum(amounts: list[str], currency: str) -> None:
    assert Decimal(total(amounts, currency)) == sum(map(Decimal, amounts))


@quick(AMOUNTS, st.sampled_from(sorted(CURRENCIES)))
def test_rounding_is_half_up_to_the_smallest_unit(amount: str, currency: str) -> None:
    unit = Decimal(1).scaleb(-minor_digits(currency))
    made = rounded(Decimal(amount), currency)
    assert Decimal(made) == (Decimal(amount) / unit).to_integral_value(ROUND_HALF_UP) * unit
    assert len(made.partition(".")[2]) == minor_digits(currency)
    assert line_amount("1", amount, "0", currency) == made
