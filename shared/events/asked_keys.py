"""Whose keys a stored event is read with, found without a key."""

from __future__ import annotations

import re

from orjson import JSONDecodeError, loads

from shared.events.envelope import Stored
from shared.events.registry import UnknownEvent, type_named
from shared.events.subjects import person_of

_SEALED = re.compile(rb'"sealed\|([^|"]+)\|v1\.')  # see sealing.wrapped


def subjects_of(stored: Stored) -> set[str]:
    """Every subject whose key decoding asks for; those of a text that only looks sealed as well."""
    found = {one.decode() for part in (stored.data, stored.metadata) for one in _SEALED.findall(part)}
    found.add(person_of(stored.stream))
    try:
        type_ = type_named(stored.type)
        if type_.personal:
            found.add(loads(stored.data).get(type_.subject) or "")
    except (UnknownEvent, JSONDecodeError, AttributeError):
        pass  # it cannot be decoded with any key
    found.discard("")
    return found
