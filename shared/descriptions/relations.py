"""Which records name a record: the related lists of its page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from shared.domain.aggregate import Aggregate
from shared.security.permissions import Access, Level
from shared.views.schema import Field, Kind


def incoming(
    aggregate: Aggregate[Any], catalogue: Iterable[Aggregate[Any]], access: Access
) -> Iterator[tuple[Aggregate[Any], Field]]:
    """The record types whose lists can be filtered by a record of this type, each with the field."""
    for other in catalogue:
        if access.level(other.name, "read") is Level.NONE:
            continue
        hidden = access.hidden(other.name)
        found = [f for f in other.collection.fields if _names(f, aggregate.name) and f.name not in hidden]
        covered = {source for f in found if f.kind is Kind.KEYWORDS for source in f.sources}
        yield from ((other, f) for f in found if f.name not in covered)


def _names(field: Field, type_: str) -> bool:
    return field.indexed and not field.technical and type_ in field.names
