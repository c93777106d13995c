"""Resumable uploads: a manifest, then chunks that are durable and encrypted as they come, then one command.

Everything lies in the blob store, so that any process goes on with an upload and a killed one loses nothing that it
acknowledged. A chunk is written once: of two requests that send the same one, the second is refused by the store.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from services.customer.attachment import ATTACHMENT, AttachFile, DeleteFile, StoredFile, of_known, of_new
from services.customer.files.media import media_of
from services.customer.files.open_uploads import KEPT_FOR, End, Manifest, OpenUploads, Place
from shared.blobs.port import BlobExists, BlobMissing
from shared.blobs.sealed import CHUNK, SealedContent
from shared.domain.command import Command
from shared.errors import CrmError, Invalid, KeyReused, NotFound, Rejected, TooLarge
from shared.faults import crashpoint
from shared.kernel.bus import Call, Done
from shared.kernel.kernel import Kernel
from shared.messages import say, shown
from shared.messages.named import type_named
from shared.security.fieldcrypt import aad, decrypt, encrypt
from shared.security.permissions import Access
from shared.views.paging import every
from shared.views.port import Condition, Query, Scope

MOST_OPEN = 100  # uploads of a user
_ATTACH, _ADD = "customer.AttachFile", "customer.AddFileVersion"
_UNKNOWN = "there is no such upload; it may have expired"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be uploaded: onto a record, or, on an attachment, as its next version. sha256: "" = not said."""

    name: str
    size: int
    sha256: str
    record_type: str
    record: str

    @property
    def file(self) -> str:
        """The file that gets a new version; "" = it is a new one."""
        return self.record if self.record_type == ATTACHMENT.name else ""


@dataclass(frozen=True, slots=True)
class Upload:
    """name, sha256: as they were announced."""

    place: Place
    manifest: Manifest
    name: str
    sha256: str
    content: SealedContent

    async def offset(self) -> int:
        """The bytes that are durable here."""
        return min(await self.content.chunks() * CHUNK, self.manifest.size)


class Uploads:
    def __init__(self, kernel: Kernel) -> None:
        self._kernel, self._blobs, self._rules = kernel, kernel.file_store.blobs, kernel.file_store.rules
        self._open = OpenUploads(self._blobs, kernel.keys, kernel.repository)

    async def begin(self, access: Access, wanted: Wanted, key: str | None = None) -> Upload:
        """key: the caller's idempotency key; with one that came before, the upload that it began.

        Raises Invalid, NotFound, Forbidden, TooLarge, Rejected, KeyReused.
        """
        id = await self._open.begun_by(access.tenant, access.user, key) if key else ""
        if id and (earlier := await self._begun(access, id, wanted)):
            return earlier
        record_type, record = await self._target(access, wanted)
        if wanted.size > self._rules.most:
            raise TooLarge(say("a file may have {size} MB at most", size=self._rules.most >> 20))
        if await self._open.open_of(access.tenant, access.user) >= MOST_OPEN:
            raise Rejected(say("{most} uploads are open; end some first", most=MOST_OPEN), code="too-many-uploads")
        await self._check_room(access.tenant, record_type, record, wanted.size)
        id = id or self._kernel.ids.new()
        if key:
            id = await self._open.begin_by(access.tenant, access.user, key, id)
        place = Place(access.tenant, access.user, id)
        file = wanted.file or place.id
        secret = (await self._kernel.keys.ensure(access.tenant, [file]))[file]
        if secret is None:
            raise NotFound()
        sealed = encrypt({"name": wanted.name, "sha256": wanted.sha256}, secret, _sealed_for(place, file))
        manifest = Manifest(file, not wanted.file, access.actor, record_type, record, wanted.size, sealed)
        try:
            await self._open.put(place, manifest)
        except BlobExists:  # another request with this key was faster
            if earlier := await self._begun(access, id, wanted):
                return earlier
            raise
        try:  # an erasure until now did not find this upload
            await self._target(access, wanted)
        except CrmError:
            await self._open.drop(place, manifest)
            raise
        return self._upload(place, manifest, wanted.name, wanted.sha256, secret)

    async def _begun(self, access: Access, id: str, wanted: Wanted) -> Upload | None:
        """What an earlier request with the same key began; None: it did not come so far.

        Raises NotFound (expired, given up), KeyReused (it was to be another file).
        """
        place = Place(access.tenant, access.user, id)
        if await self._open.manifest(place) is None:
            if self._is_over(place):  # it may have been attached and forgotten since: its id is a file's
                raise NotFound(_UNKNOWN)
            return None
        upload, _ = await self._find(access, id)
        manifest = upload.manifest
        said = (upload.name, manifest.size, upload.sha256)
        where = (manifest.record_type, manifest.record) if manifest.new else (ATTACHMENT.name, manifest.file)
        if (*said, *where) != (wanted.name, wanted.size, wanted.sha256, wanted.record_type, wanted.record):
            raise KeyReused()
        return upload

    async def find(self, access: Access, id: str) -> Upload:
        """An upload of the caller's that has not ended. Raises NotFound."""
        upload, end = await self._find(access, id)
        if end is not None:
            raise NotFound(_UNKNOWN)
        return upload

    async def _find(self, access: Access, id: str) -> tuple[Upload, End | None]:
        place = Place(access.tenant, access.user, id)
        manifest = await self._open.manifest(place)
        if manifest is None or manifest.actor != access.actor or self._is_over(place):
            raise NotFound(_UNKNOWN)
        end = await self._open.end(place)
        key = await self._kernel.keys.key(access.tenant, manifest.file)
        if key is None or end == "dropped":
            raise NotFound(_UNKNOWN)
        said = decrypt(manifest.sealed, key, _sealed_for(place, manifest.file))
        return self._upload(place, manifest, said["name"], said["sha256"], key), end

    def _is_over(self, place: Place) -> bool:
        return self._kernel.clock.now() - place.begun_at > KEPT_FOR

    async def append(self, upload: Upload, offset: int, request: Request) -> int:
        """Take what the request sends behind the offset; the new offset. Whole chunks are kept when it breaks off.

        Raises Rejected (another offset, another request writes it), TooLarge, Invalid.
        """
        have = await upload.offset()
        if offset != have:
            raise Rejected(
                say("the upload is at {have}, not at {offset}", have=have, offset=offset),
                code="wrong-offset",
                offset=have,
            )
        size, held = upload.manifest.size, b""
        async for part in request.stream():
            held += part
            if have + len(held) > size:
                raise TooLarge(say("the upload has {size} bytes, and more were sent", size=size))
            while len(held) >= CHUNK:
                have, held = await self._keep(upload, have, held[:CHUNK]), held[CHUNK:]
        if held and have + len(held) == size:
            have = await self._keep(upload, have, held)
        elif held and have == offset:
            raise Invalid.field("", "chunk-too-small", say("send {least} bytes at least, or to the end", least=CHUNK))
        return have

    async def _keep(self, upload: Upload, have: int, chunk: bytes) -> int:
        try:
            await upload.content.put(have // CHUNK, chunk)
        except BlobExists:
            raise Rejected("another request writes this upload", code="upload-busy") from None
        crashpoint("upload.chunk_kept")
        return have + len(chunk)

    async def complete(self, access: Access, id: str) -> tuple[Done, Command]:
        """Check sum and type, then attach it by a command. A repeat answers the same for as long as it is kept.

        Raises NotFound, Rejected (not whole, no room, given up), Invalid (another sum, a type that is not allowed),
        Forbidden.
        """
        upload, end = await self._find(access, id)
        manifest = upload.manifest
        have = await upload.offset()
        if have < manifest.size:
            raise Rejected(say("{have} of {size} bytes are here", have=have, size=manifest.size), code="incomplete")
        body, key = await self._checked(upload), f"upload/{id}"
        if end is None:
            await self._check_room(access.tenant, manifest.record_type, manifest.record, manifest.size)
        if not await self._open.claim(upload.place, "attached"):
            raise NotFound(_UNKNOWN)
        crashpoint("upload.claimed")
        if not manifest.new:
            return await self._kernel.bus.send(_ADD, body, Call(access, manifest.file, key=key)), ATTACHMENT.commands[
                _ADD
            ]
        body |= {"record_type": manifest.record_type, "record": manifest.record}
        done = await self._kernel.bus.send(_ATTACH, body, Call(access, key=key, new_id=manifest.file))
        if done.decision is not None and done.decision.repeated:
            [first, *_] = await self._kernel.repository.events(ATTACHMENT, access.tenant, manifest.file)
            done = Done(done.id, first.version, first.position, changed=False, repeated=True)
        return done, ATTACHMENT.commands[_ATTACH]

    async def _checked(self, upload: Upload) -> dict[str, Any]:
        """The body of the command. Raises Invalid, NotFound (it was given up meanwhile)."""
        size, digest, first = upload.manifest.size, hashlib.sha256(), b""
        try:
            async for chunk in upload.content.read(0, size - 1):
                first = first or chunk
                digest.update(chunk)
        except BlobMissing:
            raise NotFound(_UNKNOWN) from None
        if upload.sha256 and digest.hexdigest() != upload.sha256:
            raise Invalid.field("sha256", "checksum", "the bytes that came have another SHA-256; upload the file again")
        media = media_of(first, upload.name)
        if not self._rules.allows(media):
            raise Invalid.field(
                "", "type-not-allowed", say("files of the type {media} are not allowed", media=shown(media))
            )
        found = StoredFile(name=upload.name, sha256=digest.hexdigest(), content=upload.place.id, size=size, media=media)
        return found.model_dump()

    async def drop(self, access: Access, id: str) -> None:
        """Raises NotFound, Rejected (a request attaches it)."""
        upload = await self.find(access, id)
        if not await self._open.drop(upload.place, upload.manifest):
            raise Rejected("the upload is being attached; delete the file in its place", code="upload-ended")

    async def _target(self, access: Access, wanted: Wanted) -> tuple[str, str]:
        """Type and id of the record that the file is on. Raises what says that the caller may not change it."""
        lookups = self._kernel.bus.lookups(access, ATTACHMENT, wanted.file)
        if not wanted.file:
            stored = {"name": wanted.name, "sha256": "0" * 64, "content": "", "size": wanted.size, "media": ""}
            where = {"record_type": wanted.record_type, "record": wanted.record}
            owner = await of_new(AttachFile(**stored, **where), lookups)
            access.check(wanted.record_type, "edit", owner)
            return wanted.record_type, wanted.record
        state = await self._kernel.repository.load(ATTACHMENT, access.tenant, wanted.file)
        try:
            if state.version == 0 or state.erased:
                raise NotFound()
            access.check(state.record_type, "edit", await of_known(DeleteFile(), lookups))
        except NotFound:
            message = say("there is no {resource} with this id", resource=type_named(ATTACHMENT.name))
            raise Invalid.field("record", "unknown-reference", message) from None
        return state.record_type, state.record

    async def _check_room(self, tenant: str, record_type: str, record: str, size: int) -> None:
        """By the views: files that are attached in the same moment are not counted."""
        query = Query((Condition("record", "eq", record), Condition("record_type", "eq", record_type)))
        count = total = 0
        async for document in every(self._kernel.views, ATTACHMENT.collection.name, query, Scope(tenant)):
            count, total = count + 1, total + sum(v["size"] for v in document["versions"])
        if count >= self._rules.most_files or total + size > self._rules.most_per_record:
            raise Rejected(
                say(
                    "a record may have {files} files of {size} MB together",
                    files=self._rules.most_files,
                    size=self._rules.most_per_record >> 20,
                ),
                code="too-many-files",
            )

    def _upload(self, place: Place, manifest: Manifest, name: str, sha256: str, key: bytes) -> Upload:
        content = SealedContent(self._blobs, key, place.tenant, manifest.file, place.id)
        return Upload(place, manifest, name, sha256, content)


def _sealed_for(place: Place, file: str) -> bytes:
    return aad(place.tenant, f"upload-{place.id}", file, place.user)
