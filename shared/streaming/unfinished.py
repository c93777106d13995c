"""Work that lasts until the log says that it has ended: a task for each, begun by an event, or found in the views.

So what a killed process had in hand goes on in another one, and what a process missed is found.
"""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Generic, TypeVar

from shared.errors import passes, redacted
from shared.events.envelope import Stored
from shared.streaming.folding import PASSING
from shared.streaming.projection import Projection

RETRY_SECONDS = 5.0  # until the next sweep after one that failed
TRIES = 8  # at work that an error of its own stops, such as a record that cannot be read
PATIENCE = 4  # looks, where something does not answer: it is tried for as long as that lasts
MOST_SECONDS = 30.0  # between two of them: each pause is twice the one before
Key = TypeVar("Key", bound=tuple[str, ...])  # the last is its id


class UnfinishedWork(ABC, Generic[Key]):
    """Is Watch, and a listener of the projection.

    look: seconds between two tries to begin what is unfinished, as what another process has. sweep: between two looks
    at the views. failed: what the log says of a sweep that failed, as in "jobs were not looked for".

    Work that stops TRIES times is given up, until an event begins it again, a record is healed, or the next start.
    """

    def __init__(self, projection: Projection, look: float, sweep: float, log: logging.Logger, failed: str) -> None:
        self._projection, self._look, self._sweep_every = projection, look, sweep
        self._log, self._failed = log, failed
        self._unfinished: set[Key] = set()  # as far as this process knows: the log decides
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._tries, self._given_up = dict[Key, int](), set[Key]()
        self._wake, self._sweep_at = asyncio.Event(), 0.0

    def on_events(self, events: Sequence[Stored]) -> None:
        """See Listener."""
        if begun := {key for one in events if (key := self._begun_by(one)) is not None}:
            self._unfinished |= begun
            self._given_up -= begun
            self._wake.set()

    def forget_all(self) -> None:
        """See Listener. Events may have been missed, and records healed: look at the views at once."""
        self._given_up.clear()
        self._sweep_at = 0.0
        self._wake.set()

    async def run(self) -> None:
        """Carry out what is unfinished, until cancelled. Call it once."""
        self._projection.subscribe(self)
        loop = asyncio.get_running_loop()
        try:
            while True:
                if loop.time() >= self._sweep_at:
                    self._sweep_at = loop.time() + self._sweep_every
                    await self._swept()
                self._wake.clear()
                self._begin()
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._look):  # wait_for of 3.11 may lose a cancellation
                        await self._wake.wait()
        finally:
            tasks = list(self._tasks.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _swept(self) -> None:
        try:
            await self._sweep()
        except Exception as error:
            self._log.warning("%s: %s", self._failed, redacted(error))
            self._sweep_at = asyncio.get_running_loop().time() + RETRY_SECONDS

    def _begin(self) -> None:
        for key in self._unfinished:
            self._start(key, partial(self._carry_out, key))

    def _start(self, key: Key, carry_out: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Unless it is under way, or given up."""
        if key not in self._tasks and key not in self._given_up:
            task = self._tasks[key] = asyncio.create_task(self._guarded(key, carry_out))
            task.add_done_callback(lambda _: self._tasks.pop(key))

    async def _guarded(self, key: Key, carry_out: Callable[[], Awaitable[None]]) -> None:
        try:
            await carry_out()
            self._tries.pop(key, None)
        except Exception as error:
            self._stopped(key, error)
            await asyncio.sleep(await self._pause(key, error))

    async def _pause(self, key: Key, error: Exception) -> float:
        """Seconds until the next try."""
        away = min(self._look * PATIENCE, MOST_SECONDS)
        if _is_away(error):
            return away
        tries = self._tries[key] = self._tries.get(key, 0) + 1
        if tries < TRIES:
            return min(self._look * 2.0 ** (tries - 1), MOST_SECONDS)
        self._given_up.add(key)  # first: what begins while its record is written takes it off again
        try:
            await self._end(key, error)
        except Exception as another:
            if _is_away(another):  # else its record would never tell
                self._given_up.discard(key)
                self._tries[key] = TRIES - 1
                return away
            self._log.error("%s was given up, which its record does not tell: %s", key[-1], redacted(another))
        if key in self._given_up:
            self._unfinished.discard(key)
        del self._tries[key]
        return 0.0

    @abstractmethod
    def _begun_by(self, one: Stored) -> Key | None:
        """The work that an event begins; None: none."""

    @abstractmethod
    async def _sweep(self) -> None:
        """Find in the views what is unfinished."""

    @abstractmethod
    async def _carry_out(self, key: Key) -> None:
        """Do it, unless another process does; take it off the unfinished once the log says that it has ended."""

    @abstractmethod
    async def _end(self, key: Key, error: Exception) -> None:
        """Have the record say that it is given up, and why. Raises what keeps the record from it."""

    @abstractmethod
    def _stopped(self, key: Key, error: Exception) -> None:
        """Called in the handler of an error that stopped the work; it is tried again."""


def _is_away(error: Exception) -> bool:
    """Whether something did not answer: the work itself is not at fault."""
    return passes(error) or isinstance(error, PASSING)
