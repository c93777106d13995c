"""An engine as a process of its own: `python -m shared.warehouse.engine <control socket>`.

The process that started it sends one line of options over the control socket, gets one line back, and then hands over
a connected socket for each connection it wants. There is no address that anybody else could connect to. The end of the
control socket is the end of the process.
"""

from __future__ import annotations

import encodings.idna  # noqa: F401  modules that Python loads late must be loaded before the walls
import json
import os
import socket
import sys
import threading
import zoneinfo  # noqa: F401
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from shared.warehouse.grants import OPEN_SYSTEM_TABLES, ROOT
from shared.warehouse.protocol import Sessions, serve
from shared.warehouse.walls import Ground, Walls


@dataclass(frozen=True, slots=True)
class Options:
    """root: the warehouse's folder, the other folders are under it. scratch: of this engine, with an empty `tmp/`.

    config, users: parts of its configuration. schema: statements run before the users' rights hold.
    without_system_tables: detach the engine's own tables; they show paths, processes and statements. memory: bytes of
    address space, longest_file: bytes, 0 = no bound. uid, gid: 0 = those of the parent process.
    """

    root: str
    data: str
    scratch: str
    read: list[str]
    config: str
    users: str
    schema: list[str]
    without_system_tables: bool
    memory: int
    longest_file: int
    uid: int
    gid: int
    parent: int

    @property
    def ground(self) -> Ground:
        root = Path(self.root)
        return Ground(
            root,
            tuple(root / folder for folder in self.read),
            (root / self.data, root / self.scratch),
            self.memory,
            self.longest_file,
            self.uid,
            self.gid,
        )


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    options = Options(**json.loads(control.makefile("rb").readline()))
    try:
        held, sessions, _anchor = start(options)
    except BaseException as error:
        _tell(control, failed=(str(error).strip().splitlines() or [type(error).__name__])[0])
        os._exit(1)
    _tell(control, walls=held)
    while True:
        handed = socket.recv_fds(control, 1, 1)[1]
        if not handed:
            os._exit(0)
        connection = socket.socket(fileno=handed[0])
        threading.Thread(target=serve, args=(connection, sessions), daemon=True).start()


def start(options: Options) -> tuple[list[str], Sessions, Any]:
    """Put up the walls and open the data. Returns the active walls, the sessions and one that keeps the data open."""
    walls = Walls(options.ground, options.parent)
    os.umask(0o027)
    os.chdir(Path(options.root, options.scratch, "tmp"))  # the library reads a config.xml of the folder it starts in
    os.environ["TMPDIR"] = "."  # it remembers the name, and the root may change
    walls.before()
    import chdb
    import chdb.state.sqlitelike

    connect: Callable[[str], Any] = chdb.connect

    root = Path(walls.after())
    os.chdir(root / options.scratch / "tmp")
    data, files = Path("../..", options.data), _configure(root, options)  # an absolute path might hold a `?`
    if options.schema:
        making = connect(f"{data}?config-file=../{files[0].name}")
        for statement in options.schema:
            making.query(statement, "TSV")
        making.close()
    address = f"{data}?config-file=../{files[1].name}"
    anchor = connect(address)
    if options.without_system_tables:
        _detach_system_tables(anchor)
    for file in files:
        file.unlink()
    return walls.held, Sessions(lambda: connect(address)), anchor


def _configure(root: Path, options: Options) -> tuple[Path, Path, Path]:
    """Write the configuration without and with the users' rights; returns the files, these two first."""
    plain, bound, users = (root / options.scratch / name for name in ("plain.xml", "bound.xml", "users.xml"))
    body = options.config.replace(ROOT, escape(str(root).rstrip("/")))
    plain.write_text(f"<clickhouse>{body}</clickhouse>")
    bound.write_text(f"<clickhouse>{body}<users_config>../users.xml</users_config></clickhouse>")
    users.write_text(options.users)
    return plain, bound, users


def _detach_system_tables(session: Any) -> None:
    """Without these tables KILL and SHOW fail, and no statement can read the paths of the parts."""
    names = session.query("SELECT name FROM system.tables WHERE database = 'system'", "TSV").bytes().decode().split()
    for name in sorted(set(names) - OPEN_SYSTEM_TABLES):
        session.query(f"DETACH TABLE system.`{name}`", "TSV")


def _tell(control: socket.socket, **what: Any) -> None:
    control.sendall(json.dumps(what).encode() + b"\n")


if __name__ == "__main__":
    main()
