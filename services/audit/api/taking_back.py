"""Taking back over HTTP all that a person did in a span of time, or that an act led to: a preview, then the act."""

from __future__ import annotations

import logging
import tempfile
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field, TypeAdapter
from starlette.responses import Response

from services.audit.api.searching import Callers, asked, conditions
from services.audit.heads import EventHead, Heads
from services.audit.replays import Note, Report, reports
from services.audit.taking_back import Left, TakingBack, changes_found
from shared.domain.command import CommandModel
from shared.errors import CrmError, Invalid, Unavailable
from shared.events.envelope import Stored
from shared.explorer.explorer import Explorer
from shared.http.body import parse
from shared.http.headers import call_of
from shared.http.openapi import Schema, answer_events, body_of, operation, parameter
from shared.http.problems import failure_text, language_of
from shared.http.routing import DirectRoute
from shared.http.sse import ServerEvent, event_stream
from shared.kernel.bus import CommandBus
from shared.kernel.kernel import Kernel
from shared.kernel.rehearsal import rehearsed_bus
from shared.messages.languages import Language, in_language
from shared.security.permissions import Access

SHOWN = 50  # changes that stay, in a report
Condition = Annotated[str, Field(max_length=200)]
log = logging.getLogger("crm.audit")


class PreviewTakingBack(CommandModel):
    """What is to be taken back: conditions of `GET /audit/search`, which hold at once.

    All that one person did, which needs `since`, or all that one act led to (`correlation`).
    """

    actor: Condition = ""
    correlation: Condition = ""
    record: Condition = ""
    type: Condition = ""
    category: Condition = ""
    command: Condition = ""
    since: Condition = ""
    until: Condition = ""

    def given(self) -> dict[str, str]:
        """As a search has them. Raises Invalid."""
        if not (self.actor or self.correlation):
            raise Invalid.field("actor", "required", "say whose changes are to be taken back")
        if not (self.since or self.correlation):
            raise Invalid.field("since", "required", "say since when changes are to be taken back")
        return {name: value for name, value in self.model_dump(exclude={"up_to"}).items() if value}


class TakeBack(PreviewTakingBack):
    """The same, once the preview was looked at. up_to: as it gave it; what came after is not taken back."""

    up_to: int = Field(ge=0, le=2**53)


@dataclass(frozen=True, slots=True)
class _Caller:
    """access: at the beginning. again: the same at any later moment."""

    kernel: Kernel
    explorer: Explorer
    access: Access
    again: Callable[[], Awaitable[Access]]
    allowed: Callable[[], Awaitable[None]]
    language: Language
    reason: str


def taking_back_router(kernel: Kernel) -> APIRouter:
    router, callers = APIRouter(route_class=DirectRoute), Callers(kernel)
    previewed, taken = TypeAdapter(PreviewTakingBack), TypeAdapter(TakeBack)

    @router.post("/taking-back/preview", openapi_extra=_PREVIEW)
    async def preview(request: Request) -> Response:
        caller = await _caller(callers, request)
        wanted = await parse(request, previewed)
        up_to = await kernel.store.head()
        events = await _found(caller, request, wanted, up_to)

        async def rehearse(note: Note) -> Report:
            with tempfile.TemporaryDirectory(prefix="crm-taking-back-") as folder:
                async with rehearsed_bus(kernel, Path(folder) / "events.db", kernel.views) as bus:
                    return await _taken_back(caller, bus, events, note) | {"up_to": up_to, "act": ""}

        return event_stream(_stream(rehearse, caller), caller.allowed)

    @router.post("/taking-back", openapi_extra=_TAKE_BACK)
    async def take_back(request: Request) -> Response:
        caller = await _caller(callers, request)
        wanted = await parse(request, taken)
        events = await _found(caller, request, wanted, wanted.up_to)

        async def perform(note: Note) -> Report:
            return await _taken_back(caller, kernel.bus, events, note) | {"up_to": wanted.up_to}

        return event_stream(_stream(perform, caller), caller.allowed)

    return router


async def _caller(callers: Callers, request: Request) -> _Caller:
    access, explorer = await callers.allowed(request)

    async def again() -> Access:
        now = await callers.authenticator.again(request)
        now.check("audit", "read")
        return now

    async def allowed() -> None:
        await again()

    reason = call_of(request, access, None).reason
    return _Caller(callers.kernel, explorer, access, again, allowed, language_of(request.scope), reason)


async def _found(caller: _Caller, request: Request, wanted: PreviewTakingBack, up_to: int) -> list[Stored]:
    """The changes. Raises Invalid, Rejected; Unavailable while the index lacks some."""
    given = wanted.given()
    search = asked(request, given)
    if not await caller.explorer.freshen():
        raise Unavailable("the index of the log is still being filled")
    caller.kernel.reads.searched(caller.access, conditions(given))
    return await changes_found(caller.explorer, caller.kernel.catalogue, caller.access.tenant, search, up_to)


async def _taken_back(caller: _Caller, bus: CommandBus, events: Sequence[Stored], note: Note) -> Report:
    act = caller.kernel.ids.new()
    work = TakingBack(caller.kernel, bus, caller.again, act, caller.reason, caller.language)
    left = await work.run(events, lambda done: note({"doing": "taking-back", "done": done, "total": len(events)}))
    heads = Heads(caller.kernel, await caller.again())
    shown = await heads.of([one.event for one in left[:SHOWN]])
    return {
        "act": act if len(left) < len(events) else "",
        "changes": len(events),
        "records": len({one.stream for one in events}),
        "undone": len(events) - len(left),
        "left": len(left),
        "reasons": _reasons(left, caller.language),
        "items": [_item(head, one, caller.language) for head, one in zip(shown, left, strict=False)],
        "names": await heads.names(shown),
    }


def _reasons(left: Sequence[Left], language: Language) -> list[dict[str, Any]]:
    """Why changes stay, and how many, the most frequent reason first."""
    counts = Counter((one.why.code, in_language(one.why.message, language)) for one in left)
    return [{"code": code, "message": message, "count": n} for (code, message), n in counts.most_common(SHOWN)]


def _item(head: EventHead, left: Left, language: Language) -> dict[str, Any]:
    return {"event": head, "code": left.why.code, "message": in_language(left.why.message, language)}


async def _stream(job: Callable[[Note], Awaitable[Report]], caller: _Caller) -> AsyncGenerator[ServerEvent, None]:
    try:
        async for report in reports(job):
            yield ServerEvent(report)
    except Exception as error:
        if not isinstance(error, CrmError):
            log.exception("taking back stopped")
        yield ServerEvent({"error": failure_text(error, caller.language)})


_EXAMPLE = {"actor": "01930000-0000-7000-8000-000000000000", "since": "2026-11-24"}
_ERRORS = (401, 403, 409, 413, 415, 422, 429, 503)
_REPORT: Schema = answer_events(
    "Progress `{doing, done, total}`; then the report: `changes` of `records`, how many are `undone`, how many are "
    "`left` and why (`reasons`, `items` the first 50), `up_to`, the `act` that did it; a failure ends with `{error}`"
)
_PREVIEW = operation(
    "preview_taking_back",
    "See what taking back all that a person did, or that an act led to, would come to, without writing anything",
    "explorer",
    {200: _REPORT},
    body=body_of(PreviewTakingBack, _EXAMPLE),
    errors=_ERRORS,
    description="Every change is decided as it would be, the newest first. What hangs on other records of the same "
    "act is judged as these are now: then, it may be taken back after all.",
)
_TAKE_BACK = operation(
    "take_back",
    "Take back all that a person did in a span of time, or that an act led to",
    "explorer",
    {200: _REPORT},
    parameters=[parameter("Reason")],
    body=body_of(TakeBack, {**_EXAMPLE, "up_to": 1042}),
    errors=_ERRORS,
    description="Each change by the command that takes it back alone, with your rights, the newest first; what others "
    "changed since stays. It stops when you leave; asked again, it does the rest. All that it did is one act: its id, "
    "as `correlation`, takes that back.",
)
