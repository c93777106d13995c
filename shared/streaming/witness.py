"""The key ring notes the head of the log. The ring lies in another folder than the log, so a cut log is noticed."""

from __future__ import annotations

import asyncio
import logging

from shared.eventstore.port import EventStore
from shared.security.keyring import KeyRing, LogHead

EVERY_SECONDS = 15.0
log = logging.getLogger("crm.witness")


class Witness:
    def __init__(self, store: EventStore, keys: KeyRing) -> None:
        self._store, self._keys = store, keys

    async def run(self) -> None:
        """Note the head every 15 seconds, in case the suite is killed. Failures are logged and tried again."""
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            try:
                await self.note()
            except Exception as error:
                log.warning("the key ring cannot note how far the log has come: %s", error)

    async def note(self) -> None:
        """Note the last event with its chain hash, unless that is known."""
        head = await self._store.head()
        found = LogHead(head, (await self._store.chain_hash(head)).hex())
        if found != await self._keys.log_head():
            await self._keys.note_log_head(found)
