"""Timelines: a log that was restored goes on as another one than the log that was lost, and says so itself.

The restore appends an event that holds a statement, signed with the notary's key as checkpoints are:

    crm-timeline/1 crm-ledger/<installation id>
    timeline 2                         the one that begins here
    from 1                             the one that it goes on from
    size 1042                          how many leaves of that one it begins with
    <base64 of their root>

What the older timeline had behind these leaves was given up: a checkpoint of them is no sign of a change. Nothing but
a statement makes it so, and one signed with the key of the checkpoint.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol
from uuid import uuid4

import orjson

from shared.clock import Clock
from shared.events.audit import SystemRestored
from shared.events.envelope import NewEvent, Stored
from shared.events.registry import type_of
from shared.kernel.uniqueness import EVERYWHERE
from shared.ledger.note import BadNote, VerifierKey, decoded, signed_by

CATEGORY = "restore"
STREAM = f"{CATEGORY}-system"  # of the installation's restores
ACTOR = "operator"
FIRST = 1  # the timeline of a log that was never restored
_TITLE = "crm-timeline/1"


class Log(Protocol):
    """What an event store has for this."""

    async def read(self, tenant: str, stream: str) -> list[Stored]: ...


@dataclass(frozen=True, slots=True)
class Fork:
    """`timeline` begins with the first `size` leaves of `previous`, which have this root."""

    timeline: int
    previous: int
    size: int
    root: bytes

    def text(self, origin: str) -> str:
        """What is signed."""
        lines = (f"{_TITLE} {origin}", f"timeline {self.timeline}", f"from {self.previous}", f"size {self.size}")
        return "\n".join((*lines, b64encode(self.root).decode(), ""))


class Begun(NamedTuple):
    """The restore that began a timeline, and the position of its event."""

    position: int
    restored: SystemRestored


class Stated(NamedTuple):
    """What a statement says, and the key that signed it."""

    fork: Fork
    key: str


class Kept(NamedTuple):
    """How many leaves of a timeline a log has, None = all that there are; keys: which signed that it has no more."""

    leaves: int | None
    keys: frozenset[str]


async def restores_of(log: Log) -> list[Begun]:
    """Every restore that the log says of, oldest first."""
    found = await log.read(EVERYWHERE, STREAM)
    return [Begun(one.position, SystemRestored(**orjson.loads(one.data))) for one in found]


async def timeline_of(log: Log) -> int:
    """1 for a log that was never restored; each restore begins the next one."""
    found = await restores_of(log)
    return found[-1].restored.timeline if found else FIRST


def unsigned_among(begun: Iterable[Begun]) -> dict[int, int]:
    """The timelines that began without a statement, each with the one that the log had before it."""
    found, before = dict[int, int](), FIRST
    for _, one in begun:
        if not one.statement:
            found[one.timeline] = before
        before = one.timeline
    return found


def restored(made: SystemRestored, clock: Clock) -> NewEvent:
    """The event that begins a timeline."""
    kind = type_of(SystemRestored)
    return NewEvent(str(uuid4()), kind.name, kind.version, clock.now(), orjson.dumps(made))


def stated_in(note: str, keys: Iterable[VerifierKey]) -> Stated:
    """The statement that one of the keys signed. Raises BadNote."""
    text, key = signed_by(note, keys)
    lines = text.split("\n")
    try:
        said = dict(line.split(" ", 1) for line in lines[1:4])
        numbers = (int(said["timeline"]), int(said["from"]), int(said["size"]))
        fork = Fork(*numbers, decoded(lines[4]))
    except (ValueError, KeyError, IndexError) as error:
        raise BadNote("it is no statement on a timeline") from error
    if text != fork.text(key.name) or not FIRST <= fork.previous < fork.timeline or fork.size < 0:
        raise BadNote("it is no statement on a timeline")
    return Stated(fork, str(key))


class Timelines:
    """How a log came to be, by the statements on it: which leaves it has of each timeline."""

    def __init__(self, current: int, unsigned: Mapping[int, int], stated: Mapping[int, Stated]) -> None:
        """unsigned: see `unsigned_among`: they gave nothing up that could be accepted."""
        self.current, self._unsigned, self._stated = current, unsigned, stated
        self._on_the_way: list[Stated] = []
        self._kept = self._walked()

    def _walked(self) -> dict[int, Kept]:
        """From the newest timeline back."""
        kept, now, found = Kept(None, frozenset()), self.current, dict[int, Kept]()
        while now not in found:
            found[now] = kept
            if now in self._stated:
                stated = self._stated[now]
                self._on_the_way.append(stated)
                kept, now = _less(kept, stated), stated.fork.previous
            elif now in self._unsigned:
                now = self._unsigned[now]
        return found

    def kept(self, timeline: int) -> Kept | None:
        """None: no statement says what this log has of that timeline."""
        if timeline in self._kept:
            return self._kept[timeline]
        later = [one for one in self._on_the_way if one.fork.timeline > timeline]
        if not later or timeline not in self._stated:
            return None
        stated = self._stated[timeline]  # that one began somewhere, and a later restore went on from before it
        before = self.kept(stated.fork.previous)
        if before is None:
            return None
        kept = _less(before, stated)
        return Kept(kept.leaves, kept.keys | {later[0].key})


def _less(kept: Kept, stated: Stated) -> Kept:
    leaves = stated.fork.size if kept.leaves is None else min(kept.leaves, stated.fork.size)
    return Kept(leaves, kept.keys | {stated.key})
