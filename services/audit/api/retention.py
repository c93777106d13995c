"""What a retention rule would erase, asked before it does."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field, TypeAdapter
from starlette.responses import Response
from typing_extensions import TypedDict

from services.audit.retention_candidates import Wanted
from services.audit.retention_preview import LOOKED_AT, MOST, SHOWN, Preview, preview
from services.audit.retention_rule import RETENTION_RULE, RetentionRule
from services.audit.retention_rule_commands import Age, RuleContent, of_people, require_askable, require_whole
from shared.errors import NotFound
from shared.http import params
from shared.http.answers import DateTime, json_answer, path_id
from shared.http.auth import Authenticator
from shared.http.body import parse
from shared.http.openapi import answer, body_of, operation
from shared.http.reading import ReadNotes
from shared.http.routing import DirectRouter
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.kernel import Kernel
from shared.security.permissions import Access
from shared.views.filter_tree import fields_of
from shared.views.port import Document


class RuleIf(RuleContent):
    """A rule that nobody has saved yet."""

    resource: Annotated[str, Field(min_length=1, max_length=60)]
    days: Age

    model_config = {"json_schema_extra": {"examples": [{"resource": "lead", "basis": "used", "days": 730}]}}


class RecordToErase(TypedDict):
    id: str
    title: str
    updated_at: Annotated[DateTime | None, Field(description="null: it is hidden from you")]


_WHOLE = f"All were counted; false: it stopped at {MOST} or so that match, or {LOOKED_AT} or so that are old enough"


class RetentionPreview(TypedDict):
    count: Annotated[int, Field(description="Records that match now")]
    whole: Annotated[bool, Field(description=_WHOLE)]
    held: Annotated[int, Field(description="Of these, kept by a legal hold")]
    due: Annotated[str, Field(description="The day on which they were erased, if they were announced today")]
    records: Annotated[list[RecordToErase], Field(description=f"The first {SHOWN}")]


_ID = {"name": "id", "in": "path", "required": True, "description": "The rule's id", "schema": {"type": "string"}}
_ANSWER = {200: answer("What it would announce", RetentionPreview)}
_WHO = "Asks for the right to erase every record of the type, since a rule does."
_PREVIEW_IF = operation(
    "preview_unsaved_retention_rule",
    "What a retention rule would announce, before it is saved",
    "retention-rules",
    _ANSWER,
    body=body_of(RuleIf, {"resource": "lead", "basis": "used", "days": 730}),
    description=_WHO,
    errors=(401, 403, 413, 415, 422, 429, 503),
)
_PREVIEW = operation(
    "preview_retention_rule",
    "What a retention rule would announce now",
    "retention-rules",
    _ANSWER,
    parameters=[_ID],
    description=_WHO,
    errors=(401, 403, 404, 422, 503),
)


def retention_router(kernel: Kernel) -> APIRouter:
    router = DirectRouter()
    authenticator, model = Authenticator(kernel), TypeAdapter(RuleIf)

    async def shown(access: Access, content: RuleContent, aggregate: AnyAggregate, days: int) -> Response:
        require_whole(access, aggregate)
        await require_askable(aggregate, content, kernel.bus.lookups(access, RETENTION_RULE, ""))
        wanted = Wanted(aggregate.name, content.conditions, content.basis, days)
        found = await preview(kernel, access, wanted, content.notice_days)
        seen = [n for n in (aggregate.collection.title, "updated_at") if access.may_see(aggregate.name, n)]
        records = [{name: document[name] for name in ("id", *seen)} for document in found.records]
        asked = {name for _, name in fields_of(content.conditions)} if content.conditions else ()
        await ReadNotes(kernel, aggregate).documents(access, records, asked)
        return json_answer(_shown(found, records, aggregate.collection.title))

    @router.post("/retention-rules/preview", openapi_extra=_PREVIEW_IF)
    async def preview_if(request: Request) -> Response:
        access = await authenticator.access(request)
        access.scope(RETENTION_RULE.name, "create")
        params.only(params.pairs_of(request), ())
        asked = await parse(request, model)
        return await shown(access, asked, of_people(kernel.catalogue, asked.resource), asked.days)

    @router.post("/retention-rules/{id}/preview", openapi_extra=_PREVIEW)
    async def preview_saved(request: Request) -> Response:
        access, id = await authenticator.access(request), path_id(request)
        access.scope(RETENTION_RULE.name)
        params.only(params.pairs_of(request), ())
        rule: RetentionRule = await kernel.repository.load(RETENTION_RULE, access.tenant, id)
        if not rule.version:
            raise NotFound()
        content = RuleContent.model_validate(
            {"conditions": rule.conditions, "basis": rule.basis, "notice_days": rule.notice_days}
        )
        return await shown(access, content, of_people(kernel.catalogue, rule.resource), rule.days)

    return router


def _shown(found: Preview, records: list[Document], title: str) -> RetentionPreview:
    """records: as the caller sees them."""
    return {
        "count": found.count,
        "whole": found.whole,
        "held": found.held,
        "due": found.due,
        "records": [
            {"id": one["id"], "title": str(one.get(title) or ""), "updated_at": one.get("updated_at")}
            for one in records
        ],
    }
