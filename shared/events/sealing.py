"""Seals text that may identify a person in events about other things: value by value, where a field is marked.

A sealed value is a text `sealed|<subject>|v1.…`. In a person's stream the subject is the person; elsewhere it is the
organisation's text key of the day, which an administrator can destroy. Values of older programs are in clear.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from shared.clock import Micros, day_of

ERASED = "[erased]"
TEXTS = "texts-"  # how the names of the organisation's text keys begin
_MARK = "sealed|"
MARK_IN_JSON = b'"sealed|'


class Gone:
    """Stands for a value that leaves no mask. The class itself is used, so that copies stay identical."""


Change = Callable[[Any, str, Any], Any]  # value, its path, its mask → the new value


class Sealed:
    """Marks a field: `Annotated[str, Sealed()]` seals the value; names seal these keys of an object, or of each object
    in a list. A name that ends with a dot stands for every key that begins so. gone: names that leave no mask.
    """

    def __init__(self, *names: str, gone: tuple[str, ...] = ()) -> None:
        self._all = not names and not gone
        self._names, self._gone = frozenset(names), frozenset(gone)
        self._known = self._names | self._gone
        self._dotted = any(name.endswith(".") for name in self._known)

    @property
    def is_whole(self) -> bool:
        """Whether the whole value is sealed, not parts of it."""
        return self._all

    def _mask(self, key: str, field: str) -> Any:
        """The mask of a key's value; None: the key is not sealed."""
        name = key if "." not in key else key[: key.index(".") + 1]
        if name in self._gone:
            return Gone
        if name in self._names:
            return {"from": ERASED, "to": ERASED} if field == "changes" else ERASED
        return None

    def changed(self, value: Any, path: str, mask: Any, change: Change) -> Any:
        """The value with every sealed part replaced. mask: that of the whole value. Never changes it in place."""
        if self._all:
            return change(value, path, mask) if value else value
        if isinstance(value, list):
            return [self.changed(item, f"{path}.{n}", mask, change) for n, item in enumerate(value)]
        found = {k: m for k in value if (m := self._mask(k, path)) is not None and value[k]} if value else {}
        if not found:
            return value
        parts = {k: change(v, f"{path}.{k}", found[k]) if k in found else v for k, v in value.items()}
        return {k: v for k, v in parts.items() if v is not Gone}

    def touches(self, value: Any) -> bool:
        """Whether there is anything to seal."""
        if self._all or not value:
            return bool(value)
        if isinstance(value, list):
            return any(map(self.touches, value))
        return not self._known.isdisjoint(value) or (self._dotted and any("." in key for key in value))


def wrapped(subject: str, ciphertext: str) -> str:
    return f"{_MARK}{subject}|{ciphertext}"


def unwrapped(value: Any) -> tuple[str, str] | None:
    """Subject and ciphertext of a sealed value, None for one that stands in clear."""
    if not isinstance(value, str) or not value.startswith(_MARK):
        return None
    subject, _, ciphertext = value[len(_MARK) :].partition("|")
    return (subject, ciphertext) if ciphertext.startswith("v1.") else None


def text_keys(occurred_at: Micros) -> Iterator[str]:
    """The text keys of the day (UTC), without end: each is used once the one before it was destroyed."""
    first = f"{TEXTS}{day_of(occurred_at)}"
    yield first
    yield from (f"{first}.{n}" for n in count(1))
