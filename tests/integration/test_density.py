"""Changes per hour, day, week and month: what the caller sees, where they are, bounded."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from shared.clock import from_rfc3339, to_rfc3339
from shared.domain.calendar import Calendar
from shared.errors import FieldError, Invalid
from shared.http.density import density_of
from shared.kernel.density import MOST, Bucket, bounds
from shared.security.permissions import Access, Level, Role
from tests.support.world import BOSS, TENANT, World, open_world

UTC, SHANGHAI, NEPAL = Calendar("UTC"), Calendar("Asia/Shanghai"), Calendar("Asia/Kathmandu")


def at(text: str) -> int:
    return from_rfc3339(text)


@pytest.mark.parametrize(
    ("calendar", "bucket", "begin", "end", "expected"),
    [
        (
            UTC,
            "day",
            "2026-03-01T05:00:00Z",
            "2026-03-02T00:00:00Z",
            ["2026-03-01", "2026-03-02", "2026-03-03"],
        ),
        (SHANGHAI, "day", "2026-03-01T17:00:00Z", "2026-03-01T18:00:00Z", ["03-01T16", "03-02T16"]),
        (
            UTC,
            "week",
            "2026-03-01T05:00:00Z",
            "2026-03-02T00:00:00Z",
            ["2026-02-23", "2026-03-02", "2026-03-09"],
        ),
        (
            UTC,
            "month",
            "2026-01-31T05:00:00Z",
            "2026-02-01T00:00:00Z",
            ["2026-01-01", "2026-02-01", "2026-03-01"],
        ),
        (
            UTC,
            "hour",
            "2026-01-31T23:59:00Z",
            "2026-02-01T00:00:00Z",
            ["01-31T23", "02-01T00", "02-01T01"],
        ),
        (NEPAL, "hour", "2026-01-31T23:20:00Z", "2026-01-31T23:20:00Z", ["01-31T23:15", "02-01T00:15"]),
    ],
)
def test_buckets_begin_where_the_place_says(
    calendar: Calendar, bucket: Bucket, begin: str, end: str, expected: list[str]
) -> None:
    found = [to_rfc3339(edge) for edge in bounds(calendar, bucket, at(begin), at(end))]
    assert len(found) == len(expected)
    assert all(start in edge for edge, start in zip(found, expected, strict=True)), found


@pytest.mark.parametrize("bucket", ["hour", "day"])
def test_there_are_never_many_more_than_are_allowed(bucket: Bucket) -> None:
    assert len(bounds(UTC, bucket, at("0001-01-08T00:00:00Z"), at("2026-01-01T00:00:00Z"))) == MOST + 2


def test_the_first_week_of_the_calendar_begins_with_it() -> None:
    assert bounds(UTC, "week", at("0001-01-01T05:00:00Z"), at("0001-01-01T05:00:00Z"))[0] == UTC.start_of(date.min)


async def asked(world: World, access: Access, **given: str) -> list[int]:
    answer: dict[str, Any] = await density_of(world.kernel, world.catalogue["account"], access, given, UTC)
    return [item["count"] for item in answer["items"]]


@pytest.mark.parametrize("way", ["the store of the past", "the log"])
async def test_changes_are_counted_of_what_the_caller_sees(tmp_path: Path, way: str) -> None:
    async with open_world(tmp_path) as world:
        await world.do("identity.ListUser", {"name": "Ann"}, new_id="ann")
        await world.settle()
        day = at("2026-01-01T12:00:00Z")
        for n, owner in enumerate(("ann", "ann", "boss")):
            body = {"name": f"A{n}"} | ({"owner": owner} if owner != "boss" else {})
            made = await world.do("customer.CreateAccount", body, occurred_at=day + n * 86_400_000_000)
            await world.do("customer.TagAccount", {"add": ["x"]}, made.id, occurred_at=day + 2 * 86_400_000_000)
        await world.settle()
        if way == "the log":
            world.kernel = replace(world.kernel, history=None)
        span = {"from": "2026-01-01", "to": "2026-01-04"}
        assert await asked(world, BOSS, **span) == [1, 1, 4, 0]
        own = Access(TENANT, "ann", (Role("own", "own", "own", {"*": {"*": Level.OWN}}),))
        assert await asked(world, own, **span) == [1, 1, 2, 0]
        assert await asked(world, BOSS, bucket="month", **span) == [6]
        assert sum(await asked(world, BOSS)) == 0


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"bucket": "year"}, "bucket", "not-an-option"),
        ({"from": "2026-02-01", "to": "2026-01-01"}, "from", "bad-range"),
        ({"from": "yesterday"}, "from", "bad-moment"),
        ({"to": "9999-12-31"}, "to", "bad-moment"),
        ({"from": "2000-01-01", "to": "2026-01-01", "bucket": "hour"}, "bucket", "too-many"),
    ],
)
async def test_a_wrong_question_is_refused(tmp_path: Path, given: dict[str, str], field: str, code: str) -> None:
    async with open_world(tmp_path) as world:
        with pytest.raises(Invalid) as refused:
            await asked(world, BOSS, **given)
    errors: list[FieldError] = list(refused.value.errors)
    assert [(e.field, e.code) for e in errors] == [(field, code)]
