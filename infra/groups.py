"""A process with all that it started, found again by a file: each is the leader of a process group of its own."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path


class Busy(Exception):
    """Another command starts or stops the same processes."""


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """For who starts or stops them: of two at once each would start its own. Raises Busy."""
    with lock.open("w") as file:
        try:
            flock(file, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            raise Busy(f"another make cluster or cluster-down works in {lock.parent}: wait for it") from None
        yield


@dataclass(frozen=True, slots=True)
class Group:
    """file: holds the leader's process id and when it began, as another process may have its number by now."""

    file: Path

    def note(self, pid: int) -> None:
        """A leader that was just started."""
        self.file.write_text(json.dumps([pid, _began(pid)]))

    def leader(self) -> int | None:
        """The process id of the leader, None = it does not run."""
        pid, began = self._noted()
        return pid if began and _began(pid) == began else None

    def is_left(self) -> bool:
        """Whether the leader is gone, and what it started lives on, as after `kill -9` of it alone."""
        pid, began = self._noted()
        if not began or _began(pid):
            return False
        return any(_group(one) == (pid, pid) for one in os.listdir("/proc") if one.isdigit())

    def signal(self, which: signal.Signals) -> None:
        """To the leader and what it started, or to what is left of them."""
        if self.leader() is not None or self.is_left():
            with suppress(ProcessLookupError):  # it ended meanwhile
                os.killpg(self._noted()[0], which)

    def _noted(self) -> tuple[int, str]:
        try:
            pid, began = json.loads(self.file.read_text())
        except (OSError, ValueError):
            return 0, ""
        return int(pid), str(began)


def _stat(pid: int | str) -> list[str]:
    """What the kernel says of a process that has not ended, after its name; none: there is none."""
    try:
        found = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
    return [] if found[0] == "Z" else found


def _began(pid: int) -> str:
    return stat[19] if (stat := _stat(pid)) else ""


def _group(pid: str) -> tuple[int, int]:
    """The group and the session of a process."""
    return (int(stat[2]), int(stat[3])) if (stat := _stat(pid)) else (0, 0)
