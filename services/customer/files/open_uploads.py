"""Uploads under way, as they lie in the blob store, and how each ends: once, attached or given up.

`uploads/<organisation>/<user>/<id>/manifest` says what is to come, `…/end` how it ended. `upload-keys/…` says which
upload an idempotency key began. The blob of the end is written
once: of a request that attaches the file and one that gives it up, the store lets one win, and no bytes of a file that
was attached are deleted.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal, NamedTuple
from uuid import UUID

import orjson

from services.customer.attachment import ATTACHMENT
from shared.blobs.port import BlobExists, BlobMissing, Blobs
from shared.blobs.sealed import UPLOADS, content_folder
from shared.clock import Micros
from shared.kernel.repository import Repository
from shared.kernel.request_keys import stored_key
from shared.security.keycache import KeyCache

KEPT_FOR: Micros = 86_400_000_000  # of an upload that nobody ends; no request runs for so long
KEYS = "upload-keys"  # folder
End = Literal["attached", "dropped"]


class Place(NamedTuple):
    """Where an upload lies. id: of the content that it becomes."""

    tenant: str
    user: str
    id: str

    def key(self, part: str) -> str:
        return f"{UPLOADS}/{self.tenant}/{self.user}/{self.id}/{part}"

    @property
    def begun_at(self) -> Micros:
        return _begun_at(self.id)


def _begun_at(id: str) -> Micros:
    """A UUIDv7 begins with the Unix time in ms."""
    return (UUID(id).int >> 80) * 1000


@dataclass(frozen=True, slots=True)
class Manifest:
    """file: the attachment that it becomes, or gets a version of. sealed: name and checksum, under the file's key."""

    file: str
    new: bool
    actor: str
    record_type: str
    record: str
    size: int
    sealed: str


class OpenUploads:
    def __init__(self, blobs: Blobs, keys: KeyCache, records: Repository) -> None:
        self._blobs, self._keys, self._records = blobs, keys, records

    async def begun_by(self, tenant: str, user: str, key: str) -> str:
        """The id of the upload that an idempotency key began; "" = none."""
        try:
            return (await self._blobs.get(await self._at(tenant, user, key))).decode()
        except BlobMissing:
            return ""

    async def begin_by(self, tenant: str, user: str, key: str, id: str) -> str:
        """The id of the upload that the key begins: this one, unless another request was faster."""
        try:
            await self._blobs.put(await self._at(tenant, user, key), id.encode())
        except BlobExists:
            return await self.begun_by(tenant, user, key)
        return id

    async def _at(self, tenant: str, user: str, key: str) -> str:
        return f"{KEYS}/{tenant}/{user}/{stored_key(key, await self._keys.index_key(tenant))}"

    async def put(self, place: Place, manifest: Manifest) -> None:
        """Raises BlobExists."""
        await self._blobs.put(place.key("manifest"), orjson.dumps(asdict(manifest)))

    async def manifest(self, place: Place) -> Manifest | None:
        try:
            return Manifest(**orjson.loads(await self._blobs.get(place.key("manifest"))))
        except BlobMissing:
            return None

    async def end(self, place: Place) -> End | None:
        """How it ended; None: it has not."""
        try:
            found: End = "attached" if await self._blobs.get(place.key("end")) == b"attached" else "dropped"
        except BlobMissing:
            return None
        return found

    async def claim(self, place: Place, end: End) -> bool:
        """Whether the upload ends so: False when it has ended otherwise. Repeatable."""
        try:
            await self._blobs.put(place.key("end"), end.encode())
        except BlobExists:
            return await self.end(place) == end
        return True

    async def drop(self, place: Place, manifest: Manifest) -> bool:
        """Give it up and delete its bytes. False: it is being attached, or was. Repeatable.

        The record is asked, too: the blob of the end may be lost, and nothing brings the bytes of a file back.
        """
        end: End = "attached" if await self._is_attached(place, manifest) else "dropped"
        if not await self.claim(place, end) or end == "attached":
            return False
        await self._remove_bytes(place, manifest)
        return True

    async def open_of(self, tenant: str, user: str) -> int:
        """How many uploads of a user have not ended."""
        keys = await self._blobs.keys(f"{UPLOADS}/{tenant}/{user}")
        return len(keys) - 2 * sum(key.endswith("/end") for key in keys)

    async def places(self, tenant: str = "") -> list[Place]:
        """All uploads of an organisation, or of all."""
        keys = await self._blobs.keys(f"{UPLOADS}/{tenant}" if tenant else UPLOADS)
        return list(dict.fromkeys(Place(*key.split("/")[1:4]) for key in keys))

    async def drop_those_of(self, tenant: str, record: str) -> None:
        """Give up what was to be attached to a record that is erased. What is being attached goes on."""
        for place in await self.places(tenant):
            manifest = await self.manifest(place)
            if manifest is not None and manifest.record == record:
                await self.drop(place, manifest)

    async def sweep(self, place: Place, now: Micros) -> None:
        """End it if nobody did, and forget it once no request can know it any more. Repeatable."""
        age, manifest, end = now - place.begun_at, await self.manifest(place), await self.end(place)
        if manifest is None:
            await self._blobs.delete([place.key("end")])
        elif end is None and age > KEPT_FOR:
            await self.drop(place, manifest)
        elif end == "dropped":  # a request that was sending then may have written since
            await self._remove_bytes(place, manifest)
        if manifest is not None and end is not None and age > 2 * KEPT_FOR:
            if not await self._is_attached(place, manifest):
                await self._remove_bytes(place, manifest)
            await self._blobs.delete([place.key("manifest"), place.key("end")])  # in this order: see `drop`

    async def sweep_keys(self, now: Micros) -> None:
        """Forget the keys of uploads that are forgotten. Repeatable."""
        for at in await self._blobs.keys(KEYS):
            try:
                old = now - _begun_at((await self._blobs.get(at)).decode()) > 2 * KEPT_FOR
            except BlobMissing:
                continue
            if old:
                await self._blobs.delete([at])

    async def _is_attached(self, place: Place, manifest: Manifest) -> bool:
        state = await self._records.load(ATTACHMENT, place.tenant, manifest.file)
        return any(version["content"] == place.id for version in state.versions)

    async def _remove_bytes(self, place: Place, manifest: Manifest) -> None:
        """A new file's key goes first: what a backup holds of it is unreadable."""
        if manifest.new:
            await self._keys.destroy(place.tenant, manifest.file)
        await self._blobs.delete(await self._blobs.keys(content_folder(place.tenant, manifest.file, place.id)))
