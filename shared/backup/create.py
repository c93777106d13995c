"""Making a backup: segments of the log, files, keys, and last the manifest that names them all.

What is written before the manifest does no harm: the next backup of the same events writes the same files again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.metadata import version

from shared.backup.chain import completed, files_of, kept_keys
from shared.backup.columns import packed
from shared.backup.keyfile import BackupKey
from shared.backup.manifest import (
    ERASED,
    KEYS,
    MANIFESTS,
    SEGMENTS,
    File,
    Kind,
    Manifest,
    file_of,
    registry_hash,
    written,
)
from shared.backup.place import Place
from shared.backup.problems import BackupProblem
from shared.backup.sealed import seal
from shared.backup.source import Source
from shared.blobs.port import BlobMissing
from shared.blobs.sealed import FILES
from shared.clock import Clock
from shared.events.envelope import Stored
from shared.faults import crashpoint
from shared.ledger.frontier import Frontier
from shared.ledger.leaf import leaf_of, leaves_of
from shared.ledger.timeline import timeline_of

BATCH = 4_000  # events read at once
SEGMENT = 16 << 20  # bytes of events after which a segment is closed
Progress = Callable[[int], None]  # is given how many events are done


@dataclass(slots=True)
class _State:
    """What a backup goes on from, and what it has come to."""

    frontier: Frontier
    position: int = 0
    before: int = 0
    last: str = ""
    first_at: int = 0
    last_at: int = 0
    segments: list[File] = field(default_factory=list)
    categories: set[str] = field(default_factory=set)

    def take(self, events: list[Stored]) -> None:
        leaves = leaves_of(events)
        self.categories.update(one.category for one in events)
        self.frontier.extend(leaves)
        self.before = events[-2].position if len(events) > 1 else self.position
        self.position, self.last, self.last_at = events[-1].position, leaves[-1].hex(), events[-1].recorded_at
        self.first_at = self.first_at or events[0].recorded_at


class Backup:
    """One at a time works on a place; a second one does no harm, but work twice."""

    def __init__(self, source: Source, place: Place, key: BackupKey, clock: Clock) -> None:
        self._source, self._place, self._key, self._clock = source, place, key, clock
        self._ring: tuple[str, File, File] | None = None  # the last copy of the keys: of which mark, and its files
        self._written = ""  # the manifest that this one wrote last: behind another's, files may have changed unseen
        self._files_due = False  # files are looked for, whatever the events speak of

    async def create(
        self, kind: Kind, progress: Progress = lambda _: None, *, only_news: bool = False
    ) -> tuple[str, Manifest] | None:
        """Make a backup; without one to go on from it is a full one. Returns its name and manifest.

        only_news: None, and nothing is written, when no event came since the newest one and nobody was erased.

        Raises BackupProblem: the place holds another system, or a log that this one does not go on from.
        """
        timeline = await timeline_of(self._source.log)
        newest = await self._place.newest(self._key)
        kind, parent = await self._parent(kind, timeline, newest)
        state = await self._begin(parent)
        await self._copy_log(state, progress)
        crashpoint("backup.segments_written")
        if only_news and newest is not None and not await self._has_news(newest[1], state):
            return None
        mark = await self._source.ring_mark()
        known = newest if kind == "archive" else None
        keys, erased, copied = await self._keys(mark, known)
        about = self._source.with_files
        speak_of_files = about is None or not about.isdisjoint(state.categories)
        goes_on = kind == "archive" and parent is not None and parent[0] == self._written
        looked = speak_of_files or self._files_due or not goes_on
        files, gone = await self._copy_files(parent) if looked else ([], [])
        crashpoint("backup.files_written")
        for file, content in copied:
            await self._place.keep(file.name, content)
        manifest = self._manifest(state, kind, timeline, parent, keys, erased, files, gone)
        name, content = written(manifest, self._key)
        crashpoint("backup.before_manifest")
        await self._place.keep(name, content)
        crashpoint("backup.manifest_written")
        self._written, self._files_due = name, speak_of_files  # reactions change files after their event
        if copied:
            await self._forget_keys()
        self._ring = mark, keys, erased  # now: what fails to be forgotten is so with the next backup
        return name, manifest

    async def _keys(self, mark: str, known: tuple[str, Manifest] | None) -> tuple[File, File, list[tuple[File, bytes]]]:
        """The copy of the keys and the list of erased people, and what of them is to be written.

        known: whose copy goes on to be the one, if the ring is as it was. One that two backups name is kept as one.
        """
        if known is not None and self._ring == (mark, known[1].keys, known[1].erased):
            return known[1].keys, known[1].erased, []
        ring = await completed(self._place, self._key, await self._source.ring())
        label = f"{len(ring.destroyed):09d}"
        keys = await self._sealed(KEYS, ring.to_bytes(), label)
        erased = await self._sealed(ERASED, b"".join(one for one, _ in ring.destroyed), label)
        return keys[0], erased[0], [keys, erased]

    async def _has_news(self, newest: Manifest, state: _State) -> bool:
        """Keys are destroyed without an event, too."""
        return newest.size != state.frontier.size or _erased_by(newest) != await self._source.erased()

    def _manifest(
        self,
        state: _State,
        kind: Kind,
        timeline: int,
        parent: tuple[str, Manifest] | None,
        keys: File,
        erased: File,
        files: list[File],
        gone: list[str],
    ) -> Manifest:
        return Manifest(
            system=self._source.log.installation,
            timeline=timeline,
            kind=kind,
            parent=parent[0] if parent else "",
            made_at=self._clock.now(),
            app=version("crm-suite"),
            registry=registry_hash(),
            key=self._key.id,
            first=parent[1].size if parent else 0,
            size=state.frontier.size,
            position=state.position,
            before=state.before,
            last=state.last,
            root=state.frontier.root().hex(),
            peaks=[peak.hex() for peak in state.frontier.peaks],
            first_at=state.first_at,
            last_at=state.last_at,
            keys=keys,
            erased=erased,
            segments=state.segments,
            files=files,
            gone=gone,
        )

    async def _parent(
        self, kind: Kind, timeline: int, newest: tuple[str, Manifest] | None
    ) -> tuple[Kind, tuple[str, Manifest] | None]:
        """The kind that is made, and what it goes on from."""
        where = self._place.where
        if newest is None:
            return "full", None
        system = self._source.log.installation
        if newest[1].system != system:
            raise BackupProblem(
                f"{where} holds backups of the system {newest[1].system}, this is {system}: use another"
            )
        if newest[1].timeline > timeline:
            raise BackupProblem(
                f"{where} goes on from a restore (timeline {newest[1].timeline}); this log is of timeline {timeline}, "
                "from before it: is the old suite still running?"
            )
        if newest[1].timeline < timeline and kind == "archive":
            raise BackupProblem(
                f"this log was restored, and {where} still has the timeline before it: if this is the live suite now, "
                "crm backup create --full takes the place over"
            )
        if newest[1].timeline < timeline or kind == "full":
            return "full", None
        parent = newest if kind == "archive" else await self._place.newest(self._key, ("full", "incremental"))
        if parent is None or parent[1].timeline != timeline:
            return "full", None
        return kind, parent

    async def _begin(self, parent: tuple[str, Manifest] | None) -> _State:
        if parent is None:
            return _State(Frontier())
        one = parent[1]
        state = _State(one.frontier(), one.position, one.before, one.last)
        if one.size:
            found = await self._source.log.read_all(one.before, 1)
            if not found or found[0].position != one.position or leaf_of(found[0]).hex() != one.last:
                raise BackupProblem(
                    f"the log is not the one that {self._place.where} has a backup of up to position {one.position}: "
                    "it was cut off or changed. crm verify says where; keep the backup"
                )
        return state

    async def _copy_log(self, state: _State, progress: Progress) -> None:
        """Read on to what is the end now. While one segment is sealed and written, the next one is read."""
        end, log = await self._source.log.head(), self._source.log
        blocks: list[bytes] = []
        start, size, writing = state.frontier.size, 0, None
        while state.position < end and (events := await log.read_all(state.position, BATCH)):
            state.take(events)
            blocks.append(packed(events))
            size += len(blocks[-1])
            progress(state.frontier.size)
            if size >= SEGMENT:
                if writing is not None:
                    state.segments.append(await writing)
                writing = asyncio.create_task(self._segment(b"".join(blocks), start, state.frontier.size))
                await asyncio.sleep(0)
                blocks, start, size = [], state.frontier.size, 0
        if writing is not None:
            state.segments.append(await writing)
        if blocks:
            state.segments.append(await self._segment(b"".join(blocks), start, state.frontier.size))

    async def _segment(self, content: bytes, first: int, end: int) -> File:
        file, sealed = await self._sealed(SEGMENTS, content, f"{first:012d}-{end:012d}", first, end)
        await self._place.keep(file.name, sealed)
        crashpoint("backup.segment_written")
        return file

    async def _sealed(
        self, folder: str, content: bytes, label: str, first: int = 0, end: int = 0
    ) -> tuple[File, bytes]:
        def done() -> tuple[File, bytes]:
            sealed = seal(self._key.secret, folder, content)
            return file_of(folder, label, sealed, first, end), sealed

        return await asyncio.to_thread(done)

    async def _copy_files(self, parent: tuple[str, Manifest] | None) -> tuple[list[File], list[str]]:
        """Copy what is attached to records and not there yet. It is ciphertext, and never changes under its name."""
        newest = await self._place.newest(self._key)
        known = await self._files_up_to(newest[0] if newest else "")
        before = await self._files_up_to(parent[0] if parent else "")
        there, now = set(await self._place.names(FILES)), await self._source.blobs.keys(FILES)
        found = []
        for name in now:
            if name in before and name in there:
                continue
            if name in known and name in there:
                found.append(known[name])
            elif (copied := await self._copy_file(name)) is not None:
                found.append(copied)
        return found, sorted(before.keys() - set(now))

    async def _files_up_to(self, name: str) -> dict[str, File]:
        """What is there by the manifests from the full one up to this one, by name."""
        line: list[Manifest] = []
        while name:
            line.append(await self._place.manifest(name, self._key))
            name = line[-1].parent
        return files_of(reversed(line))

    async def _copy_file(self, name: str) -> File | None:
        try:
            content = await self._source.blobs.get(name)
        except BlobMissing:  # it was erased meanwhile
            return None
        await self._place.keep(name, content)
        return File(name, len(content), sha256(content).hexdigest())

    async def _forget_keys(self) -> None:
        """Remove the copies of the keys that only older manifests name.

        One that no manifest names may be another process's, whose manifest comes next.
        """
        kept, named = await kept_keys(self._place, self._key), set[str]()
        for name in await self._place.names(MANIFESTS):
            one = await self._place.manifest(name, self._key)
            named |= {one.keys.name, one.erased.name}
        there = [name for folder in (KEYS, ERASED) for name in await self._place.names(folder)]
        await self._place.remove([name for name in there if name in named - kept])


def _erased_by(one: Manifest) -> int:
    """How many people were erased, as the name of the list says."""
    return int(one.erased.name.removeprefix(f"{ERASED}/").partition("-")[0])
