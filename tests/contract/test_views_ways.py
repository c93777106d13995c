"""The ways to a page: each gives what the query means, and the one that is chosen does not grow with the table."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.views.port import Condition, Conditions, Document, Query, Scope
from shared.views.sqlite import SqliteViews
from shared.views.sqlite_clause import Clause
from shared.views.sqlite_plan import Plan
from shared.views.sqlite_read import Effort, Reader
from shared.views.sqlite_share import Estimates
from tests.contract.views_help import THINGS, ids, put
from tests.contract.views_naive import matching

PEOPLE = [f"u{n}" for n in range(40)]
SORTS = ("id", "name", "code", "size", "price", "at", "archived", "owner")
SOME, SMALL, LARGE = 500, 2000, 10_000


def _documents() -> Iterator[Document]:
    """Values that do not follow each other; some are missing."""
    rng = random.Random(5)
    for n in range(LARGE):
        yield {
            "id": f"k{rng.randrange(10**9):09}", "version": 1, "owner": rng.choice([*PEOPLE, None]),
            "name": f"name {rng.randrange(600)} {'rare' if rng.random() < 0.01 else 'common'}",
            "code": f"C{rng.randrange(60)}", "size": rng.choice([None, *range(100)]), "archived": rng.random() < 0.1,
            "price": f"{rng.randrange(5000)}.50", "at": f"2026-01-{rng.randrange(1, 29):02}T00:00:00.{n:06}Z",
            "tags": rng.choice([[], ["tag1"], ["tag2", "tag3"]]),
        }  # fmt: skip


DOCUMENTS = list(_documents())
conditions = st.one_of(
    st.builds(Condition, st.just("archived"), st.just("eq"), st.booleans()),
    st.builds(Condition, st.just("code"), st.sampled_from(["eq", "ne"]), st.sampled_from(["C1", "C26", "C99"])),
    st.builds(Condition, st.just("code"), st.just("prefix"), st.sampled_from(["c", "c2"])),
    st.builds(Condition, st.just("size"), st.sampled_from(["gt", "le"]), st.integers(0, 100)),
    st.builds(Condition, st.just("size"), st.just("empty"), st.booleans()),
    st.builds(Condition, st.just("name"), st.just("contains"), st.sampled_from(["rar", "e 5", "zz"])),
    st.builds(Condition, st.just("tags"), st.just("contains"), st.sampled_from(["tag1", "tag3"])),
    st.builds(Condition, st.just("id"), st.just("gt"), st.sampled_from(["k2", "k98"])),
)
groups = st.builds(
    Conditions, st.sampled_from(["any", "any", "none"]), st.lists(conditions, min_size=1, max_size=3).map(tuple)
)
either = st.lists(conditions | groups, min_size=2, max_size=3).map(tuple)
parts = conditions | groups | st.builds(Conditions, st.just("any"), either)
queries = st.builds(
    Query,
    st.lists(parts, max_size=4).map(tuple),
    st.sampled_from(["", "", "rare", "name 5"]),
    st.sampled_from(SORTS),
    st.booleans(),
    st.integers(3, 40),
)
people = st.frozensets(st.sampled_from(PEOPLE))
scopes = st.builds(Scope, st.just("t1"), st.none() | people)


async def filled(path: Path, size: int) -> SqliteViews:
    views = SqliteViews.open(path)
    await views.declare([THINGS])
    target = await views.begin_rebuild(THINGS)
    for first in range(0, size, 500):
        await views.write([put(d, collection=target) for d in DOCUMENTS[first : min(first + 500, size)]])
    await views.swap(target)
    return views


@pytest.fixture
async def some(tmp_path: Path) -> AsyncIterator[SqliteViews]:
    views = await filled(tmp_path / "views.db", SOME)
    yield views
    await views.close()


async def test_every_way_gives_the_pages_that_the_query_means(
    some: SqliteViews, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, taken = asyncio.get_running_loop(), set[str]()

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(queries, scopes)
    def agree(query: Query, scope: Scope) -> None:
        expected = matching(THINGS, [("t1", d) for d in DOCUMENTS[:SOME]], query, scope)
        for way in range(len(query.where) + 3):  # follow the order, gather by the scope, a condition, the text

            def best(plan: Plan, sort: str, wanted: int, owners: list[int], way: int = way) -> tuple[float, object]:
                finding: list[Clause | None] = [None, *(c for c in plan._clauses if c.finds)]
                driver = finding[way % len(finding)]
                taken.add("gather" if driver else "merge" if owners else "walk")
                return 0.0, driver

            monkeypatch.setattr(Plan, "_best", best)
            monkeypatch.setattr(some, "_estimates", Estimates())
            assert asyncio.run_coroutine_threadsafe(ids(some, query, scope), loop).result(60) == expected
        assert asyncio.run_coroutine_threadsafe(some.count("things", query, scope), loop).result(60) == len(expected)

    await asyncio.to_thread(agree)
    assert taken == {"gather", "merge", "walk"}


def steps(views: SqliteViews, query: Query, scope: Scope) -> int:
    """Of the engine for one page when what conditions find is known."""
    table, db = views._catalogue.tables["things"], views._readers._opened[1]
    reader = Reader(db, table, views._catalogue.numbers, scope, Estimates(), Effort.THOROUGH)
    reader.page(query)
    taken = 0

    def step() -> None:
        nonlocal taken
        taken += 1

    db.set_progress_handler(step, 1)
    try:
        reader.page(query)
    finally:
        db.set_progress_handler(None, 0)
    return taken


LIVE = Condition("archived", "eq", False)
COMMON = [(LIVE,), (LIVE, Condition("tags", "contains", "tag3")), (LIVE, Condition("code", "prefix", "c"))]


async def test_a_page_of_what_is_common_takes_hardly_more_steps_in_a_larger_table(tmp_path: Path) -> None:
    small, large = [await filled(tmp_path / f"{size}.db", size) for size in (SMALL, LARGE)]
    for where, sort, owners in product(COMMON, ("name", "price", "at"), (None, 5, 38)):
        scope = Scope("t1", None if owners is None else frozenset(PEOPLE[:owners]))
        query = Query(where, sort=sort, limit=25)
        assert steps(large, query, scope) <= 1.5 * steps(small, query, scope), (query, scope)
    await small.close()
    await large.close()


async def test_what_one_of_several_conditions_finds_is_gathered(tmp_path: Path) -> None:
    """Each branch has its index: their union is looked at, not the table."""
    large = await filled(tmp_path / "views.db", LARGE)
    tag_and_size = Conditions("all", (Condition("tags", "contains", "tag3"), Condition("size", "eq", 7)))
    either = Conditions("any", (Condition("code", "eq", "C26"), Condition("price", "eq", "1000.50"), tag_and_size))
    for where, scope in product(((either,), (LIVE, either)), (Scope("t1"), Scope("t1", frozenset(PEOPLE[:30])))):
        query = Query(where, sort="name", limit=25)
        expected = matching(THINGS, [("t1", d) for d in DOCUMENTS], query, scope)
        assert await ids(large, query, scope) == expected
        assert expected
        assert steps(large, query, scope) < 3 * LARGE, (where, scope)
    await large.close()


async def test_little_of_a_large_table_is_gathered(tmp_path: Path) -> None:
    """Also where only both ends of a range together, or the owners among what is found, make it little."""
    large = await filled(tmp_path / "views.db", LARGE)
    few = Scope("t1", frozenset({"u1", "u2"}))
    both = (LIVE, Condition("price", "ge", "1000"), Condition("price", "lt", "1050"))
    code = (LIVE, Condition("code", "eq", "C26"))
    for where, scope in product((both, code), (Scope("t1"), few)):
        expected = matching(THINGS, [("t1", d) for d in DOCUMENTS], Query(where, sort="name"), scope)
        page = await large.find("things", Query(where, sort="name", limit=200), scope)
        assert [d["id"] for d in page.items] == expected[:200]
        assert expected
        assert steps(large, Query(where, sort="name", limit=25), scope) < LARGE, (where, scope)
    await large.close()
