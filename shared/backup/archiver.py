"""The archive: takes every new event to the place of the backups within seconds, and tidies it once a day."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from shared.backup.create import Backup
from shared.backup.keyfile import BackupKey
from shared.backup.manifest import Kind, Manifest
from shared.backup.place import Place
from shared.backup.problems import BackupProblem
from shared.backup.prune import DAY, prune
from shared.backup.source import Source
from shared.backup.status import ARCHIVE, DRILL, BackupStatus
from shared.clock import Clock
from shared.errors import Unavailable, redacted
from shared.eventstore.port import StoreUnavailable
from shared.security.keyring import KeysUnavailable
from shared.telemetry.metrics import BACKUP_LAG

SECONDS = 20.0  # between two looks: a third of what a loss may cost
KEEP_FULL, KEEP_DAYS = 4, 35
DRILL_DAYS, DRILL_AGAIN = 7 * DAY, DAY
_PASSING = (BackupProblem, Unavailable, StoreUnavailable, KeysUnavailable, OSError)
log = logging.getLogger("crm.backup")


class Archiver:
    """problem: why the last look failed, "" = it did not. drill: carries out a drill, which notes what it found."""

    def __init__(
        self,
        source: Source,
        place: Place,
        key: BackupKey,
        clock: Clock,
        status: BackupStatus,
        drill: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._source, self._place, self._key, self._clock, self._status = source, place, key, clock, status
        self._backup, self._drill = Backup(source, place, key, clock), drill
        self._archived_at = clock.now()  # when the place was known to have all that there was
        self.problem = ""

    async def run(self) -> None:
        """Archive until cancelled; what fails is logged, noted, and tried again."""
        while True:
            try:
                await self.step()
                await self._drill_if_due()
            except _PASSING as error:
                self._note_failure(error)
            await asyncio.sleep(SECONDS)

    async def step(self) -> None:
        """Take over what is new; once a day roll up what was archived, and remove what need not be kept."""
        now = self._clock.now()
        await self._backup.create("archive", only_news=True)
        rolled = await self._place.newest(self._key, ("full", "incremental"))
        if rolled is None or now - rolled[1].made_at > DAY:
            await self._backup.create("incremental")
            await prune(self._place, self._key, keep_full=KEEP_FULL, keep_days=KEEP_DAYS, now=now)
        self._archived_at, self.problem = now, ""
        self._status.note(ARCHIVE, await self._state())
        BACKUP_LAG.set(0)

    @property
    def lag(self) -> float:
        """Seconds since the place had everything."""
        return (self._clock.now() - self._archived_at) / 1e6

    def _note_failure(self, error: Exception) -> None:
        self.problem = str(error) if isinstance(error, BackupProblem) else redacted(error)
        log.warning("events cannot be archived now: %s", self.problem)
        BACKUP_LAG.set(self.lag)
        known = {**self._status.read(ARCHIVE), "problem": self.problem, "archived_at": self._archived_at}
        self._status.note(ARCHIVE, known)

    async def _state(self) -> dict[str, Any]:
        state: dict[str, Any] = {"target": self._place.where, "archived_at": self._archived_at, "problem": ""}
        kinds: tuple[tuple[str, tuple[Kind, ...]], ...] = (("full", ("full",)), ("incremental", ("incremental",)))
        for name, wanted in kinds:
            found = await self._place.newest(self._key, wanted)
            state[name] = None if found is None else shown(found[1])
        newest = await self._place.newest(self._key)
        state["newest"] = None if newest is None else shown(newest[1])
        return state

    async def _drill_if_due(self) -> None:
        """Once a week; a day after one that could not be carried out."""
        if self._drill is None:
            return
        now, last = self._clock.now(), self._status.read(DRILL)
        if now - last.get("at", 0) < (DRILL_DAYS if last.get("ok") else DRILL_AGAIN):
            return
        await self._drill()


def shown(one: Manifest) -> dict[str, Any]:
    """What is noted of a backup."""
    return {"made_at": one.made_at, "position": one.position, "size": one.size, "root": one.root}
