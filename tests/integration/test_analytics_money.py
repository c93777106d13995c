"""Figures of several currencies in the warehouse: a row for each, all decimals, and what they were worth."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.analysts import Analysts, open_analysts
from tests.support.world import TENANT

DEALS = [("1000", "USD"), ("100000", "JPY"), ("1.234", "KWD")]


@pytest.fixture
async def analysts(tmp_path: Path) -> AsyncIterator[Analysts]:
    async with open_analysts(tmp_path) as opened:
        await opened.world.do("identity.CreateOrganisation", {"name": "A", "currency": "USD"}, new_id=TENANT)
        yield opened


async def test_unlike_money_is_never_added_up(analysts: Analysts) -> None:
    a = analysts
    await a.do("identity.SetExchangeRate", {"currency": "JPY", "day": "2017-01-01", "rate": "0.0067"})
    for amount, currency in DEALS:
        id = await a.deal("2017-01-05", amount=amount, currency=currency)
        await a.win(id, "2017-02-05")
    won = [("JPY", Decimal(100000)), ("KWD", Decimal("1.234")), ("USD", Decimal(1000))]
    by = "ORDER BY currency"
    then = f"SELECT currency, amount FROM pipeline_as_of(day = '2017-01-31') {by}"
    assert await a.ask(then) == won
    for view in ("revenue_by_month", "revenue_by_agent", "revenue_by_manager", "revenue_by_product"):
        assert await a.ask(f"SELECT currency, amount FROM {view} {by}") == won
    worth = "SELECT currency, base_amount, base_currency, toString(rate_day) FROM opportunities"
    for view in ("opportunities", "opportunities_as_of(day = '2017-12-31')"):
        assert await a.ask(f"{worth.replace('opportunities', view)} {by}") == [
            ("JPY", Decimal(670), "USD", "2017-01-01"),
            ("KWD", None, "", None),
            ("USD", Decimal(1000), "USD", "2017-02-05"),
        ]


async def test_prices_below_a_cent_are_kept(analysts: Analysts) -> None:
    await analysts.do("sales.AddProduct", {"name": "Screw", "list_price": "0.004567", "currency": "USD"})
    assert await analysts.ask("SELECT list_price FROM products") == [(Decimal("0.004567"),)]
