"""Views whose documents bear the values of formulas, however they are written: live, rebuilt, healed or as of a moment.

The formulas are those of the definitions in the views of now. Where they change, documents are computed again in
pieces; a checkpoint per organisation and record type tells for which formulas the last pass ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from shared.domain.formula.formulas import NONE, Formulas
from shared.kernel.catalogue import AnyAggregate, Catalogue
from shared.kernel.custom_fields import definitions
from shared.views.capabilities import prepare_swap, purge_files
from shared.views.port import Checkpoint, Collection, Lease, Query, Scope, Views, Write

PIECE = 200  # documents computed again at once
FRESH_SECONDS = 2.0  # another process may have changed a definition
Place = tuple[str, str]  # tenant, record type


class FormulaSource:
    """The formulas of all record types of all organisations, read from the views of now."""

    def __init__(self, catalogue: Catalogue, views: Views) -> None:
        self._catalogue, self._views = catalogue, views
        self._kept: dict[Place, tuple[float, Formulas]] = {}

    async def of(self, tenant: str, resource: str) -> Formulas:
        """The live ones, as they were two seconds ago at most."""
        now, place = asyncio.get_running_loop().time(), (tenant, resource)
        found = self._kept.get(place)
        if found is None or now - found[0] > FRESH_SECONDS:
            defined = await definitions(self._catalogue, self._views, tenant, resource)
            found = self._kept[place] = (now, Formulas(self._catalogue[resource].collection, defined))
        return found[1]

    def forget(self, tenant: str) -> None:
        for place in [p for p in self._kept if p[0] == tenant]:
            del self._kept[place]

    def forget_all(self) -> None:
        self._kept.clear()

    async def places(self) -> list[Place]:
        """Where formulas are, or were."""
        if (definition := self._catalogue.field_definition) is None:
            return []
        every = self._views.scan(definition.collection.name)
        found = [(tenant, d["resource"]) async for tenant, _, d in every if d.get("formula")]
        return list(dict.fromkeys(p for p in found if p[1] in self._catalogue))


def with_formulas(views: Views, catalogue: Catalogue, source: FormulaSource) -> Views:
    """source: where the formulas are read from."""
    return cast(Views, FormulaViews(views, catalogue, source))


class FormulaViews:
    """The views of an adapter: what is written bears computed values, all else passes through."""

    def __init__(self, views: Views, catalogue: Catalogue, source: FormulaSource) -> None:
        self._views, self.source = views, source
        definition = catalogue.field_definition
        self._definitions = None if definition is None else definition.collection.name
        self._targets: dict[str, AnyAggregate] = {a.collection.name: a for a in catalogue}
        self._filled: dict[str, dict[Place, int]] = {}  # temporary name → the formulas that it was filled with
        self._pass: _Pass | None = None
        self._due: list[Place] | None = None  # where values are to be computed again; None = look everywhere

    def __getattr__(self, name: str) -> Any:
        return getattr(self._views, name)

    async def write(
        self, writes: Sequence[Write], checkpoints: Sequence[Checkpoint] = (), lease: Lease | None = None
    ) -> None:
        """See Views.write."""
        changed = [w for w in writes if w.collection == self._definitions and w.document is not None]
        places = [p for w in changed if (p := await self._touched(w)) is not None]
        again = [Checkpoint(_checkpoint(p), 0) for p in dict.fromkeys(places)]
        await self._views.write([await self._computed(w) for w in writes], [*checkpoints, *again], lease)
        for one in changed:
            self.source.forget(one.tenant)
        if self._due is not None:
            self._due += [p for p in places if p not in self._due]

    async def begin_rebuild(self, collection: Collection) -> str:
        """See Views.begin_rebuild."""
        target = await self._views.begin_rebuild(collection)
        if collection.name in self._targets:
            self._targets[target] = self._targets[collection.name]
            self._filled[target] = {}
        return target

    async def swap(self, rebuilt: str, checkpoints: Sequence[Checkpoint] = (), lease: Lease | None = None) -> None:
        """See Views.swap. What was filled with other formulas than those of now is computed again."""
        again = []
        for place, fingerprint in self._filled.pop(rebuilt, {}).items():
            self.source.forget(place[0])
            if (await self.source.of(*place)).fingerprint != fingerprint:
                again.append(Checkpoint(_checkpoint(place), 0))
        await self._views.swap(rebuilt, [*checkpoints, *again], lease)
        self._targets.pop(rebuilt, None)
        self._due = None if again else self._due

    async def prepare(self, rebuilt: str) -> None:
        """See PreparesSwap."""
        await prepare_swap(self._views, rebuilt)

    async def purge(self) -> None:
        """See PurgesFiles."""
        await purge_files(self._views)

    async def recompute(self) -> bool:
        """See Recomputes."""
        if self._due is None:
            self._due = [p for p in await self.source.places() if await self._is_due(p)]
        if self._pass is None and self._due:
            place = self._due.pop(0)
            self._pass = _Pass(place, self._targets_of(place[1]), (await self.source.of(*place)).fingerprint)
        if self._pass is not None:
            await self._piece(self._pass)
        return self._pass is not None or bool(self._due)

    def look_again(self) -> None:
        """See Recomputes."""
        self._due, self._pass = None, None
        self.source.forget_all()

    def _targets_of(self, resource: str) -> str:
        return next(name for name, a in self._targets.items() if a.name == resource)

    async def _is_due(self, place: Place) -> bool:
        return await self._views.checkpoint(_checkpoint(place)) != (await self.source.of(*place)).fingerprint

    async def _touched(self, write: Write) -> Place | None:
        """The place whose formulas a definition may change."""
        document = write.document or {}
        place = (write.tenant, document["resource"])
        if place[1] not in {a.name for a in self._targets.values()}:
            return None
        return place if document.get("formula") or (await self.source.of(*place)).fingerprint != NONE else None

    async def _computed(self, write: Write) -> Write:
        aggregate = self._targets.get(write.collection)
        if aggregate is None or write.document is None:
            return write
        formulas = await self.source.of(write.tenant, aggregate.name)
        if write.collection in self._filled:
            self._filled[write.collection].setdefault((write.tenant, aggregate.name), formulas.fingerprint)
        if formulas.fingerprint == NONE:
            return write
        return replace(write, document=formulas.onto(write.document))

    async def _piece(self, one: _Pass) -> None:
        """Compute some documents again; the last piece notes that the pass has ended."""
        formulas = await self.source.of(*one.place)
        if formulas.fingerprint != one.fingerprint:
            one.fingerprint, one.cursor = formulas.fingerprint, None
        query = Query(limit=PIECE, cursor=one.cursor)
        page = await self._views.find(one.collection, query, Scope(one.place[0]))
        made = [(document, formulas.onto(document)) for document in page.items]
        await self._views.write(
            [
                Write(one.collection, one.place[0], now["id"], now, now["version"], overwrite=True)
                for was, now in made
                if now != was
            ]
        )
        one.cursor = page.next
        if page.next is None:
            await self._views.write([], [Checkpoint(_checkpoint(one.place), one.fingerprint)])
            self._pass = None


@dataclass(slots=True)
class _Pass:
    """Over all documents of one organisation and record type. fingerprint: of the formulas that it computes."""

    place: Place
    collection: str
    fingerprint: int
    cursor: str | None = None


def _checkpoint(place: Place) -> str:
    return f"formulas:{place[0]}:{place[1]}"
