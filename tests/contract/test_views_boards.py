"""Boards from their own index: the same answers as from the rows, however a board is grouped, summed and narrowed."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from shared.views import sqlite_plan, sqlite_read
from shared.views.port import Collection, Condition, Conditions, Document, Field, Kind, Query, Scope, Where, Write
from shared.views.sqlite import SqliteViews

OWNERS = [f"u{n}" for n in range(4)]
DEALS = Collection(
    "deals",
    1,
    tuple(
        Field(name, kind, "", "", indexed=True, currency="currency" if name == "amount" else "")
        for name, kind in {
            "name": Kind.TEXT,
            "archived": Kind.BOOLEAN,
            "pipeline": Kind.KEYWORD,
            "stage": Kind.KEYWORD,
            "currency": Kind.KEYWORD,
            "owner": Kind.KEYWORD,
            "amount": Kind.DECIMAL,
            "size": Kind.INTEGER,
        }.items()
    ),
    boards=("archived", "pipeline", "stage", "currency", "owner", "amount", "size"),
)
GROUPS = ((), ("stage",), ("owner", "currency"), ("archived", "stage"), ("pipeline", "owner"), ("currency",))


def document(g: random.Random, n: int) -> Document:
    return {
        "id": f"d{n}",
        "version": 1,
        "name": f"Deal {n}",
        "archived": g.random() < 0.2,
        "pipeline": g.choice(("p", "q")),
        "stage": g.choice(("new", "won", None)),
        "currency": g.choice(("EUR", "CNY", None)),
        "owner": g.choice((*OWNERS, None)),
        "amount": g.choice(("1.50", "-3.0001", "900000000000000.00", None)),
        "size": g.choice((None, 0, 7, 2**62)),
    }


def question(g: random.Random) -> tuple[Where, ...]:
    some: tuple[Where, ...] = (
        Condition("archived", "eq", False),
        Condition("pipeline", "eq", "p"),
        Condition("stage", "in", ["new", "won"]),
        Condition("stage", "empty", True),
        Condition("owner", "ne", "u1"),
        Condition("amount", "gt", "1"),
        Conditions("any", (Condition("size", "le", 7), Condition("currency", "eq", "EUR"))),
        Conditions("none", (Condition("owner", "eq", "u2"),)),
    )
    return tuple(g.sample(some, g.choice((0, 1, 2))))


@pytest.mark.parametrize("seed", range(8))
async def test_a_board_by_its_index_is_that_of_the_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    g, by_index = random.Random(seed), 0
    statement = sqlite_read.statement

    def counted(*given: object) -> str:
        nonlocal by_index
        by_index += 1
        return statement(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(sqlite_plan, "ENTRY", 0)
    monkeypatch.setattr(sqlite_read, "statement", counted)
    indexed, plain = (SqliteViews.open(tmp_path / name) for name in ("indexed.db", "plain.db"))
    writes = [Write("deals", "t1", d["id"], d, 1) for d in (document(g, n) for n in range(80))]
    for views, declared in ((indexed, DEALS), (plain, replace(DEALS, boards=()))):
        await views.declare([declared])
        await views.write(writes)
    for _ in range(40):
        query, by = Query(question(g)), g.choice(GROUPS)
        scope = Scope("t1", g.choice((None, frozenset(OWNERS[:2]))))
        sums = g.choice((("amount", ("size",)), ("size", ()), (None, ())))
        asked = ("deals", query, scope, by, *sums)
        assert await indexed.totals(*asked) == await plain.totals(*asked), asked
    assert by_index > 30
    before = by_index
    await indexed.totals("deals", Query((Condition("name", "prefix", "deal"),)), Scope("t1"), ("stage",), "amount")
    assert by_index == before, "the index does not know the names"
    for views in (indexed, plain):
        await views.close()


async def test_a_collection_gets_its_index_by_a_rebuild(tmp_path: Path) -> None:
    views = SqliteViews.open(tmp_path / "views.db")
    await views.declare([replace(DEALS, boards=())])
    await views.close()
    views = SqliteViews.open(tmp_path / "views.db")
    assert await views.declare([DEALS]) == ["deals"]
    await views.close()
