"""What every service is given by the composition root: ports already chosen, nothing global."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.clock import Clock, Ids
from shared.domain.bus import CommandBus
from shared.domain.catalogue import Catalogue
from shared.domain.queries import Queries
from shared.domain.repository import Repository
from shared.events.codec import Codec
from shared.eventstore.port import EventStore
from shared.security.directory import Directory
from shared.security.keyring import KeyRing
from shared.security.tokens import TokenSigner, TokenVerifier
from shared.streaming.policies import PolicyRunner
from shared.streaming.projector import Projector
from shared.views.port import Views

if TYPE_CHECKING:
    from shared.warehouse.client import Warehouse


@dataclass(slots=True)
class Platform:
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
    projector: Projector
    policies: PolicyRunner
    directory: Directory
    verifier: TokenVerifier
    signer: TokenSigner | None = None  # the identity service alone signs
    warehouse: Warehouse | None = None  # the analytics service alone opens it
