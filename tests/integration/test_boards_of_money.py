"""Boards never add unlike money: a sum per currency, or one in the organisation's at the rates that are asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from shared.clock import day_of
from tests.support.importing import Office, office

DEALS, BOARD, RATES = "/sales/opportunities", "/sales/opportunities/board", "/identity/exchange-rates"
IMPORT = """
name: rates
steps:
  - { name: rates, resource: exchange_rate, file: rates.csv, mode: create, fields: { currency: C, day: D, rate: R } }
"""


async def deal(desk: Office, amount: str | None, currency: str) -> str:
    return await desk.create(DEALS, name="D", amount=amount, currency=currency)


async def board(desk: Office, path: str = BOARD, **params: str) -> Any:
    await desk.suite.kernel.projector.catch_up()
    return await desk.get(path, **params)


async def only(desk: Office, **params: str) -> Any:
    """The one group of the board of open deals."""
    (group,) = (await board(desk, by="status", status="open", sum="amount", **params))["groups"]
    return group


async def test_money_is_added_up_per_currency_or_at_dated_rates(tmp_path: Path) -> None:
    async with office(tmp_path, working=False) as desk:
        await desk.client.patch(f"/identity/organisations/{desk.tenant}", json={"currency": "USD"})
        today = day_of(desk.suite.kernel.clock.now())
        yen = await desk.create(RATES, currency="JPY", day="2026-01-01", rate="0.0067")
        await deal(desk, "1000", "USD")
        assert await only(desk) == {
            "key": "open",
            "count": 1,
            "sum": "1000.00",
            "sums": [{"currency": "USD", "count": 1, "sum": "1000.00"}],
        }
        await deal(desk, "100000", "JPY")
        await deal(desk, None, "EUR")
        lacking = await deal(desk, "1.234", "KWD")
        sums = [
            {"currency": "JPY", "count": 1, "sum": "100000"},
            {"currency": "KWD", "count": 1, "sum": "1.234"},
            {"currency": "USD", "count": 1, "sum": "1000.00"},
        ]
        assert await only(desk) == {"key": "open", "count": 4, "sum": None, "sums": sums}

        missing = [{"currency": "KWD", "count": 1, "sum": "1.234"}]
        mixed = {"key": "open", "count": 4, "sum": "1670.00", "sums": sums, "missing": missing}
        assert await only(desk, **{"in": "base"}) == mixed
        assert await only(desk, **{"in": "base", "rates": "today"}) == mixed
        await desk.create(RATES, currency="JPY", day=today, rate="0.01")
        await desk.client.patch(f"{RATES}/{yen}", json={"rate": "0.5"})
        assert (await only(desk, **{"in": "base"}))["sum"] == "1670.00"  # figures stand
        assert (await only(desk, **{"in": "base", "rates": "today"}))["sum"] == "2000.00"

        await desk.create(RATES, currency="KWD", day=today, rate="3.25")
        assert (await only(desk, **{"in": "base"}))["missing"] == missing
        assert (await only(desk, **{"in": "base", "rates": "today"}))["missing"] == []
        assert (await desk.client.post(f"{DEALS}/{lacking}/apply-rate", json={})).status_code == 200
        found = await board(desk, by="status", status="open", sum="weighted_amount", **{"in": "base"})
        assert (found["currency"], found["rates"]) == ("USD", "deal")
        assert (found["groups"][0]["sum"], found["groups"][0]["missing"]) == (
            "167.40",
            [],
        )  # 10 % each: 100 + 67 + 0.40

        pipeline = (await desk.get(f"{DEALS}"))["items"][0]["pipeline"]
        plain = (await board(desk, f"/sales/pipelines/{pipeline}/board"))["columns"][0]
        assert [(s["currency"], s["amount"]) for s in plain["sums"] if s["amount"] != "0.00"] == [
            ("JPY", "100000"), ("KWD", "1.234"), ("USD", "1000.00"),
        ]  # fmt: skip
        summed = await board(desk, f"/sales/pipelines/{pipeline}/board", **{"in": "base"})
        assert summed["columns"][0]["sums"] == [
            {"currency": "USD", "count": 3, "amount": "1674.01", "weighted_amount": "167.40"}
        ]
        assert (summed["rates"], summed["columns"][0]["missing"]) == ("deal", [])


async def test_records_that_keep_no_rate_are_added_up_at_those_of_today(tmp_path: Path) -> None:
    async with office(tmp_path, working=False) as desk:
        await desk.client.patch(f"/identity/organisations/{desk.tenant}", json={"currency": "USD"})
        await desk.create(RATES, currency="EUR", day="2026-01-01", rate="1.1")
        for revenue, currency in (("10", "EUR"), ("10", "USD"), ("10", "JPY")):
            body = {"name": f"A {currency}", "annual_revenue": revenue, "currency": currency}
            await desk.create("/customer/accounts", **body)
        asked = {"by": "type", "sum": "annual_revenue", "in": "base"}
        found = await board(desk, "/customer/accounts/board", **asked)
        assert (found["rates"], found["groups"][0]["sum"]) == ("today", "21.00")
        assert found["groups"][0]["missing"] == [{"currency": "JPY", "count": 1, "sum": "10"}]
        for path, wrong, code in (
            ("/customer/accounts/board", asked | {"rates": "deal"}, "no-exchange"),
            ("/customer/accounts/board", {"by": "type", "rates": "today"}, "needs-in"),
            ("/customer/accounts/board", asked | {"sum": "employees"}, "no-money"),
            ("/customer/accounts/board", asked | {"in": "EUR"}, "not-an-option"),
        ):
            answer = await desk.client.get(path, params=wrong)
            assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)


async def test_rates_are_imported(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        rows = "C,D,R\nJPY,2026-01-01,0.0067\nJPY,2026-01-02,0\nEUR,2026-01-01,1.1\nJPY,2026-01-01,0.007\n"
        done = await desk.run(IMPORT, {"rates.csv": rows})
        assert (done["totals"]["created"], done["totals"]["rejected"]) == (2, 2), done
        await desk.suite.kernel.projector.catch_up()
        listed = await desk.get(RATES, sort="day", currency="JPY")
        assert [(r["into"], r["rate"]) for r in listed["items"]] == [("USD", "0.0067")]
