"""ClickHouse's HTTP around an engine, without the engine: what reaches a session, and in which order."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from urllib3 import encode_multipart_formdata

from shared.warehouse.protocol import IDLE_SESSIONS, LONGEST_FORM, Sessions, serve


class FakeSession:
    """Keeps what it receives; a statement with FAIL fails."""

    def __init__(self, received: list[Any]) -> None:
        self.received, self.closed = received, False

    def query(self, sql: str, format: str, params: Any = None) -> Any:
        self.received.append((sql, format, params))
        if "FAIL" in sql:
            raise RuntimeError("Code: 60. DB::Exception: no such table")
        return SimpleNamespace(bytes=lambda: b"answer")

    @contextmanager
    def send_insert(self, sql: str, format: str) -> Iterator[Any]:
        data: list[bytes] = []
        yield SimpleNamespace(append=data.append, finish=lambda: None)
        self.received.append((sql, format, b"".join(data)))

    def close(self) -> None:
        self.closed = True


class Served:
    def __init__(self) -> None:
        self.received: list[Any] = []
        self.opened: list[FakeSession] = []
        self.sessions = Sessions(self._connect)
        ours, theirs = socket.socketpair()
        threading.Thread(target=serve, args=(theirs, self.sessions), daemon=True).start()
        self.connection = http.client.HTTPConnection("engine")
        self.connection.sock = ours

    def _connect(self) -> FakeSession:
        self.opened.append(FakeSession(self.received))
        return self.opened[-1]

    def form(self, fields: list[tuple[str, Any]], boundary: str | None = None, **query: str) -> tuple[int, bytes]:
        body, kind = encode_multipart_formdata(fields, boundary)
        return self.post(body, {"Content-Type": kind}, **query)[:2]

    def post(self, body: Any, headers: dict[str, str] | None = None, **query: str) -> tuple[int, bytes, str | None]:
        self.connection.request("POST", f"/?{urlencode(query)}", body, headers or {})
        answer = self.connection.getresponse()
        return answer.status, answer.read(), answer.getheader("X-ClickHouse-Exception-Code")


@pytest.fixture
def served() -> Iterator[Served]:
    found = Served()
    yield found
    found.connection.close()


def test_a_question_in_the_body_with_its_format_and_parameters(served: Served) -> None:
    assert served.post("SELECT {a:String}\n FORMAT Native", param_a="x'y") == (200, b"answer", None)
    assert served.received == [("SELECT {a:String}", "Native", {"a": "x'y"})]


HARD_VALUES = {
    "param_a": 'x\'y "z" \\ \0 \t',
    "param_b": 'first\r\n--edge\r\nContent-Disposition: form-data; name="query"\r\n\r\nDROP TABLE t\r\n-- edge--\r\n\n',
    "param_c": "\u738b\u82b3 \u0623\u062d\u0645\u062f \u0418\u0432\u0430\u043d \U0001f600 e\u0301" * 9_000,
    "param_d": "",
    "param_e": "--boundary--",
}


def test_a_statement_and_its_parameters_in_a_form(served: Served) -> None:
    fields = [("query", "SELECT {a:String}\n FORMAT Native"), *HARD_VALUES.items()]
    assert served.form(fields, "-boundary", log_comment="acme") == (200, b"answer")
    given = {name.removeprefix("param_"): value for name, value in HARD_VALUES.items()}
    assert served.received[1:] == [("SELECT {a:String}", "Native", given)]


@pytest.mark.parametrize(
    "fields",
    [
        [("query", "SELECT 1"), ("readonly", "0")],
        [("query", "SELECT 1"), ("query", "SELECT 2")],
        [("query", "SELECT 1"), ("param_f", ("f.txt", "1"))],
        [("query", "SELECT 1"), ("param_a", "x" * LONGEST_FORM)],
        [("query", "SELECT 1"), *((f"param_{n}", "x") for n in range(1_001))],
        [("query", "SELECT 1"), ("param_a", b"\xff")],
    ],
    ids=["setting", "twice", "file", "too long", "too many", "no text"],
)
def test_a_form_is_bounded_and_changes_no_setting(served: Served, fields: list[tuple[str, Any]]) -> None:
    assert served.form(fields)[0] == 500
    assert served.received == []
    assert served.post("SELECT 2")[:2] == (200, b"answer")


def test_settings_are_set_before_the_text_and_the_lock_last(served: Served) -> None:
    query = {"readonly": "1", "max_threads": "2", "database": "crm", "log_comment": "a'b\\c"}
    served.post("SELECT 1", **query)
    served.post("SELECT 2", **query)
    assert [sql for sql, _, _ in served.received] == [
        "USE `crm`",
        "SET log_comment = 'a\\'b\\\\c', max_threads = '2', readonly = '1'",
        "SELECT 1",
        "SELECT 2",
    ]


def test_a_session_is_used_for_its_own_settings_only(served: Served) -> None:
    for tenant in ("a", "b", "a", "b"):
        served.post("SELECT 1", log_comment=tenant, readonly="1")
    assert [sql for sql, _, _ in served.received if sql.startswith("SET")] == [
        "SET log_comment = 'a', readonly = '1'",
        "SET log_comment = 'b', readonly = '1'",
    ]


def test_a_failed_statement_ends_its_session_and_tells_its_code(served: Served) -> None:
    status, body, code = served.post("SELECT FAIL")
    assert (status, code) == (500, "60")
    assert b"no such table" in body
    assert served.opened[0].closed
    assert served.post("SELECT 1")[0] == 200
    assert len(served.opened) == 2


@pytest.mark.parametrize("name", ["a b", "a;DROP", "1a", "A", "a=1, readonly"])
def test_a_setting_has_a_name(served: Served, name: str) -> None:
    assert served.post("SELECT 1", **{name: "1"})[0] == 500
    assert served.received == []


def test_a_refused_request_leaves_the_connection_in_step(served: Served) -> None:
    assert served.post(iter([b"SELECT ", b"1"]), **{"a b": "1"})[0] == 500
    assert served.post("SELECT 2") == (200, b"answer", None)


@pytest.mark.parametrize("chunked", [True, False])
def test_an_insert_with_its_data_behind_it(served: Served, chunked: bool) -> None:
    body = b"INSERT INTO t (a) FORMAT Native\n\x00FORMAT x\n\xff"
    assert served.post(iter([body[:40], body[40:]]) if chunked else body)[0] == 200
    assert served.received == [("INSERT INTO t (a)", "Native", b"\x00FORMAT x\n\xff")]


def test_an_insert_whose_statement_is_in_the_address(served: Served) -> None:
    assert served.post(iter([b"ab", b"cd"]), query="INSERT INTO t FORMAT Arrow")[0] == 200
    assert served.received == [("INSERT INTO t", "Arrow", b"abcd")]


def test_an_insert_of_a_select_is_a_statement(served: Served) -> None:
    assert served.post("INSERT INTO t SELECT 1")[0] == 200
    assert served.received == [("INSERT INTO t SELECT 1", "TabSeparated", None)]


def test_sessions_that_nobody_uses_are_few(served: Served) -> None:
    for n in range(IDLE_SESSIONS + 5):
        served.post("SELECT 1", log_comment=str(n))
    assert sum(not s.closed for s in served.opened) == IDLE_SESSIONS
