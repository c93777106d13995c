"""Reading attachments: who may read a record may read its files, and nobody else sees that there are any."""

from __future__ import annotations

from collections.abc import AsyncIterator

from services.customer.attachment import ATTACHMENT, CLEAN, INFECTED, DeleteFile, of_known
from shared.blobs.port import BlobMissing
from shared.blobs.sealed import SealedContent, preview_part
from shared.blobs.store import TOO_LARGE
from shared.errors import NotFound, Rejected
from shared.kernel.kernel import Kernel
from shared.kernel.searching import Found, Searching
from shared.messages import say
from shared.security.permissions import Access, Action, system_access
from shared.views.port import Condition, Document, Query

_INNER = frozenset({"custom", "custom_text", "formulas", "owner", "tags"}) | ATTACHMENT.unshown


class Files:
    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    async def of_record(self, access: Access, record_type: str, record: str, archived: bool) -> list[Document]:
        """The files of a record, the newest first. Raises NotFound, Forbidden."""
        access.scope(ATTACHMENT.name)
        await self._check_record(access, record_type, record)
        where = (
            Condition("record", "eq", record),
            Condition("record_type", "eq", record_type),
            Condition("archived", "eq", archived),
        )
        items: list[Document] = []
        query = Query(where, sort="created_at", descending=True, limit=200)
        while True:
            page = await self._kernel.queries.find(ATTACHMENT, query, system_access(access.tenant))
            items += page.items
            if page.next is None:
                return [shown(d, access) for d in items]
            query = Query(where, sort="created_at", descending=True, limit=200, cursor=page.next)

    async def search(self, access: Access, text: str, limit: int) -> Found:
        """Files whose name or words match, of records that the caller may read. Raises Forbidden."""
        access.scope(ATTACHMENT.name)
        return await Searching(self._kernel).search((ATTACHMENT,), text, limit, access)

    async def get(self, access: Access, id: str, min_version: int = 0) -> Document:
        """The whole document, for `shown`. Raises NotFound, Forbidden, ProjectionBehind."""
        access.scope(ATTACHMENT.name)
        system = system_access(access.tenant)
        document = await self._kernel.queries.get(ATTACHMENT, id, system, min_version=min_version)
        await self._check_record(access, document["record_type"], document["record"])
        return document

    async def check_command(self, access: Access, id: str, action: Action) -> None:
        """Raises NotFound, Forbidden: the right on the record that the file is on is not there."""
        access.scope(ATTACHMENT.name)
        state = await self._kernel.repository.load(ATTACHMENT, access.tenant, id)
        if state.version == 0:
            raise NotFound()
        lookups = self._kernel.bus.lookups(access, ATTACHMENT, id)
        access.check(state.record_type, action, await of_known(DeleteFile(), lookups))

    async def content(self, access: Access, id: str, version: int) -> tuple[Document, Document, SealedContent]:
        """The file, one of its versions (0 = the current one; they count from 1) and its bytes.

        Raises NotFound, and Rejected until a virus scanner has found nothing in it.
        """
        document = await self.get(access, id)
        versions = document["versions"]
        key = await self._kernel.keys.key(access.tenant, id) if not document["erased"] else None
        if key is None or version > len(versions):
            raise NotFound("the file has no such version" if key else "the file is erased")
        one: Document = versions[version - 1]
        self._check_scan(one)
        content = SealedContent(self._kernel.file_store.blobs, key, access.tenant, id, one["content"])
        return document, one, content

    async def preview(self, access: Access, id: str, size: int) -> tuple[str, bytes]:
        """The content that is current, and its picture. Raises NotFound: there is none; Rejected: see `content`."""
        document, one, content = await self.content(access, id, 0)
        if not document["preview"]:
            raise NotFound("there is no preview of this file")
        try:
            return one["content"], await content.get(0, preview_part(size))
        except BlobMissing:
            raise NotFound("there is no preview of this file") from None

    def _check_scan(self, version: Document) -> None:
        if version["scan"] == INFECTED:
            raise Rejected("the virus scanner found something in this file", code="infected")
        if self._kernel.file_store.scanner is None or version["scan"] == CLEAN:
            return
        if version["scan"] == TOO_LARGE:
            raise Rejected("the virus scanner takes no file of this size", code="not-scannable")
        raise Rejected(say("the file is not scanned yet; try again in {seconds} s", seconds=5), code="not-scanned")

    async def _check_record(self, access: Access, record_type: str, record: str) -> None:
        """Raises NotFound, Forbidden."""
        if record_type not in self._kernel.catalogue:
            raise NotFound()
        survivors = await self._kernel.bus.merges.of(access.tenant)
        id = survivors.living(record) if survivors else record
        await self._kernel.queries.get(self._kernel.catalogue[record_type], id, access)


def shown(document: Document, access: Access) -> Document:
    """A file as it is answered: without what is hidden from the caller, and what only the suite needs."""
    kept = {n: v for n, v in document.items() if n not in _INNER}
    return access.masked(ATTACHMENT.name, kept)


async def begun(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The parts, the first of which is there before the answer begins. Raises Rejected where it is not."""
    try:
        first = await anext(parts)
    except BlobMissing:
        message = "the bytes of this file are not there: put the folder of files back"
        raise Rejected(message, code="bytes-missing") from None

    async def all_of_them() -> AsyncIterator[bytes]:
        yield first
        async for part in parts:
            yield part

    return all_of_them()
