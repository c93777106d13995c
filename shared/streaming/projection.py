"""The projection port: how far the record views have come, as seen by one process.

`Projector` implements it where this process writes the views, `ProjectionFollower` where another process does.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Container, Sequence
from contextlib import suppress
from typing import Protocol
from weakref import WeakValueDictionary

from shared.events.envelope import Stored

log = logging.getLogger("crm.projection")


class Listener(Protocol):
    """What keeps something in memory that it read from the views. Its methods return at once."""

    def on_events(self, events: Sequence[Stored]) -> None:
        """The views hold these events now. Parked events are among them: what is kept of their records is dropped too.

        Events come in the order of the log. After a restart or a rebuild an event may come twice.
        """
        ...

    def forget_all(self) -> None:
        """Events may have been missed: drop everything that is kept."""
        ...


class Waiter:
    """Waits until the views hold a version of one stream. requested: set when somebody begins to wait."""

    def __init__(self, requested: asyncio.Event) -> None:
        self._requested, self._notified = requested, asyncio.Event()
        self._version = 0

    def notify(self, version: int) -> None:
        """The views hold this version. 0 = unknown: the caller of `reaches` looks at the views."""
        self._version = max(self._version, version)
        notified, self._notified = self._notified, asyncio.Event()
        notified.set()

    async def reaches(self, version: int, timeout: float) -> bool:
        """Whether the views are known to hold the version. Returns False after `timeout` seconds, or earlier where the
        views may hold it and only a look can tell."""
        if self._version < version:
            self._requested.set()
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout):
                    await self._next(version)
        return self._version >= version

    async def _next(self, version: int) -> None:
        """Return when the version is there or a look is asked for."""
        while True:
            before = self._version
            await self._notified.wait()
            if self._version >= version or self._version == before:
                return


class Projection(Protocol):
    """A listener and a waiter get an event at most 2 s after the views hold it, and never before."""

    @property
    def position(self) -> int:
        """The views hold every event of the log up to here, as far as this process knows."""
        ...

    async def start(self) -> None:
        """Read how far the views have come; call once before `run`, and before a listener keeps anything."""
        ...

    async def run(self) -> None:
        """Keep up until cancelled. Raises ViewsDamaged where this process writes the views."""
        ...

    def watch(self, tenant: str, stream: str) -> Waiter:
        """The waiter of a stream. Ask for it before a look at the views, so that no event passes in between."""
        ...

    def subscribe(self, listener: Listener) -> None:
        """Notify a listener of all events to come."""
        ...


class Subscribers:
    """The listeners and waiters of one process: both forms of the port notify them."""

    def __init__(self) -> None:
        self.requested = asyncio.Event()  # somebody began to wait
        self._listeners: list[Listener] = []
        self._waiters: WeakValueDictionary[tuple[str, str], Waiter] = WeakValueDictionary()  # by tenant, stream

    @property
    def waiting(self) -> bool:
        """Whether somebody holds a waiter."""
        return bool(self._waiters)

    def subscribe(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def watch(self, tenant: str, stream: str) -> Waiter:
        return self._waiters.setdefault((tenant, stream), Waiter(self.requested))  # kept as long as somebody holds it

    def watched(self, events: Sequence[Stored]) -> set[str]:
        """The streams of these events that somebody waits for."""
        return {one.stream for one in events if (one.tenant, one.stream) in self._waiters} if self._waiters else set()

    def notify(self, events: Sequence[Stored], parked: Container[str] = ()) -> None:
        """The views hold these events. parked: the streams of which they do not show the newest version."""
        for listener in self._listeners:
            self._notify_listener(listener, events)
        for one in events if self._waiters else ():
            waiter = self._waiters.get((one.tenant, one.stream))
            if waiter is not None and one.stream not in parked:
                waiter.notify(one.version)

    def forget_all(self) -> None:
        """Events may have been missed: listeners drop what they keep, waiters return so that their callers look."""
        for listener in self._listeners:
            listener.forget_all()
        for waiter in list(self._waiters.values()):
            waiter.notify(0)

    def _notify_listener(self, listener: Listener, events: Sequence[Stored]) -> None:
        try:
            listener.on_events(events)
        except Exception:
            log.exception("a listener failed; it drops what it keeps")
            listener.forget_all()
