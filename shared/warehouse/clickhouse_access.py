"""Callers' questions on a ClickHouse server: the user that asks them, what it may read, and a test that this holds.

The user is the suite's own, one for all callers. It may read the published tables and nothing else, and of their rows
those whose tenant its session names in `log_comment`, a setting of free text; `readonly` then locks the session.
Without a tenant there are no rows. Its limits are bounds of the server, whatever a session asks for.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Sequence

from shared.errors import TooSlow
from shared.warehouse.clickhouse_address import Address
from shared.warehouse.clickhouse_cluster import local
from shared.warehouse.port import Answer, QueryFailed
from shared.warehouse.selftest import Breached
from shared.warehouse.session import Limits

CANARY = "callers_canary"  # a table that no view shows, with a row for each of these tenants
CANARIES = tuple(f"canary-{n}" for n in range(16))  # on every shard some
CANARY_DDL = (
    f"CREATE TABLE IF NOT EXISTS `{CANARY}` (tenant LowCardinality(String), id String, version UInt32) "
    "ENGINE = ReplacingMergeTree(version) ORDER BY (tenant, id)"
)
_BOUND = "tenant = getSetting('log_comment')"
_DENIED = frozenset({164, 497})  # ClickHouse's numbers for: the session is locked, a right is missing
_GONE = frozenset({60, 81})  # such a table or database is not there, which is as good

Ask = Callable[[str, str], Awaitable[Answer]]  # a question and whose it is


def callers_of(address: Address) -> tuple[str, str]:
    """The user that asks callers' questions, and its password: who knows the suite's own knows it."""
    user = f"{address.database}_callers"
    return user, hmac.new(address.password.encode(), user.encode(), hashlib.sha256).hexdigest()


def access_statements(address: Address, tables: Sequence[str], limits: Limits) -> list[str]:
    """Make the user if it is missing, and bind it to these tables. Policies come before rights."""
    user, password = callers_of(address)
    on = f" ON CLUSTER `{address.cluster}`" if address.cluster else ""
    secret = f"IDENTIFIED WITH sha256_hash BY '{hashlib.sha256(password.encode()).hexdigest()}'"
    physical = [local(t) for t in tables] if address.cluster else list(tables)
    names = [_name(address, table) for table in physical]
    readable = [*names, *(_name(address, t) for t in tables)] if address.cluster else names
    listed = ", ".join(names)
    statements = [
        f"CREATE USER IF NOT EXISTS `{user}`{on} {secret}",
        f"ALTER USER `{user}`{on} {secret} SETTINGS {_bounds(limits)}",
    ]
    for policy, rows, whom in (("all_rows", "1", address.user), ("own_tenant", _BOUND, user)):
        name = f"`{user}_{policy}`"
        statements += [
            f"CREATE ROW POLICY IF NOT EXISTS {name}{on} ON {listed} FOR SELECT USING {rows} TO `{whom}`",
            f"ALTER ROW POLICY {name}{on} ON {listed} FOR SELECT USING {rows} TO `{whom}`",
        ]
    rights = ", ".join(f"SELECT ON {name}" for name in readable)
    return [*statements, f"GRANT{on} {rights} TO `{user}` WITH REPLACE OPTION"]


def _name(address: Address, table: str) -> str:
    return f"`{address.database}`.`{table}`"


def _bounds(limits: Limits) -> str:
    """No session of this user may ask for more."""
    most = {
        "max_execution_time": limits.seconds,
        "max_memory_usage": limits.memory,
        "max_result_rows": limits.rows,
        "max_result_bytes": limits.answer,
        "max_threads": limits.threads,
    }
    return ", ".join(f"{name} = {value} MIN 1 MAX {value}" for name, value in most.items())


async def try_walls(ask: Ask, own_table: str) -> None:
    """Try what a caller must not do, as the server's operator may have left it open.

    own_table: one of the suite's that is not published. Raises Breached; QueryFailed, TooSlow, Unavailable.
    """
    tenant = CANARIES[0]
    [(seen, own)] = (await ask(f"SELECT count(), countIf(tenant = '{tenant}') FROM `{CANARY}`", tenant)).rows
    if not own:
        raise QueryFailed(f"{CANARY} has no row of {tenant} yet", 0)
    if seen != own:
        raise Breached("rows of another organisation are shown: in a cluster, its nodes need a common secret")
    others = "others' questions are shown: see select_from_system_db_requires_grant in the server's configuration"
    for question, what in (
        ("SELECT count() FROM system.processes", others),
        ("SELECT count() FROM system.query_log", others),
        (f"SELECT count() FROM `{own_table}`", f"the table {own_table} is shown"),
    ):
        await _refused(ask, question, what, _DENIED | _GONE)
    other = f"SETTINGS log_comment = '{CANARIES[1]}'"
    for question, what in (
        (f"SELECT count() FROM `{CANARY}` {other}", "a session can name its organisation"),
        ("SELECT * FROM url('http://127.0.0.1:1/', 'TSV', 'a String')", "addresses can be read"),
        (f"INSERT INTO `{CANARY}` SELECT 'x', 'x', 1", "tables can be written"),
    ):
        await _refused(ask, question, what, _DENIED)


async def _refused(ask: Ask, question: str, what: str, codes: frozenset[int]) -> None:
    try:
        await ask(question, CANARIES[0])
    except QueryFailed as error:
        if error.code in codes:
            return
        raise Breached(f"{what} (ClickHouse error {error.code})") from None
    except TooSlow:
        pass
    raise Breached(what)
