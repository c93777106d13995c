"""Replays and verifications over HTTP: the answer is a stream of server-sent events, the last one the result."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Annotated

from anyio import CancelScope
from fastapi import APIRouter, Request
from pydantic import Field, TypeAdapter
from starlette.responses import Response

from services.audit.replays import Note, Report, heal_parked, replay, reports, verify, verify_ledger, views_named
from services.audit.texts import erase_texts, refuse_held_texts
from shared.domain.command import CommandModel
from shared.domain.types import Day
from shared.errors import Conflict
from shared.eventstore.port import StoreBroken
from shared.http.auth import Authenticator
from shared.http.body import parse
from shared.http.openapi import answer_events, body_of, operation
from shared.http.problems import failure_text, language_of
from shared.http.routing import DirectRouter
from shared.http.sse import ServerEvent, event_stream
from shared.kernel.kernel import Kernel
from shared.messages.languages import Language
from shared.security.keyring import KeyMissing
from shared.security.permissions import Access, Action
from shared.streaming.leases import LeaseHolder
from shared.views.port import ViewsUnavailable

LEASE = "audit:job"
log = logging.getLogger("crm.audit")
_ERRORS = (401, 403, 409, 413, 415, 422, 429, 503)
_STREAM = answer_events("Progress `{doing, done}`, then the result; a failure ends with `{error}`")


class ReplayViews(CommandModel):
    """Which views to rebuild; null = all, and the warehouse."""

    views: list[str] | None = Field(None, max_length=100)


class HealParked(CommandModel):
    """Try every event again that could not be handled."""


class EraseTexts(CommandModel):
    """Reasons, causes, notes, custom values and filters that were written on that day (UTC), except a person's own."""

    day: Annotated[Day, Field(min_length=10)]


class VerifyViews(CommandModel):
    """Compare all views of the organisation."""


class VerifyLedger(CommandModel):
    """Check the events behind a position, up to another one; checkpoints always all."""

    after: int = Field(0, ge=0, le=2**53)
    up_to: int | None = Field(None, ge=0, le=2**53)


def jobs_router(kernel: Kernel) -> APIRouter:
    router, runner = DirectRouter(), _Runner(kernel)
    _add_replays(router, kernel, runner)
    _add_healings(router, kernel, runner)
    _add_text_erasures(router, kernel, runner)
    _add_verifications(router, kernel, runner)
    _add_ledger_checks(router, kernel, runner)
    return router


class _Runner:
    """Runs one job at a time in the whole installation, and streams its progress."""

    def __init__(self, kernel: Kernel) -> None:
        self.authenticator = Authenticator(kernel)
        self._views, self._clock = kernel.views, kernel.clock

    async def access(self, request: Request, action: Action) -> Access:
        access = await self.authenticator.access(request)
        access.check("audit", action)
        return access

    async def run(self, request: Request, action: Action, job: Callable[[Note], Awaitable[Report]]) -> Response:
        """Raises Conflict while another job runs, in any process."""

        async def check(access: Access) -> None:
            access.check("audit", action)

        turn = LeaseHolder(self._views, LEASE, self._clock)
        if not await turn.take():
            raise Conflict("another replay or verification is running")
        events = _events(job, turn, language_of(request.scope))
        return event_stream(events, self.authenticator.while_allowed(request, check))


def _add_replays(router: APIRouter, kernel: Kernel, runner: _Runner) -> None:
    model = TypeAdapter(ReplayViews)
    described = operation(
        "replay",
        "Rebuild views from the events next to the live ones and swap them in",
        "jobs",
        {200: _STREAM},
        body=body_of(ReplayViews, {"views": ["accounts"]}, required=False),
        errors=_ERRORS,
    )

    @router.post("/replays", openapi_extra=described)
    async def start_replay(request: Request) -> Response:
        await runner.access(request, "manage")
        asked = await parse(request, model)
        aggregates, with_warehouse = views_named(kernel, asked.views)
        return await runner.run(request, "manage", lambda note: replay(kernel, aggregates, with_warehouse, note))


def _add_healings(router: APIRouter, kernel: Kernel, runner: _Runner) -> None:
    model = TypeAdapter(HealParked)
    described = operation(
        "heal",
        "Try the events again that could not be handled, and what is made from their records",
        "jobs",
        {200: _STREAM},
        body=body_of(HealParked, {}, required=False),
        errors=_ERRORS,
    )

    @router.post("/healings", openapi_extra=described)
    async def start_healing(request: Request) -> Response:
        await runner.access(request, "manage")
        await parse(request, model)
        return await runner.run(request, "manage", lambda note: heal_parked(kernel, note))


def _add_text_erasures(router: APIRouter, kernel: Kernel, runner: _Runner) -> None:
    model = TypeAdapter(EraseTexts)
    described = operation(
        "erase_texts",
        "Make a day's free text unreadable for good: in the log, its backups and the views",
        "jobs",
        {200: _STREAM},
        body=body_of(EraseTexts, {"day": "2026-11-24"}),
        errors=_ERRORS,
        description="This erases text on records of things. Text on a person's record is erased with the person.",
    )

    @router.post("/text-erasures", openapi_extra=described)
    async def start_text_erasure(request: Request) -> Response:
        access = await runner.access(request, "manage")
        asked = await parse(request, model)
        await refuse_held_texts(kernel, access.tenant, asked.day)
        return await runner.run(request, "manage", lambda note: erase_texts(kernel, access.tenant, asked.day, note))


def _add_verifications(router: APIRouter, kernel: Kernel, runner: _Runner) -> None:
    model = TypeAdapter(VerifyViews)
    described = operation(
        "verify",
        "Prove that the log is as it was written, and that live views == rebuilt views == fold of the events",
        "jobs",
        {200: _STREAM},
        body=body_of(VerifyViews, {}, required=False),
        errors=_ERRORS,
    )

    @router.post("/verifications", openapi_extra=described)
    async def start_verification(request: Request) -> Response:
        access = await runner.access(request, "read")
        await parse(request, model)
        return await runner.run(request, "read", lambda note: verify(kernel, access.tenant, kernel.open_scratch, note))


def _add_ledger_checks(router: APIRouter, kernel: Kernel, runner: _Runner) -> None:
    model = TypeAdapter(VerifyLedger)
    described = operation(
        "verify_ledger",
        "Prove that log, ledger and signed checkpoints agree, here and in the places outside",
        "jobs",
        {200: _STREAM},
        body=body_of(VerifyLedger, {"after": 0}, required=False),
        errors=_ERRORS,
    )

    @router.post("/ledger-verifications", openapi_extra=described)
    async def start_ledger_verification(request: Request) -> Response:
        await runner.access(request, "read")
        asked = await parse(request, model)
        job = partial(verify_ledger, kernel, after=asked.after, up_to=asked.up_to)
        return await runner.run(request, "read", job)


async def _events(
    job: Callable[[Note], Awaitable[Report]], turn: LeaseHolder, language: Language
) -> AsyncGenerator[ServerEvent, None]:
    try:
        async with turn.kept():  # should it be lost, jobs overlap; a swap of views has a lease of its own
            async for report in reports(job):
                yield ServerEvent(report)
    except Exception as error:
        if not isinstance(error, KeyMissing | StoreBroken):
            log.exception("a replay or verification failed")
        yield ServerEvent({"error": failure_text(error, language)})
    finally:
        with CancelScope(shield=True), suppress(ViewsUnavailable):  # also when the caller has left
            await turn.give_back()
