"""Unique values by reservation streams (`reservation-<blind index>`), in any event store.

A reservation counts only while its holder's state really holds the value, so nothing has to be released and a crash
between reservation and record heals by itself.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import unicodedata
from collections.abc import Collection
from typing import Any

from shared.clock import Clock, Ids
from shared.domain.aggregate import Aggregate, Unique
from shared.domain.repository import Repository
from shared.errors import FieldError, Rejected, Unavailable
from shared.events.codec import Codec
from shared.events.envelope import Metadata, Stored
from shared.events.reservation import ValueReserved
from shared.eventstore.port import NO_STREAM, WrongVersion
from shared.security.keyring import KeyRing

EVERYWHERE = "_everywhere"  # the tenant that holds reservations over all tenants
GRACE = 10_000_000  # µs in which a reservation's record may still be on its way
TRIES = 50
PAUSE = 0.02  # seconds between two looks at a record that is on its way


class Duplicate(Rejected):
    """Another record holds this value."""

    type = "duplicate"
    title = "Another record has this value already"


def normalise(value: str) -> str:
    """NFC + casefold: how values are compared for uniqueness."""
    return unicodedata.normalize("NFC", value).casefold().strip()


def held_value(unique: Unique, state: Any) -> str:
    """The value a record holds for itself: an archived one holds none."""
    return "" if state.archived else unique.value(state)


class Reservations:
    def __init__(self, repository: Repository, codec: Codec, keys: KeyRing, clock: Clock, ids: Ids) -> None:
        self.keys = keys
        self._repository, self._codec, self._clock, self._ids = repository, codec, clock, ids

    async def take(
        self,
        aggregate: Aggregate[Any],
        tenant: str,
        unique: Unique,
        value: str,
        id: str,
        absorbed: Collection[str] = (),
    ) -> None:
        """Reserve a value for a record, from one that it absorbed too.

        Raises Duplicate when another record holds it; Unavailable while another one is still being made with it.
        """
        space = EVERYWHERE if unique.everywhere else tenant
        store, holder = self._repository.store, f"{tenant}/{id}"
        stream = await self._stream(space, f"{aggregate.name}.{unique.name}", value)
        for _ in range(TRIES):
            held = await store.read(space, stream)
            if held:
                last: ValueReserved = self._codec.decode(held[-1]).event
                if last.holder == holder:
                    return
                if await self._waits(aggregate, tenant, unique, value, last.holder, held[-1], absorbed):
                    await asyncio.sleep(PAUSE)
                    continue
            new = [ValueReserved(holder)]
            events = await self._codec.encode(space, stream, new, [self._ids.new()], self._clock.now())
            try:
                await store.append(space, stream, len(held) or NO_STREAM, events, Metadata(actor="system"))
            except WrongVersion:
                continue  # someone else took it at this moment: look again
            return
        raise Unavailable(f"another request is taking this {unique.name} at this moment")

    async def holder(
        self, aggregate: Aggregate[Any], unique: Unique, value: str, tenant: str = EVERYWHERE
    ) -> tuple[str, str] | None:
        """(tenant, id) of the record that reserved a value last; whether it still holds it, its state tells."""
        stream = await self._stream(tenant, f"{aggregate.name}.{unique.name}", value)
        held = await self._repository.store.read(tenant, stream)
        if not held:
            return None
        last: ValueReserved = self._codec.decode(held[-1]).event
        space, _, id = last.holder.partition("/")
        return space, id

    async def _waits(
        self,
        aggregate: Aggregate[Any],
        tenant: str,
        unique: Unique,
        value: str,
        holder: str,
        taken: Stored,
        absorbed: Collection[str],
    ) -> bool:
        """False: the value is free. True: its record may still be on its way. Raises Duplicate: it is held."""
        space, _, id = holder.partition("/")
        if space == tenant and id in absorbed:
            return False
        state = await self._repository.load(aggregate, space, id)
        if state.version == 0:
            return self._clock.now() - taken.recorded_at < GRACE
        merged = getattr(state, "merged_into", None) is not None  # it may be released again
        if unique.value(state) != value or (state.archived and not merged):
            return False
        message = f"another {aggregate.name} has this {unique.name}"
        known = {"holder": id} if space == tenant else {}
        raise Duplicate(message, errors=[FieldError(unique.name, "duplicate", message)], **known)

    async def _stream(self, space: str, name: str, value: str) -> str:
        key = await self.keys.index_key(space)
        digest = hmac.new(key, f"{name}\0{value}".encode(), hashlib.sha256).hexdigest()
        return f"reservation-{digest[:40]}"
