"""How a job or its dry run is followed: the same routes for imports and for bulk acts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any, Generic

from fastapi import Request
from starlette.responses import Response

from services.integration.api.answers import csv_answer, numbered
from services.integration.jobs.lifecycle import J
from services.integration.jobs.previews import Previews
from services.integration.jobs.progress import JobProgress
from shared.http.answers import Answer, model_answer, path_id
from shared.http.auth import Authenticator
from shared.http.problems import language_of
from shared.http.sse import event_stream
from shared.kernel.kernel import Kernel
from shared.security.permissions import Access

Outcome = dict[str, Any]


class JobRoutes(Generic[J]):
    """resource: what the jobs are called. outcome: the model of a report. may_begin: raises for who may begin no such
    job, and so follows no dry run. note: puts into the read log what an outcome shows, before it is answered."""

    def __init__(
        self,
        kernel: Kernel,
        resource: str,
        authenticator: Authenticator,
        progress: JobProgress[J],
        previews: Previews[Any],
        outcome: type[Answer],
        may_begin: Callable[[Access], Awaitable[None]],
        note: Callable[[Access, Outcome], Awaitable[None]],
    ) -> None:
        self._kernel, self._resource = kernel, resource
        self._authenticator, self._progress, self._previews = authenticator, progress, previews
        self._outcome, self._may_begin, self._note = outcome, may_begin, note

    async def events(self, request: Request) -> Response:
        access, id, language = await self._authenticator.access(request), path_id(request), language_of(request.scope)
        if self._previews.has(access, id):
            allowed = self._authenticator.while_allowed(request, self._may_begin)
            return event_stream(numbered(self._noted(access, self._previews.events(access, id, language))), allowed)
        await self._progress.state(access, id)  # a 404 comes before the stream begins
        allowed = self._authenticator.while_allowed(request, partial(self._progress.state, id=id))
        return event_stream(numbered(self._noted(access, self._progress.events(access, id, language))), allowed)

    async def report(self, request: Request) -> Response:
        access, id, language = await self._authenticator.access(request), path_id(request), language_of(request.scope)
        if self._previews.has(access, id):
            found = await self._previews.outcome(access, id, language)
        else:
            found = await self._progress.outcome(access, await self._progress.state(access, id), language)
        await self._note(access, found)
        return model_answer(self._outcome(**found))

    async def _noted(self, access: Access, events: AsyncIterator[Outcome]) -> AsyncIterator[Outcome]:
        async for found in events:
            await self._note(access, found)
            yield found

    async def left(self, request: Request) -> Response:
        access, id, language = await self._authenticator.access(request), path_id(request), language_of(request.scope)
        lines = self._progress.left(await self._progress.state(access, id), language)
        return await csv_answer(self._kernel, access, self._resource, lines, f"left-{id}.csv")
