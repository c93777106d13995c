"""Where a restore puts a backup: an empty data directory, and the servers that the settings name in place of its files.

The directory bears a mark until all is there: the suite does not start in it, and the next restore begins it again.
"""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from crm.blobs import OWN_FILES, open_blobs
from crm.ledger import places_outside
from crm.settings import RESTORING, SANDBOX, eventstore_address, mongodb_of, prepare_folder, root_key_file
from shared.backup.problems import BackupProblem
from shared.backup.restore import Restored
from shared.blobs.port import BlobExists, BlobsUnavailable
from shared.blobs.sealed import FILES, UPLOADS
from shared.clock import SystemClock, to_rfc3339
from shared.events.audit import SystemRestored
from shared.events.envelope import Metadata, Stored
from shared.eventstore.lock import LOCK, AlreadyOpen, lock_directory
from shared.eventstore.port import EventStore
from shared.eventstore.sqlite import SqliteEventStore
from shared.eventstore.sqlite_load import SqliteLoader
from shared.faults import crashpoint
from shared.kernel.uniqueness import EVERYWHERE
from shared.ledger.note import origin_of, sign
from shared.ledger.places import newest_timeline
from shared.ledger.timeline import ACTOR, STREAM, Fork, restored, timeline_of
from shared.security import ringcopy
from shared.security.keyring_sqlite import SqliteKeyRing
from shared.security.notarykey import PURPOSE, NotaryKey
from shared.security.ringcopy import RingCopy, root_in
from shared.security.rootkey import KEY_BYTES, KeysUnusable, RootKey, sync_directory, write_private

if TYPE_CHECKING:
    from shared.eventstore.eventstoredb import EventStoreDB


class Restoring:
    """Is Into. Close it with the stack."""

    def __init__(
        self, data: Path, stack: AsyncExitStack, *, files_survived: bool = False, sandbox: bool = False
    ) -> None:
        """files_survived: what the file store of CRM_FILES holds is this suite's, and nothing else runs on it. sandbox:
        it becomes a copy to try things in, and says so.
        """
        self._sandbox = sandbox
        self._data, self._stack, self._files_survived = data, stack, files_survived
        self._loader: SqliteLoader | None = None
        self._server: EventStoreDB | None = None
        self._installation = ""
        self._notary: NotaryKey | None = None

    async def begin(self, installation: str) -> None:
        """Raises BackupProblem: the directory or the servers are not empty."""
        found = _found(self._data)
        try:
            self._stack.callback(lock_directory(self._data).release)
        except AlreadyOpen as error:
            raise BackupProblem(f"{error}: is it being restored already?") from None
        self._installation, goes_on, mark = installation, bool(found), self._data / RESTORING
        ours = await self._own_files(mark.read_text() if goes_on else "")
        _remove(found)
        mark.touch(mode=0o600)
        mark.write_text(ours)
        self._blobs = open_blobs(self._data)
        if (url := eventstore_address()) is None:
            self._loader = SqliteLoader(self._data / "events.db", installation)
            self._stack.callback(self._loader.close)
            return
        from shared.eventstore.eventstoredb import EventStoreDB

        self._server = await EventStoreDB.open(url, installation=installation)
        self._stack.push_async_callback(self._server.close)
        self._filling = self._server.loader()
        if not goes_on and await self._server.head():
            mark.unlink()  # or the next restore would think that it goes on with this one
            raise BackupProblem("the event store that CRM_EVENTSTORE names has events: a restore needs an empty one")

    async def newest_timeline(self) -> int:
        """See Into. Raises BackupProblem: a place of CRM_CHECKPOINTS cannot be read."""
        try:
            return await newest_timeline(places_outside(self._data).values(), self._installation)
        except BlobsUnavailable as error:
            raise BackupProblem(
                f"a place of CRM_CHECKPOINTS cannot be read: {error}. Without CRM_CHECKPOINTS the restore does not "
                "look there for later timelines"
            ) from error

    async def _own_files(self, begun: str) -> str:
        """The address of the file store outside the directory that no suite but this one has; "" = there is none.

        begun: what an interrupted restore into the directory had found so. The same organisations and files have the
        same names in every suite that is made of a backup: an erasure in one would delete the files of the other.

        Raises BackupProblem: the store has files.
        """
        url = os.environ.get("CRM_FILES", OWN_FILES)
        if url == begun:
            return begun
        if url == OWN_FILES or self._files_survived:
            return ""
        blobs = open_blobs(self._data)
        if any([await blobs.keys(folder) for folder in (FILES, UPLOADS)]):
            raise BackupProblem(
                "the file store that CRM_FILES names has files, which an erasure in the restored suite may delete: "
                "name an empty one. Where the suite was lost and its files were not, crm restore has --files-survived"
            )
        return url

    async def events(self, events: Sequence[Stored]) -> None:
        """See Into."""
        if self._loader is not None:
            await asyncio.to_thread(self._loader.add, events)
        else:
            await self._filling.add(events)

    async def keys(self, ring: RingCopy, *, own_root: bool) -> None:
        """See Into. Raises KeysUnusable: the ring that CRM_KEYS names is another one's."""
        folder, url, root = self._data / "keys", mongodb_of("CRM_KEYS"), root_key_file(self._data)
        if own_root:
            ring = ring.under(_own_root(root, ring))
        if root.exists() and root.read_bytes() != ring.root:
            raise BackupProblem(f"{root} is the root key of another key ring: let CRM_ROOT_KEY name a new file")
        write_private(root, ring.root)
        if url is None:
            await SqliteKeyRing.open(folder, clock=SystemClock(), installation=self._installation).close()
            await asyncio.to_thread(ringcopy.put_back, folder, ring)
        else:
            from shared.security import ringcopy_mongo
            from shared.security.keyring_mongo import MongoKeyRing

            opened = await MongoKeyRing.open(url, root_key_file(self._data), installation=self._installation)
            await opened.close()
            await ringcopy_mongo.put_back(url, ring)
        for name, content in ring.files.items():
            write_private(folder / name, content)
        if "notary.key" in ring.files:
            with suppress(KeysUnusable):  # the suite says so when it starts
                self._notary = NotaryKey.open(folder / "notary.key", RootKey(ring.root).wrapper(PURPOSE))

    async def file(self, name: str, content: bytes) -> None:
        """See Into."""
        try:
            await self._blobs.put(name, content)
        except BlobExists:
            if await self._blobs.get(name) != content:
                raise BackupProblem(f"the file store has another {name}: a restore needs an empty one") from None

    async def finish(self, made: Restored) -> None:
        """See Into."""
        if self._loader is not None:
            await asyncio.to_thread(self._loader.finish)
            store = SqliteEventStore.open(self._data / "events.db", SystemClock())
            try:
                await self._begin_timeline(store, made)
            finally:
                await store.close()
        elif self._server is not None:
            await self._filling.finish()
            await self._begin_timeline(self._server, made)
        crashpoint("restore.before_end")
        if self._sandbox:
            write_private(self._data / SANDBOX, to_rfc3339(made.last_at).encode())
        prepare_folder(self._data, restoring=True)
        sync_directory(self._data)
        (self._data / RESTORING).unlink()
        sync_directory(self._data)

    async def _begin_timeline(self, store: EventStore, made: Restored) -> None:
        """The log says itself, signed, where it goes on from: what the lost one had behind that was given up."""
        if made.timeline == 1:  # one organisation's system begins with its first event
            return
        known, previous = await store.read(EVERYWHERE, STREAM), await timeline_of(store)
        fork, origin = Fork(made.timeline, previous, made.size, bytes.fromhex(made.root)), origin_of(made.system)
        note, key = "", ""
        if self._notary is not None:
            note = sign(fork.text(origin), origin, self._notary.private)
            key = str(self._notary.verifier(origin))
        event = SystemRestored(made.timeline, made.size, made.root, made.made_at, previous, note, key)
        await store.append(EVERYWHERE, STREAM, len(known), [restored(event, SystemClock())], Metadata(actor=ACTOR))


def _own_root(file: Path, ring: RingCopy) -> bytes:
    """The root key in a file, or a new one. Raises BackupProblem: it is the one of the suite that was backed up."""
    root = root_in(file) if file.exists() else os.urandom(KEY_BYTES)
    if root == ring.root:
        raise BackupProblem(f"{file} is the root key of the suite that was backed up: let CRM_ROOT_KEY name a new file")
    return root


def _found(data: Path) -> list[Path]:
    """Make the directory; what an interrupted restore left in it.

    Raises BackupProblem: something else is in it.
    """
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        found = [path for path in data.iterdir() if path.name != LOCK]
    except OSError as error:
        raise BackupProblem(f"{data} cannot be used: {error.strerror}") from error
    if found and data / RESTORING not in found:
        raise BackupProblem(f"{data} is not empty: a restore never writes over data, name an empty directory")
    return found


def _remove(found: Sequence[Path]) -> None:
    """Raises BackupProblem."""
    for path in found:
        try:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif path.name != RESTORING:
                path.unlink()
        except OSError as error:
            raise BackupProblem(f"{path} cannot be removed: {error.strerror}") from error


def is_full(error: BaseException | None) -> bool:
    """Whether an error comes from a full disk."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        error = error.__cause__ or error.__context__
    return False
