"""What the page about a person is written with: titles of other records, the organisation's own fields, its zone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from services.audit.inventory import Inventory
from shared.descriptions.inputs import Input, structures_of
from shared.http.answers import titles_by_type
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.kernel import Kernel
from shared.labels import labels_of
from shared.messages.languages import Language
from shared.security.permissions import Access
from shared.views.port import Document

Named = tuple[str, str]  # a record's type and its id


@dataclass(frozen=True, slots=True)
class Words:
    """titles: of the records that values name and that the caller sees. custom: the organisation's own fields, by
    record type and name. types: what each record type is called, in the plural."""

    language: Language
    zone: str
    titles: Mapping[Named, str]
    custom: Mapping[str, Mapping[str, Document]]
    types: Mapping[str, str]

    @property
    def clock(self) -> tzinfo:
        return UTC if self.zone == "UTC" else ZoneInfo(self.zone)


async def words_for(kernel: Kernel, access: Access, inventory: Inventory, language: Language) -> Words:
    """Titles are those of records that the caller sees: the page is made by an officer, with the officer's rights."""
    custom = {
        s.aggregate.name: await kernel.bus.custom.defined(access.tenant, s.aggregate.name) for s in inventory.sections
    }
    named = {
        one
        for section in inventory.sections
        for found in section.records
        for one in _named(section.aggregate, found.document, custom[section.aggregate.name])
    }
    titles = await titles_by_type(sorted(named), kernel, access)
    zone = (await kernel.directory.calendar(access.tenant)).time_zone
    types = {a.name: labels_of(a).many.in_(language) for a in kernel.catalogue}
    return Words(language, zone, titles, custom, types)


def _named(aggregate: AnyAggregate, document: Document, custom: Mapping[str, Document]) -> Iterator[Named]:
    """The records that a document names: in fields, in the parts of structures, in custom fields."""
    structures = structures_of(aggregate)
    for field in aggregate.collection.fields:
        value = document.get(field.name)
        yield from _ids(field.names, value)
        if field.name in structures:
            yield from _within(structures[field.name], value)
    for name, value in (document.get("custom") or {}).items():
        yield from _ids((custom.get(name, {}).get("ref") or "",), value)


def _within(shape: Input, value: Any) -> Iterator[Named]:
    yield from _ids(shape.types, value)
    if isinstance(value, list) and shape.items:
        for one in value:
            yield from _within(shape.items, one)
    elif isinstance(value, dict):
        for name, one in value.items():
            if part := shape.parts.get(name, shape.values):
                yield from _within(part, one)


def _ids(types: tuple[str, ...], value: Any) -> Iterator[Named]:
    ids = [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str) and one]
    return ((type_, id) for type_ in types if type_ for id in ids)
