"""Every question is answered or refused in words: no value of an answer is an error of ours, in no format."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from crm.compose import Suite
from crm.settings import Settings
from services.analytics.formats import FORMATS
from services.identity.setup import set_up
from shared.security.passwords import Passwords
from tests.support.identity_suite import PASSWORD, QUICK
from tests.support.sql_statements.values import VALUES

pytestmark = pytest.mark.asyncio(loop_scope="module")
ADMIN = "ada@acme.example"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ada(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[httpx.AsyncClient]:
    folder: Path = tmp_path_factory.mktemp("values")
    suite = await Suite.open(Settings(folder))
    await set_up(suite.platform, "Acme", "Ada Bloom", ADMIN, PASSWORD, "en", Passwords(QUICK))
    await suite.start()
    transport = httpx.ASGITransport(suite.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://crm.test", timeout=30) as client:
        answer = await client.post("/identity/sessions", json={"email": ADMIN, "password": PASSWORD})
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        made = await client.post("/sales/opportunities", json={"name": "One", "amount": "1.00", "currency": "CNY"})
        assert made.status_code == 201, made.text
        yield client
    await suite.close()


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
