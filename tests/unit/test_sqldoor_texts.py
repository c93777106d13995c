"""The statement that is written anew says what the analyst wrote: every text, every listed function."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analytics.functions import listed
from services.analytics.sqldoor import SqlDoor
from services.analytics.statement import Analyst, read
from services.analytics.views import VIEWS
from shared.errors import Invalid
from tests.support.facts import someone, two_organisations

# words that the parser reads as operators or keywords too
OPERATORS = {"in", "notIn", "like", "ilike", "notLike", "not", "and", "or", "extract", "if", "left", "right", "xor"}


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[SqlDoor]:
    async with two_organisations(tmp_path / "warehouse") as (_, opened):
        yield opened


async def test_any_text_in_quotes_comes_back_as_it_was(door: SqlDoor) -> None:
    loop = asyncio.get_running_loop()
    text = st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Co"]), max_size=30)

    @settings(max_examples=80, deadline=None)
    @given(text | st.sampled_from(["\\", "\\'", "''", "{x:String}", "-- '", "/* ' */", "\\0", "%(x)s", "{{x}}", "?"]))
    def holds(value: str) -> None:
        quoted = value.replace("\\", "\\\\").replace("'", "''")
        for source in ("", " FROM products"):
            question = door.ask(f"SELECT '{quoted}' AS t{source}", someone())
            assert asyncio.run_coroutine_threadsafe(question, loop).result(30).rows == [(value,)]

    await asyncio.to_thread(holds)


def test_every_listed_function_keeps_its_name() -> None:
    for name in (n for names in listed().values() for n in names if n not in OPERATORS):
        again = read(f"SELECT {name}(1, 2) FROM opportunities", VIEWS, ()).tree.sql(dialect=Analyst, identify=True)
        assert f"{name}(1, 2)" in again


@given(st.text(st.sampled_from("SELECT FROM opportunities(){}[],;'\"`\\-*/=<>.:+x1 \n"), max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    with suppress(Invalid):
        assert read(text, VIEWS, ()).tree is not None
