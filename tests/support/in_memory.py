"""Where the files of tests are while they run: in memory. They are flushed to disk by the thousand, and no test loses
power: what a killed process has written is there in either place.

tests/durability, where a kill may come during a flush, has its folders on a disk, and so has all of `make prove`.
"""

from __future__ import annotations

import os
from pathlib import Path

_IN_MEMORY = Path("/dev/shm")
_NEEDED = 8 * 1024**3  # bytes; far less is in use at a time, as what a test has left goes when it passes


def keep_files_in_memory(*, proving: bool) -> None:
    """Where this machine has a place for it, and nobody names another by pytest's own variable.

    proving: in `make prove`.
    """
    if not proving and has_place(_IN_MEMORY):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_IN_MEMORY))


def has_place(folder: Path) -> bool:
    """Containers give some megabytes, or forbid to run there what a test installs."""
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        return False
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize >= _NEEDED and not found.f_flag & os.ST_NOEXEC
