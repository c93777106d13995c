"""The engine of callers' questions, asked directly and by somebody who has broken every check before it.

What holds then are the walls of the kernel, the rights inside the engine and the rows of a session's tenant.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from services.analytics import facts
from shared.warehouse.confined import ConfinedWarehouse
from shared.warehouse.port import QueryFailed
from shared.warehouse.session import Limits
from shared.warehouse.tables import shown_names
from tests.support.facts import CANARY, OURS, THEIRS, two_organisations

KEY = "KEY-CANARY-" + "0123456789abcdef" * 2
SHADOW = "opportunities_now__new"

on_one_loop = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Target:
    warehouse: ConfinedWarehouse
    key: Path  # a file next to the warehouse that every user may read
    store: Path  # the writer's data
    shadow: Path  # a part of a table that is not published

    async def ask(self, sql: str, tenant: str = OURS) -> str:
        answer = await self.warehouse.ask(self.filled(sql), tenant=tenant)
        return repr(answer.rows)

    def filled(self, sql: str) -> str:
        """With the places that an attacker would have to know, as the engine would have to name them."""
        inside = "/" + str(self.shadow.relative_to(self.store.parent))
        places = {"key": self.key, "store": f"/{self.store.name}", "shadow": inside, "pid": os.getpid()}
        for name, place in places.items():
            sql = sql.replace(f"<{name}>", str(place))
        return sql


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def target(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Target]:
    folder: Path = tmp_path_factory.mktemp("walls")
    (folder / "keys").mkdir()
    key = folder / "keys" / "root.key"
    key.write_text(KEY)
    key.chmod(0o644)
    async with two_organisations(folder / "warehouse", Limits(seconds=5)) as (warehouse, _):
        await warehouse.command(f"CREATE TABLE `{SHADOW}` AS opportunities_now")
        await warehouse.command(f"INSERT INTO `{SHADOW}` SELECT * FROM opportunities_now")
        await warehouse.command(
            "CREATE TABLE feed_position (name String, position UInt64) ENGINE = MergeTree ORDER BY name"
        )
        [store] = [entry for entry in (folder / "warehouse").iterdir() if len(entry.name) == 32]
        named = f"SELECT path FROM system.parts WHERE active AND table = '{SHADOW}'"
        path = (await warehouse.rows(named))[0][0]
        shadow = store / path.partition(f"{store.name}/")[2] / "data.bin"
        assert shadow.exists()
        await warehouse.settle()
        yield Target(warehouse, key, store, shadow)


REFUSED = """
SELECT file('<key>')
SELECT arrayMap(file, ['<key>'])[1]
SELECT arrayMap(f -> file(f), ['<key>', '/etc/passwd'])
SELECT file(concat('/etc/', p)) FROM (SELECT arrayJoin(['passwd', 'group']) AS p)
SELECT max(length(file(if(number % 2, '<key>', '/etc/passwd')))) FROM numbers_mt(4000000) WHERE number % 100000 < 2
SELECT file('../../keys/root.key')
SELECT file('/proc/self/environ')
SELECT file('/proc/<pid>/environ')
SELECT file('/proc/1/cmdline')
SELECT file('/proc/self/cmdline')
SELECT file('/proc/self/maps')
SELECT file('/proc/self/fd/0')
SELECT file('<shadow>')
SELECT file('/etc/ld.so.cache')
SELECT * FROM file('<key>', 'LineAsString')
SELECT * FROM file('<store>/**', 'One')
SELECT * FROM filesystem('/')
SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')
SELECT * FROM remote('127.0.0.1:1', 'crm', 'opportunities_now')
SELECT * FROM remoteSecure('127.0.0.1:1', 'crm', 'opportunities_now')
SELECT * FROM mysql('127.0.0.1:1', 'd', 't', 'u', 'p')
SELECT * FROM postgresql('127.0.0.1:1', 'd', 't', 'u', 'p')
SELECT * FROM mongodb('127.0.0.1:1', 'd', 't', 'u', 'p', 'a String')
SELECT * FROM redis('127.0.0.1:1', 'k', 'k String')
SELECT * FROM sqlite('<key>', 't')
SELECT * FROM s3('http://127.0.0.1:1/b/k', 'LineAsString')
SELECT * FROM hdfs('hdfs://127.0.0.1:1/k', 'LineAsString')
SELECT * FROM jdbc('d', 't')
SELECT * FROM odbc('d', 't')
SELECT * FROM executable('id', 'TSV', 'a String')
SELECT * FROM Python(os)
SELECT * FROM python('sys')
SELECT * FROM dictionary('x')
SELECT dictGet('<key>', 'x', 1)
SELECT catboostEvaluate('<key>', 1)
SELECT 1 INTO OUTFILE '<key>'
SELECT 1 INTO OUTFILE '<key>' TRUNCATE
SELECT 1 INTO OUTFILE '/outside.txt'
SELECT 1 INTO OUTFILE '<store>/outside.txt'
SELECT 1 INTO OUTFILE '/tmp/outside.txt'
INSERT INTO FUNCTION file('<key>', 'TSV', 'a Int8') VALUES (1)
INSERT INTO opportunities_now (id) VALUES ('x')
SELECT * FROM feed_position
SELECT * FROM crm.feed_position
SELECT * FROM `opportunities_now__new`
SELECT * FROM view(SELECT * FROM feed_position)
SELECT * FROM loop('crm', 'feed_position')
SELECT * FROM merge('crm', 'feed_position')
SELECT * FROM clusterAllReplicas('default', 'crm', 'feed_position')
SELECT * FROM mergeTreeIndex('crm', 'opportunities_now')
SELECT * FROM mergeTreeProjection('crm', 'opportunities_now', 'p')
SELECT * FROM system.tables
SELECT * FROM system.parts
SELECT * FROM system.disks
SELECT * FROM system.processes
SELECT * FROM system.errors
SELECT * FROM system.query_log
SELECT * FROM system.user_query_log
SELECT * FROM system.asynchronous_loader
SELECT * FROM system.server_settings
SELECT * FROM system.stack_trace
SELECT * FROM system.remote_data_paths
SELECT * FROM information_schema.tables
SELECT * FROM information_schema.columns
SHOW TABLES
SHOW PROCESSLIST
SHOW CREATE TABLE feed_position
KILL QUERY WHERE 1
KILL MUTATION WHERE 1
SET readonly = 0
SET log_comment = 'globex'
SET max_execution_time = 0
SELECT 1 SETTINGS readonly = 0
SELECT count() FROM opportunities_now SETTINGS log_comment = 'globex'
SELECT 1 SETTINGS max_memory_usage = 0
SELECT 1 SETTINGS allow_introspection_functions = 1
CREATE TABLE mine (a Int8) ENGINE = Memory
CREATE TEMPORARY TABLE mine (a Int8)
CREATE FUNCTION mine AS (x) -> x
CREATE USER mallory
CREATE ROW POLICY p ON opportunities_now USING 1 TO default
CREATE DICTIONARY d (a Int8) PRIMARY KEY a SOURCE(FILE(path '<key>' format 'TSV')) LAYOUT(FLAT()) LIFETIME(0)
ATTACH TABLE system.parts
DROP TABLE opportunities_now
DETACH TABLE opportunities_now
DROP TABLE system.one
DROP DATABASE crm
TRUNCATE TABLE opportunities_now
RENAME TABLE opportunities_now TO mine
EXCHANGE TABLES opportunities_now AND opportunity_facts
ALTER TABLE opportunities_now DELETE WHERE 1
ALTER TABLE opportunities_now FREEZE
OPTIMIZE TABLE opportunities_now
CHECK TABLE opportunities_now
BACKUP TABLE opportunities_now TO File('x')
RESTORE TABLE opportunities_now FROM File('x')
SYSTEM SHUTDOWN
SYSTEM RELOAD CONFIG
SYSTEM FLUSH LOGS
SYSTEM STOP MERGES
GRANT ALL ON *.* TO default
REVOKE ALL ON *.* FROM default
EXECUTE AS default SELECT 1
USE system
SELECT addressToSymbol(1)
SELECT demangle(addressToSymbol(1))
""".strip().splitlines()

# what is answered, and holds nothing of others
HARMLESS = """
SELECT file('<key>', 'closed')
SELECT groupUniqArray(file(if(number % 2, '<key>', '<shadow>'), 'no')) FROM numbers_mt(4000000) WHERE number % 99999 < 2
SELECT * FROM opportunities_now
SELECT * FROM opportunities_now WHERE tenant = 'globex'
SELECT * FROM opportunities_now WHERE tenant != 'acme' OR 1
SELECT * FROM merge('crm', '.*')
SELECT * FROM view(SELECT * FROM opportunities_now)
SELECT * FROM opportunities_now AS a CROSS JOIN opportunity_facts AS b LIMIT 1000
SELECT any(name), max(name), groupArray(name) FROM accounts_now WHERE tenant = 'globex'
SELECT throwIf(tenant = 'globex') FROM opportunities_now PREWHERE NOT throwIf(tenant = 'globex')
SELECT count() FROM opportunities_now SETTINGS additional_table_filters = {'opportunities_now': '1'}
SELECT uniq(_part), any(_path) FROM (SELECT _part, _disk_name AS _path FROM opportunities_now)
SHOW CREATE TABLE opportunities_now
DESCRIBE TABLE opportunities_now
EXPLAIN PLAN indexes = 1 SELECT * FROM opportunities_now
EXPLAIN ESTIMATE SELECT * FROM opportunities_now
SHOW GRANTS
SHOW DATABASES LIKE 'x'
SELECT currentUser(), getSetting('log_comment')
SELECT getServerSetting('path')
SELECT * FROM system.settings
SELECT name FROM system.one, system.settings
""".strip().splitlines()


@on_one_loop
@pytest.mark.parametrize("sql", REFUSED)
async def test_refused(target: Target, sql: str) -> None:
    with pytest.raises(QueryFailed) as refusal:
        await target.ask(sql)
    assert KEY not in str(refusal.value)
    assert CANARY not in str(refusal.value)
    assert refusal.value.code


@on_one_loop
@pytest.mark.parametrize("sql", HARMLESS)
async def test_shows_nothing_of_others(target: Target, sql: str) -> None:
    try:
        shown = await target.ask(sql)
    except QueryFailed as error:
        shown = str(error)
    assert CANARY not in shown
    assert KEY not in shown
    assert target.store.name not in shown
    assert not {THEIRS} & set(shown.replace("'", " ").split()) or THEIRS in sql


def test_the_statements_would_show_what_they_are_after() -> None:
    """Without walls the engine's own locks (readonly = 1) let files be read and written."""
    script = (
        "import sys, chdb\n"
        "c = chdb.connect(':memory:')\n"
        "c.query('SET readonly = 1')\n"
        "read = c.query(\"SELECT arrayMap(file, ['\" + sys.argv[1] + \"'])[1]\", 'TSV').bytes()\n"
        "c.query(\"SELECT 1 INTO OUTFILE '\" + sys.argv[2] + \"'\", 'TSV')\n"
        "sys.exit(0 if read.strip() else 1)\n"
    )
    out = Path(os.environ.get("TMPDIR", "/tmp")) / f"outfile-{os.getpid()}"
    try:
        done = subprocess.run([sys.executable, "-c", script, __file__, str(out)], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        assert out.exists()
    finally:
        out.unlink(missing_ok=True)


@on_one_loop
async def test_the_canaries_are_there_to_be_found(target: Target) -> None:
    assert target.key.read_text() == KEY
    assert target.shadow.stat().st_size
    everyone = await target.warehouse.rows(f"SELECT count() FROM `{SHADOW}` WHERE tenant = '{THEIRS}'")
    assert everyone == [(3,)]
    assert CANARY in await target.ask("SELECT name FROM opportunities_now", tenant=THEIRS)
    assert await target.ask("SELECT count() FROM opportunities_now") == "[(3,)]"


@on_one_loop
async def test_every_published_table_shows_the_sessions_tenant_alone(target: Target) -> None:
    names = [n for n in shown_names(facts.TABLES) if await target.warehouse.rows(f"EXISTS TABLE `{n}`") == [(1,)]]
    assert len(names) > 10
    for name in names:
        every = dict(await target.warehouse.rows(f"SELECT tenant, count() FROM `{name}` GROUP BY tenant"))
        for tenant in (OURS, THEIRS, "nobody"):
            assert await target.ask(f"SELECT count() FROM `{name}`", tenant) == f"[({every.get(tenant, 0)},)]", name


@on_one_loop
async def test_a_question_without_a_tenant_is_not_asked(target: Target) -> None:
    with pytest.raises(ValueError, match="tenant"):
        await target.warehouse.ask("SELECT 1", tenant="")


@on_one_loop
async def test_its_process_has_neither_our_environment_nor_our_files(target: Target) -> None:
    await target.ask("SELECT 1")
    engine = target.warehouse.readers.running
    assert engine is not None
    environment, opened, status = await asyncio.to_thread(_inspected, engine.pid)
    assert environment <= {b"TZ", b"LANG", b"LC_CTYPE"}
    assert not {name for name in opened if "keys" in name or name.endswith((".db", "lock"))}
    assert "NoNewPrivs:\t1" in status
    assert "Seccomp:\t2" in status
    if os.getuid() == 0:
        assert "CapEff:\t0000000000000000" in status
        assert "Uid:\t0" not in status


def _inspected(pid: int) -> tuple[set[bytes], set[str], str]:
    """Names in its environment, files it has open, its status."""
    process = Path(f"/proc/{pid}")
    environment = (process / "environ").read_bytes().split(b"\0")
    opened = {os.readlink(descriptor) for descriptor in (process / "fd").iterdir()}
    return {e.partition(b"=")[0] for e in environment if e}, opened, (process / "status").read_text()
