"""Where an import acts: on the suite itself, or in a rehearsal that decides the same and writes nothing to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from services.integration.jobs.layered_views import LayeredViews
from services.integration.jobs.made_records import MadeRecords
from shared.events.codec import Codec
from shared.eventstore.overlay import OverlayStore
from shared.kernel.bus import CommandBus
from shared.kernel.kernel import Kernel
from shared.kernel.repository import Repository
from shared.kernel.uniqueness import Reservations
from shared.security.derivedkeys import DerivedKeys
from shared.views.port import ReadableViews, Views


@dataclass(frozen=True, slots=True)
class Stage:
    """bus: takes the commands. views: where records are found. made: what the import made, until the views show it."""

    bus: CommandBus
    views: ReadableViews
    made: MadeRecords


@contextmanager
def performance(kernel: Kernel) -> Iterator[Stage]:
    """The stage of a real import."""
    made = MadeRecords()
    try:
        yield Stage(kernel.bus, kernel.views, made)
    finally:
        made.close()


@asynccontextmanager
async def rehearsal(kernel: Kernel, folder: Path) -> AsyncIterator[Stage]:
    """The stage of a dry run: the suite's state below, what the rehearsal appends above it, in files of the folder."""
    files = folder / "rehearsed-events.db", folder / "rehearsed-records.db"
    for file in files:
        file.unlink(missing_ok=True)  # of a process that was killed
    store, made = OverlayStore(kernel.store, files[0], kernel.clock), MadeRecords(files[1])
    try:
        keys = DerivedKeys(kernel.keys)
        codec = Codec(keys)
        repository, views = Repository(store, codec), LayeredViews(kernel.views, made)
        reservations = Reservations(repository, codec, keys, kernel.clock, kernel.ids)
        who_writes = (codec, reservations, kernel.clock, kernel.ids, kernel.directory)
        read = cast(Views, views)  # a bus writes no views, and with `reach` it asks for no checkpoint
        bus = CommandBus(kernel.catalogue, repository, read, *who_writes, after_append=(), reach=_reached)
        yield Stage(bus, views, made)
    finally:
        await store.close()
        made.close()


async def _reached(_: int) -> None:
    """What a rehearsal appends is in its views at once."""
