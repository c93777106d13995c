"""What a drill looks at of the live suite, while it runs: its log, and how many records of each type it shows."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NamedTuple

from crm.backup_source import live_log
from crm.datadir import Places
from shared.backup.create import BATCH
from shared.backup.manifest import Manifest
from shared.backup.source import Log
from shared.clock import Micros
from shared.ledger.frontier import Frontier
from shared.ledger.leaf import leaves_of
from shared.streaming.shares import whole
from shared.views.port import ViewsUnavailable


class Shown(NamedTuple):
    """How many records of a type the live views show, and between which numbers that lies if all is right.

    least, most: as many as the log had begun at the end of the backup are not in them: what came since then.
    """

    live: int
    least: int
    most: int


class Live(NamedTuple):
    """root: over the live log up to the end of the backup. rpo: the age in seconds of its oldest event behind that.

    shown: by record type; problem: why there are none.
    """

    root: str
    rpo: float
    shown: dict[str, Shown]
    problem: str


async def live(data: Path | None, end: Manifest, now: Micros) -> Live:
    """data: the data directory; None where log and views are on servers. Raises BackupProblem, WrongSetting."""
    async with live_log(data) as log:
        tree, after = Frontier(), 0
        while after < end.position and (events := await log.read_all(after, BATCH)):
            events = [one for one in events if one.position <= end.position]
            if not events:  # the last one that was backed up is gone: the roots differ, and that is reported
                break
            tree.extend(leaves_of(events))
            after = events[-1].position
        later = await log.read_all(end.position, 1)
        rpo = max(0.0, (now - later[0].recorded_at) / 1e6) if later else 0.0
        try:
            return Live(tree.root().hex(), rpo, await _shown(log, data, end), "")
        except ViewsUnavailable as error:
            return Live(tree.root().hex(), rpo, {}, str(error))


async def _shown(log: Log, data: Path | None, end: Manifest) -> dict[str, Shown]:
    """The views first, then the log: what comes meanwhile is in neither or in both, or only makes `most` larger."""
    from crm.roles import SERVICES, catalogue_of  # the suite is loaded where it is used

    places = Places.named()
    kinds = {one.name: one.collection.name for one in catalogue_of(SERVICES)}
    checkpoints, counts = places.shown(data or Path(), [*kinds.values()])
    reached = whole(checkpoints).position
    sooner, later = await _begun(log, min(reached, end.position), max(reached, end.position))
    behind = reached < end.position
    found = {}
    for kind, collection in kinds.items():
        if collection in counts:
            least = -sooner[kind] if behind else sooner[kind]
            most = later[kind] if behind else sooner[kind] + later[kind]
            found[collection] = Shown(counts[collection], least, most)
    return found


async def _begun(log: Log, after: int, middle: int) -> tuple[Counter[str], Counter[str]]:
    """How many streams of each category begin between two positions, and behind the second one."""
    sooner, later = Counter[str](), Counter[str]()
    while events := await log.read_all(after, BATCH):
        for one in events:
            if one.version == 1:
                (sooner if one.position <= middle else later)[one.category] += 1
        after = events[-1].position
    return sooner, later
