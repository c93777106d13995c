"""A data directory is for its owner alone."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from crm.settings import WrongSetting

OTHERS = stat.S_IRWXG | stat.S_IRWXO
log = logging.getLogger("crm.private")


def keep_private(data: Path) -> None:
    """Remove the rights of group and others from all files there, and from all that this process creates.

    The warehouse sets the rights of its own folder: its engines may run as another user. Raises WrongSetting when
    another user owns a file.
    """
    os.umask(OTHERS)
    open_to_others = [(path, mode) for path in _all(data) if (mode := path.lstat().st_mode) & OTHERS]
    for path, mode in open_to_others:
        try:
            path.chmod(stat.S_IMODE(mode) & ~OTHERS)
        except OSError as error:
            raise WrongSetting(
                f"{path} may be read by others and belongs to user {path.lstat().st_uid}: start the suite as that "
                "user, or give the file to the one that runs it (chown), with mode 600 (700 for a folder)"
            ) from error
    if open_to_others:
        log.warning("others could read %s files or folders of %s: corrected", len(open_to_others), data)


def _all(data: Path) -> Iterator[Path]:
    """All existing files and folders without links, each folder before its content."""
    if not data.is_dir():
        return
    yield data
    for path in sorted(data.iterdir()):
        if path.is_symlink() or path.name == "warehouse":
            continue
        if path.is_dir():
            yield from _all(path)
        else:
            yield path
