"""A lock in memory guards no rule of the installation: another process does not know it. The store's guards do."""

from __future__ import annotations

import ast

from tests.house.test_imports import ROOT, sources

KINDS = {"Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition"}

# file → what the lock is for, if it is no rule: to bound what one process takes, or to order uses of its own object
LOCKS = {
    "shared/eventstore/eventstoredb.py": "orders the appends of one process to a stream; the server checks each",
    "shared/explorer/file.py": "orders the uses of two connections; a lease in the file guards what is written",
    "shared/kernel/merges.py": "reads an organisation's merges once for all who wait",
    "services/analytics/formats.py": "bounds the memory of answers that one process encodes",
    "services/identity/directory.py": "reads what one process keeps of an organisation once, not once for each caller",
    "services/integration/imports/command_sender.py": "bounds the commands in flight of one process",
    "services/audit/taking_back_look.py": "bounds the jobs of one process; a lease in the views store guards each job",
    "services/integration/jobs/scheduler.py": "bounds the jobs of one process; a claim in its file guards each job",
    "shared/kernel/retry.py": "orders the losers of a race within a process; the store checks every append",
    "shared/kernel/snapshots.py": "bounds and orders the building of lists that one process keeps",
    "shared/readlog/readlog.py": "orders the writes of one process; each write begins a stream of its own",
    "shared/past/kept.py": "orders the uses of answers that one process keeps",
    "shared/past/sqlite.py": "orders the uses of the writing connection",
    "shared/streaming/past.py": "takes the projector's: a rebuild is not swapped in while a batch or an erasure is on",
    "shared/streaming/past_upkeep.py": "orders erasures and batches of the one process that has the store of the past",
    "shared/security/keyring_sqlite.py": "orders the uses of a connection",
    "shared/streaming/changes.py": "bounds what streams of one process read of the log at a time",
    "shared/streaming/share_projector.py": "orders the batches of one process; leases in the views store guard them",
    "shared/streaming/subscription.py": "orders the batches of one process; a lease in the views store guards them",
    "shared/tabular/xlsx.py": "bounds the memory of files that one process reads",
    "shared/views/sqlite.py": "orders the uses of the writing connection",
    "shared/views/sqlite_readers.py": "orders the uses of the reading connections",
    "shared/warehouse/clickhouse.py": "bounds the questions of one process, and tries the walls around them once",
    "shared/warehouse/clickhouse_link.py": "makes the client of one process once",
    "shared/warehouse/protocol.py": "orders the uses of engine sessions",
    "shared/warehouse/readers.py": "bounds the statements of one process's reader",
    "shared/warehouse/writer.py": "orders the uses of the writing engine",
}


def makes_lock(code: str) -> bool:
    """Whether Python code uses a lock of asyncio or threading."""
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Attribute(value=ast.Name(id="asyncio" | "threading"), attr=name) if name in KINDS:
                return True
            case ast.ImportFrom(module="asyncio" | "threading", names=names) if KINDS & {one.name for one in names}:
                return True
    return False


def test_every_lock_says_why_it_guards_no_rule() -> None:
    found = {str(p.relative_to(ROOT)) for p in sources("services", "shared", "crm") if makes_lock(p.read_text())}
    assert found == set(LOCKS), "say here what a new lock is for; take away a line whose lock is gone"


def test_a_lock_is_found() -> None:
    assert makes_lock("import asyncio\nx = asyncio.Lock()")
    assert makes_lock("from threading import Semaphore\nx = Semaphore(2)")
    assert makes_lock("x = field(default_factory=asyncio.Lock)")
    assert not makes_lock("x = lock_file(path)")
