"""Named points at which a fault test can kill the process; nothing at all in a normal run."""

from __future__ import annotations

import os

KILLED = 137


class CrashPoint:
    """`crashpoint(name)` ends the process at once, as a kill would, at the n-th hit of the armed "name:n"."""

    __slots__ = ("_left", "_target")

    def __init__(self, spec: str = "") -> None:
        self.arm(spec)

    def arm(self, spec: str) -> None:
        """Arm one point; "" arms none."""
        self._target, _, nth = spec.partition(":")
        self._left = int(nth or 1)

    def __call__(self, name: str) -> None:
        if name == self._target:
            self._left -= 1
            if not self._left:
                os._exit(KILLED)


crashpoint = CrashPoint(os.environ.get("CRASHPOINT", ""))
