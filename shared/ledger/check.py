"""The check of the ledger: log, tree, checkpoints and places outside say the same."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from shared.blobs.port import Blobs
from shared.eventstore.log_report import SHOWN, Finding, described
from shared.ledger.check_outside import OutsideCheck, TimelineCheck, compared
from shared.ledger.ledger import Diverged, Ledger, leaves_in
from shared.ledger.merkle import HASH
from shared.ledger.note import BadNote, VerifierKey, verified
from shared.ledger.tiles import FULL, WIDTH, fold

PAGE = 1_000  # events, or checkpoints
Progress = Callable[[int], None]  # is given how many leaves were checked


@dataclass(slots=True)
class LedgerReport:
    """leaves, checkpoints: as many were checked; outside: checkpoints that places outside hold, given_up: those of them
    that are of a timeline which a restore ended. count: of findings.
    """

    leaves: int = 0
    checkpoints: int = 0
    outside: int = 0
    given_up: int = 0
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
                self._compare(one.note, [key])
                self.report.checkpoints += 1
                await asyncio.sleep(0)
            version = page[-1].version

    async def outside(self) -> None:
        """Every checkpoint outside signs this tree, too, and no longer one, unless a restore gave it up."""
        timelines = TimelineCheck(self._ledger, self._tree, self.report.note)
        await timelines.log()
        known = [*self._keys, *(key for key in timelines.keys if str(key) not in map(str, self._keys))]
        check = OutsideCheck(self._tree, timelines, known, self.report.note)
        await check.run(self._places, self._file.installation)
        self.report.outside, self.report.given_up = check.outside, check.given_up

    def _compare(self, note: str, keys: list[VerifierKey]) -> None:
        try:
            problem = compared(self._tree, verified(note, keys), "the log")
        except BadNote as error:
            problem = f"a checkpoint in the log: {error}"
        if problem:
            self.report.note(problem)


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
