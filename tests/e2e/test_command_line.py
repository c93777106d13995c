"""The `crm` command as a user meets it: real processes, real files, exit codes and one-line errors."""

from __future__ import annotations

import json
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pyarrow as pa
import pytest

from tests.support.processes import PASSWORD, Served, crm, served, set_up, start


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("suite") / "data"
    set_up(data)
    with served(data) as running:
        with running.reader() as http:
            for name in ("Acme", "Globex", "上海贸易有限公司"):
                http.post("/customer/accounts", json={"name": name}).raise_for_status()
            _in_the_warehouse(http, accounts=3)
        yield running


def _in_the_warehouse(http: httpx.Client, accounts: int) -> None:
    """The feed of the warehouse is behind the commands by up to a batch."""
    ends = time.monotonic() + 30
    while len(http.post("/analytics/sql", json={"sql": "SELECT name FROM accounts"}).json()["rows"]) < accounts:
        assert time.monotonic() < ends, "the warehouse lacks accounts"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def target(suite: Served, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    token = tmp_path_factory.mktemp("token") / "token"
    token.write_text(suite.sign_in())
    return ["--url", suite.url, "--token-file", str(token)]


def one_line(error: bytes) -> str:
    text = error.decode()
    assert text.startswith("crm: ")
    assert text.count("\n") == 1
    return text


def test_sql_in_four_formats(target: list[str]) -> None:
    query = "SELECT name FROM accounts ORDER BY name"
    assert "Globex" in crm("sql", query, *target).stdout.decode()
    assert crm("sql", query, *target, "--format", "csv").stdout.decode().splitlines()[1:] == [
        "Acme",
        "Globex",
        "上海贸易有限公司",
    ]
    rows = json.loads(crm("sql", query, *target, "--format", "json").stdout)
    assert "上海贸易有限公司" in json.dumps(rows, ensure_ascii=False)
    table = pa.ipc.open_stream(crm("sql", query, *target, "--format", "arrow").stdout).read_all()
    assert table.column("name").to_pylist() == ["Acme", "Globex", "上海贸易有限公司"]


def test_sql_refuses_what_is_no_question(target: list[str]) -> None:
    done = crm("sql", "DROP TABLE accounts", *target, check=False)
    assert done.returncode == 1
    one_line(done.stderr)


def test_events_are_shown_and_keep_people_encrypted(target: list[str]) -> None:
    events = [
        json.loads(line) for line in crm("events", "tail", "--limit", "500", "--json", *target).stdout.splitlines()
    ]
    created = next(e for e in events if e["type"] == "customer.AccountCreated")
    assert created["actor"]
    shown = crm("events", "show", created["stream"], *target).stdout.decode()
    assert '"Acme"' in shown
    assert PASSWORD not in str(events)
    assert "ada@example.com" not in str(events)
    done = crm("events", "show", "account-unknown", *target, check=False)
    assert done.returncode == 1


def test_keys_for_programs(suite: Served, target: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    made = crm("token", "create", "Export", "--role", "read_only", "--type", "account", "--days", "30", *target)
    key = made.stdout.decode().strip()
    assert key.startswith("crm_")
    id = made.stderr.decode().partition(",")[0]
    monkeypatch.setenv("CRM_TOKEN", key)
    by_key = ["--url", suite.url]
    with httpx.Client(base_url=suite.url, headers={"Authorization": f"Bearer {key}"}) as http:
        assert len(http.get("/customer/accounts").json()["items"]) == 3
        assert http.get("/sales/leads").status_code == 403
    done = crm("token", "create", "More", "--role", "read_only", *by_key, check=False)
    assert "no right" in one_line(done.stderr)
    listed = json.loads(crm("token", "list", "--json", *target).stdout)
    assert [(k["id"], k["scopes"]["types"]) for k in listed] == [(id, ["account"])]
    crm("token", "revoke", id, *target)
    done = crm("sql", "SELECT 1", *by_key, check=False)
    assert "not valid" in one_line(done.stderr)
    assert "revoked" in crm("token", "list", *target).stdout.decode()


def test_replay_and_verify(target: list[str]) -> None:
    assert "accounts: 3 rows" in crm("replay", "accounts", *target).stdout.decode()
    replayed = json.loads(crm("replay", "--all", "--json", *target).stdout)
    assert {"accounts", "warehouse"} <= {v["view"] for v in replayed["views"]}
    verified = json.loads(crm("verify", "--json", *target).stdout)
    assert verified["ok"]
    assert next(v for v in verified["views"] if v["view"] == "accounts")["documents"] == 3


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["replay"], 2),
        (["replay", "nothing-like-this"], 1),
        (["sql"], 2),
        (["sql", "SELECT 1", "--format", "xml"], 2),
        (["frobnicate"], 2),
    ],
)
def test_wrong_calls(target: list[str], arguments: list[str], code: int) -> None:
    done = crm(*arguments, *target, check=False)
    assert done.returncode == code
    one_line(done.stderr)


def test_one_record_is_put_back_by_new_events(suite: Served, target: list[str]) -> None:
    with suite.reader() as http:
        made = http.post("/customer/accounts", json={"name": "Initech", "industry": "Energy"}).json()
        path = f"/customer/accounts/{made['id']}"
        for change in ({"name": "Initrode"}, {"industry": "Food", "description": "a mistake"}):
            http.patch(path, json=change).raise_for_status()
        words = ("restore", "record", f"account-{made['id']}", "--to", "1", *target)
        shown = crm(*words)
        assert set(shown.stdout.decode().splitlines()) == {
            'name: "Initrode" → "Initech"',
            'industry: "Food" → "Energy"',
            'description: "a mistake" → nothing',
        }
        assert b"versions 2 to 3 would be taken back: add --yes" in shown.stderr
        assert http.get(path).json()["version"] == 3
        crm(*words, "--yes", "--reason", "typed in the wrong record")
        now = http.get(path).json()
        assert (now["name"], now["industry"], now["description"], now["version"]) == ("Initech", "Energy", "", 4)
        newest = http.get(f"{path}/history").json()["items"][0]
        assert newest["reason"] == "typed in the wrong record"
        assert b"is as it was" in crm(*words).stderr
    assert "was not there" in one_line(crm(*words[:3], "--to", "2020-01-01", *target, check=False).stderr)


def test_a_command_needs_to_know_on_what_it_works(tmp_path: Path) -> None:
    assert crm("sql", "SELECT 1", check=False).returncode == 2
    assert crm("sql", "SELECT 1", "--url", "http://127.0.0.1:9", check=False).returncode == 2
    done = crm("sql", "SELECT 1", "--data", tmp_path / "nowhere", check=False)
    assert done.returncode == 1
    assert "there is no data directory" in one_line(done.stderr)


def test_a_suite_that_is_not_there(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("x")
    done = crm("verify", "--url", "http://127.0.0.1:9", "--token-file", token, check=False)
    assert done.returncode == 1
    assert "does not answer" in one_line(done.stderr)


def test_a_second_process_on_the_same_directory_and_a_port_in_use(suite: Served, tmp_path: Path) -> None:
    data = suite.process.args[suite.process.args.index("--data") + 1]  # type: ignore[index,union-attr]
    done = crm("sql", "SELECT 1", "--data", str(data), check=False)
    assert done.returncode == 1
    assert f"process {suite.process.pid}" in one_line(done.stderr)
    port = suite.url.rpartition(":")[2]
    done = crm("run", "--data", tmp_path / "other", "--port", port, check=False)
    assert done.returncode == 1
    assert "--port" in one_line(done.stderr)


def test_a_directory_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    set_up(data)
    (data / "format").write_text("99\n")
    before = {p: p.read_bytes() for p in data.rglob("*") if p.is_file()}
    done = crm("events", "tail", "--data", data, check=False)
    assert done.returncode == 1
    assert "format 99" in one_line(done.stderr)
    assert {p: p.read_bytes() for p in data.rglob("*") if p.is_file()} == before


def test_first_start_prints_a_link_that_works_once(tmp_path: Path) -> None:
    with served(tmp_path / "data") as running:
        token = re.search(r"/setup#token=(\S+)", running.greeting)
        assert token
        assert httpx.get(f"{running.url}/setup", headers={"Accept": "text/html"}).status_code == 200
        body = {
            "token": token[1],
            "organisation": "Acme",
            "name": "Ada",
            "email": "ada@example.com",
            "password": PASSWORD,
            "language": "zh",
        }
        assert httpx.post(f"{running.url}/identity/setup", json=body).is_success
        assert running.sign_in()
        assert httpx.post(f"{running.url}/identity/setup", json=body).status_code in (403, 409)


def test_a_kill_loses_nothing_and_sigterm_ends_in_order(tmp_path: Path) -> None:
    data = tmp_path / "data"
    set_up(data)
    with start(data) as running, running.client() as http:
        made = [http.post("/customer/accounts", json={"name": f"A{n}"}).json()["id"] for n in range(20)]
        running.process.send_signal(signal.SIGKILL)
        running.process.wait()
    with start(data) as running, running.client() as http:
        assert [http.get(f"/customer/accounts/{id}").json()["name"] for id in made] == [f"A{n}" for n in range(20)]
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(20) == 0


IMPORT = """\
name: Fair
steps:
  - { name: rows, file: fair.csv, resource: account, mode: ensure, key: name, fields: { name: Firm, founded: Since } }
"""


def test_the_exit_code_of_an_import_tells_whether_all_rows_were_taken(
    target: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    mapping, rejected = tmp_path / "fair.yaml", tmp_path / "rejected.csv"
    mapping.write_text(IMPORT)
    call = ["import", mapping, "--source", tmp_path, *target]
    (tmp_path / "fair.csv").write_text("Firm,Since\nOne Fair,1999\nTwo Fair,soon\n")
    for how in ([*call, "--dry-run", "--json"], [*call, "--json", "--rejected", rejected]):
        done = crm(*how, check=False)
        assert done.returncode == 1
        assert json.loads(done.stdout)["totals"]["rejected"] == 1
        lines = done.stderr.decode().splitlines()
        assert any(line.startswith('fair.csv:3: Since: "soon" ') and "整数" in line for line in lines), lines
        assert "1 row(s) were rejected" in lines[-1]
    assert rejected.read_text("utf-8-sig").splitlines()[1].startswith("Two Fair,soon,rows,3,")
    (tmp_path / "fair.csv").write_text("Firm,Since\nOne Fair,1999\nThree Fair,2001\n")
    assert crm(*call, "--json").returncode == 0
    assert crm("import", mapping, "--sauce", tmp_path, *target, check=False).returncode == 2
    mapping.write_text(IMPORT.replace("Since", "Until"))
    assert crm(*call, check=False).returncode == 1
