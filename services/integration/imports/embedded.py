"""Importing without HTTP: for programs that hold an opened kernel themselves."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from services.integration.imports.progress import Following
from services.integration.imports.report import OnProgress, Progress
from services.integration.imports.scheduler import Imports
from services.integration.mapping.spec import parse_mapping
from shared.errors import Invalid
from shared.kernel.bus import Call
from shared.kernel.kernel import Kernel
from shared.security.permissions import Access

_EVERY = 0.1


async def run_import(
    kernel: Kernel,
    imports: Imports,
    mapping_file: Path,
    source: Path,
    access: Access,
    *,
    dry_run: bool = False,
    progress: OnProgress = lambda _: None,
) -> dict[str, Any]:
    """Import (or only check) the files of a folder and return the report, as `GET /imports/{id}/report` gives it.

    Raises Invalid naming the place and line of what is wrong with the mapping or a file, Forbidden.
    """
    text = await asyncio.to_thread(_read, mapping_file)
    mapping, _ = parse_mapping(text)
    files = {name: source / name for name in mapping.files if await asyncio.to_thread((source / name).is_file)}
    if dry_run:
        id = await imports.dry_runs.start(access, text, files)
        return [event async for event in imports.dry_runs.events(access, id)][-1]
    id = await imports.start(access, text, files)
    task = imports.carry_out(access.tenant, id)
    while not (await asyncio.wait({task}, timeout=_EVERY))[0]:
        progress(imports.progress.get((access.tenant, id), Progress()))
    following = Following(kernel, imports)
    return following.outcome(await following.state(access, id))


async def revert_import(kernel: Kernel, imports: Imports, id: str, access: Access) -> dict[str, Any]:
    """Take an import back and return what came of it."""
    await kernel.bus.send("integration.RevertImport", {}, Call(access, id))
    await imports.carry_out(access.tenant, id)
    following = Following(kernel, imports)
    return following.outcome(await following.state(access, id))


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid.field("mapping", "unreadable", f"{path.name} cannot be read: {error}") from error
