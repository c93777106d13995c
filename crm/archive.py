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

from crm.backup_source import place_at, source_over
from crm.blobs import check_bucket
from crm.ledger import with_notary
from crm.roles import Roles
from crm.settings import Settings, WrongSetting, eventstore_address
from shared.backup.archiver import Archiver
from shared.backup.keyfile import load_key
from shared.backup.problems import BackupProblem
from shared.backup.source import Log
from shared.backup.status import BackupStatus
from shared.explorer.explorer import Explorer
from shared.kernel.kernel import Kernel
from shared.kernel.ports import Ports

WEEKLY_SECONDS = 6 * 3600.0  # in which a full backup, or a drill, must be over
REPORT = "drill-report"  # in the data directory: .json, signed, and .md, to be read
log = logging.getLogger("crm.backup")


async def with_keepers(kernel: Kernel, ports: Ports, settings: Settings, roles: Roles) -> Kernel:
    """The kernel with notary, archive and explorer, as this process has them. Raises WrongSetting, KeysUnusable."""
    signs, data = "notary" in roles.loops, settings.data
    kernel = await with_notary(kernel, ports, data, signs=signs)
    if ports.explorer is not None and "audit" in roles.apis:
        kernel = replace(kernel, explorer=Explorer(ports.store, ports.explorer, ports.clock))
    status = BackupStatus(data)
    archiver = archiver_of(kernel, data, status) if signs and settings.archives else None
    if archiver is not None:
        await check_bucket(os.environ["CRM_BACKUP"], "CRM_BACKUP")
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
    with_files = frozenset(one.name for one in kernel.catalogue if one.contents is not None)
    source = source_over(cast(Log, kernel.store), data, kernel.file_store.blobs, with_files)
    embedded = eventstore_address(environment) is None  # a cluster has a job for drills
    weekly = partial(_weekly, target, data) if embedded else None
    return Archiver(source, place, key, kernel.clock, status, weekly)


async def _weekly(target: str, data: Path) -> None:
    """A full backup, so that not all hangs on the first one, and the drill of it, in processes of their own."""
    made = await _crm("backup", "create", "--full", "--to", target, "--data", str(data))
    remark = [] if made else ["--remark", "the full backup before it failed: this drill is of an older one"]
    await _crm("drill", "--from", target, "--data", str(data), "--report", str(data / REPORT), *remark)


async def _crm(*words: str) -> bool:
    """Run a command of ours, which ends with the block; what it fails with is logged, and False is returned."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "crm", *words, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(WEEKLY_SECONDS):
            _, said = await process.communicate()
    except BaseException:
        process.terminate()
        await process.wait()
        raise
    if process.returncode:
        log.error("crm %s failed: %s", words[0], said.decode(errors="replace").strip()[-500:])
    return not process.returncode
