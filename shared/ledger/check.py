"""The check of the ledger: log, tree, checkpoints and places outside say the same."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from shared.blobs.port import Blobs
from shared.errors import Unavailable
from shared.eventstore.log_report import SHOWN, Finding, described
from shared.ledger.ledger import Diverged, Ledger, leaves_in
from shared.ledger.merkle import HASH
from shared.ledger.note import BadNote, VerifierKey, verified
from shared.ledger.tiles import FULL, WIDTH, fold

PAGE = 1_000  # events, or checkpoints
Progress = Callable[[int], None]  # is given how many leaves were checked


@dataclass(slots=True)
class LedgerReport:
    """leaves, checkpoints: as many were checked; outside: checkpoints that places outside hold. count: of findings."""

    leaves: int = 0
    checkpoints: int = 0
    outside: int = 0
    size: int = 0
    count: int = 0
    findings: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.count

    def note(self, problem: str) -> None:
        self.count += 1
        if len(self.findings) < SHOWN:
            self.findings.append(problem)


class _Check:
    def __init__(self, ledger: Ledger, places: Mapping[str, Blobs], progress: Progress) -> None:
        self._ledger, self._file, self._places, self._progress = ledger, ledger.file, places, progress
        self._tree = ledger.file.tree()
        self._keys: list[VerifierKey] = []
        self.report = LedgerReport(size=self._tree.size)

    async def events(self, first: int, end: int) -> None:
        """Every event in the log is its leaf in the tree."""
        at = first
        while at < end:
            after = self._file.position_of(at - 1)
            page = await self._ledger.store.read_all(after, min(PAGE, end - at))
            for event, leaf in zip(page, leaves_in(page), strict=True):
                if event.position != (expected := self._file.position_of(at)):
                    self.report.note(f"leaf {at} was event {expected}; the log has event {event.position} there")
                    return
                if leaf != self._leaf(at):
                    finding = Finding(event.position, "is not as it was written", stream=event.stream)
                    self.report.note(described(finding))
                at += 1
            if not page:
                self.report.note(f"the log ends before leaf {at}: it was cut off")
                return
            self.report.leaves = at - first
            self._progress(self.report.leaves)
            await asyncio.sleep(0)

    def _leaf(self, index: int) -> bytes:
        tile, at = divmod(index, WIDTH)
        return self._tree.tile(0, tile)[at * HASH : (at + 1) * HASH]

    async def tiles(self, first: int, end: int) -> None:
        """Every full tile over these leaves is the hash above it."""
        level = 0
        while first < end:
            for number in range(first // WIDTH, end // WIDTH):
                tile = self._tree.tile(level, number)
                if len(tile) != FULL or fold(tile) != self._tree.node((level + 1) * 8, number):
                    self.report.note(f"tile {number} of level {level} in ledger.db is not what is above it")
                if number % 64 == 63:
                    await asyncio.sleep(0)
            first, end, level = first // WIDTH, end // WIDTH, level + 1

    async def checkpoints(self) -> None:
        """Every checkpoint in the log signs this tree."""
        version = 0
        while page := self._file.checkpoints(version, PAGE):
            for one in page:
                key = VerifierKey.parse(one.key)
                if str(key) not in map(str, self._keys):
                    self._keys.append(key)
                self._compare(one.note, "the log", [key])
                self.report.checkpoints += 1
                await asyncio.sleep(0)
            version = page[-1].version

    async def outside(self) -> None:
        """Every checkpoint outside signs this tree, too, and no longer one."""
        for name, place in self._places.items():
            try:
                for key in await place.keys(self._file.installation):
                    self._compare((await place.get(key)).decode(errors="replace"), name, self._keys)
                    self.report.outside += 1
            except Unavailable as error:
                self.report.note(f"{name} cannot be read: {error}")

    def _compare(self, note: str, where: str, keys: list[VerifierKey]) -> None:
        try:
            checkpoint = verified(note, keys)
        except BadNote as error:
            self.report.note(f"a checkpoint in {where}: {error}")
            return
        if checkpoint.size > self._tree.size:
            has = f"the ledger has {self._tree.size}: it was cut off"
            self.report.note(f"a checkpoint in {where} is of {checkpoint.size} leaves, {has}")
        elif self._tree.root(checkpoint.size) != checkpoint.root:
            self.report.note(f"a checkpoint in {where} is of other {checkpoint.size} leaves: the log was rewritten")


async def check_ledger(
    ledger: Ledger, places: Mapping[str, Blobs], progress: Progress, *, after: int = 0, up_to: int | None = None
) -> LedgerReport:
    """Check the events with after < position <= up_to, and every checkpoint. What comes meanwhile is left out."""
    await ledger.catch_up()
    check = _Check(ledger, places, progress)
    if ledger.problem is not None:
        check.report.note(ledger.problem)
    first = ledger.file.leaves_up_to(after)
    end = check.report.size if up_to is None else min(check.report.size, ledger.file.leaves_up_to(up_to))
    try:
        await check.events(first, end)
    except Diverged as error:
        check.report.note(str(error))
    await check.tiles(first, end)
    await check.checkpoints()
    await check.outside()
    return check.report
