"""Putting a backup back: into an empty place only, and only what its signed manifests and the ledger's root prove."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.backup.chain import Chain, Proof, chain_of, completed, copy_of, events_of, files_of
from shared.backup.keyfile import BackupKey
from shared.backup.manifest import ERASED, Manifest
from shared.backup.one_tenant import Extract
from shared.backup.place import Place
from shared.backup.sealed import unseal
from shared.clock import Clock, Micros
from shared.events.envelope import Stored
from shared.faults import crashpoint
from shared.kernel.uniqueness import EVERYWHERE
from shared.ledger.frontier import Frontier
from shared.ledger.leaf import leaves_of
from shared.security.ringcopy import RingCopy

ERASED_BYTES = 32  # of the hash of a subject
Progress = Callable[[int, int], None]  # is given how many events of how many are read


class Into(Protocol):
    """Where a backup is put. It was empty; `finish` makes it a system that starts."""

    async def begin(self, installation: str) -> None: ...

    async def newest_timeline(self) -> int:
        """The newest of this system that others than the place of the backups know of."""
        ...

    async def events(self, events: Sequence[Stored]) -> None:
        """Append events as they were recorded, in order."""
        ...

    async def keys(self, ring: RingCopy, *, own_root: bool) -> None:
        """own_root: under a root key of their own, so that it opens no copy of the ring that was backed up."""
        ...

    async def file(self, name: str, content: bytes) -> None: ...

    async def finish(self, made: Restored) -> None:
        """Append the event that begins the timeline, and make all durable."""
        ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is put back of a backup.

    to_time: events recorded by then. to_position: up to this position of the store that was backed up. tenant: the name
    or id of the one that is put back, as a system of its own; named_in: the category of the streams with the names.
    masked: without the keys of people, texts and blind indexes.
    name: of the manifest to go by, "" = the newest one.
    """

    to_time: Micros | None = None
    to_position: int | None = None
    tenant: str = ""
    named_in: str = ""
    masked: bool = False
    name: str = ""
    timeline: int | None = None

    def takes(self, event: Stored) -> bool:
        if self.to_time is not None and event.recorded_at > self.to_time:
            return False
        return self.to_position is None or event.position <= self.to_position


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back. size, root: of the ledger's tree of it, root "" for a single organisation's."""

    system: str
    timeline: int
    size: int
    root: str
    position: int
    last_at: Micros
    made_at: Micros
    files: int
    erased: int


class Restore:
    def __init__(self, place: Place, key: BackupKey, wanted: Wanted, clock: Clock) -> None:
        self._place, self._key, self._wanted, self._clock = place, key, wanted, clock
        self._tree, self._last = Frontier(), Stored(0, "", "", 0, "", "", 0, 0, 0, b"", b"")
        self._count = 0
        self._held: list[Stored] = []  # the last append that was read: it may go on in the next block

    async def chain(self) -> Chain:
        """What is going to be read. Raises BackupProblem."""
        return await chain_of(self._place, self._key, self._wanted.name, self._wanted.timeline)

    async def run(self, into: Into, progress: Progress, system: str | None = None) -> Restored:
        """system: the id of a new system, for one organisation or a copy to try things in. Raises BackupProblem."""
        chain = await self.chain()
        extract = await self._extract(chain)
        ring = await self._ring(chain, extract)
        await into.begin(system or chain.end.system)
        later = 0 if system else await into.newest_timeline()  # a new system has none
        read = await self._log(chain, into, extract, progress)
        crashpoint("restore.events_written")
        files = await self._files(read, into, extract)
        if self._wanted.masked:
            ring = ring.of_nobody(self._clock.now())
        await into.keys(ring.as_another() if system else ring, own_root=system is not None)
        crashpoint("restore.keys_written")
        root = "" if extract else self._tree.root().hex()
        newest = await self._place.newest(self._key)
        known = (chain.end.timeline, newest[1].timeline if newest else 0, later)
        timeline = 1 if system else 1 + max(known)
        made = Restored(
            system or chain.end.system,
            timeline,
            self._count,
            root,
            self._last.position,
            self._last.recorded_at,
            chain.end.made_at,
            files,
            len(ring.destroyed),
        )
        await into.finish(made)
        return made

    async def _extract(self, chain: Chain) -> Extract | None:
        if not self._wanted.tenant:
            return None
        names: dict[str, str] = {}
        for _, one in chain.manifests:
            async for events in events_of(self._place, self._key, one):
                taken = (e for e in events if self._wanted.takes(e))
                names |= Extract.names_in(taken, self._wanted.named_in)
        return Extract.of(self._wanted.tenant, names)

    async def _log(self, chain: Chain, into: Into, extract: Extract | None, progress: Progress) -> list[Manifest]:
        """The events up to the moment that is wanted; the manifest that holds it is read to its end, to be proven.

        Returns the manifests that were read.
        """
        proof, going, read = Proof(), True, list[Manifest]()
        for name, one in chain.manifests:
            if not going:
                break
            async for events in events_of(self._place, self._key, one):
                proof.take(events)
                if going:
                    going = await self._put(into, extract, events)
                progress(proof.frontier.size, chain.end.size)
            proof.compare(name, one)
            read.append(one)
        if going:
            await self._take(into, extract, self._held)
        return read

    async def _put(self, into: Into, extract: Extract | None, events: list[Stored]) -> bool:
        """False: one of the events is behind the moment that is wanted. An append is put whole or not at all."""
        events = [*self._held, *events]
        wanted = next((n for n, e in enumerate(events) if not self._wanted.takes(e)), len(events))
        going, cut = wanted == len(events), wanted
        while cut > 0 and (cut == len(events) or _together(events[cut - 1], events[cut])):
            cut -= 1
        self._held = events[cut:] if going else []
        await self._take(into, extract, events[:cut])
        return going

    async def _take(self, into: Into, extract: Extract | None, taken: list[Stored]) -> None:
        if taken:
            self._last = taken[-1]
            self._tree.extend(leaves_of(taken))
        put = extract.events(taken) if extract else taken
        self._count += len(put)
        await into.events(put)
        crashpoint("restore.some_events_written")

    async def _ring(self, chain: Chain, extract: Extract | None) -> RingCopy:
        """The newest keys there are, without those of everybody who was erased, however old the events are."""
        newest = await self._place.newest(self._key)
        one = newest[1] if newest else chain.end
        ring = await completed(self._place, self._key, await copy_of(self._place, self._key, one.keys))
        ring = ring.without(await self._erased(one), self._clock.now())
        return ring.of_tenants({extract.tenant, EVERYWHERE}) if extract else ring

    async def _erased(self, one: Manifest) -> set[bytes]:
        """The shred list: of everybody whom any list that is there names."""
        found = unseal(self._key.secret, ERASED, await self._place.content(one.erased), one.erased.name)
        for name in await self._place.names(ERASED):
            if name != one.erased.name:
                sealed = await self._place.listed(name)
                found += unseal(self._key.secret, ERASED, sealed, name)
        return {found[at : at + ERASED_BYTES] for at in range(0, len(found), ERASED_BYTES)}

    async def _files(self, read: list[Manifest], into: Into, extract: Extract | None) -> int:
        wanted = [one for one in files_of(read).values() if extract is None or extract.has_file(one.name)]
        for file in wanted:
            await into.file(file.name, await self._place.content(file))
        return len(wanted)


def _together(one: Stored, following: Stored) -> bool:
    """Whether two neighbours of the log are of one append, which a store does as a whole."""
    same = (one.tenant, one.stream, one.version + 1, one.recorded_at, one.metadata)
    return same == (following.tenant, following.stream, following.version, following.recorded_at, following.metadata)
