"""Opportunities with ten versions each over three years, for the store of the past: made up the same each time.

Most events move a stage or an amount, few an owner or an account. Three in a hundred are recorded late, one to six
weeks after they happened; positions of the log follow the record.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from services.sales.opportunity import OPPORTUNITY
from shared.clock import Micros, to_rfc3339
from shared.past.port import LATE, Change, Position, Version
from shared.past.sqlite import SqlitePast

TENANT, NAME = "t1", "opportunities"
DAY = 86_400_000_000
YEARS = 3 * 365 * DAY
BEGIN = 1_700_000_000_000_000
VERSIONS = 10
STAGES = [f"stage{n}" for n in range(10)]
SHARES = [20, 15, 12, 10, 10, 8, 8, 7, 6, 4]
LATE_SHARE = 0.03


class Event(NamedTuple):
    """When it happened, when it was recorded, and the document after it."""

    occurred: Micros
    recorded: Micros
    document: dict[str, Any]


def id_of(kind: int, n: int) -> str:
    """As a UUIDv7 of a time; numbers follow creation."""
    return f"0{kind}{n >> 16:06x}-{n & 0xFFFF:04x}-7{n % 4096:03x}-8000-{n:012x}"


def position_of(recorded: Micros) -> int:
    """The last position of the log at a moment: one for each second."""
    return (recorded - BEGIN) // 1_000_000 + 1


def histories(records: int) -> Iterator[tuple[str, list[Event]]]:
    """Records with their events."""
    g, late = random.Random(7), random.Random(11)
    for n in range(records):
        born = BEGIN + YEARS * n // (records + records // 50)
        times = [born, *sorted(born + 1 + int(g.random() ** 1.3 * (BEGIN + YEARS - born)) for _ in range(VERSIONS - 1))]
        document, recorded = _first(g, n, records), 0
        events = []
        for version, occurred in enumerate(times, 1):
            document = {**document, "version": version, "updated_at": to_rfc3339(occurred)}
            if version == 1:
                document["created_at"] = document["updated_at"]
            else:
                _change(g, document, records)
            delay = late.randrange(7 * DAY, 42 * DAY) if late.random() < LATE_SHARE else late.randrange(1_000_000)
            recorded = max(occurred + delay, recorded + 1_000_000)  # a record's events are recorded in their order
            events.append(Event(occurred, recorded, document))
        yield document["id"], events


def _first(g: random.Random, n: int, records: int) -> dict[str, Any]:
    document: dict[str, Any] = {"id": id_of(1, n), "archived": False, "currency": "EUR", "status": "open"}
    document |= {"name": f"{g.choice('abcdefghijklmnop')}{g.randrange(5 * records)} gmbh", "pipeline": id_of(2, 0)}
    document |= {"stage": g.choices(STAGES, SHARES)[0], "account": id_of(3, g.randrange(max(records // 5, 1)))}
    return document | {"owner": id_of(4, g.randrange(200)), "amount": f"{g.lognormvariate(9, 1.2):.2f}"}


def _change(g: random.Random, document: dict[str, Any], records: int) -> None:
    if g.random() < 0.40:
        document["stage"] = g.choices(STAGES, SHARES)[0]
        document["status"] = {"stage8": "won", "stage9": "lost"}.get(document["stage"], "open")
    if g.random() < 0.40:
        document["amount"] = f"{g.lognormvariate(9, 1.2):.2f}"
    if g.random() < 0.05:
        document["owner"] = id_of(4, g.randrange(200))
    if g.random() < 0.03:
        document["name"] = f"{g.choice('abcdefghijklmnop')}{g.randrange(5 * records)} gmbh"
    if g.random() < 0.01:
        document["archived"] = not document["archived"]


async def opened(path: Path) -> SqlitePast:
    """A store that was filled before, or an empty one."""
    past = SqlitePast(path)
    await past.declare([OPPORTUNITY.collection])
    return past


async def fill(past: SqlitePast, records: int) -> None:
    """Write the histories into an empty store, by its own writer."""
    target, last = await past.begin_rebuild(OPPORTUNITY.collection), 0
    changes: list[Change] = []
    for key, events in histories(records):
        made = [
            Version(number, one.occurred, position_of(one.recorded), one.document, one.recorded - one.occurred >= LATE)
            for number, one in enumerate(events, 1)
        ]
        last = max(last, made[-1].position)
        changes.append(Change(NAME, TENANT, key, made[-1].document["owner"], made, whole=True))
        if len(changes) >= 200:
            await past.fill(target, changes)
            changes = []
    await past.fill(target, changes)
    await past.prepare(target)
    await past.swap(target)
    await past.write([], Position(last))
