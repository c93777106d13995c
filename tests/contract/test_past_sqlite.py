"""The past against a fold by hand: random histories, both times, every kind of question, what is left in the file."""

from __future__ import annotations

import asyncio
import random
import threading
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.past import sqlite_plan, sqlite_totals, sqlite_write
from shared.past.port import At, Change, Counted, PastUnavailable, Position, Version
from shared.past.sqlite import SqlitePast
from shared.past.sqlite_cube import Cube
from shared.past.sqlite_file import FileCatalogue
from shared.past.sqlite_plan import Plan
from shared.views.port import Condition, LeaseLost, Query
from shared.views.query import validate
from tests.contract.past_histories import DEALS, OTHER, START, TENANT, Histories
from tests.contract.past_suite import ALL, Asked, PastSuite, check, every, person, write
from tests.support.leaks import files_with


@pytest.fixture
async def asked(tmp_path: Path) -> AsyncIterator[Asked]:
    past = await opened(tmp_path)
    yield Asked(past, past)
    await past.close()


class TestSqlitePast(PastSuite):
    pass


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small histories take every way: frames, walks that end early, answers that are kept."""
    monkeypatch.setattr(sqlite_totals, "STEP", 7)
    monkeypatch.setattr(sqlite_totals, "SHARE", 0)


async def opened(folder: Path, *changes: Change) -> SqlitePast:
    past = SqlitePast(folder / "past.db")
    await past.declare([DEALS])
    if changes:
        await past.write(changes, Position(1))
    return past


async def rows_agree(past: SqlitePast, histories: Histories) -> None:
    """What stands in the tables is what the versions say, and nothing else."""
    found = {key: digest async for _, key, digest in past.scan("deals")}
    expected = {
        key: past.digest("deals", histories.owners[key], versions) for key, versions in histories.records.items()
    }
    assert found == expected


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("way", ["gather", "walk"])
async def test_every_question_is_answered_as_a_fold_answers_it(
    tmp_path: Path, few: None, monkeypatch: pytest.MonkeyPatch, way: str, seed: int
) -> None:
    monkeypatch.setattr(sqlite_plan, "MANY", (4 if seed % 2 else 90) if way == "walk" else 30)
    monkeypatch.setattr(sqlite_plan, "FEW", (0, 2, 5)[seed % 3] if way == "walk" else 30)
    monkeypatch.setattr(sqlite_plan, "MOST_VALUES", 2 + seed % 3)
    histories = Histories(random.Random(seed))
    past = await opened(tmp_path)
    for _ in range(3):
        for size in (1, 5, 12):
            await write(past, [histories.happen() for _ in range(size)], histories.position)
        await check(past, histories)
    await rows_agree(past, histories)
    await past.close()


@pytest.mark.parametrize("seed", range(4))
async def test_a_repeat_changes_nothing_and_a_record_given_anew_is_as_if_given_once(
    tmp_path: Path, few: None, seed: int
) -> None:
    histories = Histories(random.Random(seed))
    past = await opened(tmp_path)
    changes = [histories.happen() for _ in range(25)]
    await write(past, changes, histories.position)
    await write(past, changes, histories.position)
    await rows_agree(past, histories)
    for key, versions in list(histories.records.items())[::2]:
        masked = [
            Version(v.number, v.occurred, v.position, {**v.document, "name": "masked", "stage": "lost"}, v.late)
            for v in versions
        ]
        histories.records[key] = masked
        await past.write([Change("deals", TENANT, key, histories.owners[key], masked, whole=True)])
    await rows_agree(past, histories)
    await check(past, histories)
    assert await past.last("deals", TENANT, [*histories.records, "nobody"]) == {
        **{key: len(versions) for key, versions in histories.records.items()},
        "nobody": 0,
    }
    await past.close()


@pytest.mark.parametrize("seed", range(3))
async def test_a_rebuild_holds_what_the_live_one_holds(tmp_path: Path, few: None, seed: int) -> None:
    histories = Histories(random.Random(seed))
    past = await opened(tmp_path)
    for _ in range(6):
        await write(past, [histories.happen() for _ in range(6)], histories.position)
    rebuilt = await past.begin_rebuild(DEALS)
    whole = [Change("deals", TENANT, k, histories.owners[k], vs, whole=True) for k, vs in histories.records.items()]
    await past.fill(rebuilt, whole[:5])
    await past.fill(rebuilt, whole)
    await past.prepare(rebuilt)
    await past.swap(rebuilt)
    await rows_agree(past, histories)
    await check(past, histories)
    await write(past, [histories.happen() for _ in range(6)], histories.position)
    await rows_agree(past, histories)
    await past.close()
    again = await opened(tmp_path)
    assert (await again.position()).number == histories.position
    await check(again, histories)
    await again.close()


SECRET = "Quillfeather"


async def test_nothing_of_what_was_replaced_is_left_in_any_file(tmp_path: Path) -> None:
    past = await opened(
        tmp_path, *(Change("deals", TENANT, f"k{n}", None, person("Other", f"k{n}")) for n in range(300))
    )
    await past.write([Change("deals", TENANT, "a", None, person(SECRET))])
    assert files_with(tmp_path, [SECRET])
    await past.page("deals", Query(sort="name"), ALL, At())
    await past.write([Change("deals", TENANT, "a", None, person("masked"), whole=True)])
    await past.purge(1)
    assert files_with(tmp_path, [SECRET]) == {}
    await past.close()
    assert files_with(tmp_path, [SECRET]) == {}


async def test_records_whose_ids_begin_alike_cost_no_more_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that one import makes: their numbers follow one another, and none is looked for one by one."""
    asked = Counter[str]()
    is_taken = sqlite_write.Writer._is_taken

    def counted(writer: sqlite_write.Writer, tenant: int, n: int) -> bool:
        asked["looks"] += 1
        return is_taken(writer, tenant, n)

    monkeypatch.setattr(sqlite_write.Writer, "_is_taken", counted)
    past = await opened(tmp_path)
    ids = [f"0190aaaa-bbbb-7ccc-8000-{n:012x}" for n in range(1_600)]
    for start in range(0, 1_600, 200):
        await past.write([Change("deals", TENANT, id, None, person(id, id)) for id in ids[start : start + 200]])
    await past.write([Change("deals", TENANT, ids[300], None, person("again", ids[300]), whole=True)])
    assert asked["looks"] < 1_600 * 30
    assert [hit.key for hit in await every(past, Query(limit=200), ALL, At())] == ids
    assert len(await past.last("deals", TENANT, ids)) == 1_600
    some = [ids[5], ids[-1]]
    assert [hit.key for hit in await every(past, Query((Condition("id", "in", some),)), ALL, At())] == some
    await past.close()


async def test_what_came_late_is_found_by_an_index_alone(tmp_path: Path) -> None:
    """Most of it happened after the moment, too: to look each one up would cost more than all the rest."""
    past = await opened(tmp_path)
    rows, params = Cube(past._db, past._catalogue.layout("deals"), 1, At(START, 5, START))._rows(None)
    plan = [step for *_, step in past._db.execute(f"EXPLAIN QUERY PLAN {rows}", params)]
    assert any("COVERING INDEX" in step and "ch_late" in step for step in plan), plan
    await past.close()


async def test_of_common_conditions_the_one_with_fewest_vain_records_is_gone_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both find more than are counted; the order in which they are asked does not matter."""
    for name, number in {"FEW": 5, "MANY": 10, "TRIED": 10}.items():
        monkeypatch.setattr(sqlite_plan, name, number)
    sizes = [(f"k{n}", {"size": n, "name": "some" if n % 3 else "few"}) for n in range(60)]
    made = (Change("deals", TENANT, key, None, [Version(1, START, 1, {"id": key, **d})]) for key, d in sizes)
    past = await opened(tmp_path, *made)
    large, few = Condition("size", "ge", 20), Condition("name", "eq", "few")
    for asked in ((large, few), (few, large)):
        layout = past._catalogue.layout("deals")
        plan = Plan(past._db, layout, validate(DEALS, Query(asked)), past._catalogue.numbers[TENANT], None, At())
        assert plan.rarest[0] == 10
        assert plan.narrowest[1] == next(c for c in plan.asked if c.where.startswith("v.c0"))
        assert await past.count("deals", Query(asked), ALL, At()) == Counted(13)
    await past.close()


async def test_a_record_given_whole_keeps_a_version_that_is_newer(tmp_path: Path) -> None:
    past = await opened(tmp_path, Change("deals", TENANT, "a", None, person("x")))
    await past.write([Change("deals", TENANT, "a", None, person("masked")[:2], whole=True)])
    assert (await past.last("deals", TENANT, ["a"])) == {"a": 3}
    await past.close()


async def test_a_failed_write_leaves_nothing_and_the_next_one_counts(tmp_path: Path) -> None:
    past = await opened(tmp_path)
    bad = Version(2, START, 2, {"id": "b", "version": 1, "size": "none"})
    with pytest.raises(ValueError, match="size"):
        await past.write(
            [Change("deals", TENANT, "a", None, person("x")), Change("deals", OTHER, "b", None, [bad])], Position(9)
        )
    assert ((await past.position()).number, await past.count("deals", Query(), ALL, At())) == (0, Counted(0))
    lease = await past.lease("past", "one", 0, 100)
    assert lease is not None
    assert await past.lease("past", "two", 0, 100, steal=True) is not None
    with pytest.raises(LeaseLost):
        await past.write([Change("deals", TENANT, "a", None, person("x"))], Position(9), lease)
    await past.write([Change("deals", TENANT, "a", None, person("x"))], Position(9))
    assert ((await past.position()).number, await past.count("deals", Query(), ALL, At())) == (9, Counted(1))
    await past.close()
    with pytest.raises(PastUnavailable):
        await past.position()


async def test_what_a_rebuild_replaced_goes_while_questions_are_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables of many versions take long to drop. A purge waits for that."""
    may, drop = threading.Event(), FileCatalogue.drop_one

    def late(catalogue: FileCatalogue, number: int) -> bool:
        assert may.wait(30)
        return drop(catalogue, number)

    past = await opened(tmp_path, Change("deals", TENANT, "a", None, person(SECRET)))
    monkeypatch.setattr(FileCatalogue, "drop_one", late)
    rebuilt = await past.begin_rebuild(DEALS)
    await past.fill(rebuilt, [Change("deals", TENANT, "a", None, person("masked"))])
    await past.swap(rebuilt)
    purging = asyncio.create_task(past.purge(1))
    for _ in range(3):
        await asyncio.sleep(0)
        assert (await past.count("deals", Query(), ALL, At())).number == 1
    assert not purging.done()
    assert files_with(tmp_path, [SECRET])
    may.set()
    await purging
    assert files_with(tmp_path, [SECRET]) == {}
    await past.close()


async def test_a_file_of_another_installation_is_filled_again(tmp_path: Path) -> None:
    """A server's log has no chain hash to tell one from the other by, and a disk outlives its log."""
    for installation, count in (("", 1), ("one", 1), ("one", 1), ("", 1), ("two", 0)):
        past = SqlitePast(tmp_path / "past.db", installation)
        await past.declare([DEALS])
        if not installation and not (await past.position()).number:
            await past.write([Change("deals", TENANT, "a", None, person("x"))], Position(9))
        assert (await past.count("deals", Query(), ALL, At())).number == count
        await past.close()
