"""The one way between event objects and stored bytes, for every path: live, replay, backup, topics.

Encoding encrypts personal fields under their subject's key and seals text that may identify a person; decoding upcasts
and decrypts, and gives a mask where the key is destroyed. The reason in the metadata is sealed likewise. Ciphertext is
bound to tenant, stream, event and field, so values cannot be moved between records.

Decoding is synchronous, with cached keys. Events that need other keys are decoded again after one request to the ring.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar, cast

from orjson import JSONEncodeError

from shared.clock import Micros
from shared.events.decoding import Decoder, reason_aad
from shared.events.envelope import Event, Metadata, NewEvent, Recorded, Stored, StreamSlice, Undecodable
from shared.events.registry import EventType, type_of
from shared.events.sealing import text_keys, wrapped
from shared.events.subjects import person_of
from shared.events.taken import persons, replaced
from shared.json import kept_json
from shared.security.fieldcrypt import aad, encrypt
from shared.security.keycache import KeyCache

__all__ = ["MAX_EVENT_BYTES", "Codec", "Undecodable"]

MAX_EVENT_BYTES = 256 * 1024
T = TypeVar("T")
_Keys = dict[str, bytes | None]  # by subject; None: destroyed


class Codec:
    """keys: the kernel's cache. A key is destroyed through it, so that it is unusable here at once."""

    def __init__(self, keys: KeyCache) -> None:
        self.keys = keys

    async def encode(
        self, tenant: str, stream: str, events: Sequence[Event], ids: Sequence[str], occurred_at: Micros
    ) -> list[NewEvent]:
        """Encode the events of one append; subject keys are made durable first.

        Raises:
            ValueError: an event is larger than 256 KiB or holds what JSON cannot, or a person was erased.
            KeyMissing: values of a person are taken over whose key is missing.
        """
        keys = await self._keys_of(tenant, events)
        seal = await self._seal(tenant, stream, occurred_at) if any(map(_has_text, events)) else None
        try:
            return [
                _encode(_Place(tenant, stream, id), event, occurred_at, keys, seal)
                for event, id in zip(events, ids, strict=True)
            ]
        except JSONEncodeError as error:
            raise ValueError(f"not to be written as JSON: {error}") from error

    async def _keys_of(self, tenant: str, events: Sequence[Event]) -> _Keys:
        """The keys of the subjects, made where they are missing, and of those whose values are taken over."""
        types = [type_of(type(event)) for event in events]
        subjects = {s for type_, event in zip(types, events, strict=True) if (s := _subject(type_, event))}
        keys = await self.keys.ensure(tenant, subjects) if subjects else {}
        taken = [getattr(e, t.taken) for t, e in zip(types, events, strict=True) if t.taken and _subject(t, e)]
        for person in {person for whose in taken if whose for person in persons(whose)}:
            keys[person] = await self.keys.key(tenant, person)
        return keys

    async def seal_reason(self, tenant: str, stream: str, metadata: Metadata, occurred_at: Micros) -> Metadata:
        """The metadata with a sealed reason, or with none where the person was erased."""
        if not metadata.reason:
            return metadata
        try:
            seal = await self._seal(tenant, stream, occurred_at)
        except ValueError:
            return replace(metadata, reason="")
        sealed = encrypt(metadata.reason, seal.key, reason_aad(tenant, stream, metadata))
        return replace(metadata, reason=wrapped(seal.subject, sealed))

    async def _seal(self, tenant: str, stream: str, occurred_at: Micros) -> _Seal:
        """The key that seals text in a stream: the person's, else the organisation's of the day. Raises ValueError."""
        person = person_of(stream)
        for subject in (person,) if person else text_keys(occurred_at):
            key = (await self.keys.ensure(tenant, (subject,)))[subject]
            if key is not None:
                return _Seal(subject, key)
        raise ValueError(f"{stream}: the person was erased")

    async def decode(self, stored: Stored) -> Recorded:
        """The event with all that surrounds it.

        Raises Undecodable for unknown types and versions, missing or foreign fields, broken JSON or ciphertext.
        """
        return (await self.decode_all((stored,)))[0]

    async def decode_all(self, stored: Sequence[Stored]) -> list[Recorded]:
        """As `decode`, of many events. Raises Undecodable for the first of them that cannot be decoded."""
        decoded = await self.decode_each(stored)
        for one in decoded:
            if isinstance(one, Undecodable):
                raise one
        return cast(list[Recorded], decoded)

    async def decode_each(self, stored: Sequence[Stored]) -> list[Recorded | Undecodable]:
        """As `decode`, of many events: in the place of an event that cannot be decoded stands the error.

        It takes about 7 µs for each event and does not pause: give the event loop its turn every few hundred.
        """
        if not self.keys.is_fresh:
            await self.keys.fresh()
        decoder = Decoder(self.keys.cached)
        decoded = [decoder.outcome(one) for one in stored]
        while decoder.wanted:
            decoder.add(await self.keys.find(decoder.wanted))
            decoded = [decoder.outcome(s) if one is None else one for s, one in zip(stored, decoded, strict=True)]
        return cast(list[Recorded | Undecodable], decoded)

    async def events(self, tenant: str, stream: str, part: StreamSlice) -> list[Event]:
        """All events of a slice, in their order. Raises Undecodable as `decode` does for any of them."""
        return await self._decoded(lambda decoder: decoder.events(tenant, stream, part))

    async def metadata(self, tenant: str, stream: str, raw: bytes) -> Metadata | bytes:
        """Metadata with its reason in clear or masked. Undecodable metadata raises when it is read."""
        return await self._decoded(lambda decoder: decoder.metadata(tenant, stream, raw))

    async def _decoded(self, attempt: Callable[[Decoder], T]) -> T:
        if not self.keys.is_fresh:
            await self.keys.fresh()
        decoder = Decoder(self.keys.cached)
        while True:
            try:
                made = attempt(decoder)
                if not decoder.wanted:
                    return made
            except Undecodable:
                if not decoder.wanted:
                    raise
            decoder.add(await self.keys.find(decoder.wanted))


class _Seal(NamedTuple):
    subject: str
    key: bytes


class _Place(NamedTuple):
    """Where a value stands: its ciphertext is bound to that."""

    tenant: str
    stream: str
    event_id: str

    def aad(self, path: str) -> bytes:
        return aad(self.tenant, self.stream, self.event_id, path)


def _encode(place: _Place, event: Event, occurred_at: Micros, keys: _Keys, seal: _Seal | None) -> NewEvent:
    type_ = type_of(type(event))
    payload = {name: getattr(event, name) for name in type_.field_names}
    subject = _subject(type_, event)
    if subject:
        key = keys[subject]
        if key is None:
            raise ValueError(f"{type_.name}: the person was erased")
        if type_.taken and payload[type_.taken]:
            _seal_taken(type_, payload, place, keys)
        for name in type_.personal:
            if payload[name] is not None:
                payload[name] = encrypt(payload[name], key, place.aad(name))
    if seal is not None:

        def sealed(value: Any, path: str, mask: Any) -> str:
            return wrapped(seal.subject, encrypt(value, seal.key, place.aad(path)))

        for name in () if subject else type_.personal:
            payload[name] = payload[name] and sealed(payload[name], name, None)
        for name, mark in type_.sealed:
            payload[name] = mark.changed(payload[name], name, None, sealed)
    data = kept_json(payload)
    if len(data) > MAX_EVENT_BYTES:
        raise ValueError(f"{type_.name}: {len(data)} bytes are too many for one event")
    return NewEvent(place.event_id, type_.name, type_.version, occurred_at, data)


def _seal_taken(type_: EventType, payload: dict[str, Any], place: _Place, keys: _Keys) -> None:
    """Seal the values of other persons under their own keys. Raises ValueError when one of them was erased."""
    if any(keys[person] is None for person in persons(payload[type_.taken])):
        raise ValueError(f"{type_.name}: one of the persons was erased")

    def sealed(value: Any, path: str, person: str) -> str:
        return wrapped(person, encrypt(value, keys[person] or b"", place.aad(path)))

    payload["changes"] = replaced(payload["changes"], payload[type_.taken], sealed)


def _subject(type_: EventType, event: Event) -> str:
    return getattr(event, type_.subject) if type_.personal else ""


def _has_text(event: Event) -> bool:
    """Whether there is anything to seal, personal fields without a subject included."""
    type_ = type_of(type(event))
    if type_.personal and not getattr(event, type_.subject):
        return True
    return any(mark.touches(getattr(event, name)) for name, mark in type_.sealed)
