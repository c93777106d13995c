"""All that is known about a person, in every service: found by the references and links that record types declare.

No service is named here. A record type that refers to people is found as soon as its field says so (`ref`, `types`,
`mixed`), with custom references; what has no such field is not about a person.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from shared.errors import Forbidden
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.holds import linking
from shared.kernel.kernel import Kernel
from shared.kernel.naming import named_in, naming
from shared.kernel.queries import scope_of, visible
from shared.kernel.same_person import same_person
from shared.kernel.seen import of_records_seen, seen
from shared.security.permissions import Access, Level
from shared.views.paging import every
from shared.views.port import Condition, Conditions, Document, Field, Query, Scope

ITSELF, WROTE = "id", "correlation_id"  # why a record is in the inventory, where no field names the person
MOST = 5_000  # records of a type
Eyes = Callable[[AnyAggregate], Access | None]


@dataclass(frozen=True, slots=True)
class Found:
    """A record as the caller sees it. by: the fields that name the person, ITSELF or WROTE.

    theirs: it is the person's own, or erased with them; otherwise it is somebody else's and only names them.
    """

    document: Document
    by: tuple[str, ...]
    theirs: bool


@dataclass(frozen=True, slots=True)
class Section:
    """The records of one type. count: all; records: those that the caller reads, MOST of them.

    personal: at least one is the person's own, or erased with them. whole: `records` holds all of them.
    """

    aggregate: AnyAggregate
    count: int
    records: list[Found]
    personal: bool
    whole: bool = True


@dataclass(slots=True)
class Inventory:
    """events: changes in the log of the person's own records, of those that the caller reads. left_out: types that the
    caller may not read."""

    sections: list[Section] = field(default_factory=list)
    events: int = 0
    left_out: list[str] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        return {section.aggregate.name: section.count for section in self.sections}


async def inventory_of(kernel: Kernel, access: Access, person_type: str, person: str, eyes: Eyes) -> Inventory:
    """What there is about a person: their own records, those that name one of them, and the acts that wrote them.

    eyes: the caller as who sees no more of a type than is wanted; None = nothing of it.
    """
    found, tenant = Inventory(), access.tenant
    own = await same_person(kernel.catalogue, kernel.views, tenant, [(person_type, person)])
    acts = set[str]()
    for id, type_ in own.items():
        aggregate = kernel.catalogue[type_]
        events, eyes_here = await kernel.repository.events(aggregate, tenant, id), eyes(aggregate)
        if eyes_here is not None and id in await seen(kernel, aggregate, [id], eyes_here):
            found.events += len(events)
        acts |= {event.metadata.correlation_id for event in events}
    for aggregate in kernel.catalogue:
        seen_by = eyes(aggregate)
        private = aggregate.own_only and "user" in own.values() and access.user not in own
        if private or seen_by is None or seen_by.level(aggregate.name, "read") is Level.NONE:
            found.left_out.append(aggregate.name)
            continue
        whole = access if aggregate.belongs_to is not None else seen_by
        if (section := await _Search(kernel, whole, aggregate, own, acts - own.keys()).section()).count:
            found.sections.append(section)
    return found


class _Search:
    """Of one record type. own: the person's records, id → type. acts: ids of the acts that wrote them."""

    def __init__(
        self, kernel: Kernel, access: Access, aggregate: AnyAggregate, own: dict[str, str], acts: set[str]
    ) -> None:
        self._kernel, self._access, self._aggregate, self._own, self._acts = kernel, access, aggregate, own, acts
        self._name = aggregate.collection.name
        self._linking = {*linking(aggregate)}
        self._cut = False

    async def section(self) -> Section:
        fields = await self._naming()
        if self._aggregate.own_only:  # its records are read by their owner alone
            query = self._query([f for f in fields if f.name == "owner"])
            scope = scope_of(self._aggregate, self._access)
            count = await self._kernel.views.count(self._name, query, scope) if query else 0
            return Section(self._aggregate, count, [], self._aggregate.about_owner, count == 0)
        documents = {d["id"]: d async for d in self._documents(fields)}
        seen = await self._seen(documents)
        records = [self._found(d, fields) for d in seen.values()]
        count = await self._count(records, fields) if self._cut else len(records)
        return Section(self._aggregate, count, records, any(one.theirs for one in records), not self._cut)

    async def _count(self, records: list[Found], fields: list[Field]) -> int:
        """How many there are, where more name the person than were read. Files count as far as they were read."""
        query, scope, names = self._query(fields), self._scope(), {f.name for f in fields}
        if query is None or scope is None or self._aggregate.belongs_to is not None:
            return len(records)
        others = sum(names.isdisjoint(one.by) for one in records)
        return others + await self._kernel.views.count(self._name, query, scope)

    async def _naming(self) -> list[Field]:
        """The fields, custom ones too, that may name one of the person's records and that the caller sees."""
        custom = await self._kernel.bus.custom.fields(self._access.tenant, self._aggregate.name)
        found = naming((*self._aggregate.collection.fields, *custom.values()), {*self._own.values()})
        return [f for f in found if self._access.may_see(self._aggregate.name, f.name)]

    def _query(self, fields: list[Field]) -> Query | None:
        named = [Condition(f.name, "one_of", [*self._own]) for f in fields]
        if not named:
            return None
        entries = tuple(f for f in fields if f.is_entry)
        return Query((Conditions("any", tuple(named)),), entries=entries)

    async def _documents(self, fields: list[Field]) -> AsyncIterator[Document]:
        views, scope, left = self._kernel.views, self._scope(), MOST
        if scope is None:
            return
        mine = [id for id, type_ in self._own.items() if type_ == self._aggregate.name]
        wrote = self._acts if self._aggregate.erasure is not None else set()
        for document in (await views.get_many(self._name, [*mine, *wrote], scope)).values():
            yield document
        if query := self._query(fields):
            async for document in every(views, self._name, query, scope):
                if not left:
                    self._cut = True
                    return
                left -= 1
                yield document

    def _scope(self) -> Scope | None:
        """None: the caller reads none. Of what belongs to other records all are read, and those not seen left out."""
        if self._aggregate.belongs_to is not None:
            return Scope(self._access.tenant)
        try:
            return scope_of(self._aggregate, self._access)
        except Forbidden:
            return None

    async def _seen(self, documents: dict[str, Document]) -> dict[str, Document]:
        if self._aggregate.belongs_to is None:
            return documents
        return await of_records_seen(self._kernel, self._aggregate, documents, self._access)

    def _visible(self, document: Document) -> Document:
        shown = visible(self._aggregate, document, self._access)
        return {name: value for name, value in shown.items() if name not in self._aggregate.unshown}

    def _found(self, document: Document, fields: list[Field]) -> Found:
        by = self._why(document, fields)
        return Found(self._visible(document), by, self._theirs(by))

    def _theirs(self, by: tuple[str, ...]) -> bool:
        """Decided for each record: that a type is about people does not make all of its records this person's."""
        if ITSELF in by:
            return True
        if self._aggregate.about_owner:
            return "owner" in by
        return self._aggregate.erasure is not None and not self._aggregate.person and not self._linking.isdisjoint(by)

    def _why(self, document: Document, fields: list[Field]) -> tuple[str, ...]:
        id = document["id"]
        found = [ITSELF] * (id in self._own) + [WROTE] * (id in self._acts)
        found += [f.name for f in fields if not self._own.keys().isdisjoint(named_in(document, f))]
        return tuple(found)
