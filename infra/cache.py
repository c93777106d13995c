"""What development servers are made of, fetched or built once: below CRM_CACHE, else below ~/.cache/crm-suite."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path


class Missing(Exception):
    """What a server needs cannot be had on this machine; the message is one line with the remedy."""


def cache_of(kind: str, described_by: bytes) -> Path:
    """The folder of what a file with this content describes."""
    root = os.environ.get("CRM_CACHE") or Path.home() / ".cache" / "crm-suite"
    return Path(root) / kind / sha256(described_by).hexdigest()[:16]


def is_made(folder: Path) -> bool:
    """Whether it was made whole before."""
    return _mark(folder).exists()


def _mark(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.ready")


def made(folder: Path, make: Callable[[Path], None]) -> Path:
    """The folder, made whole the first time, by one process. Raises what `make` raises."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another process may be making it
        if not is_made(folder):
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            _mark(folder).touch()
    return folder
