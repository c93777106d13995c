"""Manifests in their order: a full backup and what goes on from it, up to a moment of choice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise

from shared.backup.columns import blocks
from shared.backup.keyfile import BackupKey
from shared.backup.manifest import KEYS, MANIFESTS, SEGMENTS, File, Manifest
from shared.backup.place import Place
from shared.backup.problems import BackupProblem, Damaged
from shared.backup.sealed import unseal
from shared.events.envelope import Stored
from shared.ledger.frontier import Frontier
from shared.ledger.leaf import leaves_of
from shared.security.ringcopy import FILES, RingCopy

KEPT_KEYS = 2  # copies of the keys; older ones are removed at once: they hold keys of people who are erased by now


@dataclass(frozen=True, slots=True)
class Chain:
    """manifests: with their names, the full one first."""

    manifests: list[tuple[str, Manifest]]

    @property
    def end(self) -> Manifest:
        return self.manifests[-1][1]


async def chain_of(place: Place, key: BackupKey, name: str = "", timeline: int | None = None) -> Chain:
    """The chain that ends with a manifest; "" = with the newest one, of all timelines or of one.

    Raises BackupProblem: there is none; Damaged: a manifest is missing, or does not go on from the one before it.
    """
    names = await place.names(MANIFESTS)
    if timeline is not None:
        names = [n for n in names if n.startswith(f"{MANIFESTS}/{timeline:04d}-")]
    if not names:
        raise BackupProblem(f"there is no backup in {place.where}: crm backup create makes one")
    name = name or names[-1]
    if name not in names:
        raise BackupProblem(f"there is no backup {name} in {place.where}: crm backup list names them")
    found = [(name, await place.manifest(name, key))]
    while parent := found[0][1].parent:
        found.insert(0, (parent, await place.manifest(parent, key)))
    for (_, before), (name, one) in pairwise(found):
        if (one.system, one.timeline, one.first) != (before.system, before.timeline, before.size):
            raise Damaged(f"{name} does not go on from the backup that it names")
    if found[0][1].first or found[0][1].kind != "full":
        raise Damaged(f"{found[0][0]} begins in the middle of the log")
    for name, one in found:
        check_segments(name, one)
    return Chain(found)


def check_segments(name: str, one: Manifest) -> None:
    """Raises Damaged: a part of the log is in no segment, or in two."""
    at = one.first
    for file in one.segments:
        if file.first != at or file.end <= file.first:
            raise Damaged(f"the segments of {name} have gaps")
        at = file.end
    if at != one.size:
        raise Damaged(f"the segments of {name} end before the backup does")


def files_of(manifests: Iterable[Manifest]) -> dict[str, File]:
    """The files that are there after these manifests, the full one first, by name."""
    found: dict[str, File] = {}
    for one in manifests:
        found |= {file.name: file for file in one.files}
        for name in one.gone:
            found.pop(name, None)
    return found


async def events_of(place: Place, key: BackupKey, one: Manifest) -> AsyncIterator[list[Stored]]:
    """The events of one manifest in order, some at once. Raises Damaged."""
    for file in one.segments:
        content = unseal(key.secret, SEGMENTS, await place.content(file), file.name)
        count = 0
        for events in blocks(content, file.name):
            count += len(events)
            yield events
        if count != file.end - file.first:
            raise Damaged(f"{file.name} holds {count} events, not {file.end - file.first}")


class Proof:
    """Compares the events that are read with the roots that the manifests of a chain give."""

    def __init__(self, begin: Frontier | None = None) -> None:
        self.frontier = begin or Frontier()

    def take(self, events: list[Stored]) -> None:
        self.frontier.extend(leaves_of(events))

    def compare(self, name: str, one: Manifest) -> None:
        """At the end of a manifest's events. Raises Damaged."""
        if self.frontier.size != one.size or self.frontier.root().hex() != one.root:
            raise Damaged(f"the events of {name} are not those that its ledger root was made of")


async def with_keys(place: Place, key: BackupKey) -> dict[str, Manifest]:
    """The newest manifests with so many different copies of the keys as are kept, by name."""
    found: dict[str, tuple[str, Manifest]] = {}
    for name in reversed(await place.names(MANIFESTS)):
        one = await place.manifest(name, key)
        found.setdefault(one.keys.name, (name, one))
        if len(found) == KEPT_KEYS:
            break
    return dict(found.values())


async def kept_keys(place: Place, key: BackupKey) -> set[str]:
    """The names of the copies of the keys that are kept, and of the lists of erased people that go with them."""
    return {file.name for one in (await with_keys(place, key)).values() for file in (one.keys, one.erased)}


async def copy_of(place: Place, key: BackupKey, file: File) -> RingCopy:
    """A copy of the keys, as a manifest names it. Raises BackupProblem."""
    content = unseal(key.secret, KEYS, await place.content(file), file.name)
    try:
        return RingCopy.from_bytes(content)
    except ValueError as error:
        raise Damaged(f"{file.name}: {error}") from error


async def completed(place: Place, key: BackupKey, ring: RingCopy) -> RingCopy:
    """With the files of older copies that it lacks: a process that does not sign has no key of the notary to copy.

    An older copy or manifest that is damaged hinders nothing.
    """
    if ring.files.keys() >= {*FILES}:
        return ring
    with suppress(BackupProblem):
        for one in (await with_keys(place, key)).values():
            with suppress(BackupProblem):
                older = await copy_of(place, key, one.keys)
                if older.root == ring.root:
                    ring = replace(ring, files={**older.files, **ring.files})
    return ring
