"""Idempotency keys: the same key and body have one effect and one answer, however often they are sent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from shared.errors import CrmError
from shared.eventstore.port import Appended
from shared.kernel.call import Done, Task
from shared.kernel.request_keys import KeyedRequest, RequestKeys

Attempt = Callable[[Task, KeyedRequest | None], Awaitable[Done]]
Replay = Callable[[str, Appended], Awaitable[Done]]


class Idempotency:
    """replay: the answer of a command that was carried out earlier (tenant, what the store wrote then)."""

    def __init__(self, keys: RequestKeys, replay: Replay) -> None:
        self._keys, self._replay = keys, replay
        self._running: dict[tuple[str, str], asyncio.Future[None]] = {}

    async def once(self, task: Task, attempt: Attempt) -> Done:
        """Carry out a command unless its key was used before. Raises KeyReused for another body, and as `attempt`.

        Callers with the same key wait for one another; the store then gives the later ones the first one's answer.
        """
        if task.call.key is None:
            return await attempt(task, None)
        request = await self._request(task, task.call.key)
        slot = (task.call.access.tenant, request.key)
        while (earlier := self._running.get(slot)) is not None:
            await asyncio.shield(earlier)
        self._running[slot] = ended = asyncio.get_running_loop().create_future()
        try:
            return await self._first(task, request, attempt)
        finally:
            del self._running[slot]
            ended.set_result(None)

    async def _first(self, task: Task, request: KeyedRequest, attempt: Attempt) -> Done:
        """A command that is refused now may have been carried out before: then that answer counts."""
        try:
            return await attempt(task, request)
        except CrmError as error:
            if error.status == 503:
                raise
            earlier = await _earlier(task, request)
            if earlier is None:
                raise
            return await self._replay(task.call.access.tenant, earlier)

    async def _request(self, task: Task, key: str) -> KeyedRequest:
        access, own = task.call.access, f"{task.call.access.user}/{key}"
        return await self._keys.request(access.tenant, own, task.aggregate, task.command, task.body, task.call.id)


async def _earlier(task: Task, request: KeyedRequest) -> Appended | None:
    earlier = await task.repository.store.find_request(task.call.access.tenant, request.key)
    if earlier is not None:
        await request.check(earlier)
    return earlier
