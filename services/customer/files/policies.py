"""What follows from events about files: they are erased with their record, and their bytes are deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator

from services.customer.attachment import ATTACHMENT
from services.customer.files.open_uploads import OpenUploads
from shared.blobs.sealed import file_folder
from shared.blobs.store import FileStore
from shared.events.common import Erased
from shared.events.customer_attachments import FileAttached, FileErased
from shared.events.registry import all_types
from shared.streaming.erasing import erase_each, make_unreadable, views_are_up_to
from shared.streaming.reaction import Policy, Reaction
from shared.views.paging import every
from shared.views.port import Condition, Query, Scope

_ERASURES = frozenset(t.cls for t in all_types() if issubclass(t.cls, Erased) and t.cls is not FileErased)


def policies(store: FileStore) -> tuple[Policy, ...]:
    blobs = store.blobs

    async def erase_files(reaction: Reaction) -> None:
        """The files of an erased record are erased with it, and what was to become one is given up."""
        record = reaction.recorded.id
        await OpenUploads(blobs, reaction.keys, reaction.records).drop_those_of(reaction.tenant, record)
        await views_are_up_to(reaction)
        files = [id async for id in _files_of(reaction, record)]
        await erase_each(reaction, "customer.EraseFile", files, "file")

    async def delete_bytes(reaction: Reaction) -> None:
        """The key goes first: what a backup of the folder still holds is unreadable."""
        await make_unreadable(reaction, ATTACHMENT)
        reaction.purge()
        folder = file_folder(reaction.tenant, reaction.recorded.id)
        await blobs.delete(await blobs.keys(folder))

    return (
        Policy("erase-files", _ERASURES, erase_files),
        Policy("erase-late-file", frozenset({FileAttached}), erase_late),
        Policy("delete-file", frozenset({FileErased}), delete_bytes),
    )


async def _files_of(reaction: Reaction, record: str) -> AsyncIterator[str]:
    query = Query((Condition("record", "eq", record),))
    async for document in every(reaction.views, ATTACHMENT.collection.name, query, Scope(reaction.tenant)):
        yield document["id"]


async def erase_late(reaction: Reaction) -> None:
    """Erase a file of a record that was erased at this moment: its own erasure ran too early to find it."""
    event = reaction.recorded.event
    if not isinstance(event, FileAttached):
        return
    aggregate = reaction.catalogue[event.record_type]
    if (await reaction.records.load(aggregate, reaction.tenant, event.record)).erased:
        await erase_each(reaction, "customer.EraseFile", [reaction.recorded.id], "late")
