"""Every question is answered or refused in words: no value of an answer is an error of ours, in no format."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from services.analytics.formats import FORMATS
from tests.support.importing import office
from tests.support.sql_statements.values import VALUES

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ada(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[httpx.AsyncClient]:
    async with office(tmp_path_factory.mktemp("values"), warehouse=True) as desk:
        await desk.create("/sales/opportunities", name="One", amount="1.00", currency="CNY")
        yield desk.client


@pytest.mark.parametrize("expression", VALUES)
async def test_a_value_is_shown_or_refused(ada: httpx.AsyncClient, expression: str) -> None:
    for format in FORMATS:
        for sql in (f"SELECT {expression} AS value", f"SELECT {expression} AS value FROM opportunities"):
            answer = await ada.post("/analytics/sql", json={"sql": sql, "format": format})
            assert answer.status_code in (200, 422), (sql, format, answer.text)
            if answer.status_code == 422:
                problem = answer.json()
                assert answer.headers["content-type"] == "application/problem+json"
                assert [e["field"] for e in problem["errors"]] == ["sql"]


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("now64() - INTERVAL 99999999999 YEAR", None),
        ("now64() - toIntervalYear(toInt64('9999'))", None),
        ("1 / 0", "null"),
        ("9999999999999999999999 + 0", "1e+22"),
        (
            "CAST('9999999999999999999999999999999999.9999' AS Decimal(38, 4))",
            '"9999999999999999999999999999999999.9999"',
        ),
        ("[[1, 2], [], [NULL]]", "[[1,2],[],[null]]"),
        ("tuple(1, 'a', (2, NULL))", '[1,"a",[2,null]]'),
        ("toDate32('2299-12-31')", '"2299-12-31"'),
    ],
)
async def test_values_at_the_edge(ada: httpx.AsyncClient, expression: str, shown: str | None) -> None:
    answer = await ada.post("/analytics/sql", json={"sql": f"SELECT {expression} AS value", "format": "json"})
    if shown is None:
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["code"] in ("interval", "value")
    else:
        assert f'"value":{shown}}}' in answer.text
