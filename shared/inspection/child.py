"""Looks into one file behind walls: `python -m shared.inspection.child <options as JSON>`, the file on standard input.

What reads it parses what strangers wrote, partly in C: so this process has no files, no network, no other programs, and
bounded memory and time (shared/warehouse/walls.py). It answers with one line of JSON.
"""

from __future__ import annotations

import base64
import codecs
import json
import os
import resource
import sys
from contextlib import suppress
from dataclasses import dataclass
from encodings.aliases import aliases
from pathlib import Path
from typing import Any

from shared.inspection.found import BROKEN, TOO_LARGE, Unreadable
from shared.warehouse.walls import Ground, Walls, holds


@dataclass(frozen=True, slots=True)
class Options:
    """root: an empty folder that becomes `/`. memory: bytes of address space. seconds: of the processor."""

    media: str
    root: str
    memory: int
    seconds: int
    uid: int
    gid: int
    parent: int


def main() -> None:
    options = Options(**json.loads(sys.argv[1]))
    answer, sys.stdout = sys.stdout, sys.stderr  # a library that says something says it nowhere
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_CPU, (options.seconds, options.seconds + 1))
    walls = Walls(Ground(Path(options.root), (), (), options.memory, 1, options.uid, options.gid), options.parent)
    _load()  # none of it starts threads
    walls.before()
    walls.after()
    found: dict[str, Any] = {"walls": walls.held}
    if holds(walls.held):
        found |= look(sys.stdin.buffer.read(), options.media)
    answer.write(json.dumps(found) + "\n")
    answer.flush()
    os._exit(0)


def look(content: bytes, media: str) -> dict[str, Any]:
    """text, reason and previews (base64 by size). Each of the two looks may fail by itself."""
    from shared.inspection.pictures import previews_of
    from shared.inspection.texts import text_of

    text, reason = _tried(text_of, content, media)
    pictures, _ = _tried(previews_of, content, media)
    shown = {size: base64.b64encode(one).decode() for size, one in (pictures or {}).items()}
    return {"text": text or "", "reason": reason, "previews": shown}


def _tried(read: Any, content: bytes, media: str) -> tuple[Any, str]:
    try:
        return read(content, media), ""
    except Unreadable as error:
        return None, error.reason
    except (MemoryError, RecursionError):
        return None, TOO_LARGE
    except Exception:  # a broken file breaks its reader in ways that nobody lists
        return None, BROKEN


def _load() -> None:
    """All modules and codecs: behind the walls there is nothing to load them from."""
    from shared.inspection import texts  # noqa: F401
    from shared.inspection.pictures import load_readers

    load_readers()
    for name in {*aliases.values()}:
        with suppress(LookupError):
            codecs.lookup(name)
    look(b"<p>", "text/html")
    look(b"subject: a\n\nb", "message/rfc822")


if __name__ == "__main__":
    main()
