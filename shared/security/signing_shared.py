"""The token signing keys of several processes: the newest file of wrapped keys lies in MongoDB, a copy with each.

A process that rotates writes its file, and the next look brings it to the others. The key that becomes current was
published before, so a token is valid everywhere also while two processes rotate at once; one of their files wins.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from shared.mongo import Mongo
from shared.security.keyring import KeysUnavailable
from shared.security.rootkey import write_private

LOOK_SECONDS = 2.0
SIGNING = "token signing keys"
log = logging.getLogger("crm.keys")


class SharedSigningKeys:
    """`keys_signing` {_id, content, number}. file: the copy of this process, which SigningKeys follows."""

    def __init__(self, url: str, file: Path) -> None:
        self._mongo = Mongo(url, "CRM_KEYS", KeysUnavailable)
        self._docs, self._file, self._number = self._mongo.docs("keys_signing", read="majority"), file, 0
        self._seen = b""  # the content that both had

    async def fetch(self) -> None:
        """Bring what others wrote, before the file is opened for the first time. Raises KeysUnavailable."""
        found = await self._docs.get({"_id": SIGNING})
        if found is not None and found["number"] != self._number:
            self._number, self._seen = found["number"], bytes(found["content"])
            write_private(self._file, self._seen)

    async def offer(self) -> None:
        """Give the others what this process wrote, unless one was faster: then take theirs. Raises KeysUnavailable."""
        content = self._file.read_bytes()
        if content == self._seen:
            return
        update = {"$set": {"content": content, "number": self._number + 1}}
        where = {"_id": SIGNING, "number": self._number} if self._number else {"_id": SIGNING, "number": {"$lt": 1}}
        if await self._docs.update(where, update, upsert=self._number == 0):
            self._number, self._seen = self._number + 1, content
        else:
            await self.fetch()

    async def run(self) -> None:
        """Look every two seconds until cancelled; a failure is logged."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.offer()
                await self.fetch()
            except (KeysUnavailable, OSError) as error:
                log.warning("the token signing keys cannot be compared with those of the other processes: %s", error)

    async def close(self) -> None:
        self._mongo.close()
