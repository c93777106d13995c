"""A statement is computed as it is written: LIMIT 0, decimal literals, queries that stand for a value."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from services.analytics.sql.gateway import generate
from services.analytics.sql.refusals import engine_refusal
from shared.errors import Invalid
from shared.warehouse.port import QueryFailed
from tests.support.facts import someone
from tests.support.sql_canaries import Attacked, attacked

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Attacked]:
    async with attacked(tmp_path_factory.mktemp("exact")) as found:
        yield found


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT 1 LIMIT 0", []),
        ("SELECT name FROM opportunities LIMIT 0", []),
        ("SELECT count() FROM (SELECT name FROM opportunities LIMIT 0) AS t", [(0,)]),
        ("SELECT CAST(90071992547409.93 AS Decimal(18, 2))", [(Decimal("90071992547409.93"),)]),
        ("SELECT CAST(-4.35 AS Decimal(18, 2)), toDecimal64(4.35, 2)", [(Decimal("-4.35"), Decimal("4.35"))]),
        ("SELECT 90071992547409.93 + 0", [(Decimal("90071992547409.93"),)]),
        ("SELECT -0.1234567890123456789", [(Decimal("-0.1234567890123456789"),)]),
        ("SELECT 0.1 + 0.2, 1.5e3", [(0.1 + 0.2, 1500.0)]),
        ("SELECT quantile(0.50)(2)", [(2.0,)]),
        ("SELECT (SELECT stage FROM opportunities WHERE 1 = 2)", [(None,)]),
        ("SELECT (SELECT status FROM opportunities WHERE 1 = 2)", [(None,)]),
        ("SELECT (SELECT name FROM opportunities WHERE 1 = 2)", [(None,)]),
        ("SELECT (SELECT count() FROM opportunities)", [(3,)]),
        ("SELECT (SELECT [1, 2]), (SELECT status FROM opportunities LIMIT 1) = ''", [([1, 2], 0)]),
        ("SELECT (SELECT max(amount) FROM opportunities WHERE 1 = 2 GROUP BY ALL)", [(None,)]),
    ],
)
async def test_computed_as_written(opened: Attacked, sql: str, rows: list[tuple[Any, ...]]) -> None:
    assert (await opened.gateway.ask(sql, someone())).rows == rows


def refused(sql: str) -> str:
    with pytest.raises(Invalid) as refusal:
        generate(sql, someone())
    return refusal.value.errors[0].code


async def test_a_fraction_of_more_digits_than_a_decimal_holds_is_refused() -> None:
    assert refused("SELECT 1.12345678901234567890123456789012345678") == "value"


@pytest.mark.parametrize("pattern", ["(a|b+)*c", "((x*|y)z)+", "(a?|b){10}", "(?:a|(b+))*"])
async def test_a_repetition_in_repeated_alternatives_is_refused(pattern: str) -> None:
    assert refused(f"SELECT match(name, '{pattern}') FROM opportunities") == "pattern"


@pytest.mark.parametrize("pattern", ["(a|b)+c", "(ab+)*", "(a+|b)c", "[(a|b+)*]x", "(?:Co|Ltd)*$"])
async def test_plain_repetitions_are_allowed(opened: Attacked, pattern: str) -> None:
    await opened.ask(f"SELECT match(name, '{pattern}') FROM opportunities")


@pytest.mark.parametrize("code", [173, 241, 1001, 396])
async def test_no_memory_is_too_large(code: int) -> None:
    refusal = engine_refusal(QueryFailed("", code))
    assert isinstance(refusal, Invalid)
    assert refusal.errors[0].code == "too-large"
