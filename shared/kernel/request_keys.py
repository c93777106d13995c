"""Idempotency keys as the store keeps them: neither the key nor the body can be computed back from a row.

A row's key is a hash under the organisation's index key. The proof of the body is a hash under the key of the person
that the record is about (the organisation's for other records), so that it dies with the person.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256

import orjson

from shared.domain.command import Command, CommandModel
from shared.errors import KeyReused
from shared.events.envelope import category_of, id_of
from shared.events.subjects import person_of
from shared.eventstore.port import Appended, EventStore, Request, RequestRow
from shared.kernel.catalogue import AnyAggregate
from shared.security.keycache import KeyCache
from shared.security.keyring import KeyMissing
from shared.security.permissions import Access

_OTHER = b"another record's"  # the proof of no body


class RequestKeys:
    def __init__(self, keys: KeyCache) -> None:
        self._keys = keys

    async def request(
        self, tenant: str, name: str, aggregate: AnyAggregate, command: Command, body: CommandModel, id: str | None
    ) -> KeyedRequest:
        """name: the user's own idempotency key. id: the record the caller named, None for a new one."""
        asked = [command.name, id, body.model_dump(mode="json", exclude_unset=True)]
        digest = sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).digest()
        key = stored_key(name, await self._keys.index_key(tenant))
        return KeyedRequest(self, tenant, key, digest, aggregate.name, id)

    async def rekeyed(self, rows: list[RequestRow]) -> list[RequestRow]:
        """Rows of the first format, whose keys and digests had no key."""
        index = {tenant: await self._keys.index_key(tenant) for tenant in {r.tenant for r in rows}}
        return [
            r._replace(key=stored_key(r.key, index[r.tenant]), proof=await self.proof(r.tenant, r.stream, r.proof))
            for r in rows
        ]

    async def proof(self, tenant: str, stream: str, digest: bytes) -> bytes:
        """b"" once the person is erased: then every body counts as the first one."""
        person = person_of(stream)
        try:
            secret = await (self._keys.key(tenant, person) if person else self._keys.index_key(tenant))
        except KeyMissing:  # a record of which no personal event was written
            secret = None
        return b"" if secret is None else hmac.digest(secret, b"request|" + digest, "sha256")


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """A command under an idempotency key. key: as stored. category, id: of its record; id None = a new one."""

    keys: RequestKeys
    tenant: str
    key: str
    digest: bytes
    category: str
    id: str | None

    async def stored(self, stream: str) -> Request:
        """What the store keeps when the command writes to a stream."""
        return Request(self.key, await self._proof(stream))

    async def check(self, earlier: Appended) -> None:
        """Raises KeyReused when something else was asked for under this key. Unknown once the person is erased."""
        proof = await self._proof(earlier.stream)
        if proof and proof != earlier.proof:
            raise KeyReused()

    async def _proof(self, stream: str) -> bytes:
        if category_of(stream) != self.category or self.id not in (None, id_of(stream)):
            return _OTHER
        return await self.keys.proof(self.tenant, stream, self.digest)


def stored_key(name: str, index: bytes) -> str:
    """The stored form of a user's idempotency key."""
    return hmac.digest(index, f"request|{name}".encode(), "sha256").hex()[:32]


async def was_used(store: EventStore, keys: KeyCache, access: Access, key: str) -> bool:
    """Whether a request of the caller came under this key before, and wrote something."""
    stored = stored_key(f"{access.user}/{key}", await keys.index_key(access.tenant))
    return await store.find_request(access.tenant, stored) is not None
