"""What boards count: signed changes, and the totals at moments between which few of them lie.

A change says which combination of values ("shape") loses a record and which one gains it. A frame holds the totals of
all changes before its moment. What is recorded late is added to every frame after it; where much lies, some are added.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from shared.past.layout import Layout
from shared.past.port import OPEN
from shared.past.runs import Signed

STEP = 8_000  # changes from one frame to the next, at least
SHARE = 4  # and so many times the rows of a frame: frames take a part of what changes take
AT_ONCE = 40
MOST_FRAMES = 20  # that one batch adds: the next one goes on
LOW = 0xFFFFFFFF  # sums are kept in two halves, exact beyond 63 bits
_moment = attrgetter("moment")
Item = tuple[int, int, Signed, int]  # tenant, record, change, +1 = written, -1 = removed


@dataclass(slots=True)
class Frame:
    """moment: all changes before it are in. changes: since the frame before it. rows: of its totals."""

    moment: int
    id: int
    changes: int
    rows: int


class Totals:
    def __init__(self, db: sqlite3.Connection, layout: Layout) -> None:
        self._db, self._layout, self._count = db, layout, len(layout.measures)
        self._shapes: dict[tuple[Any, ...], int] = {}
        self._frames: dict[int, list[Frame]] = {}  # by tenant, in the order of their moments
        self._tail: Counter[int] = Counter()  # changes since the last frame
        name, more = layout.name, ", ?" * self._count
        self._halves = [f"{half}{n}" for n in range(self._count) for half in "xy"]
        self._new = f"INSERT INTO {name('ch')} VALUES(?, ?, ?, ?, ?, ?, ?{more})"
        self._gone = f"DELETE FROM {name('ch')} WHERE t = ? AND at = ? AND n = ? AND r = ? AND sign = ?"
        added = ", ".join(f"{c} = {c} + excluded.{c}" for c in ("cnt", *self._halves))
        self._add = (
            f"INSERT INTO {name('tot')} VALUES(?, ?, ?, ?{', ?' * len(self._halves)})"
            f" ON CONFLICT(t, fr, g) DO UPDATE SET {added}"
        )

    def write(self, items: Sequence[Item], *, frames: bool) -> Iterator[None]:
        """Write changes or remove them, and keep the frames true. frames: add some where many changes lie."""
        new, gone, late, more = [], [], dict[tuple[int, int, int], list[int]](), Counter[tuple[int, int]]()
        for tenant, n, one, way in items:
            known, g = self._known(tenant), self._shape(tenant, one.dims)
            row = (tenant, one.occurred, n, one.position, one.sign)
            if way > 0:
                new.append((*row, g, one.late, *one.measures))
            else:
                gone.append(row)
            first = bisect_right(known, one.occurred, key=_moment)
            more[tenant, first] += way
            if first < len(known):
                self._late(late.setdefault((tenant, first, g), [0] * (1 + 2 * self._count)), one, way)
        new.sort(key=lambda row: row[:5])
        for statement, rows in ((self._gone, gone), (self._new, new)):
            for start in range(0, len(rows), AT_ONCE):
                self._db.executemany(statement, rows[start : start + AT_ONCE])
                yield
        yield from self._correct(late)
        self._counted(more)
        for tenant in dict.fromkeys(key[0] for key in more) if frames else ():
            yield from self._split(tenant, {first for owner, first in more if owner == tenant}, MOST_FRAMES)

    def finish(self) -> Iterator[None]:
        """Add all frames to what was written without them."""
        for (tenant,) in self._db.execute(f"SELECT DISTINCT t FROM {self._layout.name('sh')}").fetchall():
            yield from self._split(tenant, {len(self._known(tenant))}, None)

    @staticmethod
    def _late(delta: list[int], one: Signed, way: int) -> None:
        by = one.sign * way
        delta[0] += by
        for n, measure in enumerate(one.measures):
            delta[1 + 2 * n] += by * (measure >> 32)
            delta[2 + 2 * n] += by * (measure & LOW)

    def _correct(self, late: dict[tuple[int, int, int], list[int]]) -> Iterator[None]:
        """Add what was recorded late to the frames after it, each sum once however many changes it has."""
        begins: dict[int, dict[int, list[tuple[int, list[int]]]]] = {}
        for (tenant, first, g), delta in late.items():
            begins.setdefault(tenant, {}).setdefault(first, []).append((g, delta))
        for tenant, firsts in begins.items():
            running: dict[int, list[int]] = {}
            for place, frame in enumerate(self._frames[tenant]):
                for g, delta in firsts.get(place, ()):
                    known = running.get(g, [0] * len(delta))
                    running[g] = [a + b for a, b in zip(known, delta, strict=True)]
                rows = [(tenant, frame.id, g, *delta) for g, delta in running.items() if any(delta)]
                for start in range(0, len(rows), AT_ONCE):
                    self._db.executemany(self._add, rows[start : start + AT_ONCE])
                    yield

    def _counted(self, more: Counter[tuple[int, int]]) -> None:
        """Note how many changes lie before each frame, and after the last one."""
        update = f"UPDATE {self._layout.name('fr')} SET changes = ? WHERE t = ? AND fr = ?"
        for (tenant, first), number in more.items():
            frames = self._frames[tenant]
            if first == len(frames):
                self._tail[tenant] += number
            elif number:
                frames[first].changes += number
                self._db.execute(update, (frames[first].changes, tenant, frames[first].id))

    def _known(self, tenant: int) -> list[Frame]:
        """A tenant's frames, read once."""
        found = self._frames.get(tenant)
        if found is None:
            name = self._layout.name
            rows = f"SELECT at, fr, changes, size FROM {name('fr')} WHERE t = ? ORDER BY at"
            found = self._frames[tenant] = [Frame(*row) for row in self._db.execute(rows, (tenant,)).fetchall()]
            count = f"SELECT count(*) FROM {name('ch')} WHERE t = ? AND at >= ?"
            since = found[-1].moment if found else -OPEN
            self._tail[tenant] = self._db.execute(count, (tenant, since)).fetchone()[0]
        return found

    def _split(self, tenant: int, places: set[int], most: int | None) -> Iterator[None]:
        """Add frames where more changes lie between two of them than a step."""
        frames = self._known(tenant)
        made = 0
        for place in sorted(places, reverse=True):
            while most is None or made < most:
                before = frames[place - 1] if place else Frame(-OPEN, -1, 0, 0)
                changes = frames[place].changes if place < len(frames) else self._tail[tenant]
                step = max(STEP, SHARE * before.rows)
                if changes <= 2 * step or (at := self._after(tenant, before.moment, step)) is None:
                    break
                frame = self._frame(tenant, max((f.id for f in frames), default=-1) + 1, before, at)
                frames.insert(place, frame)
                self._counted(Counter({(tenant, place + 1): -frame.changes}))
                place, made = place + 1, made + 1
                yield

    def _after(self, tenant: int, since: int, step: int) -> int | None:
        """The moment so many changes after another one; None if they are all at one moment."""
        after = f"SELECT at FROM {self._layout.name('ch')} WHERE t = ? AND at >= ? ORDER BY at LIMIT 1 OFFSET ?"
        found = self._db.execute(after, (tenant, since, step)).fetchone()
        return found[0] if found is not None and found[0] > since else None

    def _frame(self, tenant: int, id: int, before: Frame, at: int) -> Frame:
        """Write a frame from the one before and the changes since."""
        name = self._layout.name
        sums, held = ("".join(f", {form.format(c)}" for c in self._halves) for form in ("sum({})", "{}"))
        signed = "".join(f", sign * (m{n} >> 32) AS x{n}, sign * (m{n} & {LOW}) AS y{n}" for n in range(self._count))
        some = " OR ".join(f"sum({c}) <> 0" for c in ("cnt", *self._halves))
        rows = self._db.execute(
            f"INSERT INTO {name('tot')} SELECT ?, ?, g, sum(cnt){sums} FROM ("
            f"SELECT g, cnt{held} FROM {name('tot')} WHERE t = ? AND fr = ?"
            f" UNION ALL SELECT g, sign AS cnt{signed} FROM {name('ch')} WHERE t = ? AND at >= ? AND at < ?)"
            f" GROUP BY g HAVING {some}",
            (tenant, id, tenant, before.id, tenant, before.moment, at),
        ).rowcount
        count = f"SELECT count(*) FROM {name('ch')} WHERE t = ? AND at >= ? AND at < ?"
        changes = self._db.execute(count, (tenant, before.moment, at)).fetchone()[0]
        self._db.execute(f"INSERT INTO {name('fr')} VALUES(?, ?, ?, ?, ?)", (tenant, id, at, changes, rows))
        return Frame(at, id, changes, rows)

    def _shape(self, tenant: int, dims: tuple[Any, ...]) -> int:
        key = (tenant, *dims)
        found = self._shapes.get(key)
        if found is None:
            if not self._shapes:
                rows = self._db.execute(f"SELECT * FROM {self._layout.name('sh')}")
                self._shapes.update((tuple(rest), g) for g, *rest in rows)
                return self._shape(tenant, dims) if self._shapes else self._made(key)
            found = self._made(key)
        return found

    def _made(self, key: tuple[Any, ...]) -> int:
        statement = f"INSERT INTO {self._layout.name('sh')} VALUES(NULL{', ?' * len(key)})"
        number = self._db.execute(statement, key).lastrowid
        assert number is not None
        self._shapes[key] = number
        return number
