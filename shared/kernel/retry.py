"""Retries: a command that lost a race for its record decides again on the record as it then is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from weakref import WeakValueDictionary

from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from shared.errors import Conflict, PreconditionFailed, Unavailable
from shared.eventstore.port import StoreBroken, StoreUnavailable, WrongVersion
from shared.kernel.call import Done, Task
from shared.kernel.request_keys import KeyedRequest
from shared.security.keyring import KeysUnavailable

ATTEMPTS = 5
Attempt = Callable[[Task, KeyedRequest | None], Awaitable[Done]]


class Retries:
    """The losers of a race queue up within this process; those of other processes are kept apart by jitter."""

    def __init__(self) -> None:
        self._queues: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def run(self, task: Task, request: KeyedRequest | None, attempt: Attempt) -> Done:
        """Try up to five times; once only if the caller named a version.

        Raises PreconditionFailed, Conflict and Unavailable for what the store raises, and as `attempt`.
        """
        if_match = task.call.if_match
        try:
            try:
                return await attempt(task, request)
            except WrongVersion:
                if if_match is not None:
                    raise
                return await self._again(task, request, attempt)
        except WrongVersion as error:
            raise (Conflict() if if_match is None else PreconditionFailed(if_match, error.actual)) from error
        except (StoreUnavailable, StoreBroken, KeysUnavailable) as error:
            raise Unavailable(str(error)) from error

    async def _again(self, task: Task, request: KeyedRequest | None, attempt: Attempt) -> Done:
        stream = task.aggregate.stream(task.call.id or task.call.new_id or "")
        lock = self._queues.setdefault(stream, asyncio.Lock())
        async with lock:
            retrying = AsyncRetrying(
                stop=stop_after_attempt(ATTEMPTS - 1),
                wait=wait_random_exponential(multiplier=0.005, max=0.1),
                retry=retry_if_exception_type(WrongVersion),
                reraise=True,
            )
            return await retrying(attempt, task, request)
