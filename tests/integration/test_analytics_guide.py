"""The analysts' guide: every query of the page is run, and its answer is the one that the page shows."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.analytics.formats import encode
from services.analytics.sql.gateway import SqlGateway
from services.analytics.views.documented import VIEWS
from shared.warehouse.confined import ConfinedWarehouse
from tests.support.example_facts import ExampleNames, example
from tests.support.facts import Facts, make_tables, someone

PAGE = (Path(__file__).parents[2] / "docs" / "guides" / "analysts.md").read_text()
WORKED = re.findall(r"```sql\n(.*?)```\n\n```text\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[SqlGateway]:
    warehouse = await ConfinedWarehouse.open(f"chdb:{tmp_path / 'warehouse'}")
    await make_tables(warehouse)
    facts = Facts()
    example(facts)
    await facts.rows.insert(warehouse)
    yield SqlGateway(warehouse, ExampleNames())
    await warehouse.close()


async def test_every_query_of_the_page_answers_what_the_page_shows(gateway: SqlGateway) -> None:
    assert len(WORKED) == 11
    for sql, shown in WORKED:
        answer = encode(await gateway.ask(sql, someone()), "table").decode()
        assert "\n".join(answer.splitlines()[:-1]) + "\n" == shown, sql


def test_the_page_names_every_view() -> None:
    named = set(re.findall(r"`(\w+)(?:\(day = '[\d-]+'\))?`", PAGE))
    assert set(VIEWS) <= named
