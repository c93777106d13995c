"""A record type of the tests' own over the real embedded adapters: what projections are tried with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any
from unittest.mock import patch

from services.identity.directory import UserDirectory
from shared.clock import Micros, SystemClock, SystemIds
from shared.domain.aggregate import Aggregate
from shared.domain.fields import plain, record_fields
from shared.domain.record import Record
from shared.events.codec import Codec, Undecodable
from shared.events.envelope import Event, Metadata, Recorded, Stored
from shared.events.registry import Personal, Subject, event
from shared.eventstore.port import NO_STREAM
from shared.eventstore.sqlite import SqliteEventStore
from shared.kernel.catalogue import Catalogue
from shared.kernel.custom_fields import CustomFields
from shared.kernel.merges import Merges
from shared.kernel.queries import Queries
from shared.kernel.repository import Repository
from shared.kernel.snapshots import Snapshots
from shared.security.keycache import KeyCache
from shared.security.keyring_sqlite import SqliteKeyRing
from shared.streaming.formula_views import FormulaSource
from shared.streaming.leases import taken_over
from shared.streaming.parked import OPERATORS, PARKED
from shared.streaming.projector import Projector
from shared.streaming.rebuild import heal, quarantine
from shared.streaming.shares import RECORDS
from shared.views.port import Collection, Document, Field, Kind, Query, Scope, Views, ViewsUnavailable
from shared.views.sqlite import SqliteViews

TENANT = "t1"
IDS = SystemIds()


@event("test.ToyMade")
@dataclass(frozen=True, slots=True)
class ToyMade:
    name: str
    owner: str | None = None


@event("test.ToyGrown")
@dataclass(frozen=True, slots=True)
class ToyGrown:
    """By what its size grows: a text is taken as it is and makes a document that no view can hold."""

    by: Any


@event("test.ToyMarked")
@dataclass(frozen=True, slots=True)
class ToyMarked:
    mark: str


@event("test.ToyCracked")
@dataclass(frozen=True, slots=True)
class ToyCracked:
    """Its fold fails `cracks` times, halfway."""

    name: str


@event("test.ToyHandedOver")
@dataclass(frozen=True, slots=True)
class ToyHandedOver:
    owner: str | None


@event("test.ToyNamedAfter")
@dataclass(frozen=True, slots=True)
class ToyNamedAfter:
    """A person's name, which goes with their key."""

    subject_id: Annotated[str, Subject]
    name: Annotated[str, Personal]


@dataclass(slots=True)
class Toy(Record):
    name: Annotated[str, plain(Kind.TEXT, "名称", "Name", indexed=True, searchable=True)] = ""
    size: Annotated[Any, plain(Kind.INTEGER, "大小", "Size", indexed=True)] = 0
    marks: Annotated[list[str], plain(Kind.KEYWORDS, "记号", "Marks", indexed=True)] = field(default_factory=list)


cracks: dict[str, int] = {}  # toy name → how often the fold of ToyCracked still fails


def evolve(state: Toy, event: Event) -> None:
    match event:
        case ToyMade(name=name, owner=owner):
            state.name, state.owner = name, owner
        case ToyNamedAfter(name=name):
            state.name = name
        case ToyGrown(by=by):
            state.size = state.size + by if isinstance(by, int) else by
        case ToyMarked(mark=mark):
            state.marks = [*state.marks, mark]
        case ToyHandedOver(owner=owner):
            state.owner = owner
        case ToyCracked(name=name):
            state.size = 666
            if cracks.get(name, 0):
                cracks[name] -= 1
                raise RuntimeError("cracked")
            state.size = 0


def _shown(state: Toy) -> Document:
    return {"label": f"{state.name}!" if state.name != "unshowable" else 1 / 0}


TOY = Aggregate(
    name="toy",
    service="test",
    noun="toys",
    state=Toy,
    evolve=evolve,
    collection=Collection(
        "toys",
        1,
        record_fields(
            Toy,
            Field("label", Kind.TEXT, "标签", "Label", sources=("name",)),
        ),
    ),
    shown=_shown,
)


class SetClock:
    """A clock that a test sets; it goes on by a microsecond each time it is read."""

    def __init__(self, now: Micros = 1_600_000_000_000_000) -> None:
        self.time = now

    def now(self) -> Micros:
        self.time += 1
        return self.time


class DeafCodec(Codec):
    """Cannot decode the types that a test hides."""

    def __init__(self, keys: KeyCache) -> None:
        super().__init__(keys)
        self.unknown: set[str] = set()

    async def decode_each(self, stored: Sequence[Stored]) -> list[Recorded | Undecodable]:
        decoded = await super().decode_each(stored)
        return [
            Undecodable(f"no such type: {one.type}") if one.type in self.unknown else found
            for one, found in zip(stored, decoded, strict=True)
        ]


@dataclass
class ToyRoom:
    clock: SetClock
    keys: KeyCache
    codec: DeafCodec
    store: SqliteEventStore
    views: Views
    repository: Repository
    projector: Projector
    snapshots: Snapshots
    queries: Queries
    versions: dict[str, int] = field(default_factory=dict)

    async def happen(self, toy: str, *events: Event, tenant: str = TENANT, at: Micros | None = None) -> None:
        """Append events to a toy's stream, at its next version; `at` is when they happened."""
        stream = TOY.stream(toy)
        when = self.clock.now() if at is None else at
        encoded = await self.codec.encode(tenant, stream, events, [IDS.new() for _ in events], when)
        before = self.versions.get(f"{tenant}/{toy}", NO_STREAM)
        appended = await self.store.append(tenant, stream, before, encoded, Metadata(actor="somebody"))
        self.versions[f"{tenant}/{toy}"] = appended.version

    async def shown(self, views: Views | None = None) -> dict[tuple[str, str], Document]:
        """Every document of the view, by tenant and id."""
        return {(t, key): d async for t, key, d in (views or self.views).scan("toys")}

    async def folded(self) -> dict[tuple[str, str], Document]:
        """What the view should show: each stream folded from zero."""
        streams = [s async for s in self.store.streams("toy", up_to=await self.store.head())]
        states = [(s[0].tenant, TOY.fold(await self.codec.decode_all(s))) for s in streams]
        return {(tenant, state.id): TOY.document(state) for tenant, state in states}

    async def parked(self) -> dict[str, str]:
        """The keys on the dead-letter list and their errors."""
        page = await self.views.find(PARKED.name, Query(limit=200), Scope(OPERATORS))
        return {d["id"]: d["error"] for d in page.items}

    async def heal(self) -> int:
        """Try the quarantined toys again; returns how many are whole now."""
        return await heal(TOY, self.store, self.views, self.codec)

    async def step_of(self, size: int) -> None:
        """Project one batch of at most so many events."""
        self.projector.pace = replace(self.projector.pace, batch=size)
        await self.projector.step()

    async def refused_once(self, size: int) -> None:
        """A batch whose write fails leaves no trace in memory either."""
        with (
            patch.object(self.views, "write", side_effect=ViewsUnavailable("disk full")),
            suppress(ViewsUnavailable),
        ):
            await self.step_of(size)
            assert self.projector.position == await self.store.head()  # there was nothing to project

    async def quarantine(self, one: Stored, error: str) -> None:
        """As a rebuild does with an event that it cannot read."""
        async with taken_over(self.views, RECORDS) as holder:
            await quarantine(self.views, [(one, error)], holder)

    async def another_projector(self) -> Projector:
        """As after a restart: nothing remembered but what was written."""
        await self.projector.stop()
        self.projector = Projector(Catalogue([TOY]), Repository(self.store, self.codec), self.views, self.codec)
        self.projector.subscribe(self.snapshots)
        await self.projector.start()
        return self.projector


@asynccontextmanager
async def toy_room(folder: Path, views: Views | None = None) -> AsyncIterator[ToyRoom]:
    """Real files in a folder. views: those of the caller, who closes them; None = a file, too."""
    clock = SetClock()
    async with AsyncExitStack() as stack:
        keys = KeyCache(SqliteKeyRing.open(folder / "keys", clock=SystemClock()))
        stack.push_async_callback(keys.close)
        codec = DeafCodec(keys)
        store = SqliteEventStore.open(folder / "events.db", clock)
        stack.push_async_callback(store.close)
        if views is None:
            views = SqliteViews.open(folder / "views.db")
            stack.push_async_callback(views.close)
        await views.declare([TOY.collection, PARKED])
        repository = Repository(store, codec)
        projector = Projector(Catalogue([TOY]), repository, views, codec)
        snapshots = Snapshots(store, codec, private_views, views)
        stack.push_async_callback(snapshots.close)
        projector.subscribe(snapshots)
        await projector.start()
        catalogue, directory = Catalogue([TOY]), UserDirectory(views, {})
        custom = CustomFields(catalogue, views)
        merges = Merges(catalogue, views)
        formulas = FormulaSource(catalogue, views)
        queries = Queries(views, repository, projector, snapshots, directory, clock, custom, merges, formulas)
        yield ToyRoom(clock, keys, codec, store, views, repository, projector, snapshots, queries)


async def private_views() -> SqliteViews:
    return SqliteViews.open(None)
