"""Importing without HTTP: for programs that hold an open kernel while a process has the imports role."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from services.integration.imports.dry_runs import DryRuns
from services.integration.imports.progress import ImportProgress
from services.integration.imports.submission import start_import
from services.integration.imports.upload import Sent
from services.integration.mapping.spec import parse_mapping
from shared.errors import Invalid
from shared.kernel.bus import Call
from shared.kernel.kernel import Kernel
from shared.messages import say
from shared.security.permissions import Access

OnProgress = Callable[[dict[str, Any]], None]


async def run_import(
    kernel: Kernel,
    mapping_file: Path,
    source: Path,
    access: Access,
    *,
    dry_run: bool = False,
    progress: OnProgress = lambda _: None,
) -> dict[str, Any]:
    """Import (or only check) the files of a folder and return the report, as `GET /imports/{id}/report` gives it.

    progress: called with each event of `GET /imports/{id}/events`.
    Raises Invalid naming the place and line of what is wrong with the mapping or a file, Forbidden.
    """
    text = await asyncio.to_thread(_read, mapping_file)
    mapping, _ = parse_mapping(text)
    files = {name: source / name for name in mapping.files if await asyncio.to_thread((source / name).is_file)}
    events = DryRuns(kernel).events if dry_run else ImportProgress(kernel).events
    sent = Sent(text, files)
    start = DryRuns(kernel).start(access, sent) if dry_run else start_import(kernel, access, sent)
    event: dict[str, Any] = {}
    async for event in events(access, await start):
        progress(event)
    return event


async def revert_import(kernel: Kernel, id: str, access: Access) -> dict[str, Any]:
    """Revert an import and return the outcome."""
    await kernel.bus.send("integration.RevertImport", {}, Call(access, id))
    return [event async for event in ImportProgress(kernel).events(access, id)][-1]


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid.field(
            "mapping", "unreadable", say("{name} cannot be read; it must be UTF-8 text", name=path.name)
        ) from error
