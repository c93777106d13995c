"""The warehouse: questions and inserts through the confined engines against the bare engine in this process.

Ten million facts of 2.5 million opportunities, in both. Bare: the same client and tables, no gateway, no rights, no
names, no walls. Dashboards: the statement that the gateway generates, asked of both.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from functools import partial
from tempfile import TemporaryDirectory
from typing import Any

import clickhouse_connect

from bench.figures import Figure, at_least, interleaved, show
from services.analytics.facts import OPPORTUNITIES, TABLES
from services.analytics.sql.gateway import SqlGateway, generate
from services.analytics.views.people import People
from shared.clock import SystemClock
from shared.security.permissions import Access
from shared.warehouse.confined import ConfinedWarehouse
from shared.warehouse.migrations import migrate
from shared.warehouse.rollup import RollUps
from shared.warehouse.session import Limits, ask
from shared.warehouse.tables import HEAD, Row, shown_names
from tests.support.roles import BUILT_IN

FACTS = 10_000_000
BLOCK, BLOCKS = 10_000, 10
MONTH_STAGE = "toStartOfMonth({day}) AS month, stage, count() AS n, sum(amount) AS total"
DASHBOARD = ("revenue_by_month", "revenue_by_agent", "revenue_by_manager", "revenue_by_product", "win_rate")
ADMINISTRATOR = Access("acme", "u1", (BUILT_IN["administrator"],))
_FACTS, _NOW = OPPORTUNITIES.tables


class Names(People):
    def __init__(self) -> None:
        """Fifty agents, looked up nowhere."""

    async def names(self, access: Access) -> tuple[list[str], list[str]]:
        return [f"u{n}" for n in range(50)], [f"Agent {n}" for n in range(50)]


def run(rounds: int = 5, facts: int = FACTS) -> list[Figure]:
    with TemporaryDirectory(prefix="crm-bench-") as folder, asyncio.Runner() as runner:
        warehouse = runner.run(ConfinedWarehouse.open(f"chdb:{folder}/confined"))
        rollups = runner.run(filled(warehouse, facts))
        gateway = SqlGateway(warehouse, Names(), rollups.generation)
        bare, locked = (_bare(f"{folder}/bare", facts if first else 0) for first in (True, False))
        for name, value in Limits().settings("acme").items():
            locked.command(f"SET {name} = '{value}'")
        figures = [
            *_questions(runner, gateway, locked, rounds, facts),
            *_dashboards(runner, warehouse, locked, rollups.generation("acme"), rounds),
            *_inserts(runner, warehouse, bare, rounds),
            _restart(runner, warehouse, rounds),
        ]
        for client in (locked, bare):
            client.close()
        runner.run(warehouse.close())
    return figures


def _bare(path: str, facts: int) -> Any:
    """A session of the engine in this process, filled where facts are named."""
    client = clickhouse_connect.get_client(interface="chdb", path=path)
    client.command("CREATE DATABASE IF NOT EXISTS crm")
    client.command("USE crm")
    client.database = "crm"
    for statement in _statements(facts) if facts else ():
        client.command(statement)
    return client


def _questions(runner: asyncio.Runner, gateway: SqlGateway, locked: Any, rounds: int, facts: int) -> list[Figure]:
    # the second of two: the first one pays for memory that another case gave back
    def asked(sql: str) -> Callable[[], float]:
        return lambda: [_seconds(runner, gateway.ask(sql, ADMINISTRATOR)) for _ in range(2)][1]

    def bare(sql: str) -> Callable[[], float]:
        return lambda: [_took(lambda: ask(locked, sql, None, {})) for _ in range(2)][1]

    at = "occurred_at < '2018-07-01 00:00:00'"
    last = (
        f"SELECT * FROM opportunity_facts WHERE tenant = 'acme' AND {at} ORDER BY id DESC, version DESC LIMIT 1 BY id"
    )
    cases = {
        "now": asked(f"SELECT {MONTH_STAGE.format(day='opened_on')} FROM opportunities GROUP BY month, stage"),
        "bare now": bare(
            f"SELECT {MONTH_STAGE.format(day='toDate32(opened_at)')} FROM opportunities_now FINAL WHERE NOT archived "
            "GROUP BY month, stage"
        ),
        "as of": asked("SELECT * FROM pipeline_as_of(day = '2018-06-30')"),
        "bare as of": bare(
            f"SELECT stage, status, count(), sum(amount) FROM ({last}) WHERE NOT archived GROUP BY stage, status"
        ),
        **{view: asked(f"SELECT * FROM {view}") for view in DASHBOARD},
    }
    took = interleaved(cases, rounds)
    slowest = max(DASHBOARD, key=lambda view: took[view])
    return [
        _at_most(f"month × stage, {facts:,} facts", took["now"] / took["bare now"], 1.3, "×", _ms(took, "now")),
        _at_most("pipeline as of a day", took["as of"] / took["bare as of"], 1.3, "×", _ms(took, "as of")),
        _at_most("slowest dashboard question", took[slowest] * 1000, 100, "ms", slowest),
    ]


def _dashboards(
    runner: asyncio.Runner, warehouse: ConfinedWarehouse, locked: Any, generation: int | None, rounds: int
) -> list[Figure]:
    """The statements of the gateway, from the records themselves and, without a time of their own, from the sums."""
    cases: dict[str, Callable[[], float]] = {}
    people = {"people": [f"u{n}" for n in range(50)], "names": [f"Agent {n}" for n in range(50)]}
    for view in DASHBOARD:
        made = generate(f"SELECT * FROM {view}", ADMINISTRATOR, None)
        parameters = {**made.parameters, **people}
        cases[view] = partial(_second, partial(_confined, runner, warehouse, made.text, parameters))
        cases[f"bare {view}"] = partial(_second, partial(_took, partial(ask, locked, made.text, parameters, {})))
    took = interleaved(cases, rounds)
    ratios = {view: took[view] / took[f"bare {view}"] for view in DASHBOARD}
    worst = max(ratios, key=lambda view: ratios[view])
    return [_at_most("dashboards, confined against bare", ratios[worst], 1.3, "×", f"{worst}: {_ms(took, worst)}")]


def _confined(runner: asyncio.Runner, warehouse: ConfinedWarehouse, sql: str, parameters: dict[str, Any]) -> float:
    return _seconds(runner, warehouse.ask(sql, parameters, tenant="acme"))


def _second(measure: Callable[[], float]) -> float:
    """The second of two: the first one pays for memory that another case gave back."""
    return [measure() for _ in range(2)][1]


def _restart(runner: asyncio.Runner, warehouse: ConfinedWarehouse, rounds: int) -> Figure:
    """From the kill of a reader to the first answer of the next one."""

    async def once() -> None:
        engine = warehouse.readers.running
        assert engine is not None
        await engine.kill()
        await warehouse.ask("SELECT count() FROM opportunities_now", tenant="acme")

    taken = max(_seconds(runner, once()) for _ in range(rounds))
    return _at_most("a killed reader's successor answers", taken, 1, "s", f"the slowest of {rounds}")


def _inserts(runner: asyncio.Runner, warehouse: ConfinedWarehouse, bare: Any, rounds: int) -> list[Figure]:
    rows = [_row(n) for n in range(BLOCK)]

    def ours() -> float:
        return BLOCK * BLOCKS / _seconds(runner, _insert(warehouse, rows))

    def theirs() -> float:
        started = time.perf_counter()
        for _ in range(BLOCKS):
            bare.insert_arrow(_FACTS.name, _FACTS.arrow(rows))
        return BLOCK * BLOCKS / (time.perf_counter() - started)

    rate = interleaved({"ours": ours, "bare": theirs}, rounds)
    detail = f"{rate['ours']:,.0f} against {rate['bare']:,.0f} rows/s in blocks of {BLOCK:,}"
    return [at_least("insert of the same blocks", 100 * rate["ours"] / rate["bare"], 80, "%", detail)]


async def _insert(warehouse: ConfinedWarehouse, rows: list[Row]) -> None:
    for _ in range(BLOCKS):
        await warehouse.insert(_FACTS, rows)


def _row(n: int) -> Row:
    at = 1_483_228_800_000_000 + n
    head = ("bench", f"0190aaaa-0000-7000-8000-{n:012x}", 1, n, at, at, "sales.OpportunityOpened", "u1")
    own = (f"Deal {n}", f"u{n % 50}", f"a{n % 999}", f"p{n % 7}", "standard", "proposal", "open", 50, None, "USD")
    return (*head, *own, None, None, None, "", "", "", False, at)


async def filled(warehouse: ConfinedWarehouse, facts: int) -> RollUps:
    """The tables and their roll-up, shown to callers."""
    for statement in _statements(facts):
        await warehouse.command(statement)
    rollups = RollUps(warehouse, [r for t in TABLES if (r := t.rollup)], SystemClock(), worth_it=1)
    await migrate(warehouse)
    await rollups.start()
    await rollups.restart()
    await warehouse.publish(shown_names(TABLES))
    for _ in range(2):  # made by the first, used from the second on: no reader runs yet that would be behind
        await rollups.refresh()
    return rollups


def _statements(facts: int) -> list[str]:
    """Four versions of each opportunity, made inside the engine; then the current ones."""
    values = {
        "tenant": "'acme'",
        "id": "concat('0190aaaa-', leftPad(toString(intDiv(number, 4)), 12, '0'))",
        "version": "1 + number % 4",
        "position": "number",
        "occurred_at": "toDateTime64('2017-01-01 00:00:00', 6, 'UTC') + toIntervalDay(opened + 20 * (number % 4))",
        "recorded_at": "occurred_at",
        "event": "'sales.Changed'",
        "actor": "'u1'",
        "name": "concat('Deal ', toString(intDiv(number, 4)))",
        "owner": "concat('u', toString(intDiv(number, 4) % 50))",
        "account": "concat('a', toString(intDiv(number, 4) % 10000))",
        "product": "concat('p', toString(intDiv(number, 4) % 7))",
        "pipeline": "'standard'",
        "stage": "['prospecting', 'qualification', 'proposal', 'negotiation'][1 + number % 4]",
        "status": "if(number % 4 < 3, 'open', if(intDiv(number, 4) % 3 = 0, 'lost', 'won'))",
        "amount": "toDecimal64(number % 10000, 2)",
        "currency": "'USD'",
        "opened_at": "toDateTime64('2017-01-01 00:00:00', 6, 'UTC') + toIntervalDay(opened)",
        "closed_at": "if(number % 4 = 3, opened_at + toIntervalDay(60), NULL)",
        "created_at": "occurred_at",
    }
    chosen = ", ".join(f"{sql} AS {name}" for name, sql in values.items())
    return [
        *(table.ddl() for ft in TABLES for table in ft.tables),
        f"INSERT INTO {_FACTS.name} ({', '.join(values)}) WITH intDiv(number, 4) % 1000 AS opened "
        f"SELECT {chosen} FROM numbers({facts})",
        f"INSERT INTO {_NOW.name} SELECT * FROM {_FACTS.name} WHERE version = 4",
        *(f"OPTIMIZE TABLE {table.name} FINAL" for table in (_FACTS, _NOW)),
    ]


def _seconds(runner: asyncio.Runner, question: Coroutine[Any, Any, Any]) -> float:
    started = time.perf_counter()
    runner.run(question)
    return time.perf_counter() - started


def _took(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def _ms(took: dict[str, float], name: str) -> str:
    return f"{took[name] * 1000:.0f} ms against {took[f'bare {name}'] * 1000:.0f} ms"


def _at_most(name: str, value: float, goal: float, unit: str, detail: str) -> Figure:
    return Figure(name, value, unit, f"≤ {goal:g} {unit}", value <= goal, detail)


if __name__ == "__main__":
    assert _FACTS.columns[: len(HEAD)] == HEAD
    show("warehouse", run())
