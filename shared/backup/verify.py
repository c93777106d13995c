"""Whether what is in a place is what backups wrote: everything is there, nothing else is, and it opens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from shared.backup.chain import Proof, check_segments, events_of, kept_keys
from shared.backup.drills import FOLDER, report_in
from shared.backup.keyfile import BackupKey
from shared.backup.manifest import ERASED, KEYS, MANIFESTS, Manifest
from shared.backup.place import Place
from shared.backup.problems import BackupProblem
from shared.backup.sealed import unseal
from shared.events.envelope import Stored
from shared.security.ringcopy import RingCopy

SHOWN = 20
AGAIN_SECONDS = 2.0  # after which what is amiss is looked at once more: a backup is made or removed meanwhile
Progress = Callable[[int], None]  # is given how many events were read


@dataclass(slots=True)
class Verified:
    """What was found. events, files: as many were read (with `deep`). newest: the newest manifest's name."""

    backups: int = 0
    events: int = 0
    files: int = 0
    newest: str = ""
    count: int = 0
    findings: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.count

    def note(self, problem: str) -> None:
        self.count += 1
        if len(self.findings) < SHOWN:
            self.findings.append(problem)


async def verify(
    place: Place,
    key: BackupKey,
    *,
    deep: bool = False,
    progress: Progress = lambda _: None,
    again: float = AGAIN_SECONDS,
) -> Verified:
    """Check every backup in the place. deep: read every byte, and compare the events with the ledger's roots."""
    check = _Check(place, key, progress)
    there = await place.names()
    await check.manifests()
    check.strays(there)
    if check.surplus or not check.report.ok:
        await asyncio.sleep(again)
        there = await place.names()
        check = _Check(place, key, progress)
        await check.manifests()
        check.strays(there)
    for name in sorted(check.surplus):
        check.report.note(f"{name} belongs to no backup: an interrupted one left it, or somebody put it there")
    await check.drills(there)
    for name in sorted(check.named - set(there)):
        check.report.note(f"{name} is missing")
    if deep:
        await check.contents(set(there))
    return check.report


class _Check:
    def __init__(self, place: Place, key: BackupKey, progress: Progress) -> None:
        self._place, self._key, self._progress = Place(place.blobs, place.where), key, progress
        self._found: dict[str, Manifest] = {}
        self._roots: dict[tuple[int, int], tuple[str, str]] = {}  # by timeline and size: the first manifest, its root
        self.named: set[str] = set()
        self.surplus: set[str] = set()
        self.report = Verified()

    async def manifests(self) -> None:
        names = await self._place.names(MANIFESTS)
        for name in names:
            try:
                self._found[name] = await self._place.manifest(name, self._key)
            except BackupProblem as error:
                self.report.note(str(error))
        self.report.backups, self.report.newest = len(names), names[-1] if names else ""
        if not names:
            self.report.note("there is no backup")
        self.named |= set(names)
        for name, one in self._found.items():
            self._follows(name, one)
            self.named |= {file.name for file in (*one.segments, *one.files)}
        if len(self._found) == len(names):
            self.named |= await kept_keys(self._place, self._key)

    def _follows(self, name: str, one: Manifest) -> None:
        before = self._found.get(one.parent)
        if one.parent and before is None:
            self.report.note(f"{name} goes on from {one.parent}, which is missing")
        elif before is not None and (before.system, before.timeline, before.size) != (
            one.system,
            one.timeline,
            one.first,
        ):
            self.report.note(f"{name} does not go on from {one.parent}")
        other, root = self._roots.setdefault((one.timeline, one.size), (name, one.root))
        if root != one.root:
            self._tell_apart(name, other, one)
        if len({other.system for other in self._found.values()}) > 1:
            self.report.note(f"{name}: there are backups of several systems")
        try:
            check_segments(name, one)
        except BackupProblem as error:
            self.report.note(str(error))

    def strays(self, there: list[str]) -> None:
        """What no manifest names. Copies of keys that a later backup has not removed yet are named, too."""
        keys = {file.name for one in self._found.values() for file in (one.keys, one.erased)}
        self.surplus = {name for name in set(there) - self.named - keys if not name.startswith(f"{FOLDER}/")}

    async def drills(self, there: list[str]) -> None:
        """Every report of a drill was signed with this key."""
        for name in (one for one in there if one.startswith(f"{FOLDER}/")):
            try:
                report_in(name, await self._place.listed(name), self._key)
            except BackupProblem as error:
                self.report.note(str(error))

    async def contents(self, there: set[str]) -> None:
        for one in self._found.values():
            await self._files(one, there)
        for name, one in sorted(self._found.items()):
            if one.segments and all(file.name in there for file in one.segments):
                await self._events(name, one)

    async def _files(self, one: Manifest, there: set[str]) -> None:
        for file in (*one.files, one.keys, one.erased):
            if file.name not in there:
                continue
            try:
                content = await self._place.content(file)
                if file is one.keys:
                    RingCopy.from_bytes(unseal(self._key.secret, KEYS, content, file.name))
                if file is one.erased:
                    unseal(self._key.secret, ERASED, content, file.name)
                self.report.files += 1
            except (BackupProblem, ValueError) as error:
                self.report.note(str(error))

    async def _events(self, name: str, one: Manifest) -> None:
        before = self._found.get(one.parent)
        if one.parent and before is None:
            return
        try:
            proof, alike = Proof(before.frontier() if before else None), self._alike(one)
            async for events in events_of(self._place, self._key, one):
                self._take(proof, events, name, alike)
                self.report.events += len(events)
                self._progress(self.report.events)
            proof.compare(name, one)
        except BackupProblem as error:
            self.report.note(str(error))

    def _alike(self, one: Manifest) -> list[tuple[int, str, Manifest]]:
        """The manifests of the same timeline that end between its events, in their order, each with its size."""
        return sorted(
            (other.size, name, other)
            for name, other in self._found.items()
            if other.timeline == one.timeline and one.first < other.size < one.size
        )

    def _take(self, proof: Proof, events: list[Stored], name: str, alike: list[tuple[int, str, Manifest]]) -> None:
        """Take events to the proof, and compare it with the manifests that end between them."""
        while alike and alike[0][0] <= proof.frontier.size + len(events):
            size, other, manifest = alike.pop(0)
            at = size - proof.frontier.size
            proof.take(events[:at])
            events = events[at:]
            if proof.frontier.root().hex() != manifest.root:
                self._tell_apart(name, other, manifest)
        proof.take(events)

    def _tell_apart(self, name: str, other: str, one: Manifest) -> None:
        self.report.note(f"{name} and {other} are of two logs that call themselves timeline {one.timeline}")
