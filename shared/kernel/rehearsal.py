"""A command bus that decides as the suite's own and writes nothing to it: what it appends goes to a file above."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

from shared.events.codec import Codec
from shared.eventstore.overlay import OverlayStore
from shared.kernel.bus import CommandBus
from shared.kernel.kernel import Kernel
from shared.kernel.repository import Repository
from shared.kernel.uniqueness import Reservations
from shared.security.derivedkeys import DerivedKeys
from shared.views.port import ReadableViews, Views


@asynccontextmanager
async def rehearsed_bus(kernel: Kernel, file: Path, views: ReadableViews) -> AsyncIterator[CommandBus]:
    """For one caller at a time. file: must not exist yet; it is deleted at the end. views: where records are found."""
    store = OverlayStore(kernel.store, file, kernel.clock)
    try:
        keys = DerivedKeys(kernel.keys)
        codec = Codec(keys)
        repository = Repository(store, codec)
        reservations = Reservations(repository, codec, keys, kernel.clock, kernel.ids)
        who_writes = (codec, reservations, kernel.clock, kernel.ids, kernel.directory)
        read = cast(Views, views)  # a bus writes no views, and with `reach` it asks for no checkpoint
        yield CommandBus(kernel.catalogue, repository, read, *who_writes, after_append=(), reach=_reached)
    finally:
        await store.close()


async def _reached(_: int) -> None:
    """The views follow the log of the suite alone, or what is appended here is put into them at once."""
