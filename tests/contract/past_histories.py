"""Random histories of records, and what a fold of them by hand answers: the measure of every adapter of the past."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from shared.clock import to_rfc3339
from shared.past.layout import number_of
from shared.past.port import At, Change, Version
from shared.views.matching import meets
from shared.views.port import Collection, Condition, Conditions, Document, Field, Key, Kind, Query, Scope, Where
from shared.views.query import conditions
from shared.views.values import index_value

TENANT, OTHER = "t1", "t2"
START = 1_600_000_000_000_000
OWNERS = [f"0190{n:04x}-0000-7000-8000-000000000000" for n in range(4)]


def _field(name: str, kind: Kind, **more: Any) -> Field:
    return Field(name, kind, "", "", indexed=True, **more)


DEALS = Collection(
    "deals",
    1,
    (
        _field("name", Kind.TEXT),
        _field("stage", Kind.KEYWORD, options=("new", "won", "lost")),
        _field("owner", Kind.KEYWORD, ref="user"),
        _field("email", Kind.KEYWORD, key=Key.EMAIL),
        _field("account", Kind.KEYWORD, ref="account"),
        _field("amount", Kind.DECIMAL, currency="currency"),
        _field("currency", Kind.KEYWORD),
        _field("size", Kind.INTEGER),
        _field("day", Kind.DATE),
        _field("archived", Kind.BOOLEAN),
        _field("marks", Kind.KEYWORDS),
        _field("updated_at", Kind.DATETIME),
        Field("note", Kind.TEXT, "", ""),
    ),
)


@dataclass
class Histories:
    """Records by id, each with its versions; owners of now. Times do not fall within a record, as the log has it."""

    random: random.Random
    records: dict[str, list[Version]] = field(default_factory=dict)
    owners: dict[str, str | None] = field(default_factory=dict)
    position: int = 0
    now: int = START

    def happen(self) -> Change:
        """One or two events of one record, some recorded late, some at the same moment."""
        g = self.random
        key = f"0190{g.randrange(9):04x}-0000-7000-8000-{g.randrange(2):012x}"
        versions = self.records.setdefault(key, [])
        self.now += g.choice((0, 1, 30_000_000, 2_000_000_000))
        new = []
        for _ in range(g.choice((1, 1, 1, 2))):
            asked = self.now if g.random() < 0.6 else START + g.randrange(0, self.now - START + 1)
            occurred = max(asked, versions[-1].occurred if versions else 0)
            self.position += 1
            before = versions[-1].document if versions else {"archived": False}
            document = {**before, **self._changed(not versions), "updated_at": to_rfc3339(occurred)}
            document |= {"id": key, "version": len(versions) + 1}
            one = Version(len(versions) + 1, occurred, self.position, document, self.now - occurred >= 60_000_000)
            versions.append(one)
            new.append(one)
        self.owners[key] = versions[-1].document["owner"]
        return Change("deals", TENANT, key, self.owners[key], new)

    def _changed(self, first: bool) -> Document:
        g = self.random
        draws: dict[str, Any] = {
            "name": g.choice(("", "Ab", "ab", "Öl", "王", "zeta")),
            "stage": g.choice(("new", "won", "lost")),
            "owner": g.choice((*OWNERS, None)),
            "email": g.choice(("a@x.org", "B@x.org", None)),
            "account": g.choice(OWNERS),
            "amount": g.choice(("1.50", "-3.0001", "900000000000000.00", None)),
            "currency": g.choice(("EUR", "CNY", None)),
            "size": g.choice((None, -1, 0, 7)),
            "day": g.choice(("2026-01-01", "2025-05-05", None)),
            "archived": g.random() < 0.3,
            "marks": g.sample(["red", "blue", OWNERS[0]], g.randrange(3)),
        }
        return {name: value for name, value in draws.items() if first or g.random() < 0.35}

    def recorded_at(self, position: int) -> int:
        """No event up to the position was recorded later; those that are not late happened within a minute of it."""
        return max((v.occurred for vs in self.records.values() for v in vs if v.position <= position), default=START)

    def at(self, at: At) -> dict[str, Version]:
        """The versions of all records at a moment."""
        found = {}
        for key, versions in self.records.items():
            for one in versions:
                if one.occurred <= at.occurred and one.position <= at.position:
                    found[key] = one
        return found

    def answering(self, query: Query, scope: Scope, at: At) -> list[tuple[str, Version]]:
        """What a page without end shows."""
        tests = conditions(DEALS, query)
        found = [
            (key, one)
            for key, one in self.at(at).items()
            if meets(one.document, tests) and (scope.owners is None or self.owners[key] in scope.owners)
        ]
        born = {key: n for n, key in enumerate(self.records)}

        def by_id(item: tuple[str, Version]) -> Any:
            return number_of(item[0]), born[item[0]]

        found.sort(key=by_id, reverse=query.descending)
        for order in reversed(query.orders):
            sort = DEALS.field(order.field)

            def by_value(item: tuple[str, Version], sort: Field | None = sort) -> Any:
                value = None if sort is None else index_value(sort, item[1].document.get(sort.name))
                return by_id(item) if sort is None else (value is not None, value if value is not None else 0)

            found.sort(key=by_value, reverse=order.descending)
        return found[query.skip :]

    def totals(
        self, query: Query, scope: Scope, at: At, by: tuple[str, ...], sum: str | None
    ) -> dict[tuple[Any, ...], tuple[int, Decimal]]:
        groups: dict[tuple[Any, ...], tuple[int, Decimal]] = {}
        for _, one in self.answering(replace(query, skip=0), scope, at):
            key = tuple(one.document.get(name) or (False if name == "archived" else None) for name in by)
            count, total = groups.get(key, (0, Decimal(0)))
            groups[key] = count + 1, total + Decimal(one.document.get(sum) or 0 if sum else 0)
        return groups


def questions(g: random.Random) -> tuple[Where, ...]:
    """Conditions of all kinds that are covered."""
    some = (
        Condition("stage", "eq", g.choice(("new", "won"))),
        Condition("stage", "in", ["new", "lost"]),
        Condition("stage", "ne", "won"),
        Condition("archived", "eq", g.random() < 0.3),
        Condition("account", "eq", g.choice(OWNERS)),
        Condition("owner", "one_of", OWNERS[:2]),
        Condition("owner", "empty", g.random() < 0.5),
        Condition("email", "eq", "b@x.org"),
        Condition("email", "prefix", "a"),
        Condition("name", "prefix", g.choice(("a", "ö"))),
        Condition("name", "eq", "AB"),
        Condition("name", "contains", "b"),
        Condition("email", "contains", "x.org"),
        Condition("amount", "gt", "0"),
        Condition("amount", "le", "1.5"),
        Condition("amount", "empty", True),
        Condition("size", "ge", 0),
        Condition("size", "lt", 7),
        Condition("day", "within", [("2026-01-01", "2026-12-31")]),
        Condition("day", "outside", [("2026-01-01", "2026-12-31")]),
        Condition("marks", "contains", "red"),
        Condition("marks", "in", ["red", "blue", OWNERS[0]]),
        Condition("marks", "ne", "blue"),
        Condition("marks", "none_of", [OWNERS[0]]),
        Condition("marks", "empty", g.random() < 0.5),
        Condition("updated_at", "le", to_rfc3339(START + 3_000_000_000)),
        Condition("id", "in", [f"0190{n:04x}-0000-7000-8000-{0:012x}" for n in range(5)]),
        Condition("id", "ne", f"0190{3:04x}-0000-7000-8000-{1:012x}"),
    )
    found: tuple[Where, ...] = tuple(g.sample(some, g.choice((0, 0, 1, 1, 2, 3))))
    if g.random() < 0.3:
        found += (Conditions(g.choice(("all", "any", "none")), tuple(g.sample(some, 2))),)
    return found
