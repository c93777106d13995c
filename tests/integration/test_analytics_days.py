"""Days, months and quarters of reports are those of the organisation: as views show them, and as SQL computes them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from services.analytics.facts import TABLES
from services.analytics.formats import encode
from services.analytics.sql.gateway import SqlGateway
from services.analytics.views.people import People
from shared.clock import from_rfc3339
from shared.domain.calendar import Calendar
from shared.warehouse.confined import ConfinedWarehouse
from shared.warehouse.feed import WarehouseFeed
from tests.integration.test_analytics_facts import Analysts
from tests.support.leases import FreeLeases
from tests.support.world import BOSS, TENANT, open_world

LATE = from_rfc3339("2026-06-30T23:30:00-04:00")  # the last half-hour of June in New York
NEW_YORK, SHANGHAI = Calendar("America/New_York"), Calendar("Asia/Shanghai")


class Office:
    """An organisation whose calendar a test sets."""

    calendar = NEW_YORK

    async def now(self, tenant: str) -> Calendar:
        return self.calendar

    async def zone(self, tenant: str) -> str:
        return self.calendar.time_zone


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[tuple[Office, Analysts]]:
    place = Office()
    async with open_world(tmp_path) as world:
        warehouse = await ConfinedWarehouse.open(f"chdb:{tmp_path / 'warehouse'}")
        feed = WarehouseFeed(
            warehouse, world.store, world.bus.codec, world.catalogue, TABLES, world.clock, FreeLeases(), place.zone
        )
        await feed.start()
        gateway = SqlGateway(warehouse, People(world.kernel.directory), feed.rollups.generation, place.now)
        yield place, Analysts(world, feed, gateway)
        await warehouse.close()


async def won_late(a: Analysts) -> None:
    """A deal won in the last half-hour of June in New York."""
    body = {"name": "Late", "amount": "900.00", "currency": "USD"}
    made = await a.world.do("sales.OpenOpportunity", body, occurred_at=LATE - 30 * 86_400_000_000)
    await a.world.do("sales.WinOpportunity", {}, made.id, occurred_at=LATE)
    task = {"kind": "task", "subject": "x", "due": "2026-07-01T03:30:00Z"}
    await a.world.do("customer.CreateActivity", task, occurred_at=LATE)


JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)
QUESTIONS: list[tuple[str, Any, Any]] = [  # what is asked, in New York, in Shanghai
    ("SELECT month FROM revenue_by_month", JUNE, JULY),
    ("SELECT month FROM win_rate", JUNE, JULY),
    ("SELECT month FROM sales_velocity", JUNE, JULY),
    ("SELECT closed_on FROM opportunities", date(2026, 6, 30), date(2026, 7, 1)),
    ("SELECT opened_on FROM opportunities", date(2026, 5, 31), date(2026, 6, 1)),
    ("SELECT toStartOfQuarter(closed_on) FROM opportunities", date(2026, 4, 1), date(2026, 7, 1)),
    ("SELECT average_days FROM cycle_time_by_product", 30.0, 30.0),
    ("SELECT toDate(due) FROM activities", date(2026, 6, 30), date(2026, 7, 1)),
    ("SELECT due_on FROM activities", date(2026, 6, 30), date(2026, 7, 1)),
    ("SELECT toStartOfMonth(due) FROM activities", JUNE, JULY),
    ("SELECT toHour(due) FROM activities", 23, 11),
    ("SELECT EXTRACT(MONTH FROM due) FROM activities", 6, 7),
    ("SELECT toYYYYMM(created_at) FROM activities", 202606, 202607),
    ("SELECT formatDateTime(due, '%F %R') FROM activities", "2026-06-30 23:30", "2026-07-01 11:30"),
    ("SELECT toDate(occurred_at) FROM stage_changes WHERE to_status = 'won'", date(2026, 6, 30), date(2026, 7, 1)),
    ("SELECT count() FROM activities WHERE due < '2026-07-01 00:00:00'", 1, 0),
    ("SELECT count() FROM activities WHERE due >= CAST('2026-07-01 00:00:00' AS DateTime)", 0, 1),
    ("SELECT sum(opportunities) FROM pipeline_as_of(day = '2026-06-30') WHERE status = 'won'", 1, 0),
    ("SELECT sum(opportunities) FROM pipeline_as_of(day = '2026-07-01') WHERE status = 'won'", 1, 1),
    ("SELECT count() FROM opportunities_as_of(day = '2026-06-30') WHERE closed_on = '2026-06-30'", 1, 0),
    ("SELECT toDate(due, 'UTC') FROM activities", date(2026, 7, 1), date(2026, 7, 1)),  # a zone of one's own
]


async def test_every_figure_goes_by_the_days_of_the_organisation(office: tuple[Office, Analysts]) -> None:
    place, a = office
    await won_late(a)
    for calendar, of in ((NEW_YORK, 1), (SHANGHAI, 2)):  # a changed zone counts in the next answer
        place.calendar = calendar
        for question in QUESTIONS:
            assert await a.ask(question[0]) == [(question[of],)], (question[0], calendar.time_zone)
        answer = await a.gateway.ask("SELECT due FROM activities", BOSS)
        assert answer.types == (f"Nullable(DateTime64(6, '{calendar.time_zone}'))",)
        assert b'"due":"2026-07-01T03:30:00.000000Z"' in encode(answer, "json")
        [due] = pa.ipc.open_stream(encode(answer, "arrow")).read_all()["due"].to_pylist()
        assert due == datetime(2026, 7, 1, 3, 30, tzinfo=UTC)


async def test_an_all_day_task_is_due_on_its_day_wherever_the_organisation_is(office: tuple[Office, Analysts]) -> None:
    place, a = office
    task = {"kind": "task", "subject": "x", "due": "2026-06-30"}
    await a.world.do("customer.CreateActivity", task, occurred_at=LATE)
    for calendar in (NEW_YORK, SHANGHAI, Calendar("Pacific/Kiritimati")):
        place.calendar = calendar
        assert await a.ask("SELECT due_on FROM activities") == [(date(2026, 6, 30),)], calendar.time_zone


FISCAL = [  # the month in which fiscal years begin, what a day in June is in, and the closing date 2026-07-01
    (1, date(2026, 4, 1), date(2026, 1, 1), date(2026, 7, 1)),
    (2, date(2026, 5, 1), date(2026, 2, 1), date(2026, 5, 1)),
    (4, date(2026, 4, 1), date(2026, 4, 1), date(2026, 7, 1)),
    (7, date(2026, 4, 1), date(2025, 7, 1), date(2026, 7, 1)),
    (10, date(2026, 4, 1), date(2025, 10, 1), date(2026, 7, 1)),
]


async def test_fiscal_periods_begin_in_the_organisations_month(office: tuple[Office, Analysts]) -> None:
    place, a = office
    await won_late(a)
    asked = "SELECT closed_fiscal_quarter, closed_fiscal_year, close_fiscal_quarter FROM opportunities"
    for begins, quarter, year, expected in FISCAL:
        place.calendar = replace(NEW_YORK, fiscal_year_start=begins)
        assert await a.ask(asked) == [(quarter, year, expected)], begins
        summed = await a.ask("SELECT fiscal_year, fiscal_quarter, amount FROM revenue_by_fiscal_quarter")
        assert summed == [(year, quarter, Decimal("900.00"))], begins


async def test_roll_ups_of_another_zone_are_not_used(office: tuple[Office, Analysts]) -> None:
    place, a = office
    a.feed.rollups.worth_it = 1
    await won_late(a)
    asked = "SELECT month, amount FROM revenue_by_month"
    before = await a.ask(asked)
    await a.roll_up()
    assert (await a.gateway.ask(asked, BOSS)).rows == before
    place.calendar = SHANGHAI
    await a.feed.refresh_rollups()
    assert a.feed.rollups.generation(TENANT) is None
    assert [row[0] for row in await a.ask(asked)] == [JULY]
    a.world.clock.ahead += 60_000_000
    await a.roll_up()
    assert [row[0] for row in (await a.gateway.ask(asked, BOSS)).rows] == [JULY]
