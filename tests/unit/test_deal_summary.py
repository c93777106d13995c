"""What a deal adds to its account's figures, and what the figures are."""

from __future__ import annotations

from itertools import permutations

import pytest

from services.sales.deal_summary import DEAL_SUMMARIES, combine, part
from services.sales.opportunity import Opportunity


def test_an_open_deal_adds_its_amount_and_a_won_one_its_day() -> None:
    deal = Opportunity(account="a", amount="10.00", currency="CNY")
    assert part(deal) == ("a", {"amount": "10.00", "currency": "CNY"})
    deal.status, deal.closed_on = "won", "2026-01-01"
    assert part(deal) == ("a", {"won_on": "2026-01-01"})


@pytest.mark.parametrize("deal", [Opportunity(), Opportunity(account="a", status="lost")])
def test_a_lost_deal_and_one_without_an_account_add_nothing(deal: Opportunity) -> None:
    assert part(deal) is None


def test_an_archived_deal_adds_nothing() -> None:
    deal = Opportunity(account="a")
    deal.archived = True
    assert part(deal) is None


def test_each_currency_has_its_sum_and_the_order_does_not_matter() -> None:
    parts = [
        {"amount": "10.00", "currency": "CNY"},
        {"amount": "0.50", "currency": "CNY"},
        {"amount": "7.00", "currency": "EUR"},
        {"amount": None, "currency": ""},
        {"won_on": "2026-01-01"},
        {"won_on": "2026-02-01"},
    ]
    expected = {
        "open_deals": 4,
        "open_amount": {"CNY": "10.50", "EUR": "7.00"},
        "won_deals": 2,
        "last_won_on": "2026-02-01",
    }
    assert all(combine(order) == expected for order in permutations(parts))


def test_a_document_is_gone_with_its_last_part_and_may_come_back() -> None:
    one = DEAL_SUMMARIES.apply("a", None, {"d": {"amount": "1.00", "currency": "CNY"}})
    assert one is not None
    assert one["open_amount"] == {"CNY": "1.00"}
    assert DEAL_SUMMARIES.apply("a", one, {"d": None}) is None
    assert DEAL_SUMMARIES.apply("a", None, {"d": {"won_on": "2026-01-01"}}) is not None
