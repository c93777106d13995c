"""Which of some records a caller sees: by their own rights, or by those of the record that each belongs to."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from shared.errors import Forbidden
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.kernel import Kernel
from shared.kernel.queries import scope_of
from shared.security.permissions import Access
from shared.views.port import Document, Scope


async def seen(kernel: Kernel, aggregate: AnyAggregate, ids: Collection[str], access: Access) -> dict[str, Document]:
    """Those of the records that are there and that the caller reads, whole, by id."""
    name = aggregate.collection.name
    try:
        if aggregate.belongs_to is None:
            return await kernel.views.get_many(name, [*ids], scope_of(aggregate, access))
        access.scope(aggregate.name)
    except Forbidden:
        return {}
    found = await kernel.views.get_many(name, [*ids], Scope(access.tenant))
    return await of_records_seen(kernel, aggregate, found, access)


async def of_records_seen(
    kernel: Kernel, aggregate: AnyAggregate, documents: Mapping[str, Document], access: Access
) -> dict[str, Document]:
    """Those of the documents whose record, or the one that it lives on in, the caller reads; in their order.

    aggregate: one whose records belong to others.
    """
    assert aggregate.belongs_to is not None
    type_, record = aggregate.belongs_to
    survivors = await kernel.bus.merges.of(access.tenant)
    places = {id: (d[type_], survivors.living(d[record]) if survivors else d[record]) for id, d in documents.items()}
    read: set[tuple[str, str]] = set()
    for resource in {resource for resource, _ in places.values() if resource in kernel.catalogue}:
        wanted = {one for other, one in places.values() if other == resource}
        read |= {(resource, one) for one in await seen(kernel, kernel.catalogue[resource], wanted, access)}
    return {id: d for id, d in documents.items() if places[id] in read}
