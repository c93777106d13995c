"""Where an import acts: on the suite itself, or in a rehearsal that decides the same and writes nothing to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from services.integration.jobs.layered_views import LayeredViews
from services.integration.jobs.made_records import MadeRecords
from shared.kernel.bus import CommandBus
from shared.kernel.kernel import Kernel
from shared.kernel.rehearsal import rehearsed_bus
from shared.views.port import ReadableViews


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
    made = MadeRecords(files[1])
    try:
        views = LayeredViews(kernel.views, made)
        async with rehearsed_bus(kernel, files[0], views) as bus:
            yield Stage(bus, views, made)
    finally:
        made.close()
