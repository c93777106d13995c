"""Numbered steps that bring the warehouse's own bookkeeping to this program's form. A landed step is never edited.

The fact tables are not made here: they are derived from their declarations, and re-filled when those change.
"""

from __future__ import annotations

from shared.errors import Unavailable
from shared.warehouse.port import Warehouse

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE feed_position (name String, position UInt64, written_at DateTime64(6, 'UTC')) "
        "ENGINE = ReplacingMergeTree(position) ORDER BY name SETTINGS fsync_after_insert = 1",
        "CREATE TABLE feed_parked (tenant String, stream String, version UInt32, error String, healed Bool, "
        "changed_at UInt64) ENGINE = ReplacingMergeTree(changed_at) ORDER BY (tenant, stream) "
        "SETTINGS fsync_after_insert = 1",
        "CREATE TABLE table_fingerprints (name String, fingerprint String, written_at UInt64) "
        "ENGINE = ReplacingMergeTree(written_at) ORDER BY name SETTINGS fsync_after_insert = 1",
    ),
    ("ALTER TABLE feed_position ADD COLUMN IF NOT EXISTS chain_hash String",),  # the log's at the position, in hex
    (
        "CREATE TABLE rollup_generations (tenant String, generation UInt64, behind_since UInt64, number UInt64) "
        "ENGINE = ReplacingMergeTree(number) ORDER BY tenant SETTINGS fsync_after_insert = 1",
        "CREATE TABLE feed_rebuilding (name String, rebuilding Bool, number UInt64) "
        "ENGINE = ReplacingMergeTree(number) ORDER BY name SETTINGS fsync_after_insert = 1",
    ),
)


BOOKKEEPING = "schema_migrations"  # the table of the steps that were run


async def migrate(warehouse: Warehouse) -> None:
    """Run the steps that are missing. Raises Unavailable when the data was written by a newer version."""
    await warehouse.command(
        f"CREATE TABLE IF NOT EXISTS {BOOKKEEPING} (number UInt32) ENGINE = MergeTree ORDER BY number"
    )
    done = (await warehouse.rows(f"SELECT max(number) FROM {BOOKKEEPING}"))[0][0]
    if done > len(MIGRATIONS):
        raise Unavailable(f"the warehouse has migration {done}, this program knows {len(MIGRATIONS)}: update it")
    for number, statements in enumerate(MIGRATIONS[done:], start=done + 1):
        for statement in statements:
            await warehouse.command(statement.replace("CREATE TABLE ", "CREATE TABLE IF NOT EXISTS ", 1))
        await warehouse.command(f"INSERT INTO {BOOKKEEPING} VALUES ({{n:UInt32}})", {"n": number})


async def belong_to(warehouse: Warehouse, installation: str) -> None:
    """Migrate, and note whose facts a server's warehouse holds; where nobody's are, this installation's begin.

    Raises Unavailable: another installation keeps its facts here.
    """
    await migrate(warehouse)
    about = {"n": "~installation", "f": installation}
    asked = "SELECT fingerprint FROM table_fingerprints WHERE name = {n:String} ORDER BY written_at LIMIT 1"
    found = await warehouse.rows(asked, {"n": about["n"]})
    if not found:
        await warehouse.command("INSERT INTO table_fingerprints VALUES ({n:String}, {f:String}, 0)", about)
    elif found[0][0] != installation:
        raise Unavailable(
            f"CRM_WAREHOUSE: this warehouse belongs to installation {found[0][0]}, the events to {installation}: name "
            "another database"
        )
