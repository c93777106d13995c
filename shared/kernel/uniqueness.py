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
from shared.errors import FieldError, Rejected, Unavailable
from shared.events.codec import Codec
from shared.events.envelope import Metadata, Stored
from shared.events.reservation import ValueReserved
from shared.eventstore.port import NO_STREAM, WrongVersion
from shared.kernel.repository import Repository
from shared.messages import say
from shared.messages.named import field_named, type_named
from shared.security.keycache import KeyCache
from shared.security.permissions import Access

EVERYWHERE = "_everywhere"  # the tenant that holds reservations over all tenants
RESERVATION = "reservation"  # the category of the streams
GRACE = 10_000_000  # µs in which a reservation's record may still be on its way
TRIES = 50
PAUSE = 0.02  # seconds between two looks at a record that is on its way


class Duplicate(Rejected):
    """Another record holds this value."""

    type = "duplicate"
    title = "Another record has this value already"

    @classmethod
    def of(cls, field: str, message: str, **extra: object) -> Duplicate:
        """Of one field."""
        return cls(message, errors=[FieldError(field, "duplicate", message)], **extra)


def former_key(text: str) -> str:
    """NFC + casefold: the key of every kind of value before each kind had its own."""
    return unicodedata.normalize("NFC", text).casefold().strip()


def held_value(unique: Unique, state: Any) -> str:
    """The value a record holds for itself: an archived one holds none."""
    return "" if state.archived else unique.value(state)


def redacted_for(access: Access, aggregate: Aggregate[Any], clash: Duplicate, owner: str | None) -> Duplicate:
    """The clash without what the caller may not see: the id of a hidden record, a hidden field.

    owner: of the record that holds the value.
    """
    errors = [e for e in clash.errors if access.may_see(aggregate.name, e.field)]
    seen = access.allows(aggregate.name, "read", owner if aggregate.collection.owner is not None else "")
    extra = clash.extra if seen else {}
    hidden = say("another {resource} has a value that this one would have", resource=type_named(aggregate.name))
    detail = clash.detail if errors else hidden
    return Duplicate(detail, errors=errors, **extra)


class Reservations:
    def __init__(self, repository: Repository, codec: Codec, keys: KeyCache, clock: Clock, ids: Ids) -> None:
        self.keys = keys
        self._repository, self._codec, self._clock, self._ids = repository, codec, clock, ids

    async def take(
        self,
        aggregate: Aggregate[Any],
        tenant: str,
        unique: Unique,
        text: str,
        id: str,
        absorbed: Collection[str] = (),
    ) -> None:
        """Reserve a value for a record, from one that it absorbed too. text: the value as it is kept.

        Raises Duplicate when another record holds it; Unavailable while another one is still being made with it.
        """
        space, value = EVERYWHERE if unique.everywhere else tenant, unique.key(text)
        store, holder = self._repository.store, f"{tenant}/{id}"
        *former, stream = await self._streams(space, aggregate, unique, text)
        for older in former:  # a reservation under a former key still counts
            held = await store.read(space, older)
            if held and (last := (await self._codec.decode(held[-1])).event).holder != holder:
                await self._waits(aggregate, tenant, unique, value, last.holder, held[-1], absorbed)
        for _ in range(TRIES):
            held = await store.read(space, stream)
            if held:
                last = (await self._codec.decode(held[-1])).event
                if last.holder == holder:
                    if await self._holds(aggregate, tenant, unique, value, id):
                        return
                elif await self._waits(aggregate, tenant, unique, value, last.holder, held[-1], absorbed):
                    await asyncio.sleep(PAUSE)
                    continue
            new = [ValueReserved(holder)]
            events = await self._codec.encode(space, stream, new, [self._ids.new()], self._clock.now())
            try:
                await store.append(space, stream, len(held) or NO_STREAM, events, Metadata(actor="system"))
            except WrongVersion:
                continue  # someone else took it at this moment: look again
            return
        name = field_named(aggregate.name, unique.name)
        raise Unavailable(say("another request is taking this {name} at this moment", name=name))

    async def holders(
        self, aggregate: Aggregate[Any], unique: Unique, text: str, tenant: str = EVERYWHERE
    ) -> list[tuple[str, str]]:
        """(tenant, id) of the records that reserved a value last, by its former key and by its key of today.

        A reservation does not prove that the record still holds the value: check its state.
        """
        found: dict[tuple[str, str], None] = {}
        for stream in await self._streams(tenant, aggregate, unique, text):
            if held := await self._repository.store.read(tenant, stream):
                last: ValueReserved = (await self._codec.decode(held[-1])).event
                space, _, id = last.holder.partition("/")
                found[space, id] = None
        return list(found)

    async def _holds(self, aggregate: Aggregate[Any], tenant: str, unique: Unique, value: str, id: str) -> bool:
        """Whether the record has the value. One that gave it up reserves it again, for another may want it now."""
        state = await self._repository.load(aggregate, tenant, id)
        return held_value(unique, state) == value

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
        merged = getattr(state, "merged_into", None) is not None  # it may be released again
        if unique.value(state) != value or (state.archived and not merged):
            is_new = self._clock.now() - taken.recorded_at < GRACE
            return is_new and not await self._changed_since(aggregate.stream(id), space, state.version, taken)
        name = aggregate.name
        message = say(
            "another {resource} has this {field}", resource=type_named(name), field=field_named(name, unique.name)
        )
        known = {"holder": await self._living(aggregate, tenant, id)} if space == tenant else {}
        raise Duplicate.of(unique.name, message, **known)

    async def _changed_since(self, stream: str, space: str, version: int, taken: Stored) -> bool:
        """Whether the record has an event behind the reservation, so that the command that took it has ended."""
        last = await self._repository.store.read(space, stream, after=version - 1, up_to=version) if version else []
        return any(one.position > taken.position for one in last)

    async def _living(self, aggregate: Aggregate[Any], tenant: str, id: str) -> str:
        """The record that this one lives on in after all merges, or itself."""
        into = getattr(await self._repository.load(aggregate, tenant, id), "merged_into", None)
        return id if into is None else await self._living(aggregate, tenant, into)

    async def _streams(self, space: str, aggregate: Aggregate[Any], unique: Unique, text: str) -> list[str]:
        """The streams in which a value may be reserved: of its former key, where that differs, and of today's."""
        key = await self.keys.index_key(space)
        values = dict.fromkeys((former_key(text), unique.key(text)))
        return [_stream(key, f"{aggregate.name}.{unique.name}", value) for value in values if value]


def _stream(key: bytes, name: str, value: str) -> str:
    digest = hmac.new(key, f"{name}\0{value}".encode(), hashlib.sha256).hexdigest()
    return f"{RESERVATION}-{digest[:40]}"
