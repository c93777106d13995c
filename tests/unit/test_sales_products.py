"""Products, price books, line items and contact roles, by given/when/then and by property."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given as forall
from hypothesis import settings
from hypothesis import strategies as st

import services.sales.catalogue  # noqa: F401  (registers every command)
from services.sales.opportunity import OPPORTUNITY
from services.sales.opportunity_lines import Offer
from services.sales.price_book import PRICE_BOOK, PriceBook
from services.sales.product import PRODUCT, Product
from services.sales.values import line_amount, weighted
from shared.errors import Invalid, Rejected
from shared.events import sales as events
from shared.events import sales_products as products
from tests.unit.given import ME, Given, given


class TestProduct:
    def test_added_priced_retired(self) -> None:
        added = (
            given(PRODUCT)
            .when("AddProduct", {"name": "GTX", "list_price": "550", "currency": "cny"})
            .then(products.ProductAdded({"name": "GTX", "list_price": "550.00", "currency": "CNY"}))
        )
        priced = added.when("SetListPrice", {"list_price": "600"}).then(
            products.ListPriceSet("600.00", "CNY", "550.00")
        )
        priced.when("SetListPrice", {"list_price": "600"}).then_nothing()
        retired = priced.when("ArchiveProduct").then(products.ProductRetired(""))
        assert PRODUCT.document(retired.state)["active"] is False
        retired.when("SetListPrice", {"list_price": "1"}).then_rejected(Rejected, code="archived")
        assert retired.when("RestoreProduct").and_so().state.archived is False

    def test_details(self) -> None:
        added = given(PRODUCT, products.ProductAdded({"name": "GTX"}))
        added.when("ChangeProductDetails", {"series": "G", "name": "GTX"}).then(
            products.ProductDetailsChanged({"series": {"from": "", "to": "G"}})
        )

    @pytest.mark.parametrize(
        ("field", "value"),
        [("tax_percent", "101"), ("tax_percent", "-1"), ("tax_percent", "x"), ("list_price", "1.2345678")],
    )
    def test_what_is_no_number(self, field: str, value: str) -> None:
        given(PRODUCT).when("AddProduct", {"name": "GTX", field: value}).then_rejected(Invalid, field)


def book(*prices: tuple[str, str]) -> Given:
    created = products.PriceBookCreated("B", "CNY", "", {})
    return given(PRICE_BOOK, created, *(products.PriceSet("p1", price, day, None) for price, day in prices), id="b1")


class TestPriceBook:
    def test_prices_hold_from_their_day_until_the_next(self) -> None:
        state: PriceBook = book(("12.00", "2026-07-01"), ("10.00", "2026-01-01")).state
        on = [("2025-12-31", None), ("2026-01-01", "10.00"), ("2026-06-30", "10.00"), ("2026-07-01", "12.00")]
        for day, price in on:
            entry = state.price_on("p1", day)
            assert (entry and entry["price"]) == price
        assert state.price_on("p2", "2026-07-01") is None

    def test_setting_and_removing(self) -> None:
        price = {"product": "p1", "price": "9", "valid_from": "2026-01-01"}
        book(("10.00", "2026-01-01")).when("SetPrice", price).then(
            products.PriceSet("p1", "9.00", "2026-01-01", "10.00")
        ).when("SetPrice", price).then_nothing()
        gone = (
            book(("10.00", "2026-01-01"))
            .when("RemovePrice", {"product": "p1", "valid_from": "2026-01-01"})
            .then(products.PriceRemoved("p1", "10.00", "2026-01-01"))
        )
        assert gone.state.entries == {}
        gone.when("RemovePrice", {"product": "p1", "valid_from": "2026-01-01"}).then_rejected(Invalid, "valid_from")

    def test_a_price_of_no_day(self) -> None:
        price = {"product": "p1", "price": "9", "valid_from": "2026-13-01"}
        book().when("SetPrice", price).then_rejected(Invalid, "valid_from")


def deal(**details: Any) -> Given:
    opened = events.OpportunityOpened({"name": "Deal", "currency": "CNY", **details}, ME, "p1", "first", 10, 5)
    return given(OPPORTUNITY, opened)


def offer(book: PriceBook | None = None, **product: Any) -> Offer:
    return Offer(Product(id="p1", name="GTX", **product), book)


def line(**other: Any) -> dict[str, Any]:
    return {
        "id": "new-1",
        "product": "p1",
        "name": "GTX",
        "quantity": "1",
        "unit_price": "5.00",
        "discount_percent": "0",
        "tax_percent": "0",
        "amount": "5.00",
        **other,
    }


class TestLines:
    def test_the_amount_is_the_sum_of_the_lines(self) -> None:
        body = {"product": "p1", "quantity": "3", "unit_price": "10", "discount_percent": "10"}
        first = (
            deal(amount="1.00")
            .when("AddLineItem", body, facts=offer())
            .then(
                events.OpportunityLineItemAdded(
                    line(quantity="3", unit_price="10.00", discount_percent="10", amount="27.00")
                )
            )
        )
        assert first.state.amount == "27.00"
        second = given(OPPORTUNITY, *(r.event for r in first.history), events.OpportunityLineItemAdded(line(id="l2")))
        assert second.state.amount == "32.00"
        second.when("ChangeAmount", {"amount": "1"}).then_rejected(Rejected, "amount", "sum-of-lines")
        second.when("WinOpportunity", {"amount": "1"}).then_rejected(Rejected, "amount", "sum-of-lines")
        assert second.when("WinOpportunity").and_so().state.amount == "32.00"

    def test_changing_and_removing(self) -> None:
        one = given(OPPORTUNITY, *(r.event for r in deal().history), events.OpportunityLineItemAdded(line()))
        changed = one.when("ChangeLineItem", {"line": "new-1", "quantity": "2"}).then(
            events.OpportunityLineItemChanged(line(quantity="2", amount="10.00"), line())
        )
        assert changed.state.amount == "10.00"
        changed.when("ChangeLineItem", {"line": "new-1", "quantity": "2"}).then_nothing()
        gone = changed.when("RemoveLineItem", {"line": "new-1"}).and_so()
        assert (gone.state.lines, gone.state.amount) == ([], None)
        gone.when("RemoveLineItem", {"line": "new-1"}).then_rejected(Invalid, "line", "unknown-line")
        gone.when("ChangeLineItem", {"line": "new-1"}).then_rejected(Invalid, "line", "unknown-line")

    def test_undoing_a_line_gives_the_old_amount_back(self) -> None:
        one = deal(amount="1.00").when("AddLineItem", {"product": "p1", "unit_price": "5"}, facts=offer()).and_so()
        assert one.when("UndoOpportunityChange", {"version": 2}).and_so().state.amount == "1.00"

    def test_the_price_comes_from_the_book_or_the_list(self) -> None:
        add = {"product": "p1"}
        in_book: PriceBook = book(("10.00", "2026-01-01"), ("12.00", "2026-12-01")).state
        for facts, price in ((offer(in_book, list_price="9.00"), "10.00"), (offer(list_price="9.00"), "9.00")):
            assert deal().when("AddLineItem", add, facts=facts).and_so().state.lines[0]["unit_price"] == price
        for facts in (offer(), offer(book(("1.00", "2027-01-01")).state, list_price="9.00")):
            deal().when("AddLineItem", add, facts=facts).then_rejected(Invalid, "unit_price", "no-price")
        foreign = offer(list_price="9.00", currency="EUR")
        deal().when("AddLineItem", add, facts=foreign).then_rejected(Invalid, "unit_price", "other-currency")

    @pytest.mark.parametrize("quantity", ["0", "-1", "1.23456", "many", True])
    def test_what_is_no_quantity(self, quantity: object) -> None:
        body = {"product": "p1", "quantity": quantity, "unit_price": "1"}
        deal().when("AddLineItem", body, facts=offer()).then_rejected(Invalid, "quantity")

    def test_closed_deals_keep_their_lines(self) -> None:
        won = deal(amount="1.00").when("WinOpportunity").and_so()
        won.when("AddLineItem", {"product": "p1"}, facts=offer(list_price="1.00")).then_rejected(
            Rejected, code="closed"
        )
        won.when("RemoveLineItem", {"line": "x"}).then_rejected(Rejected, code="closed")
        won.when("ChangeLineItem", {"line": "x"}).then_rejected(Rejected, code="closed")

    @settings(max_examples=50, deadline=None)
    @forall(st.lists(st.tuples(st.integers(1, 10_000), st.integers(0, 10_000_000), st.integers(0, 100)), max_size=8))
    def test_the_sum_is_exact(self, parts: list[tuple[int, int, int]]) -> None:
        record = deal()
        for quantity, cents, discount in parts:
            body = {
                "product": "p1",
                "quantity": str(quantity),
                "unit_price": f"{cents // 100}.{cents % 100:02d}",
                "discount_percent": str(discount),
            }
            record = record.when("AddLineItem", body, facts=offer()).and_so()
        state = record.state
        expected = sum((Decimal(one["amount"]) for one in state.lines), Decimal("0.00")) if parts else None
        assert state.amount == (str(expected) if parts else None)
        assert OPPORTUNITY.restore(OPPORTUNITY.document(state)) == state


def test_amounts_are_rounded_half_up() -> None:
    assert line_amount("1", "0.05", "50", "CNY") == "0.03"
    assert line_amount("0.3333", "100.00", "0", "CNY") == "33.33"
    assert weighted("0.05", 50, "CNY") == "0.03"
    assert weighted(None, 50, "CNY") is None


class TestContactRoles:
    def test_one_role_each(self) -> None:
        set_ = (
            deal()
            .when("SetContactRole", {"contact": "c1", "role": "user"})
            .then(events.OpportunityContactRoleSet("c1", "user", None))
        )
        set_.when("SetContactRole", {"contact": "c1", "role": "user"}).then_nothing()
        other = set_.when("SetContactRole", {"contact": "c1", "role": "influencer"}).then(
            events.OpportunityContactRoleSet("c1", "influencer", "user")
        )
        assert OPPORTUNITY.document(other.state)["contacts"] == ["c1"]
        gone = other.when("RemoveContactRole", {"contact": "c1"}).then(
            events.OpportunityContactRoleRemoved("c1", "influencer")
        )
        gone.when("RemoveContactRole", {"contact": "c1"}).then_nothing()
        deal().when("SetContactRole", {"contact": "c1", "role": "king"}).then_rejected(Invalid, "role")
