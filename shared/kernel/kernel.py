"""What every service is given by the composition root: ports already chosen, nothing global."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shared.clock import Clock, Ids
from shared.events.codec import Codec
from shared.eventstore.port import EventStore
from shared.kernel.bus import CommandBus
from shared.kernel.catalogue import Catalogue
from shared.kernel.queries import Queries
from shared.kernel.repository import Repository
from shared.security.directory import Directory
from shared.security.keyring import KeyRing
from shared.security.quota import Quotas
from shared.security.tokens import TokenSigner, TokenVerifier
from shared.streaming.policies import PolicyRunner
from shared.streaming.projection import Projection
from shared.streaming.projector import Projector
from shared.views.port import Views

if TYPE_CHECKING:
    from shared.warehouse.feed import WarehouseFeed


@dataclass(slots=True)
class Kernel:
    store: EventStore
    views: Views
    codec: Codec
    keys: KeyRing
    clock: Clock
    ids: Ids
    catalogue: Catalogue
    repository: Repository
    bus: CommandBus
    queries: Queries
    projection: Projection  # what services read; `projector` where this process writes the views
    projector: Projector
    policies: PolicyRunner
    directory: Directory
    verifier: TokenVerifier
    open_scratch: Callable[[], Awaitable[Views]]  # empty views of their own, gone when closed
    signer: TokenSigner | None = None  # the identity service alone signs
    feed: WarehouseFeed | None = None  # the analytics service alone opens the warehouse, `feed.warehouse`
    quotas: Quotas = field(default_factory=Quotas)
