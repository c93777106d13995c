"""Rights inside the engine, as its configuration: which statements a process may run, and which rows a session sees.

All is generated from one list of tables. A reader's session is bound to its tenant by `log_comment`, a setting of free
text that a locked session cannot change: custom settings do not exist in the embedded engine.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

KEEP_PARTS = 60  # seconds that a replaced part stays, for readers that have not noticed yet
# the engine's own tables that every session may read; the client reads the settings when it connects
OPEN_SYSTEM_TABLES = frozenset({"one", "numbers", "numbers_mt", "zeros", "zeros_mt", "settings"})
ROOT = "{root}"  # in a configuration: the warehouse's folder as the engine sees it

_OWN = "SHOW, SELECT, INSERT, ALTER, CREATE DATABASE, CREATE TABLE, DROP TABLE, TRUNCATE, OPTIMIZE"
_BOUND = "tenant = getSetting('log_comment')"


@dataclass(frozen=True, slots=True)
class Shown:
    """A writer's table that readers show. folder: of its parts, under the warehouse's. columns, engine: as declared."""

    name: str
    folder: str
    columns: tuple[tuple[str, str], ...]
    engine: str

    @property
    def disk(self) -> str:
        return f"parts_of_{self.name}"

    def ddl(self, database: str) -> str:
        """The same table in a reader: the writer's parts, read only, refreshed every second."""
        columns = ", ".join(f"`{name}` {type_}" for name, type_ in self.columns)
        settings = f"table_disk = 1, refresh_parts_interval = 1, disk = '{self.disk}'"
        return f"CREATE TABLE `{database}`.`{self.name}` ({columns}) ENGINE = {self.engine} SETTINGS {settings}"


def writer_config() -> str:
    return f"<merge_tree><old_parts_lifetime>{KEEP_PARTS}</old_parts_lifetime></merge_tree>"


def reader_config(tables: Iterable[Shown]) -> str:
    disks = "".join(
        f"<{t.disk}><type>object_storage</type><object_storage_type>local</object_storage_type>"
        f"<metadata_type>plain</metadata_type><readonly>1</readonly><path>{ROOT}/{escape(t.folder)}/</path></{t.disk}>"
        for t in tables
    )
    return f"<storage_configuration><disks>{disks}</disks></storage_configuration>"


def writer_users(database: str) -> str:
    return _users([f"GRANT {_OWN} ON `{database}`.*"], "")


def reader_users(database: str, tables: Iterable[Shown]) -> str:
    """SELECT on these tables, and of their rows those of the session's tenant. Without a tenant there are none.

    The right to drop the engine's own tables is for the moment before the first session, see shared.warehouse.engine.
    """
    names = [t.name for t in tables]
    filters = "".join(f"<{name}><filter>{_BOUND}</filter></{name}>" for name in names)
    grants = ["GRANT DROP TABLE ON system.*", f"GRANT SHOW DATABASES ON `{database}`.*"]
    grants += [f"GRANT SELECT ON `{database}`.`{name}`" for name in names]
    return _users(grants, f"<databases><{database}>{filters}</{database}></databases>")


def _users(grants: Iterable[str], databases: str) -> str:
    queries = "".join(f"<query>{escape(grant)}</query>" for grant in grants)
    return (
        "<clickhouse><profiles><default/></profiles><quotas><default/></quotas><users><default><password></password>"
        "<networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota>"
        f"<grants>{queries}</grants>{databases}</default></users></clickhouse>"
    )
