"""A list as a CSV or XLSX file, streamed page by page: no row limit, flat memory, only what may be exported."""

from __future__ import annotations

import asyncio
import csv
import io
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import StreamingResponse

from shared.domain.custom_values import kind_of
from shared.events.audit_reads import DataExported, ExportEnded
from shared.http.answers import titles_of
from shared.http.params import no_such_fields
from shared.http.reading import ReadNotes
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.custom_fields import definitions
from shared.kernel.kernel import Kernel
from shared.kernel.queries import Moment
from shared.labels import labels_of
from shared.security.permissions import Access, Role
from shared.security.quota import LONG_EXPORTS
from shared.tabular.cells import Column, Typed, cell, columns_of, decimals, neutralise, typed
from shared.tabular.sheets import MAX_ROWS, SheetWriter
from shared.views.entries import entry_name
from shared.views.port import MAX_PAGE, Field, Kind, Page, Query

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_SHEET_ROWS = MAX_ROWS
_CHUNK = 64 * 1024

Pages = AsyncIterator[list[list[Any]]]  # rows of values, as the documents have them


def eyes_for_export(access: Access, resource: str) -> Access:
    """The caller, seeing no more of a resource than may be exported. Raises Forbidden without the right."""
    access.scope(resource, "export")
    level = min(access.level(resource, "read"), access.level(resource, "export"))
    role = Role("export", "导出", "Export", {resource: {"read": level}}, {resource: access.denied(resource)})
    return replace(access, roles=(role,))


@dataclass(frozen=True, slots=True)
class Wish:
    """What the caller asked for. fields: None = all. titles: of the records that each one refers to.

    labels: the language of the column's titles, "" = the fields' names.
    """

    format: str
    fields: list[str] | None
    titles: bool
    labels: str


async def export(
    kernel: Kernel,
    aggregate: AnyAggregate,
    query: Query,
    access: Access,
    moment: Moment,
    wish: Wish,
    asked: str,
    allowed: Callable[[], Awaitable[None]],
) -> StreamingResponse:
    """The whole list as a file. Raises Invalid, Forbidden, TooManyRequests before the first byte, Unavailable where the
    read log cannot take it.

    asked: the conditions, for the read log. allowed: called before every further page; when it raises, the answer
    breaks off.
    """
    seen_by = eyes_for_export(access, aggregate.name)
    query = await kernel.queries.dated(aggregate, replace(query, limit=MAX_PAGE, cursor=None), access)
    first = await kernel.queries.find(aggregate, query, seen_by, moment)
    if first.next is not None:
        await LONG_EXPORTS.take(kernel.limits, access.user)
    hidden, language = access.hidden(aggregate.name), wish.labels or "en"
    defined = await _custom_fields(kernel, access.tenant, aggregate.name, language)
    custom = [f for f in defined if access.may_see(aggregate.name, f"custom.{f.name}")]
    unknown = {n for n in wish.fields or () if n.startswith("custom.")} - {f"custom.{f.name}" for f in custom}
    if unknown:
        raise no_such_fields(sorted(unknown))
    fields = _titled(aggregate, language)
    columns = columns_of(fields, hidden, wish.fields, custom, titles=wish.titles, language=language)

    referring = [*fields, *(replace(f, name=f"custom.{f.name}") for f in custom)]

    async def rows() -> Pages:
        page: Page = first
        while True:
            await _follow_merges(kernel, aggregate, page, access)
            named = await titles_of(page.items, referring, kernel, access) if wish.titles else {}
            yield [[column.value(document, named) for column in columns] for document in page.items]
            if page.next is None:
                return
            await allowed()
            page = await kernel.queries.find(aggregate, replace(query, cursor=page.next), seen_by, moment)

    sensitive = await ReadNotes(kernel, aggregate).fields(access)
    held = [one for one in sensitive if one in {column.name for column in columns}]
    known = len(first.items) if first.next is None else None
    begun = DataExported(kernel.ids.new(), aggregate.name, wish.format, asked, held, known)
    await kernel.reads.record(access, begun)
    pages = rows() if known is not None else _counted(rows(), kernel, access, begun)
    return await _file(kernel, aggregate, access, wish, columns, pages)


async def _file(
    kernel: Kernel, aggregate: AnyAggregate, access: Access, wish: Wish, columns: list[Column], pages: Pages
) -> StreamingResponse:
    calendar = await kernel.directory.calendar(access.tenant, access.user)
    zone = ZoneInfo(calendar.time_zone) if calendar.time_zone != "UTC" else UTC
    header = [_title(column, wish, calendar.time_zone) for column in columns]
    kinds = [column.field for column in columns]
    name = f"{aggregate.noun}-{calendar.day_of(kernel.clock.now())}.{wish.format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if wish.format == "csv":
        return StreamingResponse(
            _csv(header, kinds, pages, zone), headers=headers, media_type="text/csv; charset=utf-8"
        )
    return StreamingResponse(_xlsx(aggregate.noun, header, kinds, pages, zone), headers=headers, media_type=XLSX)


async def _counted(pages: Pages, kernel: Kernel, access: Access, begun: DataExported) -> Pages:
    """The same pages. At their end, or where the answer breaks off, the read log gets how many rows they had."""
    count = 0
    try:
        async for page in pages:
            count += len(page)
            yield page
    finally:
        kernel.reads.ended(access, ExportEnded(begun.export, begun.resource, count))


def _title(column: Column, wish: Wish, zone: str) -> str:
    """What stands above a column. For people a sheet says whose clocks its moments show: its cells cannot."""
    if not wish.labels or wish.format == "csv" or column.field.kind is not Kind.DATETIME:
        return column.title if wish.labels else column.name
    return f"{column.title}（{zone}）" if wish.labels.startswith("zh") else f"{column.title} ({zone})"


async def _custom_fields(kernel: Kernel, tenant: str, resource: str, language: str) -> list[Field]:
    """With their Chinese titles in the script of the language."""
    defined = (await definitions(kernel.catalogue, kernel.views, tenant, resource)).values()
    return [
        Field(
            d["name"],
            kind_of(d),
            (d.get("titles") or {}).get(language) or d.get("zh") or d["name"],
            d.get("en") or d["name"],
            ref=d.get("ref") or "",
        )
        for d in defined
    ]


def _titled(aggregate: AnyAggregate, language: str) -> tuple[Field, ...]:
    """The fields of the record type, with their Chinese titles in the script of the language."""
    if language != "zh-TW":
        return aggregate.collection.fields
    labels = labels_of(aggregate)
    return tuple(replace(field, zh=labels.field(field).zh_tw) for field in aggregate.collection.fields)


async def _follow_merges(kernel: Kernel, aggregate: AnyAggregate, page: Page, access: Access) -> None:
    """Name the living in place of merged records: lists that are exported apart are joined by these ids."""
    merges = kernel.bus.merges
    if not (survivors := await merges.of(access.tenant)):
        return
    own = await kernel.bus.custom.fields(access.tenant, aggregate.name)
    declared = [f.name for f in aggregate.collection.fields if merges.concern(f)]
    custom = [entry_name(f) for f in own.values() if merges.concern(f)]
    for document in page.items:
        document |= {n: survivors.renamed(document[n]) for n in declared if n in document}
        if values := document.get("custom"):
            document["custom"] = values | {n: survivors.renamed(values[n]) for n in custom if n in values}


async def _csv(header: list[str], kinds: list[Field], pages: Pages, zone: tzinfo) -> AsyncIterator[bytes]:
    """RFC 4180 in UTF-8, with the byte order mark that spreadsheet programs need to see it."""
    text = io.StringIO(newline="")
    csv.writer(text).writerow([neutralise(title) for title in header])
    yield b"\xef\xbb\xbf" + text.getvalue().encode()
    async for page in pages:
        text = io.StringIO(newline="")
        csv.writer(text).writerows([cell(f, v, zone) for f, v in zip(kinds, row, strict=True)] for row in page)
        yield text.getvalue().encode()


async def _xlsx(name: str, header: list[str], kinds: list[Field], pages: Pages, zone: tzinfo) -> AsyncIterator[bytes]:
    """Written to a temporary file first: the format keeps its index at the end."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xlsx"
        writer = SheetWriter(str(path), name, header, MAX_SHEET_ROWS)
        async for page in pages:
            await asyncio.to_thread(writer.append, (_typed(kinds, row, zone) for row in page))
        await asyncio.to_thread(writer.close)
        with path.open("rb") as file:
            while chunk := await asyncio.to_thread(file.read, _CHUNK):
                yield chunk


def _typed(kinds: list[Field], row: list[Any], zone: tzinfo) -> list[tuple[Typed, int]]:
    return [(typed(f, v, zone), decimals(v) if f.kind is Kind.DECIMAL else 0) for f, v in zip(kinds, row, strict=True)]
