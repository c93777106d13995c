"""The person whose data a stream holds: a contract between codec, bus and key ring."""

from __future__ import annotations

from shared.events.envelope import category_of, id_of

# Record types that have a key of their own: each is about a person, or is erased with the persons it is about.
PERSONS = frozenset({"contact", "lead", "user", "activity", "attachment", "import", "bulk"})


def person_of(stream: str) -> str:
    """The subject of a person's stream, "" for a stream that is about no person."""
    return id_of(stream) if category_of(stream) in PERSONS else ""
