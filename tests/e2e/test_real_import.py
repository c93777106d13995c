"""The real input, whole: messy public files by the documented mapping, and sample files of the same shape and mess.

What the files hold is asked back through the views over HTTP, now and as of a past day, and through the warehouse.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from services.integration.samples import MAPPING_FILE, Expected, make_sample
from tests.durability.scale import PROVE
from tests.support.importing import Office, fed, office

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data" / "crm-sales-opportunities"
MAPPING = ROOT / "docs" / "examples" / "crm-sales-opportunities.yaml"
FILES = ("accounts.csv", "products.csv", "sales_teams.csv", "sales_pipeline.csv")
UNTIL = date(2026, 6, 30)


@dataclass(frozen=True)
class Deals:
    """open, won and lost deals, and what was won in all."""

    open: int
    won: int
    lost: int
    amount: int


def contents(mapping: Path, source: Path) -> tuple[str, dict[str, bytes]]:
    return mapping.read_text(), {name: (source / name).read_bytes() for name in FILES}


async def imported(desk: Office, mapping: Path, source: Path) -> dict[str, Any]:
    report = await desk.run(*contents(mapping, source))
    assert report["status"] == "completed", report
    assert report["totals"]["rejected"] == 0, report["rejected"]
    return report


async def by_views(desk: Office, **when: str) -> Deals:
    groups = (await desk.get("/sales/opportunities/board", by="status", sum="amount", **when))["groups"]
    count = {g["key"]: g["count"] for g in groups}
    won = sum(Decimal(g["sum"] or 0) for g in groups if g["key"] == "won")
    return Deals(count.get("open", 0), count.get("won", 0), count.get("lost", 0), int(won))


async def won_between(desk: Office, first: str, last: str) -> int:
    when = {"closed_on[ge]": first, "closed_on[le]": last}
    groups = (await desk.get("/sales/opportunities/board", by="status", sum="amount", status="won", **when))["groups"]
    return sum(int(Decimal(g["sum"])) for g in groups)


async def ask(desk: Office, sql: str) -> list[dict[str, Any]]:
    """Rows of the warehouse's answer, once it has seen every event."""
    await fed(desk.client, 120)
    answer = (await desk.client.post("/analytics/sql", json={"sql": sql, "format": "json"})).raise_for_status().json()
    return [dict(zip(answer["columns"], row, strict=True)) if isinstance(row, list) else row for row in answer["rows"]]


def deals_of(rows: list[dict[str, Any]]) -> Deals:
    def total(status: str, column: str) -> int:
        return sum(int(Decimal(str(row[column] or 0))) for row in rows if row["status"] == status)

    n = {status: total(status, "opportunities") for status in ("open", "won", "lost")}
    return Deals(n["open"], n["won"], n["lost"], total("won", "amount"))


async def by_warehouse(desk: Office, day: str | None = None) -> Deals:
    now = "SELECT status, count() AS opportunities, sum(amount) AS amount FROM opportunities GROUP BY status"
    then = f"SELECT status, opportunities, amount FROM pipeline_as_of(day='{day}')"
    return deals_of(await ask(desk, then if day else now))


async def visible(desk: Office) -> dict[str, int]:
    """How many records each list shows."""
    paths = ("/customer/accounts", "/sales/opportunities", "/sales/products", "/sales/pipelines")
    found = {
        path: (await desk.get(f"{path}/count"))["count"] for path in (*paths, "/identity/teams", "/identity/users")
    }
    return {name: count for name, count in found.items() if count}


async def owners_and_leads(desk: Office) -> Mapping[str, tuple[int, int]]:
    """Team name → how many leads and how many members it has."""
    users = (await desk.get("/identity/users", limit=200))["items"]
    managers = {u["id"] for u in users if "sales_manager" in u["roles"]}
    assert all(u["manager"] in managers for u in users if "sales_representative" in u["roles"])
    assert {u["status"] for u in users} == {"active", "listed"}
    teams = (await desk.get("/identity/teams"))["items"]
    assert all(set(t["leads"]) <= managers for t in teams)
    return {t["name"]: (len(t["leads"]), sum(t["id"] in u["teams"] for u in users)) for t in teams}


@pytest.mark.slow
@pytest.mark.skipif(not DATA.is_dir(), reason="the public data set is not next to the repository: ../shared/data")
async def test_the_public_data_set(tmp_path: Path) -> None:
    async with office(tmp_path / "data", warehouse=True) as desk:
        before = await visible(desk)
        report = await imported(desk, MAPPING, DATA)
        assert report["warnings"] == {"opportunities.account: missing": 1_425}
        created = [(s["name"], s["created"]) for s in report["steps"] if s["created"]]
        people = [("teams", 3), ("managers", 6), ("agents", 35)]
        things = [("products", 7), ("pipeline", 1), ("accounts", 85), ("opportunities", 8_800)]
        assert created == people + things

        now, june = Deals(2_089, 4_238, 2_473, 10_005_534), Deals(1_686, 1_785, 894, 4_220_783)
        assert await by_views(desk) == await by_warehouse(desk) == now
        assert await by_views(desk, as_of="2017-06-30") == await by_warehouse(desk, "2017-06-30") == june
        quarters = [("01-01", "03-31"), ("04-01", "06-30"), ("07-01", "09-30"), ("10-01", "12-31")]
        won = [await won_between(desk, f"2017-{first}", f"2017-{last}") for first, last in quarters]
        rows = await ask(
            desk,
            "SELECT toQuarter(closed_on) AS q, sum(amount) AS amount FROM opportunities"
            " WHERE status = 'won' AND toYear(closed_on) = 2017 GROUP BY q ORDER BY q",
        )
        assert won == [int(Decimal(str(r["amount"]))) for r in rows] == [1_134_672, 3_086_111, 2_982_255, 2_802_496]

        assert await owners_and_leads(desk) == {"Central": (2, 13), "East": (2, 14), "West": (2, 14)}
        accounts = {a["name"]: a for a in (await desk.get("/customer/accounts", limit=200))["items"]}
        acme = accounts["Acme Corporation"]
        shown = (acme["industry"], acme["annual_revenue"], acme["currency"], acme["country"], acme["founded"])
        assert shown == ("technology", "1100040000.00", "USD", "US", 1996)
        assert accounts["Bioholding"]["country"] == "PH"
        parents = [a for a in accounts.values() if a["parent"]]
        assert len(parents) == 15
        assert sum(a["parent"] == acme["id"] for a in parents) == 4
        [deal] = (await desk.get("/sales/opportunities", external_id="Z063OYW0"))["items"]
        history = (await desk.get(f"/sales/opportunities/{deal['id']}/history"))["items"]
        assert [(e["type"], e["occurred_at"][:10]) for e in history] == [
            ("sales.OpportunityWon", "2017-03-11"),
            ("sales.OpportunityOpened", "2016-10-25"),
        ]
        assert deal["name"] == "GTX Pro · Isdom"

        if PROVE:  # what follows is asked of the sample files, too
            outcome = await desk.revert(report["id"])
            assert outcome["reverted"] == {"archived": 8_937, "undone": 0, "left": 0}
            assert await visible(desk) == before
            await is_gone(desk, deal["id"], 3)


async def is_gone(desk: Office, deal: str, events: int) -> None:
    """No deal is left in the warehouse, and this one's history says why, with as many events."""
    assert await by_warehouse(desk) == Deals(0, 0, 0, 0)
    history = (await desk.get(f"/sales/opportunities/{deal}/history"))["items"]
    assert (history[0]["type"], history[0]["reason"]) == ("sales.OpportunityArchived", "import reverted")
    assert len(history) == events


async def holds(desk: Office, expected: Expected) -> None:
    """What is asked back is what the maker of the files counted."""
    last = expected.as_of(UNTIL.isoformat())
    assert (
        await by_views(desk)
        == await by_warehouse(desk)
        == Deals(last["engaging"] + expected.prospecting, last["won"], last["lost"], last["amount"])
    )
    for day in ("2025-12-31", "2026-03-31"):
        then = expected.as_of(day)
        wanted = Deals(then["engaging"], then["won"], then["lost"], then["amount"])
        assert await by_views(desk, as_of=day) == await by_warehouse(desk, day) == wanted


@pytest.mark.parametrize("language", ["en", "zh"] if PROVE else ["zh"])
async def test_sample_files_of_the_same_shape_and_mess(tmp_path: Path, language: str) -> None:
    source = tmp_path / "source"
    expected = make_sample(source, rows=1_200, seed=11, language=language, until=UNTIL)
    async with office(tmp_path / "data", warehouse=True) as desk:
        before = await visible(desk)
        report = await imported(desk, source / MAPPING_FILE, source)
        assert report["warnings"] == {"opportunities.account: missing": expected.without_account}
        created = {s["name"]: s["created"] for s in report["steps"]}
        assert (created["agents"], created["managers"], created["accounts"], created["products"]) == (
            expected.agents,
            expected.managers,
            expected.accounts,
            expected.products,
        )
        parents = (await desk.get("/customer/accounts/count", **{"parent[empty]": "false"}))["count"]
        assert parents == expected.subsidiaries
        await holds(desk, expected)
        again = await desk.run(*contents(source / MAPPING_FILE, source))
        assert (again["totals"]["created"], again["totals"]["rejected"]) == (0, 1_200)  # nothing is there twice
        [deal] = (await desk.get("/sales/opportunities", status="won", limit=1))["items"]
        outcome = await desk.revert(report["id"])
        assert (outcome["reverted"]["undone"], outcome["reverted"]["left"]) == (0, 0)
        assert await visible(desk) == before
        await is_gone(desk, deal["id"], 3)
