"""What a retention rule erases: records that meet its conditions and that nobody has needed for so many days.

The views are asked, as for every list; who erases looks at the versions that they gave.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, NamedTuple

from shared.clock import to_rfc3339
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.kernel import Kernel
from shared.kernel.naming import named_in, naming
from shared.security.permissions import Access, system_access
from shared.views.filter_tree import where_of
from shared.views.paging import every
from shared.views.port import MAX_PAGE, Condition, Conditions, Document, Field, Query, Scope, Where

SERVICE = "audit"  # its records are about records, and no use of them


@dataclass(frozen=True, slots=True)
class Wanted:
    """The part of a rule that says which records: see RetentionRule."""

    resource: str
    conditions: dict[str, Any] | None
    basis: str
    days: int


class Looked(NamedTuple):
    """A page of candidates. at: how many records were looked at to find them."""

    found: list[Document]
    at: int


class Candidates:
    """Of one rule in one organisation, on the day that it is there now."""

    def __init__(self, kernel: Kernel, tenant: str, wanted: Wanted) -> None:
        self._kernel, self._wanted = kernel, wanted
        self.aggregate: AnyAggregate = kernel.catalogue[wanted.resource]
        self._access: Access = system_access(tenant)

    async def pages(self, only: Collection[str] | None = None) -> AsyncIterator[Looked]:
        """The records, by their ids, up to 200 at a time; of these ids where they are given.

        Raises Invalid where a condition names a field that is no more.
        """
        cutoff = await self._cutoff()
        queries, aggregate = self._kernel.queries, self.aggregate
        query = await queries.dated(aggregate, Query(self._where(cutoff, only), limit=MAX_PAGE), self._access)
        while True:
            page = await queries.find(aggregate, query, self._access)
            alive = [d for d in page.items if not d["erased"] and d.get("merged_into") is None]
            yield Looked(await self._without_used(alive, cutoff), len(page.items))
            if page.next is None:
                return
            query = replace(query, cursor=page.next)

    async def _cutoff(self) -> str:
        """The moment before which the last use, change or creation lies."""
        calendar = await self._kernel.directory.calendar(self._access.tenant)
        today = calendar.date_of(self._kernel.clock.now())
        return to_rfc3339(calendar.start_of(today - timedelta(self._wanted.days)))

    def _where(self, cutoff: str, only: Collection[str] | None) -> tuple[Where, ...]:
        tree = self._wanted.conditions
        asked = where_of(self.aggregate.collection, tree, "conditions") if tree else ()
        named = () if only is None else (Condition("id", "in", sorted(only)),)
        dated = "created_at" if self._wanted.basis == "created" else "updated_at"
        return (*named, *asked, Condition(dated, "lt", cutoff))

    async def _without_used(self, documents: list[Document], cutoff: str) -> list[Document]:
        if self._wanted.basis != "used" or not documents:
            return documents
        same = {id: d["id"] for d in documents for id in (d["id"], *d.get("absorbed", ()))}
        used = set[str]()
        for kind in self._kernel.catalogue:
            if kind.service != SERVICE and not kind.own_only:
                used |= {same[id] async for id in self._named_since(kind, same, cutoff)}
        return [d for d in documents if d["id"] not in used]

    async def _named_since(self, kind: AnyAggregate, ids: Collection[str], cutoff: str) -> AsyncIterator[str]:
        """Those of the ids that a record which was changed since then names."""
        fields = await self._naming(kind)
        if not fields:
            return
        named = Conditions("any", tuple(Condition(f.name, "one_of", sorted(ids)) for f in fields))
        where = (named, Condition("updated_at", "ge", cutoff))
        query = Query(where, entries=tuple(f for f in fields if f.is_entry))
        async for document in every(self._kernel.views, kind.collection.name, query, Scope(self._access.tenant)):
            for field in fields:
                for id in named_in(document, field):
                    if id in ids:
                        yield id

    async def _naming(self, kind: AnyAggregate) -> list[Field]:
        """The fields, custom ones too, that may name a record of the rule's type."""
        custom = await self._kernel.bus.custom.fields(self._access.tenant, kind.name)
        return naming((*kind.collection.fields, *custom.values()), {self.aggregate.name})
