"""The generated statement says what the analyst wrote: every text, every listed function."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from logging.config import dictConfig
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analytics.sql.functions import FUNCTIONS, Kind, listed
from services.analytics.sql.gateway import SqlGateway, generate
from shared.errors import CrmError, Invalid
from tests.support.facts import someone, two_organisations

# words that the parser reads as operators or keywords too
OPERATORS = {"like", "ilike", "notLike", "not", "match", "extract", "extractAll"}


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[SqlGateway]:
    async with two_organisations(tmp_path / "warehouse") as (_, opened):
        yield opened


async def test_any_text_in_quotes_comes_back_as_it_was(gateway: SqlGateway) -> None:
    loop = asyncio.get_running_loop()
    text = st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Co"]), max_size=30)

    @settings(max_examples=80, deadline=None)
    @given(text | st.sampled_from(["\\", "\\'", "''", "{x:String}", "-- '", "/* ' */", "\\0", "%(x)s", "{{x}}", "?"]))
    def holds(value: str) -> None:
        quoted = value.replace("\\", "\\\\").replace("'", "''")
        for source in ("", " FROM products"):
            question = gateway.ask(f"SELECT '{quoted}' AS t{source}", someone())
            assert asyncio.run_coroutine_threadsafe(question, loop).result(30).rows == [(value,)]

    await asyncio.to_thread(holds)


def test_every_listed_function_is_written_by_its_own_name() -> None:
    for name in (n for names in listed().values() for n in names if n not in OPERATORS):
        function = FUNCTIONS[name.lower()]
        arguments = ["x -> x", "[1]"] if function.kind is Kind.HIGHER else ["1"] * max(function.low, 1)
        arguments = arguments if function.high else []
        over = " OVER ()" if function.kind is Kind.WINDOW else ""
        for written in (name, name.upper(), f"`{name}`"):
            text = generate(f"SELECT {written}({', '.join(arguments)}){over} FROM opportunities", someone()).text
            assert f"SELECT {name}(" in text


@given(st.text(st.sampled_from("SELECT FROM opportunities(){}[],;'\"`\\-*/=<>.:+x1 \n"), max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    with suppress(CrmError):
        assert generate(text, someone()).text


def test_no_statement_reaches_the_log(caplog: pytest.LogCaptureFixture) -> None:
    dictConfig({"version": 1, "disable_existing_loggers": False})  # as servers and tools do after the import
    for sql in ("SHOW TABLES", "EXPLAIN SELECT 'secret'", "ATTACH TABLE t FROM '/secret' (a Int8) ENGINE = Memory"):
        with pytest.raises(Invalid):
            generate(sql, someone())
    assert caplog.text == ""
