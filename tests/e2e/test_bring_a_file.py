"""A newcomer brings a file: `crm inspect` shows what it is, `crm import` takes it once the user agrees."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.processes import CRM, Served, crm, served, set_up

FILE = "Company name,City,Industry,Shoe size\nAcme Inc.,Boston,Energy,9\nBeta LLC,Denver,Retail,8\n"


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("suite") / "data"
    set_up(data)
    with served(data) as running:
        yield running


@pytest.fixture(scope="module")
def target(suite: Served, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    token = tmp_path_factory.mktemp("token") / "token"
    token.write_text(suite.sign_in())
    return ["--url", suite.url, "--token-file", str(token)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "companies.csv"
    path.write_text(FILE)
    return path


def names(http: httpx.Client) -> list[str]:
    return sorted(a["name"] for a in http.get("/customer/accounts").raise_for_status().json()["items"])


def test_a_file_is_shown_and_its_mapping_written(target: list[str], file: Path, tmp_path: Path) -> None:
    out = tmp_path / "mapping.yaml"
    done = crm("inspect", file, "--out", out, *target)
    lines = done.stdout.decode().splitlines()
    assert lines[0] == "companies.csv: 2 rows, utf-8 (100% sure); account"
    assert lines[1].split() == ["column", "sample", "field", "confidence", "reason"]
    assert [line.split()[0] for line in lines[2:]] == ["Company", "City", "Industry", "Shoe"]
    assert "the heading says so" in lines[2]
    assert f"crm import {out} --source {tmp_path}" in done.stderr.decode()
    assert "# left out: Shoe size (no field of this name" in out.read_text()
    report = json.loads(crm("import", out, *target, "--dry-run", "--json").stdout)  # the file is next to the mapping
    assert (report["status"], report["totals"]["created"], report["totals"]["rejected"]) == ("dry-run", 2, 0)
    found = json.loads(crm("inspect", file, *target, "--json", "--resource", "contact").stdout)
    assert found["resource"] == "contact"


def test_nobody_is_there_to_agree(suite: Served, target: list[str], file: Path) -> None:
    done = crm("import", file, *target, check=False)
    assert done.returncode == 2
    assert "give --yes to import this way, or write the mapping with `crm inspect" in done.stderr.decode()
    assert "Company name" in done.stdout.decode()
    with suite.reader() as http:
        assert names(http) == []


def test_a_file_that_suits_nothing(target: list[str], tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("foo,bar\n1,2\n")
    done = crm("import", path, *target, "--yes", check=False)
    assert (done.returncode, done.stderr.decode().count("--resource contact")) == (2, 1)


def test_on_a_terminal_it_is_asked_and_without_one_told(suite: Served, target: list[str], file: Path) -> None:
    assert answered(b"n\n", "import", file, *target) == 2
    with suite.reader() as http:
        assert names(http) == []
        assert answered(b"y\n", "import", file, *target) == 0
        assert names(http) == ["Acme Inc.", "Beta LLC"]
        report = json.loads(crm("import", file, *target, "--yes", "--json").stdout)
    assert report["totals"]["unchanged"] == 2


def answered(answer: bytes, *arguments: str | Path) -> int:
    """The exit code of a `crm` command at a terminal where a user types this."""
    ours, theirs = pty.openpty()
    try:
        process = subprocess.Popen(
            [*map(str, CRM), *map(str, arguments)], stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL
        )
        os.close(theirs)
        os.write(ours, answer)
        try:
            while os.read(ours, 1 << 16):  # so that it is never blocked
                pass
        except OSError:  # the other end is closed
            pass
        return process.wait(60)
    finally:
        os.close(ours)
