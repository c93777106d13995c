"""Folders for temporary files whose names begin with what they are for and the id of their process.

A process that is killed leaves them behind; the next one of its kind takes them away.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def own(kind: str) -> str:
    """What the name of a folder of this process begins with. kind: as in `crm-drill-`."""
    return f"{kind}{os.getpid()}-"


def remove_leftovers(kind: str, folder: Path, *, alone: bool = False) -> None:
    """Remove what lies there of processes that are gone; what is in use stays.

    alone: this process has none of the kind yet. One of its number is then an earlier one's, as in a container.
    """
    for left in folder.glob(f"{kind}*"):
        process = left.name.removeprefix(kind).partition("-")[0]
        if not _runs(process) or (alone and process == str(os.getpid())):
            shutil.rmtree(left, ignore_errors=True)


def _runs(process: str) -> bool:
    if not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        return True
    return True
