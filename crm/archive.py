"""What proves, keeps and explains the log in this process: notary, the archive of CRM_BACKUP, explorer."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import cast

from crm.backup_source import place_at, ring_of
from crm.ledger import with_notary
from crm.roles import Roles
from crm.settings import WrongSetting, eventstore_address
from shared.backup.archiver import Archiver
from shared.backup.keyfile import load_key
from shared.backup.problems import BackupProblem
from shared.backup.source import Log, Source
from shared.backup.status import BackupStatus
from shared.explorer.explorer import Explorer
from shared.kernel.kernel import Kernel
from shared.kernel.ports import Ports

log = logging.getLogger("crm.backup")


async def with_keepers(kernel: Kernel, ports: Ports, data: Path, roles: Roles) -> Kernel:
    """The kernel with notary, archive and explorer, as this process has them. Raises WrongSetting, KeysUnusable."""
    signs = "notary" in roles.loops
    kernel = await with_notary(kernel, ports, data, signs=signs)
    if ports.explorer is not None and "audit" in roles.apis:
        kernel = replace(kernel, explorer=Explorer(ports.store, ports.explorer, ports.clock))
    status = BackupStatus(data)
    archiver = archiver_of(kernel, data, status) if signs else None
    return replace(kernel, archiver=archiver, backups=status)


def archiver_of(
    kernel: Kernel, data: Path, status: BackupStatus, environment: Mapping[str, str] = os.environ
) -> Archiver | None:
    """CRM_BACKUP: a folder or `s3://…`; CRM_BACKUP_KEY: the file of the backup key. Raises WrongSetting."""
    target, file = environment.get("CRM_BACKUP", ""), environment.get("CRM_BACKUP_KEY", "")
    if not target:
        return None
    if not file:
        raise WrongSetting("CRM_BACKUP goes with CRM_BACKUP_KEY, the file of the backup key: crm backup key makes one")
    try:
        place, key = place_at(target, create=True, data=data), load_key(Path(file))
    except BackupProblem as error:
        raise WrongSetting(f"CRM_BACKUP: {error}") from error
    source = Source(cast(Log, kernel.store), partial(ring_of, data), kernel.file_store.blobs)
    embedded = eventstore_address(environment) is None  # a cluster has a job for drills
    drill = partial(_drill, target, data) if embedded else None
    return Archiver(source, place, key, kernel.clock, status, drill)


async def _drill(target: str, data: Path) -> None:
    """In a process of its own: it opens a suite aside, with memory and time of its own."""
    words = ("-m", "crm", "drill", "--from", target, "--data", str(data))
    process = await asyncio.create_subprocess_exec(
        sys.executable, *words, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    try:
        _, said = await process.communicate()
    except asyncio.CancelledError:
        process.terminate()
        raise
    if process.returncode:
        log.error("the drill failed: %s", said.decode(errors="replace").strip()[-500:])
