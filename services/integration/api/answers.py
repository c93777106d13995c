"""What the routes of all jobs answer with: numbered events, and CSV files."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from typing import Any

from starlette.responses import Response, StreamingResponse

from shared.http.sse import ServerEvent

CSV = "text/csv; charset=utf-8"


async def numbered(events: AsyncIterator[dict[str, Any]]) -> AsyncGenerator[ServerEvent, None]:
    """The reports of a job's progress as server-sent events."""
    number = 0
    async for data in events:
        number += 1
        yield ServerEvent(data, number)


def csv_answer(lines: Iterator[bytes] | AsyncIterator[bytes], name: str) -> Response:
    """A CSV file to save under a name, sent line by line."""
    return StreamingResponse(lines, headers={"Content-Disposition": f'attachment; filename="{name}"'}, media_type=CSV)
