"""A list as a CSV or XLSX file, streamed page by page: no row limit, flat memory, only what may be exported."""

from __future__ import annotations

import asyncio
import csv
import io
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import IO

from starlette.responses import StreamingResponse

from shared.clock import day_of
from shared.http.answers import titles_of
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.custom_fields import definitions
from shared.kernel.kernel import Kernel
from shared.kernel.queries import Moment
from shared.security.permissions import Access, Role
from shared.security.quota import LONG_EXPORTS
from shared.tabular.cells import Columns
from shared.views.port import MAX_PAGE, Field, Kind, Page, Query

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_SHEET_ROWS = 1_048_576  # what a sheet of a spreadsheet program holds, header included
_CHUNK = 64 * 1024

Rows = AsyncIterator[list[list[str]]]


def eyes_for_export(access: Access, resource: str) -> Access:
    """The caller, seeing no more of a resource than may be exported. Raises Forbidden without the right."""
    access.scope(resource, "export")
    level = min(access.level(resource, "read"), access.level(resource, "export"))
    role = Role("export", "导出", "Export", {resource: {"read": level}}, {resource: access.denied(resource)})
    return replace(access, roles=(role,))


async def export(
    kernel: Kernel,
    aggregate: AnyAggregate,
    query: Query,
    access: Access,
    moment: Moment,
    *,
    format: str,
    wanted: list[str] | None,
    titles: bool,
    allowed: Callable[[], Awaitable[None]],
) -> StreamingResponse:
    """The whole list as a file. Raises Invalid, Forbidden, TooManyRequests before the first byte.

    allowed: called before every further page; when it raises, the answer breaks off.
    """
    seen_by = eyes_for_export(access, aggregate.name)
    query = replace(query, limit=MAX_PAGE, cursor=None)
    first = await kernel.queries.find(aggregate, query, seen_by, moment)
    if first.next is not None:
        await LONG_EXPORTS.take(kernel.limits, access.user)
    custom = await _custom_fields(kernel, access.tenant, aggregate.name)
    columns = Columns(aggregate.collection.fields, access.hidden(aggregate.name), wanted, custom, titles)

    async def rows() -> Rows:
        page: Page = first
        yield [columns.header]
        while True:
            named = await _titles(kernel, aggregate, page, access) if titles else {}
            yield [columns.row(document, named) for document in page.items]
            if page.next is None:
                return
            await allowed()
            page = await kernel.queries.find(aggregate, replace(query, cursor=page.next), seen_by, moment)

    name = f"{aggregate.noun}-{day_of(kernel.clock.now())}.{format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if format == "csv":
        return StreamingResponse(_csv(rows()), headers=headers, media_type="text/csv; charset=utf-8")
    return StreamingResponse(_xlsx(rows()), headers=headers, media_type=XLSX)


async def _custom_fields(kernel: Kernel, tenant: str, resource: str) -> list[Field]:
    defined = (await definitions(kernel.catalogue, kernel.views, tenant, resource)).values()
    return [Field(d["name"], Kind(d["kind"]), d["name"], d["name"]) for d in defined]


async def _titles(kernel: Kernel, aggregate: AnyAggregate, page: Page, access: Access) -> dict[str, str]:
    return await titles_of(page.items, aggregate.collection.fields, kernel.catalogue, kernel.views, access)


async def _csv(rows: Rows) -> AsyncIterator[bytes]:
    """RFC 4180 in UTF-8, with the byte order mark that spreadsheet programs need to see it."""
    yield b"\xef\xbb\xbf"
    async for batch in rows:
        text = io.StringIO(newline="")
        csv.writer(text).writerows(batch)
        yield text.getvalue().encode()


async def _xlsx(rows: Rows) -> AsyncIterator[bytes]:
    """Written to a temporary file first: the format keeps its index at the end."""
    from openpyxl import Workbook  # costs the start 0.2 s, and most exports are CSV

    book = Workbook(write_only=True)
    sheet, held = book.create_sheet(), 0
    header: list[str] = []
    async for batch in rows:
        header = header or batch[0]
        if held + len(batch) > MAX_SHEET_ROWS:
            sheet, held = book.create_sheet(), 1
            sheet.append(header)
        await asyncio.to_thread(_append, sheet, batch)
        held += len(batch)
    with tempfile.TemporaryFile() as file:
        await asyncio.to_thread(book.save, file)
        file.seek(0)
        while chunk := await asyncio.to_thread(_read, file):
            yield chunk


def _append(sheet: object, batch: list[list[str]]) -> None:
    for row in batch:
        sheet.append(row)  # type: ignore[attr-defined]


def _read(file: IO[bytes]) -> bytes:
    return file.read(_CHUNK)
