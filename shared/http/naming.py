"""The titles of the records that histories and timelines refer to."""

from __future__ import annotations

from shared.events.common import USER
from shared.http.answers import titles_of
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.kernel import Kernel
from shared.kernel.timeline import CHANGE
from shared.security.permissions import Access
from shared.views.port import Document, Field, Kind

Titles = dict[str, str]
_WHO = tuple(Field(name, Kind.KEYWORD, "操作人", "Who", ref=USER) for name in ("actor", "on_behalf_of"))


async def titles_of_records(
    kernel: Kernel, aggregate: AnyAggregate, documents: list[Document], access: Access
) -> Titles:
    """Of all records that documents of a record type refer to, custom references included."""
    own = await kernel.bus.custom.fields(access.tenant, aggregate.name)
    return await titles_of(documents, (*aggregate.collection.fields, *own.values()), kernel, access)


async def titles_of_changes(kernel: Kernel, aggregate: AnyAggregate, entries: list[Document], access: Access) -> Titles:
    """Of who made the changes of a history, and of the records that their values name."""
    values = [_side(entry, side) for entry in entries for side in ("from", "to")]
    who = await titles_of(entries, _WHO, kernel, access)
    return who | await titles_of_records(kernel, aggregate, values, access)


async def titles_on_timeline(kernel: Kernel, aggregate: AnyAggregate, items: list[Document], access: Access) -> Titles:
    """Of all that the entries of a timeline name."""
    changes = [item["change"] for item in items if item["kind"] == CHANGE]
    titles = await titles_of_changes(kernel, aggregate, changes, access)
    for kind in {item["kind"] for item in items} - {CHANGE}:
        records = [item["record"] for item in items if item["kind"] == kind]
        titles |= await titles_of_records(kernel, kernel.catalogue[kind], records, access)
    return titles


def _side(entry: Document, side: str) -> Document:
    """The values before or after a change, as a document has them."""
    found: Document = {"custom": {}}
    for name, change in entry["changes"].items():
        head, _, custom = name.partition(".")
        if custom:
            found[head][custom] = change.get(side)
        else:
            found[name] = change.get(side)
    return found


def page_of_changes(entries: list[Document], below: int | None, limit: int | None) -> tuple[list[Document], str | None]:
    """The entries of a history before a version, and the cursor of the next ones. limit None = all."""
    left = [e for e in entries if below is None or e["version"] < below]
    page = left if limit is None else left[:limit]
    return page, str(page[-1]["version"]) if len(page) < len(left) else None
