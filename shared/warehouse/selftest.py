"""The self-test of a reader before it serves: tries to read files outside its walls."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from shared.warehouse.session import Limits, ask
from shared.warehouse.spawn import Engine

THREADS = 8  # a wall may bind some threads and not others
_ALWAYS = ("/etc/hostname", "/proc/self/environ")
_SQL = (
    "SELECT groupUniqArray(file({places:Array(String)}[1 + number % {n:UInt8}], 'closed')) "
    "FROM numbers_mt(4000000) WHERE number % 100000 < {n:UInt8}"
)


class Breached(Exception):
    """The engine reads a forbidden file, or the test had no result."""


def check(engine: Engine, home: Path) -> None:
    """Read canaries through the engine's own function, over a column and many threads. Raises Breached, QueryFailed.

    home: the warehouse's folder. Canaries lie next to it, as the keys do, and in the system's temporary folder. The
    engine must read one more in its own folder, or the test has tested nothing.
    """
    with ExitStack() as stack:
        folders = (home.parent, Path(tempfile.gettempdir()))
        places = [str(stack.enter_context(_canary(folder, "secret"))) for folder in folders]
        own = stack.enter_context(_canary(engine.scratch / "tmp", "open"))
        asked = [*places, *_ALWAYS, own.name]
        settings = Limits(threads=THREADS).settings("")
        found = set(ask(engine.client, _SQL, {"places": asked, "n": len(asked)}, settings).rows[0][0])
    if "open" not in found:
        raise Breached("its self-test did not read what it may read")
    if found != {"open", "closed"}:
        raise Breached("its engine reads files outside its own folder")


@contextmanager
def _canary(folder: Path, text: str) -> Iterator[Path]:
    """A file with mode 644: only a wall can keep the engine out."""
    file = folder / f"canary-{secrets.token_hex(8)}"
    file.write_text(text)
    file.chmod(0o644)
    try:
        yield file
    finally:
        file.unlink()
