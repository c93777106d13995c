"""What is known of the backups of the installation: the newest ones, how far the archive is, and the last drill."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response
from typing_extensions import TypedDict

from shared.backup.drills import DRILLS
from shared.backup.status import ARCHIVE, DRILL
from shared.clock import to_rfc3339
from shared.http.answers import DateTime, json_answer
from shared.http.auth import Authenticator
from shared.http.openapi import answer, operation
from shared.http.problems import language_of
from shared.http.routing import DirectRouter
from shared.kernel.kernel import Kernel
from shared.messages import Message, part, say
from shared.messages.languages import Language, catalogue, in_language


class ShownBackup(TypedDict):
    made_at: DateTime
    events: Annotated[int, Field(description="Events of the log up to its end")]
    root: Annotated[str, Field(description="The ledger's root over them")]


class ListedBackup(TypedDict):
    kind: Annotated[str, Field(json_schema_extra={"enum": ["full", "incremental"]})]
    made_at: DateTime
    events: Annotated[int, Field(description="Events of the log up to its end")]


class Measured(TypedDict):
    at: DateTime
    ok: Annotated[bool, Field(description="Whether what was restored is what the suite holds")]
    events: int
    rpo_seconds: Annotated[float, Field(description="How old the oldest event was that the backup did not have")]
    log_seconds: Annotated[float, Field(description="Until the log was back")]
    views_seconds: Annotated[float, Field(description="Until all views were back, too, and compared")]


class CountedRecords(TypedDict):
    records: Annotated[str, Field(description="The record type's collection")]
    restored: int
    live: Annotated[int | None, Field(description="In the live suite, when it was compared; null: it was not reached")]


class ShownDrill(Measured):
    """Counts are of all organisations: only where there is one are they its own to see."""

    differences: Annotated[list[str], Field(description="In the caller's language")]
    counts: Annotated[list[CountedRecords], Field(description="None where the suite has several organisations")]


class Backups(TypedDict):
    archives: Annotated[bool, Field(description="Whether the suite itself archives its events (CRM_BACKUP)")]
    lag_seconds: Annotated[float | None, Field(description="Since the archive had every event; null: it never had")]
    problem: Annotated[str, Field(description="Why events cannot be archived now; empty: they can")]
    full: ShownBackup | None
    incremental: ShownBackup | None
    newest: ShownBackup | None
    listed: Annotated[list[ListedBackup], Field(description="Those at the place of the backups, the newest first")]
    drill: Annotated[ShownDrill | None, Field(description="The last one; null: there was none")]
    drills: Annotated[list[Measured], Field(description=f"What the last {DRILLS} measured, the oldest first")]


_BACKUPS = operation(
    "backups",
    "The newest backups, how far the archive is, and the last drill",
    "backups",
    {200: answer("What is known in the data directory that answers", Backups)},
)


def backups_router(kernel: Kernel) -> APIRouter:
    router, authenticator = DirectRouter(), Authenticator(kernel)

    @router.get("/backups", openapi_extra=_BACKUPS)
    async def backups(request: Request) -> Response:
        access = await authenticator.access(request)
        access.check("audit", "read")
        archive = kernel.backups.read(ARCHIVE) if kernel.backups else {}
        drill = kernel.backups.read(DRILL) if kernel.backups else {}
        now, language = kernel.clock.now(), language_of(request.scope)
        shown = _drill(drill, language, await _is_alone(kernel)) if "at" in drill else None
        return json_answer(_shown(archive, shown, drill.get("measured", []), now))

    return router


async def _is_alone(kernel: Kernel) -> bool:
    """Whether the installation has no more than one organisation."""
    return len([tenant async for tenant, _, _ in kernel.views.scan("organisations")]) < 2


def _shown(archive: dict[str, Any], drill: ShownDrill | None, measured: list[dict[str, Any]], now: int) -> Backups:
    at = archive.get("archived_at")
    return {
        "archives": bool(archive),
        "lag_seconds": None if at is None else round((now - at) / 1e6, 1),
        "problem": "" if not archive.get("problem") else "events cannot be archived now: see the log of the process",
        "full": _backup(archive.get("full")),
        "incremental": _backup(archive.get("incremental")),
        "newest": _backup(archive.get("newest")),
        "listed": [_listed(one) for one in archive.get("listed", [])],
        "drill": drill,
        "drills": [_measured(one) for one in measured],
    }


def _drill(drill: dict[str, Any], language: Language, alone: bool) -> ShownDrill:
    found = [Message(*one) for one in drill.get("said", ())] or [*map(part, drill["differences"])]
    if not alone:
        other = say("the restored suite differs from the live one; who runs it sees in which records")
        found = [one if _says_nothing_of_others(one) else other for one in found]
    differences = [in_language(one, language) for one in found]
    counts = [
        CountedRecords(records=name, restored=one["restored"], live=one["live"])
        for name, one in sorted(drill.get("counts", {}).items() if alone else ())
    ]
    return {**_measured(drill), "differences": [*dict.fromkeys(differences)], "counts": counts}


def _says_nothing_of_others(one: Message) -> bool:
    """Whether it is a sentence of ours with nothing filled in: no number, and no record's id."""
    return not one.params and one.template in catalogue()


def _backup(one: dict[str, Any] | None) -> ShownBackup | None:
    if one is None:
        return None
    return {"made_at": to_rfc3339(one["made_at"]), "events": one["size"], "root": one["root"]}


def _listed(one: dict[str, Any]) -> ListedBackup:
    return {"kind": one["kind"], "made_at": to_rfc3339(one["made_at"]), "events": one["size"]}


def _measured(one: dict[str, Any]) -> Measured:
    return {
        "at": to_rfc3339(one["at"]),
        "ok": one["ok"],
        "events": one["events"],
        "rpo_seconds": one["rpo_seconds"],
        "log_seconds": one["log_seconds"],
        "views_seconds": one["views_seconds"],
    }
