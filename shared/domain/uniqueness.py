"""Unique values by reservation streams (`reservation-<blind index>`), in any event store.

A reservation counts only while its holder's state really holds the value, so nothing has to be released and a crash
between reservation and record heals by itself.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from typing import Any

from shared.clock import Clock, Ids
from shared.domain.aggregate import Aggregate, Unique
from shared.domain.repository import Repository
from shared.errors import FieldError, Rejected
from shared.events.codec import Codec
from shared.events.envelope import Metadata, Stored
from shared.events.reservation import ValueReserved
from shared.eventstore.port import NO_STREAM, EventStore
from shared.security.keyring import KeyRing

EVERYWHERE = "_everywhere"  # the tenant that holds reservations over all tenants
GRACE = 60_000_000  # µs in which a reservation's record may still be on its way


class Duplicate(Rejected):
    """Another record holds this value."""

    type = "duplicate"
    title = "Another record has this value already"


def normalise(value: str) -> str:
    """NFC + casefold: how values are compared for uniqueness."""
    return unicodedata.normalize("NFC", value).casefold().strip()


class Reservations:
    def __init__(self, repository: Repository, codec: Codec, keys: KeyRing, clock: Clock, ids: Ids) -> None:
        self._repository, self._codec, self._keys, self._clock, self._ids = repository, codec, keys, clock, ids

    @property
    def _store(self) -> EventStore:
        return self._repository.store

    async def take(self, aggregate: Aggregate[Any], tenant: str, unique: Unique, value: str, id: str) -> None:
        """Reserve a value for a record. Raises Duplicate when another record holds it; WrongVersion on a race."""
        space = EVERYWHERE if unique.everywhere else tenant
        stream = await self._stream(space, unique, value)
        held = await self._store.read(space, stream)
        holder = f"{tenant}/{id}"
        if held:
            last: ValueReserved = self._codec.decode(held[-1]).event
            if last.holder == holder:
                return
            if await self._still_holds(aggregate, unique, value, last.holder, held[-1]):
                message = f"another {aggregate.name} has this {unique.name}"
                errors = [FieldError(unique.name, "duplicate", message)]
                raise Duplicate(message, errors=errors, holder=last.holder.partition("/")[2])
        now = self._clock.now()
        events = await self._codec.encode(space, stream, [ValueReserved(holder)], [self._ids.new()], now)
        await self._store.append(space, stream, len(held) or NO_STREAM, events, Metadata(actor="system"))

    async def _still_holds(
        self, aggregate: Aggregate[Any], unique: Unique, value: str, holder: str, taken: Stored
    ) -> bool:
        tenant, _, id = holder.partition("/")
        state = await self._repository.load(aggregate, tenant, id)
        if state.version == 0:
            return self._clock.now() - taken.recorded_at < GRACE
        return not state.archived and unique.value(state) == value

    async def _stream(self, space: str, unique: Unique, value: str) -> str:
        key = await self._keys.index_key(space)
        digest = hmac.new(key, f"{unique.name}\0{value}".encode(), hashlib.sha256).hexdigest()
        return f"reservation-{digest[:40]}"
