"""The notary: signs what the ledger has come to, appends the checkpoint to the log, and takes it to places outside."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from shared.blobs.port import BlobExists, Blobs
from shared.clock import Clock, Ids
from shared.errors import Unavailable
from shared.events.audit import CheckpointSigned
from shared.events.codec import Codec
from shared.events.envelope import Metadata
from shared.eventstore.port import StoreUnavailable, WrongVersion
from shared.kernel.uniqueness import EVERYWHERE
from shared.ledger.ledger import STREAM, Ledger
from shared.ledger.note import Checkpoint, checkpoint_in, origin_of, sign, text_of
from shared.ledger.places import key_of, statement_key
from shared.ledger.timeline import restores_of, timeline_of
from shared.security.notarykey import NotaryKey
from shared.streaming.leases import LeaseHolder, Leases

EVENTS, SECONDS = 1_000, 60.0  # that are not covered by a signature at most
LOOK_SECONDS = 0.25
PAGE = 100
log = logging.getLogger("crm.ledger")


class Notary:
    """One of them signs at a time: the one that holds the lease."""

    def __init__(self, ledger: Ledger, key: NotaryKey, codec: Codec, clock: Clock, ids: Ids, leases: Leases) -> None:
        self._ledger, self._key, self._codec, self._clock, self._ids = ledger, key, codec, clock, ids
        self._turn = LeaseHolder(leases, "notary:checkpoints", clock)
        self._origin = origin_of(ledger.file.installation)
        self._since: int | None = None  # when the first event came that no checkpoint covers

    async def run(self) -> None:
        """Sign what is due until cancelled. Failures are logged and tried again."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                if self.is_due():
                    await self.sign()
            except Exception as error:
                log.warning("no checkpoint could be signed: %s", error)

    def is_due(self) -> bool:
        """Whether 1,000 events are not covered, or some have not been for 60 seconds.

        A clock that is set back begins them again: else it would put the checkpoint off.
        """
        waiting, now = self._ledger.file.unsigned(), self._clock.now()
        self._since = min(self._since or now, now) if waiting else None
        return waiting >= EVENTS or (self._since is not None and now - self._since >= SECONDS * 1e6)

    @property
    def key(self) -> str:
        """The public key, as it is written."""
        return str(self._key.verifier(self._origin))

    def signed(self, text: str) -> str:
        """The signed note over a text."""
        return sign(text, self._origin, self._key.private)

    async def sign(self) -> bool:
        """Sign the tree as it is, unless all is signed. False: nothing was, or another notary does it."""
        file = self._ledger.file
        if self._ledger.problem is not None or not file.unsigned() or not await self._turn.take():
            return False
        tree, newest = file.tree(), file.newest()
        timeline = await timeline_of(self._ledger.store)
        checkpoint = Checkpoint(self._origin, tree.size, tree.root(), timeline)
        event = CheckpointSigned(checkpoint.size, checkpoint.root.hex(), self.signed(checkpoint.text), self.key)
        encoded = await self._codec.encode(EVERYWHERE, STREAM, [event], [self._ids.new()], self._clock.now())
        try:
            known = newest.version if newest else 0
            await self._ledger.store.append(EVERYWHERE, STREAM, known, encoded, Metadata(actor="notary"))
        except WrongVersion:
            return False  # another one was faster: its checkpoint is on its way here
        self._since = None
        return True


class Publisher:
    """Takes every checkpoint to every place outside, where none is ever written again. places: name → store.

    What a restore stated goes first: a place that has checkpoints of a timeline knows how it began.

    forked: places that hold another checkpoint of the same size, which no honest ledger made.
    """

    def __init__(self, ledger: Ledger, places: Mapping[str, Blobs]) -> None:
        self._store, self._file, self._places = ledger.store, ledger.file, places
        self._stated: set[str] = set()  # places that have the statements: none is added while the suite runs
        self.forked: set[str] = set()

    async def run(self) -> None:
        """Publish until cancelled. A place that fails is tried again."""
        while True:
            for place in self._places:
                try:
                    await self.publish(place)
                except (Unavailable, StoreUnavailable) as error:
                    log.warning("checkpoints cannot be taken to %s now: %s", place, error)
            await asyncio.sleep(1.0)

    async def publish(self, place: str) -> None:
        """Take what one place lacks to it. Raises BlobsUnavailable, StoreUnavailable."""
        if place not in self._stated:
            for begun in await restores_of(self._store):
                if said := begun.restored.statement:
                    key = statement_key(self._file.installation, begun.restored.timeline)
                    await self._put(place, key, said)
            self._stated.add(place)
        while some := self._file.checkpoints(self._file.published(place), PAGE):
            for one in some:
                timeline = checkpoint_in(text_of(one.note)).timeline
                await self._put(place, key_of(self._file.installation, one.size, timeline), one.note)
                self._file.note_published(place, one.version)

    async def _put(self, place: str, key: str, note: str) -> None:
        try:
            await self._places[place].put(key, note.encode())
        except BlobExists:
            if await self._places[place].get(key) != note.encode() and place not in self.forked:
                self.forked.add(place)
                log.error("%s holds another %s than the log: one was forged", place, key)
