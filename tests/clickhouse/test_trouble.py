"""A server that is not there, does not know us, or leaves a wall open: one clear line each, and nothing is shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from shared.addresses import WrongAddress
from shared.errors import TooSlow, Unavailable
from shared.warehouse.clickhouse import ClickHouseWarehouse
from shared.warehouse.clickhouse_access import CANARIES, callers_of, try_walls
from shared.warehouse.clickhouse_address import parse_address
from shared.warehouse.port import Answer, QueryFailed
from shared.warehouse.selftest import Breached
from shared.warehouse.session import Limits
from tests.support.certificates import make
from tests.support.clickhouse import PASSWORD, running
from tests.support.servers import served


async def refusal(url: str) -> str:
    with pytest.raises(Unavailable) as refused:
        await ClickHouseWarehouse.open(url)
    line = refused.value.detail
    assert "\n" not in line
    assert "?" not in line  # the client's own text holds the request
    return line


async def test_nobody_there() -> None:
    assert await refusal("clickhouse://crm@127.0.0.1:9/crm") == (
        "the warehouse at 127.0.0.1:9 is not reached: Connection refused: start it, or correct its address"
    )


async def test_a_wrong_password_is_reported_without_it(clickhouse_server: str, tmp_path: Path) -> None:
    (tmp_path / "wrong").write_text("hunter2")
    address = clickhouse_server.partition("?")[0]
    line = await refusal(f"{address}?passwordFile={tmp_path}/wrong")
    assert "refuses the user crm: see the name and the password" in line
    assert "hunter2" not in line


async def test_tls(tmp_path: Path) -> None:
    files, foreign = make(tmp_path / "ours"), make(tmp_path / "foreign")
    with running(tmp_path, "--cert", str(files.certificate), "--key", str(files.key)) as url:
        assert url.startswith("clickhouses://")
        warehouse = await ClickHouseWarehouse.open(f"{url}&tlsCaFile={files.authority}")
        assert await warehouse.rows("SELECT 1") == [(1,)]
        await warehouse.close()
        assert "shows a certificate that is not trusted (" in await refusal(f"{url}&tlsCaFile={foreign.authority}")
        assert "shows a certificate that is not trusted (" in await refusal(url)
        elsewhere = url.replace("127.0.0.1", "127.0.0.2")
        assert "not" in await refusal(f"{elsewhere}&tlsCaFile={files.authority}")
        assert "127.0.0.1" in await refusal(url.replace("clickhouses:", "clickhouse:"))


async def test_a_server_without_tls(clickhouse_server: str) -> None:
    if not clickhouse_server.startswith("clickhouse:"):
        return
    assert "does not speak TLS as asked" in await refusal(clickhouse_server.replace("clickhouse:", "clickhouses:"))


async def test_something_else_that_answers() -> None:
    async def hello(scope: Scope, receive: Receive, send: Send) -> None:
        await Response("hello")(scope, receive, send)

    async with served(hello) as address:
        line = await refusal(f"clickhouse://crm@{address.partition('//')[2]}/crm")
        assert re.search(r"is no ClickHouse server, or not reached \(\w+\): correct its address$", line), line


async def test_an_older_server_is_refused(clickhouse_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.warehouse.clickhouse_link.OLDEST", (99, 1))
    assert re.search(r"is ClickHouse \d+\..*: this program needs 99.1 or newer", await refusal(clickhouse_server))


class Walls:
    """Answers as a server does whose walls hold, but for one question."""

    def __init__(self, part: str, instead: Answer | Exception) -> None:
        self._part, self._instead = part, instead

    async def __call__(self, sql: str, tenant: str) -> Answer:
        outcome: Answer | Exception = QueryFailed("denied", 497)
        if "countIf" in sql:
            outcome = Answer(("a", "b"), ("UInt64", "UInt64"), ([1], [1]))
        if self._part and self._part in sql:
            outcome = self._instead
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


ONE = Answer(("count()",), ("UInt64",), ([1],))
ALL = Answer(("a", "b"), ("UInt64", "UInt64"), ([16], [1]))
NONE = Answer(("a", "b"), ("UInt64", "UInt64"), ([0], [0]))


async def test_walls_that_hold_are_accepted() -> None:
    await try_walls(Walls("", ONE), "schema_migrations")
    await try_walls(Walls("query_log", QueryFailed("no such table", 60)), "schema_migrations")


@pytest.mark.parametrize(
    ("part", "instead", "why"),
    [
        ("countIf", ALL, "rows of another organisation"),
        ("system.processes", ONE, "others' questions are shown"),
        ("system.query_log", ONE, "others' questions are shown"),
        ("schema_migrations", ONE, "the table schema_migrations is shown"),
        ("log_comment", ONE, "a session can name its organisation"),
        ("url(", QueryFailed("connection refused", 210), r"addresses can be read \(ClickHouse error 210\)"),
        ("url(", TooSlow("too slow"), "addresses can be read"),
        ("INSERT", ONE, "tables can be written"),
    ],
)
async def test_an_open_wall_is_found(part: str, instead: Answer | Exception, why: str) -> None:
    with pytest.raises(Breached, match=why):
        await try_walls(Walls(part, instead), "schema_migrations")


async def test_a_canary_that_is_not_there_yet_is_no_breach() -> None:
    with pytest.raises(QueryFailed, match="no row"):
        await try_walls(Walls("countIf", NONE), "schema_migrations")


async def test_sql_is_off_where_a_wall_is_open(
    clickhouse: ClickHouseWarehouse, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def open_wall(ask: object, own_table: str) -> None:
        raise Breached("rows of another organisation are shown")

    monkeypatch.setattr("shared.warehouse.clickhouse.try_walls", open_wall)
    await clickhouse.warm()
    for _ in range(2):
        with pytest.raises(Unavailable, match="SQL is switched off: rows of another organisation are shown"):
            await clickhouse.ask("SELECT 1", tenant="acme")
    assert [r.message for r in caplog.records if "switched off" in r.message] == [
        "SQL is switched off: rows of another organisation are shown"
    ]


async def test_callers_are_refused_until_their_user_is_there_and_it_stays(tmp_path: Path) -> None:
    with running(tmp_path) as url:
        warehouse = await ClickHouseWarehouse.open(url)
        with pytest.raises(Unavailable, match="refuses the user crm_test_callers: the process with the role warehouse"):
            await warehouse.ask("SELECT 1", tenant="acme")
        await warehouse.publish([])
        await warehouse.close()
    with running(tmp_path) as url:
        again = await ClickHouseWarehouse.open(url)
        assert (await again.ask("SELECT 1", tenant="acme")).rows == [(1,)]
        await again.close()


def test_the_callers_user_and_its_password_follow_from_the_suites() -> None:
    address = parse_address("clickhouse://crm:secret@host/crm")
    name, password = callers_of(address)
    assert name == "crm_callers"
    assert password != address.password
    assert callers_of(address._replace(password="other"))[1] != password
    assert len(CANARIES) == len(set(CANARIES))


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("clickhouse://crm@host", "is no clickhouses://"),
        ("clickhouse://crm@host/", "is no clickhouses://"),
        ("clickhouse://crm@host/a-b", "is no clickhouses://"),
        ("clickhouse://crm@/crm", "is no clickhouses://"),
        ("clickhouse://host/crm", "names no user"),
        ("clickhouse://a%60b@host/crm", "names no user"),
        ("clickhouse://crm@host:http/crm", "cannot be read"),
        ("http://crm@host/crm", "is no clickhouses://"),
        ("clickhouse://crm@host/crm?secure=1", "unknown option secure: known are passwordFile, tlsCaFile, cluster"),
        ("clickhouse://crm@host/crm?cluster=a b", "cluster in the address"),
        ("clickhouse://crm@host/crm?tlsCaFile=/x", "tlsCaFile goes with clickhouses://"),
        ("clickhouse://crm@host/crm?passwordFile=/missing", "passwordFile /missing cannot be read"),
    ],
)
def test_an_address_that_cannot_be_used(url: str, why: str) -> None:
    with pytest.raises(WrongAddress, match=why) as refused:
        parse_address(url.replace("@", ":hunter2@"))
    assert "hunter2" not in str(refused.value)


def test_an_authority_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "no.pem").write_text("nothing")
    for file in (tmp_path / "no.pem", tmp_path / "missing.pem"):
        with pytest.raises(WrongAddress, match=f"tlsCaFile {file} cannot be used"):
            parse_address(f"clickhouses://crm@host/crm?tlsCaFile={file}")


def test_the_parts_of_an_address(tmp_path: Path) -> None:
    (tmp_path / "p").write_text(PASSWORD + "\n")
    found = parse_address(f"clickhouses://crm@[::1]:9/crm_1?PasswordFile={tmp_path}/p&cluster=main")
    assert (str(found), found.user, found.password, found.database) == ("[::1]:9", "crm", PASSWORD, "crm_1")
    assert (found.tls is not None, found.cluster, found.origin) == (True, "main", "https://[::1]:9")
    assert (parse_address("clickhouse://a:b@h/c").password, parse_address("clickhouse://a@h/c").port) == ("b", 8123)
    assert parse_address("clickhouses://a@h/c").port == 8443
    assert Limits().seconds == 10


async def test_a_server_that_ends_while_we_ask_is_reported_in_one_line(tmp_path: Path) -> None:
    with running(tmp_path) as url:
        warehouse = await ClickHouseWarehouse.open(url)
        await warehouse.publish([])
        assert (await warehouse.ask("SELECT 1", tenant="acme")).rows == [(1,)]
    for asked in (
        warehouse.rows("SELECT {secret:String}", {"secret": "hunter2"}),
        warehouse.ask("SELECT {secret:String}", {"secret": "hunter2"}, tenant="acme"),
        warehouse.command("SELECT 1"),
    ):
        with pytest.raises(Unavailable, match=r"^the warehouse at 127\.0\.0\.1:\d+ is not reached") as refused:
            await asked
        assert "hunter2" not in str(refused.value)
    await warehouse.close()
