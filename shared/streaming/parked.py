"""The dead-letter list: events that could not be projected, with their streams in quarantine. Kept as a view."""

from __future__ import annotations

from shared.clock import to_rfc3339
from shared.events.envelope import Recorded, Stored
from shared.views.paging import every
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


def entry(one: Stored | Recorded, stream: str, error: str) -> Write:
    """An entry of the list: an event, and under which name it is set aside."""
    key = f"{stream}.{one.version}"
    document = {
        "id": key,
        "version": 1,
        "stream": stream,
        "tenant": one.tenant,
        "event_version": one.version,
        "type": one.type,
        "error": error[:2000].encode(errors="replace").decode(),
        "recorded_at": to_rfc3339(one.recorded_at),
    }
    return Write(PARKED.name, OPERATORS, key, document, one.position * 2)


class Parked:
    """What is added counts at once, but stays only if `settle` follows the write; `undo` takes it back."""

    def __init__(self, views: Views) -> None:
        self._views = views
        self._streams: dict[str, set[str]] = {}
        self._added: dict[str, set[str]] = {}

    def __contains__(self, stream: object) -> bool:
        return stream in self._streams or stream in self._added

    @property
    def streams(self) -> list[str]:
        return sorted({*self._streams, *self._added})

    async def load(self) -> None:
        """Read the quarantined streams back after a start."""
        self._streams.clear()
        self._added.clear()
        async for document in every(self._views, PARKED.name, Query(), Scope(OPERATORS)):
            self._streams.setdefault(document["stream"], set()).add(document["id"])

    def add(self, one: Stored, error: str) -> Write:
        """The write that puts an event on the list."""
        write = entry(one, one.stream, error)
        self._added.setdefault(one.stream, set()).add(write.key)
        return write

    def settle(self) -> None:
        """What was added is written."""
        for stream, keys in self._added.items():
            self._streams.setdefault(stream, set()).update(keys)
        self._added.clear()

    def undo(self) -> None:
        """What was added was not written."""
        self._added.clear()

    def removals(self, stream: str) -> list[Write]:
        """The writes that end a stream's quarantine; `release` follows them."""
        return [Write(PARKED.name, OPERATORS, key, None, 2**62) for key in sorted(self._streams.get(stream, ()))]

    def release(self, stream: str) -> None:
        self._streams.pop(stream, None)
