"""The dead-letter list: events that could not be projected, with their streams in quarantine. Kept as a view."""

from __future__ import annotations

from shared.clock import to_rfc3339
from shared.events.envelope import Recorded, Stored, category_of
from shared.views.paging import every
from shared.views.port import Checkpoint, Collection, Field, Kind, Query, Scope, Views, Write

PROJECTOR = "projector"
OPERATORS = "_operators"  # the tenant of documents that belong to the installation
_OLD_REMOVALS = 2**62  # the version of removals in views of earlier programs: later entries must have a higher one

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


class Entries:
    """Writes and removes the entries of one owner: the projector, or the policies.

    Every write has a higher version than the one before, a removal too. So an event can be parked again after its entry
    was removed. The last version is kept as a checkpoint, in the transaction of the write that has it. Where processes
    share the work, each keeps one under the name of a share that it has, and goes on behind the highest.
    """

    def __init__(self, views: Views, owner: str) -> None:
        self._views, self._name = views, f"{owner}:parked"
        self._checkpoint = self._name
        self._last = self._kept = 0

    def count_under(self, share: int) -> None:
        """Keep the last version under the name of a share."""
        self._checkpoint = f"{self._name}/{share}"

    @property
    def version(self) -> int:
        """The last version that is known to be written: another one is stored when another process wrote entries."""
        return self._kept

    async def load(self) -> None:
        """Read the last version that was written; call once before the first write."""
        self._last = self._kept = await self.stored()

    async def stored(self) -> int:
        """The last version that any process has written."""
        rows = await self._views.checkpoints(self._name)
        return max((one.position for one in rows.values()), default=0)

    def put(self, one: Stored | Recorded, stream: str, error: str) -> Write:
        """The write that sets an event aside, under the name of a stream."""
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
        return Write(PARKED.name, OPERATORS, key, document, self._next())

    def remove(self, key: str) -> Write:
        """The write that takes an entry off the list."""
        return Write(PARKED.name, OPERATORS, key, None, self._next())

    def _next(self) -> int:
        self._last += 1
        return _OLD_REMOVALS + self._last

    def checkpoints(self) -> list[Checkpoint]:
        """What must be written together with the entries; empty when there is nothing new."""
        return [Checkpoint(self._checkpoint, self._last)] if self._last != self._kept else []

    def settle(self) -> None:
        """The entries and their checkpoint are written."""
        self._kept = self._last


class Parked:
    """The streams in quarantine. An addition counts at once; it stays if `settle` follows, `undo` takes it back."""

    def __init__(self, views: Views) -> None:
        self._views = views
        self.entries = Entries(views, PROJECTOR)
        self._streams: dict[str, set[str]] = {}
        self._added: dict[str, set[str]] = {}
        self._tenants: dict[str, str] = {}

    def __contains__(self, stream: object) -> bool:
        return stream in self._streams or stream in self._added

    def records(self, category: str) -> list[tuple[str, str]]:
        """The tenant and stream of each record of a type, as they were loaded."""
        return sorted((self._tenants[s], s) for s in self._streams if category_of(s) == category)

    async def load(self) -> None:
        """Read the quarantined streams after a start."""
        self._streams.clear()
        self._added.clear()
        await self.entries.load()
        async for document in every(self._views, PARKED.name, Query(), Scope(OPERATORS)):
            self._streams.setdefault(document["stream"], set()).add(document["id"])
            self._tenants[document["stream"]] = document["tenant"]

    def add(self, one: Stored, error: str) -> list[Write]:
        """The write that puts an event on the list; none when it is on it already, so that its first error stays."""
        write = self.entries.put(one, one.stream, error)
        if write.key in self._streams.get(one.stream, ()):
            return []
        self._added.setdefault(one.stream, set()).add(write.key)
        return [write]

    def checkpoints(self) -> list[Checkpoint]:
        """What must be written together with additions and removals."""
        return self.entries.checkpoints()

    def settle(self) -> None:
        """The additions are written."""
        for stream, keys in self._added.items():
            self._streams.setdefault(stream, set()).update(keys)
        self._added.clear()
        self.entries.settle()

    def undo(self) -> None:
        """The additions were not written."""
        self._added.clear()

    def removals(self, stream: str) -> list[Write]:
        """The writes that end a stream's quarantine; `release` follows them."""
        return [self.entries.remove(key) for key in sorted(self._streams.get(stream, ()))]

    def release(self, stream: str) -> None:
        """The removals are written."""
        self._streams.pop(stream, None)
        self.entries.settle()
