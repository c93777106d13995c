"""Values that a record took over from other persons: each is encrypted under the key of the person whose it is.

An event names these persons in a field of type `Whose`, next to its `changes`. When a person's key is destroyed, their
values become unreadable, and the rest of the record's history stays readable.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shared.events.sealing import Gone

# field → {"from", "to"} → the id of the person whose value it is; of a list one id per entry; "" = the record's own
Whose = dict[str, dict[str, Any]]
Change = Callable[[Any, str, str], Any]  # value, its path, person → the new value


def persons(whose: Whose) -> set[str]:
    """All persons from whom a value was taken."""
    sides = [side for sides in whose.values() for side in sides.values()]
    return {id for side in sides for id in (side if isinstance(side, list) else [side]) if id}


def replaced(changes: dict[str, Any], whose: Whose, change: Change) -> dict[str, Any]:
    """The changes with every value of another person replaced.

    `Gone` entries are removed from their list. A field whose new value is `Gone` is removed from the changes; one whose
    earlier value is `Gone` has an empty one.
    """
    result = dict(changes)
    for field in whose.keys() & changes.keys():
        sides = {s: _side(changes[field][s], w, f"{field}.{s}", change) for s, w in whose[field].items()}
        if sides.get("to") is Gone:
            del result[field]
            continue
        nothing = None if field.startswith("custom.") else ""
        result[field] = changes[field] | {s: nothing if v is Gone else v for s, v in sides.items()}
    return result


def _side(value: Any, whose: Any, path: str, change: Change) -> Any:
    if not isinstance(whose, list):
        return change(value, path, whose) if whose else value
    entries = zip(value, whose, strict=True)
    new = [change(v, f"{path}.{n}", id) if id else v for n, (v, id) in enumerate(entries)]
    return [entry for entry in new if entry is not Gone]
