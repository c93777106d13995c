"""The warehouse's folder: the writer's data under an unguessable name, and a scratch folder per engine.

Layout: `lock` · `<random>/` the writer's data · `run-<random>/` of one engine, for temporary files and a reader's own
data. Everything but `lock` and the writer's data goes at the next start.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from shared.eventstore.lock import AlreadyOpen, Lock, lock_directory

# For a suite that runs as root: ids of no user, in the range that systemd too gives to services for a while
WRITER_UID, READER_UID, GROUP = 64_401, 64_402, 64_400
PROCESS = Path("/proc/self")
RELEASE_SECONDS = 3.0  # the last suite's engine ends a moment after the suite

_STORE = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Owner:
    """0 = the suite's own user: only root can give another."""

    uid: int
    gid: int


def owner(uid: int) -> Owner:
    """Root in a user namespace without these ids, as in a rootless container, is as an ordinary user."""
    own = os.getuid() == 0 and _mapped("uid_map", uid) and _mapped("gid_map", GROUP)
    return Owner(uid, GROUP) if own else Owner(0, 0)


def _mapped(file: str, id: int) -> bool:
    """Whether an id exists in this user namespace (user_namespaces(7)); everywhere where there are none."""
    try:
        ranges = (PROCESS / file).read_text().splitlines()
    except FileNotFoundError:
        return True
    return any(int(first) <= id < int(first) + int(count) for first, _, count in map(str.split, ranges))


class Home:
    """Held by one process. store: the writer's data folder, as seen from `root`."""

    def __init__(self, root: Path, lock: Lock, store: str) -> None:
        self.root, self._lock, self.store = root, lock, store

    @classmethod
    async def open(cls, root: Path) -> Home:
        """Raises AlreadyOpen, OSError."""
        root = await asyncio.to_thread(root.absolute)  # engines work in folders of their own
        await asyncio.to_thread(_make, root)
        lock = await _lock(root)
        try:
            return cls(root, lock, await asyncio.to_thread(_store, root))
        except BaseException:
            lock.release()
            raise

    @property
    def lock_descriptor(self) -> int:
        """The writer inherits it: the folder is free when both are gone."""
        return self._lock.descriptor

    def scratch(self, uid: int) -> str:
        """A new folder of an engine, with `tmp/` and `data/`. Returns its name."""
        name = f"run-{secrets.token_hex(16)}"
        folder = self.root / name
        for part in (folder, folder / "tmp", folder / "data"):
            part.mkdir(mode=0o700)
        give(folder, owner(uid))
        return name

    def release(self) -> None:
        self._lock.release()


def _make(root: Path) -> None:
    root.mkdir(parents=True, exist_ok=True)
    if owner(WRITER_UID).uid:
        os.chown(root, 0, GROUP)
    root.chmod(0o750)


async def _lock(root: Path) -> Lock:
    until = time.monotonic() + RELEASE_SECONDS
    while True:
        try:
            return lock_directory(root)
        except AlreadyOpen:
            if time.monotonic() > until:
                raise
        await asyncio.sleep(0.05)


def _store(root: Path) -> str:
    """The writer's folder, created if missing. Other entries belong to an older layout and are removed."""
    found = [entry.name for entry in root.iterdir() if _STORE.fullmatch(entry.name)]
    store = found[0] if len(found) == 1 else secrets.token_hex(16)
    for entry in root.iterdir():
        if entry.name not in ("lock", store):
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
    (root / store).mkdir(exist_ok=True)
    (root / store).chmod(0o750)  # whatever the process's umask: the readers are of its group
    give(root / store, owner(WRITER_UID))
    return store


def give(folder: Path, to: Owner) -> None:
    """Make a folder and all in it this user's."""
    if not to.uid:
        return
    for path, _, files in os.walk(folder):
        for name in (path, *(os.path.join(path, file) for file in files)):
            os.chown(name, to.uid, to.gid, follow_symlinks=False)
