"""Turns: a limit on work at once, a lower one per tenant, one per user. Users who wait are served in rotation."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from shared.errors import Unavailable

User = tuple[str, str]  # tenant and user
Gone = Callable[[], Awaitable[None]]  # raises once the one who asks has gone; it never returns before


class Turns:
    """wait: seconds after which somebody who waits is refused."""

    def __init__(self, at_once: int, of_a_tenant: int, wait: float) -> None:
        self._at_once, self._of_a_tenant, self._wait = at_once, of_a_tenant, wait
        self._running: set[User] = set()
        self._waiting: dict[User, deque[asyncio.Future[None]]] = {}  # in the order in which users are served

    @asynccontextmanager
    async def of(self, user: User, gone: Gone | None = None) -> AsyncIterator[None]:
        """Raises Unavailable when no turn comes in time, and what `gone` raises while the turn is waited for."""
        await self._take(user, gone)
        try:
            yield
        finally:
            self._end(user)

    async def _take(self, user: User, gone: Gone | None) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(user, deque()).append(turn)
        self._hand_out()
        try:
            async with asyncio.timeout(self._wait):
                await (turn if turn.done() or gone is None else _unless_gone(turn, gone))
        except BaseException as error:
            if turn.done() and not turn.cancelled():  # it came at the same moment
                self._end(user)
            else:
                self._leave(user, turn)
            if isinstance(error, TimeoutError):
                raise Unavailable("too many questions are waiting; ask again later") from None
            raise

    def _leave(self, user: User, turn: asyncio.Future[None]) -> None:
        turns = self._waiting.get(user, deque())
        if turn in turns:
            turns.remove(turn)
        if not turns:
            self._waiting.pop(user, None)

    def _end(self, user: User) -> None:
        self._running.discard(user)
        self._hand_out()

    def _hand_out(self) -> None:
        for user in list(self._waiting):
            if not self._free(user):
                continue
            turns = self._waiting.pop(user)
            while turns and turns[0].done():  # cancelled a moment ago
                turns.popleft()
            if turns:
                turns.popleft().set_result(None)
                self._running.add(user)
            if turns:
                self._waiting[user] = turns  # behind all others

    def _free(self, user: User) -> bool:
        of_the_tenant = sum(1 for tenant, _ in self._running if tenant == user[0])
        return user not in self._running and len(self._running) < self._at_once and of_the_tenant < self._of_a_tenant


async def _unless_gone(turn: asyncio.Future[None], gone: Gone) -> None:
    leaving = asyncio.ensure_future(gone())
    try:
        await asyncio.wait({turn, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not turn.done():
            leaving.result()
    finally:
        leaving.cancel()
