"""Fields that name records: references and links, custom ones too, and the ids that a document has there."""

from __future__ import annotations

from collections.abc import Iterable, Set

from shared.views.port import Document, Field


def naming(fields: Iterable[Field], types: Set[str]) -> list[Field]:
    """Those of the fields that may name a record of these types and that a query can ask for."""
    return [f for f in fields if (f.indexed or f.is_entry) and (f.mixed or not types.isdisjoint(f.names))]


def named_in(document: Document, field: Field) -> list[str]:
    """The ids that a document has in a field."""
    value = document["custom"].get(field.name.partition(".")[2]) if field.is_entry else document.get(field.name)
    return [value] if isinstance(value, str) else list(value or ())
