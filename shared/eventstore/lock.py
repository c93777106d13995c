"""One process per data directory: a lock that the kernel frees when its holder ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

LOCK = "lock"  # a file in the directory


class AlreadyOpen(Exception):
    """Another process works on these files; nothing was touched."""

    def __init__(self, path: Path, holder: str) -> None:
        by = f"process {holder}" if holder else "another process"
        super().__init__(f"{path} is in use by {by}: stop it first, or work on the running suite with --url")
        self.path, self.holder = path, holder


class Lock:
    """Held until `release`; the lock file itself stays and holds the process id for people to read."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @property
    def descriptor(self) -> int:
        """For a child that is to hold the lock too. Raises ValueError once it is released."""
        if self._descriptor is None:
            raise ValueError("the lock is released")
        return self._descriptor

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def lock_directory(folder: Path) -> Lock:
    """Take the data directory for this process, made if it is missing. Raises AlreadyOpen."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return _lock(folder / LOCK, folder)


def lock_file(path: Path) -> Lock:
    """Take one file, by `<path>.lock` next to it. Raises AlreadyOpen."""
    return _lock(path.with_name(f"{path.name}.lock"), path)


def _lock(file: Path, what: Path) -> Lock:
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
        os.close(descriptor)
        raise AlreadyOpen(what, holder) from None
    with suppress(OSError):  # no room for the number: the lock holds all the same
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return Lock(descriptor)
