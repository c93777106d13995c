"""A data directory is for its owner alone, and holds what it holds itself: no link leads out of it."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from crm.settings import WrongSetting

OTHERS = stat.S_IRWXG | stat.S_IRWXO
_WAREHOUSE = "warehouse"  # its engines may run as a user of their own, so it sees to its own files
_FOLDERS = frozenset({"keys", "imports", _WAREHOUSE})
_FILES = frozenset(
    "lock format events.db events.db-wal events.db-shm events.db.lock views.db views.db-wal views.db-shm "
    "views.db.damaged past.db past.db-wal past.db-shm past.db.damaged ledger.db "
    "ledger.db-wal ledger.db-shm ledger.db.damaged explorer.db explorer.db-wal explorer.db-shm explorer.db.damaged "
    "keys/keys.db keys/keys.db-journal keys/root.key keys/signing.keys keys/notary.key".split()
)
log = logging.getLogger("crm.private")


def check_kinds(data: Path) -> None:
    """Look at everything before any of it is opened; nothing is followed or changed.

    Raises WrongSetting: a link, whose target has modes and contents of its own; a special file, which may never answer;
    a file where a folder belongs, or a folder where a file does.
    """
    for path, mode in _all(data):
        name = str(path.relative_to(data))
        if stat.S_ISLNK(mode):
            raise WrongSetting(f"{path} is a symbolic link: put what it leads to in its place, or mount it there")
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            raise WrongSetting(f"{path} is neither a file nor a folder: remove it, and put back what was there")
        if name in _FOLDERS and not stat.S_ISDIR(mode):
            raise WrongSetting(f"{path} is a file where a folder belongs: remove it, and put back what was there")
        if name in _FILES and not stat.S_ISREG(mode):
            raise WrongSetting(f"{path} is a folder where a file belongs: remove it, and put back what was there")


def keep_private(data: Path) -> None:
    """Take the rights of group and others off what lies there, and off all that this process makes from now on.

    Call check_kinds before. Raises WrongSetting where rights cannot be taken off, as another user owns a file.
    """
    os.umask(OTHERS)
    if not data.is_dir():
        return
    found = [(data, data.stat().st_mode), *_all(data)]
    open_to_others = [(path, mode) for path, mode in found if mode & OTHERS and path != data / _WAREHOUSE]
    for path, mode in open_to_others:
        try:
            path.chmod(stat.S_IMODE(mode) & ~OTHERS)
        except FileNotFoundError:
            continue  # a running suite took it away
        except OSError as error:
            raise WrongSetting(
                f"{path} may be read by others and belongs to user {path.stat().st_uid}: start the suite as that "
                "user, or give the file to the one that runs it (chown), with mode 600 (700 for a folder)"
            ) from error
    if open_to_others:
        log.warning("others could read %s files or folders of %s: corrected", len(open_to_others), data)


def _all(data: Path) -> Iterator[tuple[Path, int]]:
    """What is in it, with its mode, but what is in the warehouse; folders come before what is in them."""
    for folder, folders, files in os.walk(data):
        for path in (Path(folder, name) for name in sorted(folders + files)):
            with suppress(FileNotFoundError):
                yield path, path.lstat().st_mode
        if Path(folder) == data and _WAREHOUSE in folders:
            folders.remove(_WAREHOUSE)
