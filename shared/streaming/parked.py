"""The dead-letter list: events that could not be projected, with their streams in quarantine. Kept as a view."""

from __future__ import annotations

from shared.clock import to_rfc3339
from shared.events.envelope import Stored
from shared.views.port import Collection, Field, Kind, Query, Scope, Views, Write

OPERATORS = "_operators"  # the tenant of documents that belong to the installation

PARKED = Collection(
    "parked_events",
    1,
    (
        Field("stream", Kind.KEYWORD, "事件流", "Stream", indexed=True),
        Field("tenant", Kind.KEYWORD, "租户", "Tenant"),
        Field("event_version", Kind.INTEGER, "版本", "Version"),
        Field("type", Kind.KEYWORD, "类型", "Type"),
        Field("error", Kind.TEXT, "错误", "Error"),
        Field("recorded_at", Kind.DATETIME, "记录时间", "Recorded", indexed=True),
    ),
    owner=None,
    title="stream",
)


class Parked:
    def __init__(self, views: Views) -> None:
        self._views = views
        self._streams: dict[str, list[str]] = {}

    def __contains__(self, stream: object) -> bool:
        return stream in self._streams

    @property
    def streams(self) -> list[str]:
        return sorted(self._streams)

    async def load(self) -> None:
        """Read the quarantined streams back after a start."""
        self._streams.clear()
        cursor = None
        while True:
            page = await self._views.find(PARKED.name, Query(limit=200, cursor=cursor), Scope(OPERATORS))
            for document in page.items:
                self._streams.setdefault(document["stream"], []).append(document["id"])
            if (cursor := page.next) is None:
                return

    def add(self, one: Stored, error: str) -> Write:
        key = f"{one.stream}.{one.version}"
        self._streams.setdefault(one.stream, []).append(key)
        document = {
            "id": key,
            "version": 1,
            "stream": one.stream,
            "tenant": one.tenant,
            "event_version": one.version,
            "type": one.type,
            "error": error[:2000],
            "recorded_at": to_rfc3339(one.recorded_at),
        }
        return Write(PARKED.name, OPERATORS, key, document, one.position * 2)

    def release(self, stream: str) -> list[Write]:
        """The removals that end a stream's quarantine."""
        keys = self._streams.pop(stream, [])
        return [Write(PARKED.name, OPERATORS, key, None, 2**62) for key in keys]
