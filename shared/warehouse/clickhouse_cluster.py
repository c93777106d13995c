"""The suite's own statements on a cluster of ClickHouse servers.

A table `t` is there a replicated one on every node, `t_local`, and a Distributed one over these, `t`, which questions
and inserts name. Rows lie where the first column of the table's key puts them: all of an organisation on one shard, so
what replaces an earlier row finds it, and joins of one organisation's rows stay within a shard.
"""

from __future__ import annotations

import re
from collections.abc import Callable

# of the suite's own statements: on return a row is on the disks of most replicas, and the one that is asked has it
WRITES = {
    "distributed_foreground_insert": "1",
    "insert_quorum": "auto",
    "insert_deduplicate": "0",  # the same row again replaces a later one, as in a single server
    "parallel_distributed_insert_select": "0",
}
READS = {
    "distributed_product_mode": "local",
    "optimize_skip_unused_shards": "1",
    "load_balancing": "in_order",
}

_NAME = r"`?(\w+)`?"
_IF = r"( IF (?:NOT )?EXISTS)?"
_CREATE = re.compile(rf"CREATE TABLE{_IF} {_NAME} (\(.*\)) ENGINE = (\w*MergeTree\b.*)", re.DOTALL)
_ORDER = re.compile(r"ORDER BY \(?`?(\w+)")
_DROP = re.compile(rf"DROP TABLE{_IF} {_NAME}( SYNC)?")
_TRUNCATE = re.compile(rf"TRUNCATE TABLE {_NAME}")
_EXCHANGE = re.compile(rf"EXCHANGE TABLES {_NAME} AND {_NAME}")
_ROWS = re.compile(rf"ALTER TABLE {_NAME} (DELETE WHERE .*)", re.DOTALL)
_COLUMNS = re.compile(rf"ALTER TABLE {_NAME} (ADD COLUMN .*)", re.DOTALL)
_DEFINES = re.compile(r"\s*(CREATE|DROP|TRUNCATE|EXCHANGE|RENAME|ALTER|ATTACH|DETACH|OPTIMIZE)\b")


def on_cluster(sql: str, cluster: str, database: str) -> list[str]:
    """What does on the cluster what a statement does on one server. Raises ValueError for a form that is not known."""
    layout = _Layout(cluster, database)
    forms: tuple[tuple[re.Pattern[str], Callable[..., list[str]]], ...] = (
        (_CREATE, layout.create),
        (_DROP, layout.drop),
        (_TRUNCATE, layout.truncate),
        (_EXCHANGE, layout.exchange),
        (_ROWS, layout.alter_rows),
        (_COLUMNS, layout.alter_columns),
    )
    for form, written in forms:
        if found := form.fullmatch(sql.strip()):
            return written(*(part or "" for part in found.groups()))
    if _DEFINES.match(sql):
        raise ValueError(f"a statement that is not known on a cluster: {sql[:60]}")
    return [sql]


def local(table: str) -> str:
    """The name of the table on each node."""
    return f"{table}_local"


class _Layout:
    def __init__(self, cluster: str, database: str) -> None:
        self._cluster, self._database = cluster, database
        self._on = f"ON CLUSTER `{cluster}`"

    def create(self, if_: str, table: str, columns: str, engine: str) -> list[str]:
        key = _ORDER.search(engine)
        return [
            f"CREATE TABLE{if_} {self._name(local(table))} {self._on} {columns} ENGINE = Replicated{engine}",
            f"CREATE TABLE{if_} {self._name(table)} {self._on} {self._distributed(table, key[1] if key else '')}",
        ]

    def drop(self, if_: str, table: str, sync: str) -> list[str]:
        return [f"DROP TABLE{if_} {self._name(name)} {self._on}{sync}" for name in (table, local(table))]

    def truncate(self, table: str) -> list[str]:
        return [f"TRUNCATE TABLE {self._name(local(table))} {self._on}"]

    def exchange(self, one: str, other: str) -> list[str]:
        """The tables of facts: their rows change places, then the Distributed ones take their columns."""
        swap = f"EXCHANGE TABLES {self._name(local(one))} AND {self._name(local(other))} {self._on}"
        made = [
            f"CREATE OR REPLACE TABLE {self._name(t)} {self._on} {self._distributed(t, 'tenant')}" for t in (one, other)
        ]
        return [swap, *made]

    def alter_rows(self, table: str, change: str) -> list[str]:
        return [f"ALTER TABLE {self._name(local(table))} {self._on} {change}"]

    def alter_columns(self, table: str, change: str) -> list[str]:
        return [f"ALTER TABLE {self._name(name)} {self._on} {change}" for name in (local(table), table)]

    def _distributed(self, table: str, key: str) -> str:
        rows = self._name(local(table))
        over = f"'{self._cluster}', '{self._database}', '{local(table)}', cityHash64({key})"
        return f"AS {rows} ENGINE = Distributed({over})"

    def _name(self, table: str) -> str:
        return f"`{self._database}`.`{table}`"
