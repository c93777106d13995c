"""What every past answers, whether its store is here or behind the door of another process. An adapter's test module
subclasses this and gives what is `asked`."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from shared.past import sqlite_plan, sqlite_read
from shared.past.layout import QUARTER
from shared.past.port import (
    OPEN,
    At,
    Change,
    Counted,
    Hit,
    NotCovered,
    Past,
    PastReader,
    PastUnavailable,
    Position,
    Version,
)
from shared.views.port import BadQuery, Condition, Order, Query, Scope
from tests.contract.past_histories import DEALS, OTHER, OWNERS, START, TENANT, Histories, questions

SORTS = ("id", "name", "stage", "amount", "size", "day", "updated_at", "email", "archived")
ALL = Scope(TENANT)


@dataclass
class Asked:
    """DEALS, empty. What is asked, and the store that is written."""

    reader: PastReader
    store: Past


async def every(past: PastReader, query: Query, scope: Scope, at: At) -> list[Hit]:
    """All pages, as a client follows them."""
    found: list[Hit] = []
    cursor = None
    while True:
        asked = replace(query, cursor=cursor, skip=0 if cursor else query.skip)
        hits, cursor = await past.page("deals", asked, scope, at)
        found += hits
        if cursor is None:
            return found
        assert len(hits) == query.limit


def moments(histories: Histories) -> Iterator[At]:
    g, now = histories.random, histories.now
    yield At()
    for _ in range(6):
        occurred = g.choice((START - 1, START + g.randrange(now - START + 2), OPEN - 1))
        position = g.randrange(histories.position + 1)
        known = histories.recorded_at(position)
        yield g.choice((At(occurred), At(occurred, position, known), At(OPEN - 1, position, known)))


async def check(past: PastReader, histories: Histories) -> None:
    g = histories.random
    for at in moments(histories):
        for _ in range(4):
            scope = g.choice((ALL, ALL, Scope(TENANT, frozenset(OWNERS[:2])), Scope(TENANT, frozenset())))
            sort, *others = g.sample(SORTS, g.choice((1, 1, 2, 3)))
            then = tuple(Order(name, g.random() < 0.5) for name in others)
            query = Query(questions(g), "", sort, g.random() < 0.5, g.choice((2, 3, 50)), then=then)
            expected = histories.answering(query, scope, at)
            asked = (at, query, scope)
            assert await every(past, query, scope, at) == [Hit(k, v.number) for k, v in expected], asked
            assert await past.count("deals", query, scope, at) == Counted(
                len(histories.answering(replace(query, skip=0), scope, at))
            ), asked
            by = g.choice((("stage",), ("stage", "currency"), ("archived",), ("owner",), ("account", "stage"), ()))
            added = g.choice((None, "amount", "size"))
            totals = await past.totals("deals", query, scope, at, by, added)
            found = {t.keys: (t.count, Decimal(t.sum)) for t in totals}
            assert found == histories.totals(query, scope, at, by, added), (asked, by, added)


async def write(past: Past, changes: Sequence[Change], position: int) -> None:
    """Each record once in a batch, as the projection has it."""
    merged: dict[str, Change] = {}
    for one in changes:
        before = merged[one.key].versions if one.key in merged else ()
        merged[one.key] = Change(one.collection, one.tenant, one.key, one.owner, [*before, *one.versions])
    await past.write(list(merged.values()), Position(position))


def person(name: str, key: str = "a") -> list[Version]:
    documents: list[dict[str, Any]] = [
        {"id": key, "version": n, "name": f"{name} {n}", "email": f"{name}{n}@x.org", "archived": False}
        for n in (1, 2, 3)
    ]
    return [Version(n, START + n, n, document) for n, document in enumerate(documents, 1)]


class PastSuite:
    async def test_questions_are_answered_as_a_fold_answers_them(self, asked: Asked) -> None:
        histories = Histories(random.Random(77))
        await write(asked.store, [histories.happen() for _ in range(30)], histories.position)
        assert await asked.reader.position() == Position(histories.position)
        await check(asked.reader, histories)

    async def test_a_past_that_is_closed_says_so(self, asked: Asked) -> None:
        await asked.reader.close()
        with pytest.raises(PastUnavailable):
            await asked.reader.position()

    async def test_density_counts_the_events_of_each_bucket(self, asked: Asked) -> None:
        histories = Histories(random.Random(5))
        past = asked.reader
        await write(asked.store, [histories.happen() for _ in range(40)], histories.position)
        begin = START // QUARTER * QUARTER
        bounds = [begin + n * 2 * QUARTER for n in range(12)]
        for scope in (ALL, Scope(TENANT, frozenset(OWNERS[:2])), Scope(OTHER)):
            seen = [
                v.occurred
                for key, versions in histories.records.items()
                for v in versions
                if scope.tenant == TENANT and (scope.owners is None or histories.owners[key] in scope.owners)
            ]
            expected = [sum(a <= at < b for at in seen) for a, b in pairwise(bounds)]
            assert await past.density("deals", scope, bounds) == expected
            assert sum(expected) > 0 or scope.tenant == OTHER

    async def test_counts_say_when_there_are_more(self, asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sqlite_plan, "MANY", 5)
        monkeypatch.setattr(sqlite_read, "EXACT", 8)
        past = asked.reader
        await asked.store.write([*(Change("deals", TENANT, f"k{n}", None, person("x", f"k{n}")) for n in range(20))])
        both = Query((Condition("name", "prefix", "x"), Condition("email", "prefix", "x")))
        assert await past.count("deals", both, ALL, At()) == Counted(8, True)
        few = Query((Condition("id", "in", ["k1", "k2"]), Condition("email", "prefix", "x")))
        assert await past.count("deals", few, ALL, At()) == Counted(2)

    @pytest.mark.parametrize(
        "query",
        [
            Query(text="some words"),
            Query((Condition("stage", "prefix", "n"),)),
            Query((Condition("account", "gt", "5"),)),
            Query((Condition("id", "gt", "5"),)),
        ],
    )
    async def test_what_has_no_index_is_refused(self, asked: Asked, query: Query) -> None:
        declared = DEALS.fields[0]
        past = asked.reader
        await asked.store.write([Change("deals", TENANT, "a", None, person("x"))])
        with pytest.raises(NotCovered if not query.text else BadQuery):
            await past.page("deals", query, ALL, At())
        assert declared.searchable is False

    async def test_an_id_that_is_none_finds_nothing(self, asked: Asked) -> None:
        past = asked.reader
        await asked.store.write([Change("deals", TENANT, "a", None, person("x"))])
        signed = "-fffffff-ffff-ffff-ffff-ffffffffffff"
        assert await every(past, Query((Condition("id", "eq", signed),)), ALL, At()) == []

    async def test_a_cursor_is_of_its_query_alone(self, asked: Asked) -> None:
        past = asked.reader
        await asked.store.write([*(Change("deals", TENANT, f"k{n}", None, person("x", f"k{n}")) for n in range(4))])
        _, cursor = await past.page("deals", Query(sort="name", limit=2), ALL, At())
        with pytest.raises(BadQuery):
            await past.page("deals", Query(sort="size", cursor=cursor), ALL, At())
