"""What a process works over: the composition root chooses each adapter by its URL, `build_kernel` takes them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from shared.blobs.store import FileStore
from shared.clock import Clock, Ids, SystemClock, SystemIds
from shared.eventstore.port import EventStore
from shared.explorer.file import ExplorerFile
from shared.ledger.file import LedgerFile
from shared.past.port import Past
from shared.security.keyring import KeyRing
from shared.security.limits import Limits
from shared.security.signingkeys import SigningKeys
from shared.views.port import Views

if TYPE_CHECKING:
    from shared.past.remote import RemotePast
    from shared.streaming.kafka.connection import Kafka
    from shared.streaming.kafka.feed import ShareFeed


@dataclass(frozen=True, slots=True)
class Ports:
    """All processes of one installation share what is behind these; nothing here belongs to one of them.

    files: the folder of uploads and of the files of jobs. file_store: of what is attached to records.
    open_scratch: empty views of their own, gone when closed.
    stale: the collections to be filled from the events before they are read. past: the store of the past;
    past_elsewhere: the one of another process. Neither = every past moment is folded from the events. ledger: of the
    tree; None = there is none. explorer: the index of the log, likewise. kafka: where events go to; None = nowhere.
    stream: the log as it comes from there, for the record views that several processes write; None = one writes them,
    and reads the store.
    """

    store: EventStore
    views: Views
    keys: KeyRing
    signing: SigningKeys
    limits: Limits
    files: Path
    file_store: FileStore
    open_scratch: Callable[[], Awaitable[Views]]
    clock: Clock = field(default_factory=SystemClock)
    ids: Ids = field(default_factory=SystemIds)
    stale: frozenset[str] = frozenset()
    past: Past | None = None
    past_elsewhere: RemotePast | None = None
    ledger: LedgerFile | None = None
    explorer: ExplorerFile | None = None
    kafka: Kafka | None = None
    stream: ShareFeed | None = None
