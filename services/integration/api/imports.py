"""Routes of imports: start, dry run, progress, report, rejected rows. Pause, resume and revert are plain commands."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import date
from itertools import islice
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.integration.api import docs
from services.integration.api.answers import CSV, csv_answer
from services.integration.api.job_routes import JobRoutes, Outcome
from services.integration.api.models import ColumnMatch, ImportOutcome, InspectedFile, StartedImport
from services.integration.api.uploads import Upload, upload
from services.integration.import_job import IMPORT
from services.integration.import_mapping import IMPORT_MAPPING
from services.integration.imports.dry_runs import DryRuns
from services.integration.imports.progress import ImportProgress
from services.integration.imports.submission import start_import
from services.integration.imports.upload import Sent
from services.integration.jobs.files import JobFiles
from services.integration.suggestion.fields import fields_of
from services.integration.suggestion.inspection import propose
from services.integration.suggestion.kept import fitted
from shared.clock import day_of
from shared.errors import Invalid
from shared.events.audit_reads import DataExported
from shared.http import params
from shared.http.answers import model_answer, path_id
from shared.http.auth import Authenticator
from shared.http.headers import call_of
from shared.http.problems import language_of
from shared.http.routing import DirectRouter
from shared.kernel.kernel import Kernel
from shared.security.permissions import Access, require_user
from shared.tabular.cells import MARK
from shared.tabular.table import examine, read_rows

SAMPLES = 5  # rows that `inspect` shows


def imports_router(kernel: Kernel) -> APIRouter:
    router = DirectRouter()
    authenticator, progress, dry_runs = Authenticator(kernel), ImportProgress(kernel), DryRuns(kernel)
    handlers = _Handlers(kernel, authenticator, progress, dry_runs)
    jobs = JobRoutes(kernel, IMPORT.name, authenticator, progress, dry_runs, ImportOutcome, _may_import, handlers.note)

    def route(method: str, path: str, handler: Any, operation: dict[str, Any]) -> None:
        router.add_api_route(path, handler, methods=[method], openapi_extra=operation)

    route("POST", "/imports", handlers.start, docs.START)
    route("POST", "/imports/dry-run", handlers.dry_run, docs.DRY_RUN)
    route("POST", "/imports/inspect", handlers.inspect, docs.INSPECT)
    route("GET", "/imports/template", handlers.template, docs.TEMPLATE)
    route("GET", "/imports/{id}/events", jobs.events, docs.EVENTS)
    route("GET", "/imports/{id}/report", jobs.report, docs.REPORT)
    route("GET", "/imports/{id}/rejected.csv", handlers.rejected, docs.REJECTED)
    route("GET", "/imports/{id}/left.csv", jobs.left, docs.LEFT)
    return router


class _Handlers:
    def __init__(
        self, kernel: Kernel, authenticator: Authenticator, progress: ImportProgress, dry_runs: DryRuns
    ) -> None:
        self._kernel, self._files = kernel, JobFiles(kernel.files)
        self._progress, self._dry_runs, self._access = progress, dry_runs, authenticator.access

    def _upload(self, request: Request) -> Any:
        return upload(request, self._files.of_upload(self._kernel.ids.new()))

    async def start(self, request: Request) -> Response:
        access, encoding = await self._allowed(request), _encoding(request)
        key = call_of(request, access, None).key
        async with self._upload(request) as sent:
            id = await start_import(self._kernel, access, await self._sent(access, sent, encoding), key)
        return model_answer(StartedImport(id=id, version=1), 201, {"Location": f"/imports/{id}"})

    async def dry_run(self, request: Request) -> Response:
        access, encoding = await self._allowed(request), _encoding(request)
        async with self._upload(request) as sent:
            id = await self._dry_runs.start(access, await self._sent(access, sent, encoding))
        return model_answer(StartedImport(id=id), 202)

    async def inspect(self, request: Request) -> Response:
        access, encoding = await self._allowed(request), _encoding(request)
        async with self._upload(request) as sent:
            if len(sent.files) != 1:
                raise Invalid.field("file", "required", "send one file to look into")
            [(name, path)] = sent.files.items()
            facts = await asyncio.to_thread(examine, path, name, encoding)
            samples = [dict(zip(facts.columns, row.cells, strict=False)) for row in islice(read_rows(facts), SAMPLES)]
            today = date.fromisoformat(day_of(self._kernel.clock.now()))
            kept = fitted(await self._mapping(access, sent), name) if "mapping_id" in sent.fields else None
            resource = kept[0] if kept else sent.fields.get("resource", "")
            found = await propose(self._kernel, access, facts, resource, today)
            suggestion = kept[1] if kept else found.suggestion
        language = language_of(request.scope)
        matches = [ColumnMatch(**match) for match in found.matches(language)]
        answer = InspectedFile(**facts.summary(), samples=samples, matches=matches, resource=found.resource)
        answer.fields, answer.suggestion = found.fields, suggestion
        return model_answer(answer)

    async def template(self, request: Request) -> Response:
        access = await self._allowed(request)
        given = params.only(params.pairs_of(request), ("resource",))
        if not (resource := given.get("resource", "")):
            raise Invalid.field("resource", "required", "name a record type")
        access.scope(resource, "import")
        text = io.StringIO(newline="")
        csv.writer(text).writerow(fields_of(self._kernel.catalogue[resource], access))
        headers = {"Content-Disposition": f'attachment; filename="{resource}.csv"'}
        return Response(MARK + text.getvalue(), headers=headers, media_type=CSV)

    async def rejected(self, request: Request) -> Response:
        access, id, language = await self._access(request), path_id(request), language_of(request.scope)
        if self._dry_runs.has(access, id):
            lines = self._dry_runs.rejected(access, id, language)
        else:
            lines = self._progress.rejected(await self._progress.state(access, id), language)
        return await csv_answer(self._kernel, access, IMPORT.name, lines, f"rejected-{id}.csv")

    async def note(self, access: Access, outcome: Outcome) -> None:
        """A report shows the first rejected rows with their cells: the read log has it as it has the file of them."""
        if isinstance(rows := outcome.get("rejected"), list) and rows:
            name = f"report-{outcome['id']}"
            exported = DataExported(self._kernel.ids.new(), IMPORT.name, "json", name, [], len(rows))
            await self._kernel.reads.record(access, exported)

    async def _allowed(self, request: Request) -> Access:
        access = await self._access(request)
        await _may_import(access)
        return access

    async def _sent(self, access: Access, sent: Upload, encoding: str) -> Sent:
        return Sent(await self._mapping(access, sent), sent.files, encoding, sent.fields.get("corrections", ""))

    async def _mapping(self, access: Access, sent: Upload) -> str:
        """The mapping of the body itself, or a saved one by its id."""
        if text := sent.fields.get("mapping", ""):
            return text
        if not (id := sent.fields.get("mapping_id", "")):
            raise Invalid.field("mapping", "required", "send a mapping, or name a saved one")
        saved = await self._kernel.queries.get(IMPORT_MAPPING, id, access)
        return str(saved["mapping"])


def _encoding(request: Request) -> str:
    """In which the caller says the files are; "" = that is found out."""
    return params.only(params.pairs_of(request), ("encoding",)).get("encoding", "")[:40]


async def _may_import(access: Access) -> None:
    require_user(access)
    access.scope("import", "create")
