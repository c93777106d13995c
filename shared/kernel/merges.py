"""Which records live on in others, of each organisation: a question about one of them is about all (ADR 14).

The survivors' documents tell whom they absorbed, at any remove. They are read once, then those of which the projection
says that they changed: an organisation without merges pays nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Context, Decimal
from typing import Any

from shared.events.common import Merged, PersonalMerged, PersonalUnmerged, Unmerged
from shared.events.envelope import Stored
from shared.events.registry import names_of
from shared.kernel.catalogue import Catalogue
from shared.views.entries import digits
from shared.views.paging import every
from shared.views.port import Condition, Field, Query, Scope, Total, Views

_HAVE_ABSORBED = Query((Condition("absorbed", "empty", False),))


@dataclass(slots=True)
class Survivors:
    """The merges of one organisation. Ids are those of records of any type: no two have the same."""

    loaded: bool = False
    stale: set[tuple[str, str]] = field(default_factory=set)  # collection and id of survivors that changed
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _absorbed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _absorbers: dict[str, set[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether anything was merged."""
        return bool(self._absorbed)

    def put(self, survivor: str, absorbed: Iterable[str]) -> None:
        """What a survivor has absorbed now."""
        for id in self._absorbed.pop(survivor, ()):
            self._absorbers[id].discard(survivor)
            if not self._absorbers[id]:
                del self._absorbers[id]
        if ids := tuple(absorbed):
            self._absorbed[survivor] = ids
            for id in ids:
                self._absorbers.setdefault(id, set()).add(survivor)

    def living(self, id: str) -> str:
        """The record that this one lives on in, after all merges; itself where it was not absorbed.

        While two absorb each other at one moment, the lower id stands for both.
        """
        absorbers = self._absorbers.get(id)
        if not absorbers:
            return id
        return min((one for one in absorbers if one not in self._absorbers), default=min(id, *absorbers))

    def renamed(self, value: Any) -> Any:
        """A field's value, an id or several, with the living in place of merged records."""
        if isinstance(value, list):
            return list(dict.fromkeys(self.living(one) for one in value))
        return self.living(value) if isinstance(value, str) else value

    def same(self, id: str) -> tuple[str, ...]:
        """All that are the same record as this one, the living first."""
        living = self.living(id)
        return tuple(dict.fromkeys((living, *self._absorbed.get(living, ()), id)))


_EXACT = Context(prec=1000)


def joined(totals: Sequence[Total], places: Collection[int], survivors: Survivors) -> list[Total]:
    """Totals with the groups of merged records as one, in the order of their keys. places: of those that name one."""
    groups: dict[tuple[Any, ...], Total] = {}
    for one in totals:
        keys = tuple(survivors.living(k) if n in places and k is not None else k for n, k in enumerate(one.keys))
        known = groups.get(keys)
        if known is None:
            groups[keys] = replace(one, keys=keys)
        else:
            more = tuple(map(_sum, known.more, one.more))
            groups[keys] = Total(keys, known.count + one.count, _sum(known.sum, one.sum), more)
    return sorted(groups.values(), key=lambda total: [(key is not None, key) for key in total.keys])


def _sum(one: str, other: str) -> str:
    total = f"{_EXACT.add(Decimal(one), Decimal(other)):f}"
    return digits(total, 2 if "." in total else 0)


class Merges:
    """A listener of the projection (`shared/streaming/projection.py`)."""

    def __init__(self, catalogue: Catalogue, views: Views) -> None:
        self._views = views
        self._collections = {a.name: a.collection.name for a in catalogue if a.merges}
        self._events = names_of(Merged, PersonalMerged, Unmerged, PersonalUnmerged)
        self._kept: dict[str, Survivors] = {}

    def concern(self, field: Field) -> bool:
        """Whether the field may name a merged record."""
        return field.mixed or field.ref in self._collections

    def on_events(self, events: Sequence[Stored]) -> None:
        """Read a survivor again that absorbed or released others."""
        for one in events:
            if one.type in self._events and (kept := self._kept.get(one.tenant)) is not None:
                kept.stale.add((self._collections[one.category], one.id))

    def forget_all(self) -> None:
        self._kept.clear()

    async def of(self, tenant: str) -> Survivors:
        """Those of an organisation, as the views have them. Raises ViewsUnavailable."""
        kept = self._kept.setdefault(tenant, Survivors())
        if kept.loaded and not kept.stale and not kept.lock.locked():
            return kept
        async with kept.lock:
            if not kept.loaded:
                await self._load(tenant, kept)
            while kept.stale:
                await self._read_again(tenant, kept)
        return kept

    async def _load(self, tenant: str, kept: Survivors) -> None:
        for collection in self._collections.values():
            async for document in every(self._views, collection, _HAVE_ABSORBED, Scope(tenant)):
                kept.put(document["id"], document["absorbed"])
        kept.loaded = True

    async def _read_again(self, tenant: str, kept: Survivors) -> None:
        """What changes while this reads is stale again."""
        changed, kept.stale = kept.stale, set()
        try:
            for collection, id in changed:
                document = await self._views.get(collection, id, Scope(tenant))
                kept.put(id, (document or {}).get("absorbed") or ())
        except BaseException:
            kept.stale |= changed
            raise
