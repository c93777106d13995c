"""The one way between event objects and stored bytes, for every path: live, replay, backup, topics.

Encoding encrypts personal fields under their subject's key; decoding upcasts and decrypts, and gives a mask where the
key is destroyed. Ciphertext is bound to tenant, stream, event and field, so values cannot be moved between records.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from functools import partial
from typing import Any

from orjson import JSONEncodeError, dumps, loads

from shared.clock import Micros
from shared.errors import told
from shared.events.envelope import Event, NewEvent, Recorded, Stored, Stretch, Undecodable
from shared.events.registry import EventType, UnknownEvent, type_named, type_of, upcast_payload
from shared.security.fieldcrypt import aad, decrypt, encrypt
from shared.security.keyring import KeyRing

__all__ = ["MAX_EVENT_BYTES", "Codec", "Undecodable"]

MAX_EVENT_BYTES = 256 * 1024

_BROKEN = (UnknownEvent, ValueError, TypeError, KeyError, AttributeError)
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
        try:
            return [self._encode(tenant, stream, e, i, occurred_at) for e, i in zip(events, ids, strict=True)]
        except JSONEncodeError as error:
            raise ValueError(f"not to be written as JSON: {error}") from error

    def _encode(self, tenant: str, stream: str, event: Event, event_id: str, occurred_at: Micros) -> NewEvent:
        type_ = type_of(type(event))
        payload = {name: getattr(event, name) for name in type_.field_names}
        subject = _subject(type_, event)
        if subject:
            key = self._keys.key(tenant, subject)
            if key is None:
                raise ValueError(f"{type_.name}: the person was erased")
            for name in type_.personal:
                if payload[name] is not None:
                    payload[name] = encrypt(payload[name], key, aad(tenant, stream, event_id, name))
        data = dumps(payload)
        if len(data) > MAX_EVENT_BYTES:
            raise ValueError(f"{type_.name}: {len(data)} bytes are too many for one event")
        return NewEvent(event_id, type_.name, type_.version, occurred_at, data)

    def decode(self, stored: Stored) -> Recorded:
        """The event with all that surrounds it.

        Raises Undecodable for unknown types and versions, missing or foreign fields, broken JSON or ciphertext.
        """
        position, tenant, stream, version, event_id, name, schema, occurred_at, recorded_at, data, metadata = stored
        try:
            newest = type_named(name).version
            [event] = self._decoded(tenant, stream, ((event_id, name, schema, loads(data)),))
        except _BROKEN as error:
            raise Undecodable(f"{stream} v{version} {name}: {told(error)}") from error
        return _recorded(
            (position, tenant, stream, version, event_id, name, newest, occurred_at, recorded_at, event, metadata)
        )

    def events(self, tenant: str, stream: str, stretch: Stretch) -> list[Event]:
        """All events of a stretch, in their order. Raises Undecodable as `decode` does for any of them."""
        try:
            rows = zip(stretch.event_ids, stretch.types, stretch.schema_versions, loads(stretch.data), strict=True)
            return self._decoded(tenant, stream, rows)
        except _BROKEN as error:
            raise Undecodable(f"{stream} up to v{stretch.version}: {told(error)}") from error

    def _decoded(self, tenant: str, stream: str, rows: Iterable[tuple[str, str, int, dict[str, Any]]]) -> list[Event]:
        """rows: event id, type, schema version, payload."""
        events: list[Event] = []
        for event_id, name, schema, payload in rows:
            type_ = type_named(name)
            if type_.personal:
                self._decrypt(type_, payload, tenant, stream, event_id)
            if schema != type_.version:
                payload = upcast_payload(type_, schema, payload)
            events.append(type_.make(payload))
        return events

    def _decrypt(self, type_: EventType, payload: dict[str, Any], tenant: str, stream: str, event_id: str) -> None:
        subject = payload.get(type_.subject)
        if not subject:
            return
        key = self._keys.key(tenant, subject)
        for name in type_.personal:
            value = payload.get(name)
            if value is None:
                continue
            payload[name] = (
                copy(type_.masks[name]) if key is None else decrypt(value, key, aad(tenant, stream, event_id, name))
            )


def _subject(type_: EventType, event: Event) -> str:
    return getattr(event, type_.subject) if type_.personal else ""
