"""One file after it came: the virus scanner looks at each version, then the current one is read and pictured."""

from __future__ import annotations

import logging

from services.customer.attachment import ATTACHMENT, CLEAN, Attachment, reads
from shared.blobs.port import BlobExists
from shared.blobs.sealed import SealedContent, preview_part
from shared.blobs.store import TOO_LARGE
from shared.inspection.found import Found
from shared.inspection.process import NoWalls, look_into
from shared.kernel.bus import Call
from shared.kernel.kernel import Kernel
from shared.security.permissions import system_access
from shared.views.port import Document

log = logging.getLogger("crm.files")


class FileInspector:
    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._walls = True

    async def inspect(self, tenant: str, id: str) -> None:
        """Do what the file waits for, as the log has it. Raises Unavailable: not now; BlobMissing."""
        state = await self._load(tenant, id)
        key = None if state.erased else await self._kernel.keys.key(tenant, id)
        if key is None:
            return
        for version in state.versions:
            if version["scan"] in ("", TOO_LARGE):
                await self._scan(tenant, id, key, version)
        state = await self._load(tenant, id)
        if reads(state) and self._may_read(state) and self._walls:
            await self._read(tenant, key, state)

    def _may_read(self, state: Attachment) -> bool:
        return state.scan == CLEAN or self._kernel.file_store.scanner is None

    async def _scan(self, tenant: str, id: str, key: bytes, version: Document) -> None:
        scanner = self._kernel.file_store.scanner
        if scanner is None:
            return
        content = self._content(tenant, id, key, version["content"])
        verdict = await scanner.scan(content.read(0, version["size"] - 1))
        await self._send("RecordScan", tenant, id, {"content": version["content"], **verdict._asdict()})

    async def _read(self, tenant: str, key: bytes, state: Attachment) -> None:
        content = self._content(tenant, state.id, key, state.content)
        try:
            found = await look_into(content.read(0, state.size - 1), state.size, state.media)
        except NoWalls as error:
            self._walls = False
            log.warning("files are not read for search and previews: %s", error.detail)
            return
        await self._keep_previews(content, found)
        body = {"content": state.content, "text": found.text, "reason": found.reason}
        await self._send("RecordContents", tenant, state.id, body | {"previews": [*found.previews]})
        if (await self._load(tenant, state.id)).erased:  # meanwhile: its folder may have been emptied before
            await self._kernel.file_store.blobs.delete(await content.keys())

    async def _keep_previews(self, content: SealedContent, found: Found) -> None:
        for size, picture in found.previews.items():
            try:
                await content.put(0, picture, preview_part(size))
            except BlobExists:
                continue  # of an earlier try

    def _content(self, tenant: str, id: str, key: bytes, content: str) -> SealedContent:
        return SealedContent(self._kernel.file_store.blobs, key, tenant, id, content)

    async def _load(self, tenant: str, id: str) -> Attachment:
        state: Attachment = await self._kernel.repository.load(ATTACHMENT, tenant, id)
        return state

    async def _send(self, command: str, tenant: str, id: str, body: Document) -> None:
        await self._kernel.bus.send(f"customer.{command}", body, Call(system_access(tenant), id=id))
