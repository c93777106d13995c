"""States kept for the next event or command of their record: the newest ones, bounded in number and in bytes."""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import Any

Key = tuple[str, str]  # tenant, stream
MOST_BYTES = 32 << 20
_PLAIN = 1_500  # bytes of a state without its texts and lists


class KeptStates:
    """A bounded cache; the state used longest ago is dropped first. Put a changed state again: it is measured then."""

    def __init__(self, most: int, most_bytes: int = MOST_BYTES) -> None:
        self.bytes = 0
        self._most, self._most_bytes = most, most_bytes
        self._kept: OrderedDict[Key, tuple[Any, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, key: Key) -> bool:
        return key in self._kept

    def get(self, key: Key) -> Any:
        """The state, or None; it counts as used."""
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found[0]

    def put(self, key: Key, state: Any) -> None:
        """Keep a state; `trim` takes others away, so that a batch's own stay until it is done."""
        self.drop(key)
        size = size_of(state)
        self._kept[key] = state, size
        self.bytes += size

    def drop(self, key: Key) -> None:
        found = self._kept.pop(key, None)
        if found is not None:
            self.bytes -= found[1]

    def trim(self) -> None:
        """Keep within the bounds."""
        while len(self._kept) > self._most or self.bytes > self._most_bytes:
            self.drop(next(iter(self._kept)))

    def clear(self) -> None:
        self._kept.clear()
        self.bytes = 0


def size_of(state: Any) -> int:
    """About how many bytes a state holds. Asked for every event: short texts, numbers and empty lists cost one look."""
    values = _VALUES.get(type(state)) or _values_of(type(state))
    return _PLAIN + sum(_size(v) for v in values(state) if v.__class__ in _SIZED and len(v) > 0)


def _values_of(kind: type[Any]) -> Callable[[Any], tuple[Any, ...]]:
    _VALUES[kind] = attrgetter(*(f.name for f in fields(kind)))
    return _VALUES[kind]


_SIZED = frozenset((str, list, dict, tuple))
_VALUES: dict[type[Any], Callable[[Any], tuple[Any, ...]]] = {}


def _size(value: Any) -> int:
    if isinstance(value, str):
        return sys.getsizeof(value) if len(value) > 40 else 0
    if isinstance(value, dict):
        return 200 + sum(60 + _size(entry) for entry in value.values()) if value else 0
    if isinstance(value, (list, tuple)):
        return 60 + sum(60 + _size(entry) for entry in value) if value else 0
    return 0
