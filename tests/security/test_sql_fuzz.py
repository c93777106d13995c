"""Made-up statements against the real engine: 55 seconds in `make test`, 20 minutes in `make prove`.

The seed is printed; CRM_FUZZ_SEED repeats a run.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from services.analytics.sql.nodes import Name
from services.analytics.sql.refusals import Place
from services.analytics.sql.scopes import Scope
from services.analytics.views.spec import Scoping
from shared.errors import Invalid
from tests.support.sql_canaries import EXTRA_TABLES, Attacked, attacked
from tests.support.sql_fuzz import HONEST, Fuzzer
from tests.support.sql_oracle import ASKERS, Broken, check

SECONDS = 1_200 if os.environ.get("CRM_PROVE") else 12
AT_MOST = 60  # seconds of one statement
FIND_SECONDS = 200  # until a hole is found; on a quiet machine it takes four
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Attacked]:
    async with attacked(tmp_path_factory.mktemp("fuzz")) as found:
        yield found


async def fuzz(opened: Attacked, seed: int, seconds: float) -> Counter[str]:
    """How often each outcome was met. Raises Broken for the first statement that breaks a rule."""
    fuzzer, outcomes = Fuzzer(seed), Counter[str]()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        sql = fuzzer.statement()
        try:
            async with asyncio.timeout(AT_MOST):
                outcomes[await check(opened, sql, fuzzer.random.choice(ASKERS))] += 1
        except (Broken, TimeoutError) as error:
            raise Broken(f"seed {seed}, statement {outcomes.total()}: {sql!r}\n{error!r}") from error
    return outcomes


@pytest.mark.slow
@pytest.mark.timeout(SECONDS + 240)
async def test_no_made_up_statement_breaks_a_rule(opened: Attacked) -> None:
    seed = int(os.environ.get("CRM_FUZZ_SEED") or random.SystemRandom().randrange(2**32))
    print(f"CRM_FUZZ_SEED={seed}")
    honest = [(await opened.ask(sql)).rows for sql in HONEST]
    outcomes = await fuzz(opened, seed, SECONDS)
    print(f"{outcomes.total()} statements: {dict(outcomes.most_common())}")
    assert outcomes["answered"] > outcomes.total() // 50  # made-up statements get through to the engine
    assert len(outcomes) > 10
    assert await opened.state() == (6, 16 + EXTRA_TABLES, False, opened.file.read_text())
    assert [(await opened.ask(sql)).rows for sql in HONEST] == honest


async def test_honest_statements_answer_the_same_however_they_are_written(opened: Attacked) -> None:
    for sql in HONEST:
        rows = (await opened.ask(sql)).rows
        body = sql.strip()
        for written in (
            body.replace("\n", " /* x */ "),
            body.replace("SELECT", "select").replace("FROM", "from") + " -- end",
            f"WITH file AS ({body}) SELECT * FROM file",
            f"SELECT * FROM ({body}) AS T",
        ):
            assert sorted(map(repr, (await opened.ask(written)).rows)) == sorted(map(repr, rows)), written


async def test_the_fuzzer_finds_a_name_that_is_bound_to_nothing(
    opened: Attacked, monkeypatch: pytest.MonkeyPatch
) -> None:
    bound = Scope.column

    def column(self: Scope, label: str, place: Place) -> Name:
        try:
            return bound(self, label, place)
        except Invalid:
            return Name("", label)

    monkeypatch.setattr(Scope, "column", column)
    with pytest.raises(Broken, match="is not ours"):
        await fuzz(opened, 7, FIND_SECONDS)


async def test_the_fuzzer_finds_a_view_that_is_not_scoped(opened: Attacked, monkeypatch: pytest.MonkeyPatch) -> None:
    scoped = Scoping.scoped
    monkeypatch.setattr(Scoping, "scoped", lambda *asked: scoped(*asked).replace("tenant =", "tenant !="))
    with pytest.raises(Broken, match="is not scoped"):
        await fuzz(opened, 7, FIND_SECONDS)
    assert (await opened.ask("SELECT count() FROM opportunities")).rows == [(0,)]  # the engine's own policy holds still


async def test_the_fuzzer_finds_a_hidden_column(opened: Attacked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Scoping, "_readable", lambda self, name: True)
    with pytest.raises(Broken, match="shows what it must not"):
        await fuzz(opened, 7, FIND_SECONDS)
