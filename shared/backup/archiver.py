"""The archive: takes every new event to the place of the backups within seconds, and tidies it once a day."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from shared.backup.create import Backup
from shared.backup.drills import Drills
from shared.backup.keyfile import BackupKey
from shared.backup.manifest import MANIFESTS, Kind, Manifest
from shared.backup.place import Place
from shared.backup.problems import BackupProblem
from shared.backup.prune import DAY, prune
from shared.backup.source import Source
from shared.backup.status import ARCHIVE, DRILL, BackupStatus
from shared.clock import Clock, Micros
from shared.errors import Unavailable, redacted
from shared.eventstore.port import StoreUnavailable
from shared.security.keyring import KeysUnavailable
from shared.telemetry.metrics import BACKUP_LAG, DRILL_AGE, DRILL_PASSED

SECONDS = 20.0  # between two looks: a third of what a loss may cost
KEEP_FULL, KEEP_DAYS = 4, 35
LISTED = 10  # backups that are named to operators
DRILL_DAYS, DRILL_AGAIN = 7 * DAY, DAY
_PASSING = (BackupProblem, Unavailable, StoreUnavailable, KeysUnavailable, OSError)
log = logging.getLogger("crm.backup")


class Archiver:
    """problem: why the last look failed, "" = it did not. weekly: makes a full backup and drills; notes the result."""

    def __init__(
        self,
        source: Source,
        place: Place,
        key: BackupKey,
        clock: Clock,
        status: BackupStatus,
        weekly: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._source, self._place, self._key, self._clock, self._status = source, place, key, clock, status
        self._backup, self._weekly = Backup(source, place, key, clock), weekly
        self._drills = Drills(place, key)
        self._drilling: asyncio.Task[None] | None = None
        # when the place was known to have all that there was
        self._archived_at: int = status.read(ARCHIVE).get("archived_at", clock.now())
        self.problem = ""

    async def run(self) -> None:
        """Archive until cancelled; what fails is logged, noted, and tried again."""
        try:
            while True:
                try:
                    await self.step()
                    self._drill_if_due()
                except _PASSING as error:
                    self._note_failure(error)
                await asyncio.sleep(SECONDS)
        finally:
            if self._drilling is not None:
                self._drilling.cancel()
                await asyncio.gather(self._drilling, return_exceptions=True)

    async def step(self) -> None:
        """Take over what is new; once a day roll up what was archived, and remove what need not be kept."""
        now = self._clock.now()
        await self._check_place()
        await self._backup.create("archive", only_news=True)
        rolled = await self._place.newest(self._key, ("full", "incremental"))
        if rolled is None or abs(now - rolled[1].made_at) > DAY:  # also after a clock that was ahead
            await self._backup.create("incremental")
            await prune(self._place, self._key, keep_full=KEEP_FULL, keep_days=KEEP_DAYS, now=now)
        self._archived_at, self.problem = now, ""
        self._status.note(ARCHIVE, await self._state())
        BACKUP_LAG.set(0)
        await self._look_at_drills(now)

    async def _look_at_drills(self, now: Micros) -> None:
        """Drills leave their reports at the place, whichever process or job they were made by."""
        self._status.take_drills(await self._drills.latest())
        last = self._status.read(DRILL)
        if "at" in last:
            DRILL_AGE.set((now - last["at"]) / 1e6)
            DRILL_PASSED.set(int(last["ok"]))

    async def _check_place(self) -> None:
        """Raises BackupProblem: the place no longer has what it had when we last looked."""
        last, names = self._status.read(ARCHIVE), await self._place.names(MANIFESTS)
        known = last.get("name", "") if last.get("target") == self._place.where else ""
        if known and (not names or names[-1] < known):
            raise BackupProblem(
                f"{self._place.where} no longer has {known}: it was emptied or taken back, or is not mounted. If that "
                "is wanted, crm backup create --full begins again"
            )

    @property
    def lag(self) -> float:
        """Seconds since the place had everything."""
        return (self._clock.now() - self._archived_at) / 1e6

    def _note_failure(self, error: Exception) -> None:
        self.problem = str(error) if isinstance(error, BackupProblem) else redacted(error)
        log.warning("events cannot be archived now: %s", self.problem)
        BACKUP_LAG.set(self.lag)
        known = {**self._status.read(ARCHIVE), "problem": self.problem, "archived_at": self._archived_at}
        with suppress(OSError):  # a disk that is full must not end the process: reading goes on
            self._status.note(ARCHIVE, known)

    async def _state(self) -> dict[str, Any]:
        state: dict[str, Any] = {"target": self._place.where, "archived_at": self._archived_at, "problem": ""}
        kinds: tuple[tuple[str, tuple[Kind, ...]], ...] = (("full", ("full",)), ("incremental", ("incremental",)))
        for name, wanted in kinds:
            found = await self._place.newest(self._key, wanted)
            state[name] = None if found is None else shown(found[1])
        listed = await self._place.latest(self._key, ("full", "incremental"), LISTED)
        state["listed"] = [shown(one) for _, one in listed]
        newest = await self._place.newest(self._key)
        state["newest"] = None if newest is None else shown(newest[1])
        state["name"] = "" if newest is None else newest[0]
        return state

    def _drill_if_due(self) -> None:
        """Once a week; a day after one that failed, or came to no end. Archiving goes on meanwhile."""
        if self._weekly is None or (self._drilling is not None and not self._drilling.done()):
            return
        now, last = self._clock.now(), self._status.read(DRILL)
        tried = max(last.get("at", 0), last.get("tried", 0))
        if abs(now - tried) < (DRILL_DAYS if last.get("ok") else DRILL_AGAIN):
            return
        self._status.note(DRILL, {**last, "tried": now})
        self._drilling = asyncio.create_task(self._drill(self._weekly))

    async def _drill(self, weekly: Callable[[], Awaitable[None]]) -> None:
        try:
            await weekly()
        except (*_PASSING, TimeoutError) as error:
            log.error("the drill could not be carried out: %s", redacted(error))


def shown(one: Manifest) -> dict[str, Any]:
    """What is noted of a backup."""
    return {"kind": one.kind, "made_at": one.made_at, "position": one.position, "size": one.size, "root": one.root}
