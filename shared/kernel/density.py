"""How many changes records had in each hour, day, week or month: the bars of a time slider."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

from shared.clock import Micros
from shared.domain.calendar import Calendar
from shared.events.envelope import id_of
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.kernel import Kernel
from shared.kernel.queries import scope_of
from shared.security.permissions import Access
from shared.views.port import Scope

Bucket = Literal["hour", "day", "week", "month"]
BUCKETS: tuple[Bucket, ...] = ("hour", "day", "week", "month")
MOST = 1000
HOUR = 3_600_000_000


def bounds(calendar: Calendar, bucket: Bucket, begin: Micros, end: Micros) -> list[Micros]:
    """The first moments of the buckets from the one that holds `begin` to the one that holds `end`, and of the one
    after them; `MOST` + 2 at most. Days belong to the calendar's place, weeks begin on Monday."""
    if bucket == "hour":
        first = begin - (begin - calendar.start_of(calendar.date_of(begin))) % HOUR
        return [first + n * HOUR for n in range(min((end - first) // HOUR, MOST) + 2)]
    day = _first(calendar.date_of(begin), bucket)
    found = [calendar.start_of(day)]
    while found[-1] <= end and len(found) < MOST + 2:
        day = _next(day, bucket)
        found.append(calendar.start_of(day))
    return found


def _first(day: date, bucket: Bucket) -> date:
    if bucket == "week":
        return day - timedelta(min(day.weekday(), (day - date.min).days))
    return day.replace(day=1) if bucket == "month" else day


def _next(day: date, bucket: Bucket) -> date:
    """Raises OverflowError beyond the year 9999."""
    if bucket != "month":
        return day + timedelta(7 if bucket == "week" else 1)
    return (day + timedelta(31)).replace(day=1)


async def density(kernel: Kernel, aggregate: AnyAggregate, access: Access, edges: Sequence[Micros]) -> list[int]:
    """How many changes the records that the caller sees had between each edge and the next. Raises Forbidden."""
    scope = scope_of(aggregate, access)
    found = None if kernel.history is None else await kernel.history.density(aggregate, scope, edges)
    return await _counted(kernel, aggregate, scope, edges) if found is None else found


async def _counted(kernel: Kernel, aggregate: AnyAggregate, scope: Scope, edges: Sequence[Micros]) -> list[int]:
    """The same from the log."""
    counts, store = [0] * (len(edges) - 1), kernel.store
    async for stream in store.streams(aggregate.name, up_to=await store.head(), tenant=scope.tenant):
        if await kernel.views.get(aggregate.collection.name, id_of(stream[0].stream), scope) is None:
            continue
        for one in stream:
            place = bisect_right(edges, one.occurred_at) - 1
            if 0 <= place < len(counts):
                counts[place] += 1
    return counts
