"""The HTTP routes of a record type, made from its aggregate's description: nothing here knows what a record means."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from typing import Any, get_args

from fastapi import Request
from starlette.responses import Response

from shared.domain.command import Command
from shared.domain.types import Reading
from shared.errors import Invalid, NotFound, ProjectionBehind
from shared.http import params
from shared.http.answers import asked_fields, done_answer, json_answer, page_answer, path_id, record_answer, sparse
from shared.http.auth import Authenticator
from shared.http.board import Board
from shared.http.body import parse
from shared.http.commandpaths import method_and_path
from shared.http.density import density_of
from shared.http.export import Wish, export
from shared.http.headers import call_of
from shared.http.naming import page_of_changes, titles_of_changes, titles_of_records, titles_on_timeline
from shared.http.reading import ReadNotes, conditions_of, fields_of
from shared.http.recorddocs import RecordDocs
from shared.http.routing import DescribedRouter, Handler
from shared.http.undo import undo_answer
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.kernel import Kernel
from shared.kernel.queries import Moment, nothing_hidden
from shared.kernel.timeline import CHANGE, timeline
from shared.messages.languages import Language
from shared.security.permissions import Access
from shared.views.port import MAX_PAGE, Document, Query, leaves

_LABELS = {"zh": "zh-CN"}  # of exports: what else a language is called


def record_router(kernel: Kernel, aggregate: AnyAggregate) -> DescribedRouter:
    """List, count, board, density, export, read, history, timeline and one route per command of one record type."""
    if taken := params.RESERVED & {f.name for f in aggregate.collection.fields}:
        raise TypeError(f"{aggregate.name}: {sorted(taken)} are names of query parameters")
    on_timelines = [a for a in kernel.catalogue if a.on_timelines is not None]
    docs, records = RecordDocs(aggregate, on_timelines), _Records(kernel, aggregate)
    router, noun = DescribedRouter(docs.components), f"/{aggregate.noun}"
    router.add("GET", noun, records.list, docs.list)
    router.add("GET", f"{noun}/count", records.count, docs.count)
    router.add("GET", f"{noun}/board", records.board, docs.board)
    router.add("GET", f"{noun}/density", records.density, docs.density)
    router.add("GET", f"{noun}/export", records.export, docs.export)
    router.add("GET", f"{noun}/{{id}}", records.read, docs.read)
    router.add("GET", f"{noun}/{{id}}/history", records.history, docs.history)
    router.add("GET", f"{noun}/{{id}}/timeline", records.timeline, docs.timeline)
    for command in aggregate.commands.values():
        if not command.hidden:
            method, path = method_and_path(aggregate, command)
            router.add(method, path, records.command(command), partial(docs.command, command))
    return router


class _Records:
    """The handlers of one record type."""

    def __init__(self, kernel: Kernel, aggregate: AnyAggregate) -> None:
        self._platform, self._aggregate = kernel, aggregate
        self._queries, self._collection = kernel.queries, aggregate.collection
        self._authenticator = Authenticator(kernel)
        self._access, self._reading = self._authenticator.access, ReadNotes(kernel, aggregate)

    def _listing(self, request: Request, access: Access, allowed: frozenset[str]) -> tuple[Query, dict[str, str]]:
        pairs = params.pairs_of(request)
        query, given = params.listing(self._collection, pairs, allowed)
        for condition in leaves(query.where):
            if condition.field.startswith("custom.") and not access.may_see(self._aggregate.name, condition.field):
                raise Invalid.field(condition.field, "bad-filter", "no such field to filter by")
        return query, given

    async def list(self, request: Request) -> Response:
        access = await self._access(request)
        query, given = self._listing(request, access, params.LIST)
        await self._arrived(access, given)
        moment, names = _moment(request, given), await asked_fields(self._platform, self._aggregate, access, given)
        named, rights = params.flag(given, "names"), params.rights(given, moment)
        if moment.is_now and names is None and not (named or rights) and nothing_hidden(self._aggregate, access):
            raw, next_ = await self._queries.find_raw(self._aggregate, query, access)
            await self._reading.stored(access, raw, fields_of(query))
            return page_answer(raw, next_)
        page = await self._queries.find(self._aggregate, query, access, moment, rights)
        items = [sparse(d, names, ("rights",)) for d in page.items]
        await self._reading.found(access, page.items, items, query.text, fields_of(query))
        body: dict[str, Any] = {"items": items, "next": page.next}
        if named:
            body["names"] = await titles_of_records(self._platform, self._aggregate, items, access)
        return json_answer(body)

    async def count(self, request: Request) -> Response:
        access = await self._access(request)
        query, given = self._listing(request, access, params.COUNT)
        await self._arrived(access, given)
        counted = await self._queries.counted(self._aggregate, query, access, _moment(request, given))
        await self._reading.figure(access, conditions_of(query), query.text)
        return json_answer({"count": counted.number, **({"more": True} if counted.more else {})})

    async def density(self, request: Request) -> Response:
        access = await self._access(request)
        given = params.only(params.pairs_of(request), params.DENSITY)
        return json_answer(
            await density_of(self._platform, self._aggregate, access, given, params.calendar_of(request))
        )

    async def board(self, request: Request) -> Response:
        access = await self._access(request)
        query, given = self._listing(request, access, params.BOARD)
        await self._arrived(access, given)
        board = Board(self._platform, self._aggregate, access, params.calendar_of(request))
        return json_answer(await board.answer(query, given))

    async def _arrived(self, access: Access, given: dict[str, str]) -> None:
        """Wait for the versions of `min_version`. Raises Invalid, Forbidden, ProjectionBehind."""
        for resource, id, version in params.versions(given.get("min_version"), self._aggregate.name):
            try:
                await self._queries.arrived(self._platform.catalogue[resource], id, access, version)
            except (KeyError, NotFound) as error:
                raise Invalid.field("min_version", "unknown-reference", "there is no such record") from error

    async def export(self, request: Request) -> Response:
        access = await self._access(request)
        query, given = self._listing(request, access, params.EXPORT)
        wish = Wish(
            params.option(given, "format", ("csv", "xlsx"), "csv"),
            params.field_names(self._collection, given.get("fields"), custom=True),
            params.flag(given, "names"),
            _LABELS.get(labels := params.option(given, "labels", (*_LABELS, *get_args(Language)), ""), labels),
        )
        return await export(
            self._platform,
            self._aggregate,
            query,
            access,
            _moment(request, given),
            wish,
            _conditions(request),
            self._authenticator.while_allowed(request, self._may_export),
        )

    async def _may_export(self, access: Access) -> None:
        access.scope(self._aggregate.name, "export")

    async def read(self, request: Request) -> Response:
        access, id = await self._access(request), path_id(request)
        given = params.only(params.pairs_of(request), params.READ)
        moment, names = _moment(request, given), await asked_fields(self._platform, self._aggregate, access, given)
        version = params.number(given, "min_version", 0, 999_999_999, 0)
        named, rights = params.flag(given, "names"), params.rights(given, moment)
        if moment.is_now and names is None and not (named or rights) and nothing_hidden(self._aggregate, access):
            raw = await self._queries.raw(self._aggregate, id, access, version)
            await self._reading.stored(access, [raw])
            return record_answer(raw)
        document = await self._queries.get(
            self._aggregate, id, access, moment=moment, min_version=version, rights=rights
        )
        body = sparse(document, names, ("rights",))
        await self._reading.documents(access, [body])
        if named:
            body = {**body, "names": await titles_of_records(self._platform, self._aggregate, [body], access)}
        return json_answer(body, headers={"ETag": f'"{document["version"]}"'})

    async def history(self, request: Request) -> Response:
        access, id = await self._access(request), path_id(request)
        given = params.only(params.pairs_of(request), params.HISTORY)
        limit = params.number(given, "limit", MAX_PAGE, MAX_PAGE) if "limit" in given else None
        below = params.number(given, "cursor", 1, 999_999_999) if "cursor" in given else None
        entries = await self._queries.history(self._aggregate, id, access)
        page, next_ = page_of_changes(entries, below, limit)
        await self._reading.changes(access, id, [entry["changes"] for entry in page])
        body: dict[str, Any] = {"items": [self._with_undo(request, entry) for entry in page], "next": next_}
        if params.flag(given, "names"):
            body["names"] = await titles_of_changes(self._platform, self._aggregate, page, access)
        return json_answer(body)

    def _with_undo(self, request: Request, entry: Document) -> Document:
        """An entry of a history whose handle is a request."""
        return entry | undo_answer(request, self._aggregate, entry["undo"])

    async def timeline(self, request: Request) -> Response:
        access, id = await self._access(request), path_id(request)
        given = params.only(params.pairs_of(request), params.TIMELINE)
        kinds = frozenset(given["kinds"].split(",")) if given.get("kinds") else None
        found = await timeline(
            self._queries,
            self._platform.catalogue,
            self._aggregate,
            id,
            access,
            _moment(request, given),
            kinds,
            params.number(given, "limit", 50, MAX_PAGE),
            given.get("cursor") or None,
        )
        shown = [*found.items, *([found.contact] if found.contact else ())]
        await self._timeline_read(access, id, shown)
        body: dict[str, Any] = {"items": found.items, "next": found.next}
        if found.judged:
            body["last_contact"] = found.contact
        if params.flag(given, "names"):
            body["names"] = await titles_on_timeline(self._platform, self._aggregate, shown, access)
        for item in found.items:
            if item["kind"] == CHANGE:
                item["change"] = self._with_undo(request, item["change"])
        return json_answer(body)

    async def _timeline_read(self, access: Access, id: str, items: Iterable[Document]) -> None:
        """Its own changes, and records of other types."""
        shown: dict[str, list[Document]] = {}
        for item in items:
            shown.setdefault(item["kind"], []).append(item["change" if item["kind"] == CHANGE else "record"])
        await self._reading.changes(access, id, [one["changes"] for one in shown.pop(CHANGE, ())])
        for kind, records in shown.items():
            await ReadNotes(self._platform, self._platform.catalogue[kind]).documents(access, records)

    def command(self, command: Command) -> Handler:
        aggregate, bus, creates = self._aggregate, self._platform.bus, command.creates

        async def run(request: Request) -> Response:
            access = await self._access(request)
            id = None if creates else path_id(request)
            if request.scope["query_string"]:
                params.only(params.pairs_of(request), ())
            access.scope(aggregate.name, command.action)  # without the right at all, the body is not even read
            country = await self._platform.directory.country(access.tenant)
            body = await parse(request, command.adapter, Reading(in_body=True, country=country))
            done = await bus.execute(aggregate, command, body, call_of(request, access, id))
            if command.action == "erase":
                with suppress(ProjectionBehind):  # it is durable, and the view follows
                    await self._queries.wait_for(aggregate, done.id, access.tenant, done.version)
            undo = await bus.admitted(aggregate, await self._queries.undo_of(aggregate, command, done, access), access)
            shown = undo_answer(request, aggregate, undo)
            if not creates:
                return done_answer(done, shown)
            return done_answer(done, shown, f"{request.scope.get('root_path', '')}/{aggregate.noun}/{done.id}")

        return run


def _conditions(request: Request) -> str:
    """What an export is asked for, as it was written; not in which form."""
    return "&".join(f"{n}={v}" for n, v in params.pairs_of(request) if n not in ("format", "labels", "names"))


def _moment(request: Request, given: dict[str, str]) -> Moment:
    return params.moment(given, params.calendar_of(request))
