"""What the routes of all jobs answer with: numbered events, and CSV files."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from typing import Any

from starlette.responses import Response, StreamingResponse

from shared.events.audit_reads import DataExported
from shared.http.sse import ServerEvent
from shared.kernel.kernel import Kernel
from shared.security.permissions import Access

CSV = "text/csv; charset=utf-8"


async def numbered(events: AsyncIterator[dict[str, Any]]) -> AsyncGenerator[ServerEvent, None]:
    """The reports of a job's progress as server-sent events."""
    number = 0
    async for data in events:
        number += 1
        yield ServerEvent(data, number)


async def csv_answer(
    kernel: Kernel, access: Access, resource: str, lines: Iterator[bytes] | AsyncIterator[bytes], name: str
) -> Response:
    """A CSV file of a job to save under a name, sent line by line once the read log has it."""
    await kernel.reads.record(access, DataExported(kernel.ids.new(), resource, "csv", name, [], None))
    return StreamingResponse(lines, headers={"Content-Disposition": f'attachment; filename="{name}"'}, media_type=CSV)
