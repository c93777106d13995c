"""The one way between event objects and stored bytes, for every path: live, replay, backup, topics.

Encoding encrypts personal fields under their subject's key and seals text that may identify a person; decoding upcasts
and decrypts, and gives a mask where the key is destroyed. The reason in the metadata is sealed likewise. Ciphertext is
bound to tenant, stream, event and field, so values cannot be moved between records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import replace
from functools import lru_cache, partial
from operator import call
from typing import Any, NamedTuple

from orjson import JSONEncodeError, loads

from shared.clock import Micros
from shared.errors import redacted
from shared.events.envelope import Event, Metadata, NewEvent, Recorded, Stored, StreamSlice, Undecodable
from shared.events.registry import EventType, UnknownEvent, type_named, type_of, upcast_payload
from shared.events.sealing import ERASED, MARK_IN_JSON, Gone, text_keys, unwrapped, wrapped
from shared.events.subjects import person_of
from shared.events.taken import persons, replaced
from shared.json import kept_json
from shared.security.fieldcrypt import aad, decrypt, encrypt
from shared.security.keyring import KeyMissing, KeyRing

__all__ = ["MAX_EVENT_BYTES", "Codec", "Undecodable"]

MAX_EVENT_BYTES = 256 * 1024

_BROKEN = (UnknownEvent, ValueError, TypeError, KeyError, AttributeError)
_OFTEN_ALIKE = 2000  # characters of types: a longer life is hardly led twice
_NO_REASON = b'"reason":""'  # in metadata without a reason, as most have; these are parsed on demand
_recorded = partial(tuple.__new__, Recorded)  # as Recorded._make, without counting again


class Codec:
    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    async def encode(
        self, tenant: str, stream: str, events: Sequence[Event], ids: Sequence[str], occurred_at: Micros
    ) -> list[NewEvent]:
        """Encode the events of one append; subject keys are made durable first.

        Raises:
            ValueError: an event is larger than 256 KiB or holds what JSON cannot, or its subject was erased.
        """
        subjects = {s for e in events if (s := _subject(type_of(type(e)), e))}
        if subjects:
            await self._keys.ensure(tenant, subjects)
        seal = await self._seal(tenant, stream, occurred_at) if any(map(_has_text, events)) else None
        try:
            return [self._encode(tenant, stream, e, i, occurred_at, seal) for e, i in zip(events, ids, strict=True)]
        except JSONEncodeError as error:
            raise ValueError(f"not to be written as JSON: {error}") from error

    async def seal_reason(self, tenant: str, stream: str, metadata: Metadata, occurred_at: Micros) -> Metadata:
        """The metadata with a sealed reason, or with none where the person was erased."""
        if not metadata.reason:
            return metadata
        try:
            seal = await self._seal(tenant, stream, occurred_at)
        except ValueError:
            return replace(metadata, reason="")
        sealed = encrypt(metadata.reason, seal.key, _reason_aad(tenant, stream, metadata))
        return replace(metadata, reason=wrapped(seal.subject, sealed))

    async def _seal(self, tenant: str, stream: str, occurred_at: Micros) -> _Seal:
        """The key that seals text in a stream: the person's, else the organisation's of the day. Raises ValueError."""
        person = person_of(stream)
        for subject in (person,) if person else text_keys(occurred_at):
            await self._keys.ensure(tenant, (subject,))
            key = self._keys.key(tenant, subject)
            if key is not None:
                return _Seal(subject, key)
        raise ValueError(f"{stream}: the person was erased")

    def _encode(
        self, tenant: str, stream: str, event: Event, event_id: str, occurred_at: Micros, seal: _Seal | None
    ) -> NewEvent:
        type_ = type_of(type(event))
        payload = {name: getattr(event, name) for name in type_.field_names}
        subject = _subject(type_, event)
        if subject:
            key = self._keys.key(tenant, subject)
            if key is None:
                raise ValueError(f"{type_.name}: the person was erased")
            if type_.taken and payload[type_.taken]:
                self._seal_taken(type_, payload, tenant, stream, event_id)
            for name in type_.personal:
                if payload[name] is not None:
                    payload[name] = encrypt(payload[name], key, aad(tenant, stream, event_id, name))
        if seal is not None:

            def sealed(value: Any, path: str, mask: Any) -> str:
                return wrapped(seal.subject, encrypt(value, seal.key, aad(tenant, stream, event_id, path)))

            for name in () if subject else type_.personal:
                payload[name] = payload[name] and sealed(payload[name], name, None)
            for name, mark in type_.sealed:
                payload[name] = mark.changed(payload[name], name, None, sealed)
        data = kept_json(payload)
        if len(data) > MAX_EVENT_BYTES:
            raise ValueError(f"{type_.name}: {len(data)} bytes are too many for one event")
        return NewEvent(event_id, type_.name, type_.version, occurred_at, data)

    def _seal_taken(self, type_: EventType, payload: dict[str, Any], tenant: str, stream: str, event_id: str) -> None:
        """Seal the values of other persons under their own keys. Raises ValueError when one of them was erased."""
        keys = {person: self._keys.key(tenant, person) for person in persons(payload[type_.taken])}
        if None in keys.values():
            raise ValueError(f"{type_.name}: one of the persons was erased")

        def sealed(value: Any, path: str, person: str) -> str:
            return wrapped(person, encrypt(value, keys[person] or b"", aad(tenant, stream, event_id, path)))

        payload["changes"] = replaced(payload["changes"], payload[type_.taken], sealed)

    def decode(self, stored: Stored) -> Recorded:
        """The event with all that surrounds it.

        Raises Undecodable for unknown types and versions, missing or foreign fields, broken JSON or ciphertext.
        """
        position, tenant, stream, version, event_id, name, schema, occurred_at, recorded_at, data, metadata = stored
        try:
            type_ = type_named(name)
            newest = type_.version
            [event] = self._decoded(tenant, stream, ((event_id, type_, schema, loads(data)),))
            head = metadata if _NO_REASON in metadata else self.metadata(tenant, stream, metadata)
        except _BROKEN as error:
            raise Undecodable(f"{stream} v{version} {name}: {redacted(error)}") from error
        return _recorded(
            (position, tenant, stream, version, event_id, name, newest, occurred_at, recorded_at, event, head)
        )

    def events(self, tenant: str, stream: str, part: StreamSlice) -> list[Event]:
        """All events of a slice, in their order. Raises Undecodable as `decode` does for any of them."""
        try:
            plan_of = _plan if len(part.types) < _OFTEN_ALIKE else _plan.__wrapped__
            plan = plan_of(part.types, part.schema_versions)
            payloads = loads(part.data)
            if (
                plan.makers is not None
                and len(plan.makers) == len(payloads)
                and not (plan.sealed and (MARK_IN_JSON in part.data or person_of(stream)))
            ):
                return list(map(call, plan.makers, payloads))
            rows = zip(part.event_ids.split(","), plan.types, plan.schema_versions, payloads, strict=True)
            return self._decoded(tenant, stream, rows)
        except _BROKEN as error:
            raise Undecodable(f"{stream} up to v{part.version}: {redacted(error)}") from error

    def _decoded(
        self, tenant: str, stream: str, rows: Iterable[tuple[str, EventType, int, dict[str, Any]]]
    ) -> list[Event]:
        """rows: event id, type, schema version, payload."""
        events: list[Event] = []
        for event_id, type_, schema, payload in rows:
            if type_.personal:
                self._decrypt(type_, payload, tenant, stream, event_id)
            if type_.sealed:
                self._open(type_, payload, tenant, stream, event_id)
            if schema != type_.version:
                payload = upcast_payload(type_, schema, payload)
            events.append(type_.make(payload))
        return events

    def _decrypt(self, type_: EventType, payload: dict[str, Any], tenant: str, stream: str, event_id: str) -> None:
        subject = payload.get(type_.subject)
        if not subject:
            for name in type_.personal:
                payload[name] = self._opened(payload.get(name), type_.masks[name], tenant, stream, event_id, name)
            return
        key = self._keys.key(tenant, subject)
        for name in type_.personal:
            value = payload.get(name)
            if value is None:
                continue
            payload[name] = (
                copy(type_.masks[name]) if key is None else decrypt(value, key, aad(tenant, stream, event_id, name))
            )
        if key is not None and type_.taken and payload.get(type_.taken):

            def opened(value: Any, path: str, person: str) -> Any:
                return self._opened(value, Gone, tenant, stream, event_id, path)

            payload["changes"] = replaced(payload["changes"], payload[type_.taken], opened)

    def _open(self, type_: EventType, payload: dict[str, Any], tenant: str, stream: str, event_id: str) -> None:
        """Open sealed values. In the stream of an erased person, older values in clear are masked as well."""

        def opened(value: Any, path: str, mask: Any) -> Any:
            if self._is_erased(tenant, stream):
                return copy(mask)
            return self._opened(value, mask, tenant, stream, event_id, path)

        for name, mark in type_.sealed:
            if name in payload:
                payload[name] = mark.changed(payload[name], name, type_.masks[name], opened)

    def _opened(self, value: Any, mask: Any, tenant: str, stream: str, event_id: str, path: str) -> Any:
        """A sealed value in clear or its mask; any other as it is."""
        sealed = unwrapped(value)
        if sealed is None:
            return value
        key = self._keys.key(tenant, sealed[0])
        return copy(mask) if key is None else decrypt(sealed[1], key, aad(tenant, stream, event_id, path))

    def metadata(self, tenant: str, stream: str, raw: bytes) -> Metadata | bytes:
        """Metadata with its reason in clear or masked. Undecodable metadata raises when it is read."""
        try:
            metadata = Metadata(**loads(raw))
        except (ValueError, TypeError):
            return raw
        sealed = unwrapped(metadata.reason)
        if sealed is None:
            erased = metadata.reason and self._is_erased(tenant, stream)
            return replace(metadata, reason=ERASED) if erased else metadata
        key = self._keys.key(tenant, sealed[0])
        reason = ERASED if key is None else decrypt(sealed[1], key, _reason_aad(tenant, stream, metadata))
        return replace(metadata, reason=reason)

    def _is_erased(self, tenant: str, stream: str) -> bool:
        """Whether the stream is about an erased person; one that never had a key was never erased."""
        person = person_of(stream)
        try:
            return bool(person) and self._keys.key(tenant, person) is None
        except KeyMissing:
            return False


class _Seal(NamedTuple):
    subject: str
    key: bytes


class _Plan(NamedTuple):
    """How a slice is decoded. Slices with the same types in the same order share one plan, as most records do.

    makers: what makes each event of its payload, where none holds personal fields and all are of the newest version.
    sealed: some may hold sealed text.
    """

    types: list[EventType]
    schema_versions: list[int]
    makers: list[Callable[[dict[str, Any]], Event]] | None
    sealed: bool


@lru_cache(maxsize=256)
def _plan(names: str, versions: str) -> _Plan:
    """Raises UnknownEvent."""
    types, schemas = [type_named(name) for name in names.split(",")], [int(v) for v in versions.split(",")]
    plain = all(not t.personal and t.version == v for t, v in zip(types, schemas, strict=True))
    return _Plan(types, schemas, [t.make for t in types] if plain else None, any(t.sealed for t in types))


def _subject(type_: EventType, event: Event) -> str:
    return getattr(event, type_.subject) if type_.personal else ""


def _has_text(event: Event) -> bool:
    """Whether there is anything to seal, personal fields without a subject included."""
    type_ = type_of(type(event))
    if type_.personal and not getattr(event, type_.subject):
        return True
    return any(mark.touches(getattr(event, name)) for name, mark in type_.sealed)


def _reason_aad(tenant: str, stream: str, metadata: Metadata) -> bytes:
    return aad(tenant, stream, metadata.command, "reason")
