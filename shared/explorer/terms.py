"""What an event is found by: terms, each the hash of an organisation, a kind and a value. No value itself is kept."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Any, Literal

import orjson

from shared.events.envelope import Stored, category_of, id_of

Kind = Literal[
    "all",
    "event",
    "command",
    "cause",
    "chain",
    "record",
    "about",
    "actor",
    "type",
    "category",
    "command_name",
    "reason",
]
# those that few events share come first, and are not counted: a search begins with the rarest term that it has
FEW: tuple[Kind, ...] = ("event", "command", "cause", "record", "about", "chain")
COUNTED: tuple[Kind, ...] = ("actor", "type", "category", "command_name", "reason", "all")
MOST_NAMED = 50  # ids of an event's data
_ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
YES = "yes"
Named = set[tuple[Kind, str]]


def term(tenant: str, kind: Kind, value: str = YES) -> int:
    """A signed number of 64 bits, as SQLite keeps it."""
    digest = blake2b(f"{tenant}\0{kind}\0{value}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def terms_of(event: Stored) -> tuple[set[int], set[int]]:
    """The terms of an event: those that few share, and those that are counted."""
    few, counted = named(event)
    return {term(event.tenant, *one) for one in few}, {term(event.tenant, *one) for one in counted}


def named(event: Stored) -> tuple[Named, Named]:
    """The same in clear: two values may have one hash, so what is found is compared with what was asked."""
    metadata = _metadata(event.metadata)
    few, counted = Named(), Named()

    def add(found: Named, kind: Kind, value: str) -> None:
        if value:
            found.add((kind, value))

    add(few, "event", event.event_id)
    add(few, "command", metadata.get("command", ""))
    add(few, "cause", metadata.get("causation_id", ""))
    add(few, "chain", metadata.get("correlation_id", ""))
    add(few, "record", event.stream)
    for id in {id_of(event.stream), *(one.decode() for one in _ID.findall(event.data)[:MOST_NAMED])}:
        add(few, "about", id)
    for actor in {metadata.get("actor", ""), metadata.get("on_behalf_of", "")}:
        add(counted, "actor", actor)
    add(counted, "type", event.type)
    add(counted, "category", category_of(event.stream))
    add(counted, "command_name", metadata.get("command_name", ""))
    add(counted, "reason", YES if metadata.get("reason") else "")
    add(counted, "all", YES)
    return few, counted


def _metadata(raw: bytes) -> dict[str, Any]:
    """Those that are no JSON object have no terms: the event is found by its record, its type and its time."""
    try:
        found = orjson.loads(raw)
    except ValueError:
        return {}
    return {k: v for k, v in found.items() if isinstance(v, str)} if isinstance(found, dict) else {}
