"""Idempotency keys as the store keeps them: neither the key nor the body can be computed back from a row.

A row's key is a hash under the organisation's index key. The proof of the body is a hash under the key of the person
that the record is about (the organisation's for other records), so that it dies with the person.
"""

from __future__ import annotations

import hmac
from functools import cache
from hashlib import sha256

import orjson

from shared.domain.aggregate import Command, CommandModel
from shared.events.envelope import category_of, id_of
from shared.events.subjects import person_of
from shared.eventstore.port import Request, RequestRow
from shared.kernel.catalogue import AnyAggregate
from shared.security.keyring import KeyMissing, KeyRing

_OTHER = b"another record's"  # the proof of no body


class RequestKeys:
    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    async def request(
        self, tenant: str, name: str, aggregate: AnyAggregate, command: Command, body: CommandModel, id: str | None
    ) -> Request:
        """name: the user's own idempotency key. id: the record the caller named, None for a new one."""
        asked = [command.name, id, body.model_dump(mode="json", exclude_unset=True)]
        digest = sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).digest()
        index = await self._keys.index_key(tenant)

        @cache
        def proof(stream: str) -> bytes:
            if category_of(stream) != aggregate.name or id not in (None, id_of(stream)):
                return _OTHER
            return self._proof(tenant, stream, digest, index)

        return Request(stored_key(name, index), proof)

    async def rekeyed(self, rows: list[RequestRow]) -> list[RequestRow]:
        """Rows of the first format, whose keys and digests had no key."""
        index = {tenant: await self._keys.index_key(tenant) for tenant in {r.tenant for r in rows}}
        return [
            r._replace(
                key=stored_key(r.key, index[r.tenant]), proof=self._proof(r.tenant, r.stream, r.proof, index[r.tenant])
            )
            for r in rows
        ]

    def _proof(self, tenant: str, stream: str, digest: bytes, index: bytes) -> bytes:
        """b"" once the person is erased: then every body counts as the first one."""
        person = person_of(stream)
        try:
            secret = self._keys.key(tenant, person) if person else index
        except KeyMissing:  # a record of which no personal event was written
            secret = None
        return b"" if secret is None else hmac.digest(secret, b"request|" + digest, "sha256")


def stored_key(name: str, index: bytes) -> str:
    """The stored form of a user's idempotency key."""
    return hmac.digest(index, f"request|{name}".encode(), "sha256").hex()[:32]
