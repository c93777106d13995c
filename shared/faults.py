"""Named points at which a fault test can kill the process; nothing at all in a normal run."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import count

KILLED = 137


def _never(name: str) -> None:
    """The switched-off crash point."""


def _armed(spec: str) -> Callable[[str], None]:
    target, _, nth = spec.partition(":")
    hits, last = count(1), int(nth or 1)

    def crash(name: str) -> None:
        if name == target and next(hits) == last:
            os._exit(KILLED)

    return crash


_spec = os.environ.get("CRASHPOINT")

crashpoint: Callable[[str], None] = _armed(_spec) if _spec else _never
"""`crashpoint(name)` ends the process at once, as a kill would, at the n-th hit of CRASHPOINT="name:n"."""
