"""A suite keeps its locks on its files: without them, another process that opens one believes itself alone.

It then cuts the index of the file's log, and the suite, which has the index mapped into memory, is killed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from shared.backup.keyfile import make_key
from tests.support.processes import served

LOOK = (
    "import sqlite3, sys; sqlite3.connect('file:' + sys.argv[1] + '?mode=ro', uri=True).execute('PRAGMA user_version')"
)
PRESENCE = "128"  # the byte of an index that each process locks which has it open (os_unix.c: UNIX_SHM_DMS)


def locked(pid: int) -> dict[int, set[str]]:
    """The first bytes that a process holds locks on, by the inode of the file (proc(5), /proc/locks)."""
    found: dict[int, set[str]] = {}
    for line in Path("/proc/locks").read_text().splitlines():
        words = line.split()
        if "POSIX" in words and words[-4] == str(pid):
            found.setdefault(int(words[-3].rpartition(":")[2]), set()).add(words[-2])
    return found


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="/proc/locks tells who holds locks, on Linux alone")
def test_others_open_the_files_of_a_suite_that_works_on(tmp_path: Path, template: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(template, data, symlinks=True)
    make_key(tmp_path / "key")
    archive = {"CRM_BACKUP": str(tmp_path / "archive"), "CRM_BACKUP_KEY": str(tmp_path / "key")}
    with served(data, env=archive) as suite, suite.client() as http:
        http.post("/customer/accounts", json={"name": "Before"}).raise_for_status()
        pid = suite.process.pid
        opened = {os.readlink(one) for one in Path(f"/proc/{pid}/fd").iterdir() if one.exists()}
        indexes = sorted(one for one in opened if one.startswith(str(data)) and one.endswith(".db-shm"))
        assert {Path(one).name for one in indexes} >= {"events.db-shm", "views.db-shm", "past.db-shm", "ledger.db-shm"}
        held = locked(pid)
        assert [one for one in indexes if PRESENCE not in held.get(Path(one).stat().st_ino, ())] == []
        for one in indexes:
            subprocess.run([sys.executable, "-c", LOOK, one.removesuffix("-shm")], check=True)
        for n in range(5):
            http.post("/customer/accounts", json={"name": f"After {n}"}).raise_for_status()
        assert suite.process.poll() is None
