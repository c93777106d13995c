"""The synchronous half of the codec: stored bytes to events, with the keys at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import replace
from functools import lru_cache, partial
from operator import call
from typing import Any, NamedTuple

from orjson import loads

from shared.errors import redacted
from shared.events.envelope import Event, Metadata, Recorded, Stored, StreamSlice, Undecodable
from shared.events.registry import EventType, UnknownEvent, type_named, upcast_payload
from shared.events.sealing import ERASED, MARK_IN_JSON, Gone, unwrapped
from shared.events.subjects import person_of
from shared.events.taken import replaced
from shared.security.fieldcrypt import aad, decrypt
from shared.security.keyring import KeyMissing, Subject

_BROKEN = (UnknownEvent, ValueError, TypeError, KeyError, AttributeError)
_OFTEN_ALIKE = 2000  # characters of types: a longer life is hardly led twice
_NO_REASON = b'"reason":""'  # in metadata without a reason, as most have; these are parsed on demand
_NONE: Mapping[Subject, bytes | None] = {}
_recorded = partial(tuple.__new__, Recorded)  # as Recorded._make, without counting again


class Decoder:
    """Decodes what one call asks for. Keys come from the cache, else from `add`.

    A key that is in neither is added to `wanted`, and a mask is given or an error raised: a result to be dropped. Add
    the keys and decode again.
    """

    def __init__(self, cached: Callable[[Subject], bytes | None]) -> None:
        self._cached = cached
        self._added: Mapping[Subject, bytes | None] = _NONE
        self._unknown: frozenset[Subject] = frozenset()
        self.wanted: set[Subject] = set()
        self._missed = False

    def add(self, keys: Mapping[Subject, bytes | None]) -> None:
        """The answer to `wanted`: a subject that is not in it has no key and was never destroyed."""
        self._added = {**self._added, **keys}
        self._unknown |= self.wanted - keys.keys()
        self.wanted = set()

    def _key(self, tenant: str, subject: str) -> bytes | None:
        """None: destroyed, or wanted. Raises KeyMissing."""
        one = tenant, subject
        if one in self._added:
            return self._added[one]
        if one in self._unknown:
            raise KeyMissing(tenant, subject)
        try:
            return self._cached(one)
        except KeyError:
            self.wanted.add(one)
            self._missed = True
            return None

    def outcome(self, stored: Stored) -> Recorded | Undecodable | None:
        """The event, or why it cannot be decoded. None: a key is wanted."""
        self._missed = False
        decoded: Recorded | Undecodable
        try:
            decoded = self.event(stored)
        except Undecodable as error:
            decoded = error
        return None if self._missed else decoded

    def event(self, stored: Stored) -> Recorded:
        """See Codec.decode."""
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
        """See Codec.events."""
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
        key = self._key(tenant, subject)
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
        key = self._key(tenant, sealed[0])
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
        key = self._key(tenant, sealed[0])
        reason = ERASED if key is None else decrypt(sealed[1], key, reason_aad(tenant, stream, metadata))
        return replace(metadata, reason=reason)

    def _is_erased(self, tenant: str, stream: str) -> bool:
        """Whether the stream is about an erased person; one that never had a key was never erased."""
        person = person_of(stream)
        try:
            return bool(person) and self._key(tenant, person) is None
        except KeyMissing:
            return False


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


def reason_aad(tenant: str, stream: str, metadata: Metadata) -> bytes:
    """What the ciphertext of a reason is bound to."""
    return aad(tenant, stream, metadata.command, "reason")
