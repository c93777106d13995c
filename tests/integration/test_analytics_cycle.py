"""How long deals take by product: over all of the past at once, within the asker's rights."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.analytics.sql.gateway import SqlGateway
from shared.errors import Invalid
from shared.security.permissions import Role
from shared.warehouse.confined import ConfinedWarehouse
from tests.support.example_facts import ExampleNames, example
from tests.support.facts import Facts, make_tables, someone
from tests.support.roles import BUILT_IN

SQL = "SELECT product, won, average_days, median_days, longest_days FROM cycle_time_by_product ORDER BY product"


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[SqlGateway]:
    warehouse = await ConfinedWarehouse.open(f"chdb:{tmp_path / 'warehouse'}")
    await make_tables(warehouse)
    facts = Facts()
    example(facts)
    await facts.rows.insert(warehouse)
    yield SqlGateway(warehouse, ExampleNames())
    await warehouse.close()


async def test_won_deals_of_the_past_by_product(gateway: SqlGateway) -> None:
    assert (await gateway.ask(SQL, someone())).rows == [
        ("GTX Basic", 2, 42.0, 42.0, 42),
        ("GTX Pro", 2, 72.5, 72.5, 95),
    ]


async def test_each_sees_the_deals_they_may_see(gateway: SqlGateway) -> None:
    assert (await gateway.ask(SQL, someone("ann", "sales_representative"))).rows == [
        ("GTX Basic", 1, 42.0, 42.0, 42),
        ("GTX Pro", 1, 50.0, 50.0, 50),
    ]


async def test_who_may_not_see_when_deals_were_opened_sees_no_days(gateway: SqlGateway) -> None:
    blind = Role("blind", "", "", BUILT_IN["read_only"].grants, {"opportunity": frozenset({"opened_on"})})
    assert len((await gateway.ask("SELECT product, won FROM cycle_time_by_product", someone(role=blind))).rows) == 2
    with pytest.raises(Invalid, match="average_days"):
        await gateway.ask(SQL, someone(role=blind))
