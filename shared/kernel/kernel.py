"""What every service is given: the ports and what one process builds on them, always by `build_kernel`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from shared.blobs.port import Blobs
from shared.blobs.store import FileStore
from shared.clock import Clock, Ids
from shared.errors import Unavailable
from shared.events.codec import Codec
from shared.events.identity import ENDED_RECORDS
from shared.eventstore.port import EventStore
from shared.kernel.api_keys import ApiKeys
from shared.kernel.bus import CommandBus
from shared.kernel.catalogue import Catalogue
from shared.kernel.past import FOLDED, PastAnswers
from shared.kernel.ports import Ports
from shared.kernel.queries import Queries
from shared.kernel.repository import Repository
from shared.kernel.shredding import destroy_keys
from shared.kernel.snapshots import Snapshots
from shared.kernel.uniqueness import Reservations
from shared.ledger.ledger import Ledger
from shared.past.port import PastReader, PastUpkeep
from shared.readlog.readlog import ReadLog
from shared.security.audience import Offered
from shared.security.directory import Directory, OpenDirectory
from shared.security.keycache import KeyCache
from shared.security.limits import Limits
from shared.security.revocations import KEPT, Revocations
from shared.security.tokens import TokenSigner, TokenVerifier
from shared.streaming.changes import ChangeFeed
from shared.streaming.follower import LogFollower, ProjectionFollower
from shared.streaming.formula_views import FormulaSource, with_formulas
from shared.streaming.multistream import MultiStreamProjector
from shared.streaming.past import PastProjector
from shared.streaming.past_upkeep import OwnPast
from shared.streaming.policies import PolicyRunner
from shared.streaming.projection import Listener, Projection
from shared.streaming.projector import Projector
from shared.streaming.reaction import Policy
from shared.streaming.settling import rules_policy
from shared.views.port import Views

if TYPE_CHECKING:
    from shared.backup.archiver import Archiver
    from shared.backup.status import BackupStatus
    from shared.door.server import Door
    from shared.explorer.explorer import Explorer
    from shared.ledger.notary import Notary, Publisher
    from shared.streaming.kafka.worker import KafkaWorker
    from shared.streaming.relay import Relay
    from shared.streaming.share_projector import ShareProjector
    from shared.warehouse.feed import WarehouseFeed
    from shared.warehouse.follower import FactsState
    from shared.warehouse.port import WarehouseReader

ISSUER = "crm"  # of access tokens


@dataclass(frozen=True, slots=True)
class Kernel:
    """Services use it and change nothing in it."""

    store: EventStore
    views: Views
    codec: Codec
    keys: KeyCache
    clock: Clock
    ids: Ids
    files: Path
    file_store: FileStore
    catalogue: Catalogue
    repository: Repository
    bus: CommandBus
    reservations: Reservations
    queries: Queries
    snapshots: Snapshots
    projection: Projection
    changes: ChangeFeed  # what live streams tell
    log: LogFollower  # for what acts however far the views are behind
    policies: PolicyRunner
    directory: Directory
    verifier: TokenVerifier
    open_scratch: Callable[[], Awaitable[Views]]  # empty views of their own, gone when closed
    limits: Limits  # of throttles and quotas
    api_keys: ApiKeys
    reads: ReadLog
    signer: TokenSigner | None = None
    history: PastAnswers | None = None  # answers as of past moments, where there is a store of the past
    past_door: Door | None = None  # for the processes that ask, where this one does not
    projections: Sequence[MultiStreamProjector] = ()  # the multi-stream ones, where this process writes the views
    warehouse: WarehouseReader | None = None  # where a role of this process needs it, with the next
    facts: FactsState | None = None  # how far they are
    feed: WarehouseFeed | None = None  # in the role warehouse, with the next
    door: Door | None = None  # for the processes that ask, where this one does not
    ledger: Ledger | None = None
    explorer: Explorer | None = None  # in the role api:audit
    outside: Mapping[str, Blobs] = field(default_factory=dict)  # the places that checkpoints go to
    notary: Notary | None = None  # in the role notary
    publisher: Publisher | None = None  # likewise, where there are places outside
    archiver: Archiver | None = None  # in the role notary, where CRM_BACKUP names a place
    backups: BackupStatus | None = None  # what is known of backups
    sandbox: str = ""  # as of which moment this suite is a copy to try things in; "" = it is none
    relay: Relay | None = None  # in the role relay, where there is a Kafka
    worker: KafkaWorker | None = None  # in the role projector, likewise, with the next
    shares: ShareProjector | None = None  # what projects there, in place of a projector of everything

    @property
    def projector(self) -> Projector:
        """The projector of this process. Raises Unavailable where another process writes the views."""
        if not isinstance(self.projection, Projector):
            raise Unavailable("another process writes the views")
        return self.projection

    @property
    def projects(self) -> bool:
        """Whether this process writes the views: all of them, or its shares."""
        return self.shares is not None or isinstance(self.projection, Projector)

    @property
    def past(self) -> PastReader | None:
        """The store of the past, here or in another process."""
        return None if self.history is None else self.history.past

    @property
    def past_projector(self) -> PastProjector | None:
        """What writes it, in this process."""
        return None if self.history is None else self.history.projector

    @property
    def past_upkeep(self) -> PastUpkeep | None:
        """Of the same."""
        return None if self.history is None else self.history.upkeep

    async def start(self) -> None:
        """Load the positions of projector and policies, and what the log says of access; call once before they run."""
        await self.log.start(self.clock.now() - KEPT)
        await self.projection.start()
        for one in self.projections:
            await one.start()
        if self.past is not None:
            await self.past.declare([one.collection for one in self.catalogue])
        if self.past_projector is not None:
            await self.past_projector.start()
        if self.ledger is not None:
            await self.ledger.start()
        await self.policies.start()

    async def close(self) -> None:
        """Close what it opened itself; the ports stay open."""
        await self.snapshots.close()


def build_kernel(
    ports: Ports,
    catalogue: Catalogue,
    open_directory: OpenDirectory,
    policies: Sequence[Policy] = (),
    *,
    projects: bool = True,
    past_too: bool = True,
) -> Kernel:
    """The kernel of one process. catalogue: all record types, for a command may look up those of other services.
    projects: whether this process writes the views; else it follows those that do. past_too: whether it writes the
    store of the past, where it has that.
    Raises ValueError for a catalogue that lacks a record type which another one looks up.
    """
    catalogue.check_lookups()
    ports, formulas = _with_formulas(ports, catalogue)
    keys, clock, ids, views = KeyCache(ports.keys), ports.clock, ports.ids, ports.views
    codec, signer, shred = Codec(keys), TokenSigner(ports.signing, ISSUER, clock, ids), (destroy_keys(keys),)
    repository, (directory, log) = Repository(ports.store, codec), _followed(ports, catalogue, open_directory)
    reservations = Reservations(repository, codec, keys, clock, ids)
    bus = CommandBus(catalogue, repository, views, codec, reservations, clock, ids, directory, shred)
    projection = _projection(ports, catalogue, bus, projects=projects)
    snapshots, past = Snapshots(ports.store, codec, ports.open_scratch, views), _past(ports, bus, formulas, past_too)
    _subscribe(projection, directory, bus.custom, bus.merges, snapshots)
    return Kernel(
        store=ports.store,
        views=views,
        codec=codec,
        keys=keys,
        clock=clock,
        ids=ids,
        files=ports.files,
        file_store=ports.file_store,
        catalogue=catalogue,
        repository=repository,
        bus=bus,
        reservations=reservations,
        queries=_queries(ports, bus, projection, snapshots, directory, formulas, past),
        snapshots=snapshots,
        projection=projection,
        changes=ChangeFeed(catalogue, views, ports.store, projection),
        log=log,
        policies=_runner(policies, catalogue, bus, codec, clock, past),
        directory=directory,
        verifier=TokenVerifier(signer.jwks, ISSUER, clock),
        open_scratch=ports.open_scratch,
        limits=ports.limits,
        api_keys=ApiKeys(catalogue, repository, directory, bus, clock, ports.limits),
        reads=ReadLog(ports.store, codec, clock, ids),
        signer=signer,
        history=past,
        projections=_multi_stream(ports, catalogue, bus) if projects else (),
        ledger=None if ports.ledger is None else Ledger(ports.store, ports.ledger, clock),
    )


def _definitions(catalogue: Catalogue) -> dict[str, str]:
    """The record type that defines custom fields, with its collection."""
    found = catalogue.field_definition
    return {} if found is None else {found.name: found.collection.name}


def _offered(catalogue: Catalogue) -> list[Offered]:
    """The record types whose records are offered to others."""
    return [
        Offered(a.name, a.collection.name, a.collection.owner) for a in catalogue if a.offers and a.collection.owner
    ]


def _subscribe(projection: Projection, *listeners: Listener) -> None:
    for one in listeners:
        projection.subscribe(one)


def _followed(ports: Ports, catalogue: Catalogue, open_directory: OpenDirectory) -> tuple[Directory, LogFollower]:
    """The directory, which knows what the log says of ended access, with what reads the log."""
    revocations, log = Revocations(), LogFollower(ports.store, ENDED_RECORDS)
    log.subscribe(revocations)
    directory = open_directory(ports.views, catalogue.roles, revocations, _definitions(catalogue), _offered(catalogue))
    return directory, log


def _with_formulas(ports: Ports, catalogue: Catalogue) -> tuple[Ports, FormulaSource]:
    """The ports with views whose documents bear computed values, and where the formulas are."""
    source = FormulaSource(catalogue, ports.views)

    async def open_scratch() -> Views:
        return with_formulas(await ports.open_scratch(), catalogue, source)

    return replace(ports, views=with_formulas(ports.views, catalogue, source), open_scratch=open_scratch), source


def _projection(ports: Ports, catalogue: Catalogue, bus: CommandBus, *, projects: bool) -> Projection:
    """The projector of all views, or a follower of those that other processes write, or this one shares with them."""
    if not projects or ports.stream is not None:
        return ProjectionFollower(ports.store, ports.views)
    projector = Projector(catalogue, bus.repository, ports.views, bus.codec, ports.clock)
    bus.reach = projector.reach
    return projector


def _past(ports: Ports, bus: CommandBus, formulas: FormulaSource, projects: bool) -> PastAnswers | None:
    """What answers as of past moments."""
    if (there := ports.past_elsewhere) is not None:
        return PastAnswers(there, there, bus.repository, ports.views, formulas, most=FOLDED)
    if ports.past is None:
        return None
    writes = PastProjector(bus.catalogue, ports.store, ports.views, ports.past, bus.codec, ports.clock)
    projector = writes if projects else None
    upkeep = OwnPast(ports.past, bus.catalogue, ports.store, bus.codec, projector)
    return PastAnswers(ports.past, upkeep, bus.repository, ports.views, formulas, projector)


def _runner(
    policies: Sequence[Policy],
    catalogue: Catalogue,
    bus: CommandBus,
    codec: Codec,
    clock: Clock,
    past: PastAnswers | None,
) -> PolicyRunner:
    upkeep = None if past is None else past.upkeep
    return PolicyRunner((*policies, rules_policy(catalogue)), bus, codec, clock, upkeep)


def _queries(
    ports: Ports,
    bus: CommandBus,
    projection: Projection,
    snapshots: Snapshots,
    directory: Directory,
    formulas: FormulaSource,
    past: PastAnswers | None,
) -> Queries:
    views, custom, merges = ports.views, bus.custom, bus.merges
    return Queries(views, bus.repository, projection, snapshots, directory, ports.clock, custom, merges, formulas, past)


def _multi_stream(ports: Ports, catalogue: Catalogue, bus: CommandBus) -> list[MultiStreamProjector]:
    return [
        MultiStreamProjector(one, catalogue[one.source], bus.repository, ports.views, bus.codec, ports.clock)
        for one in catalogue.projections
    ]
