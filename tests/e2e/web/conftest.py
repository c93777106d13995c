"""One suite with an organisation and sample data for all tests of a worker."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser

from tests.e2e.web.harness import Visit
from tests.support.processes import EMAIL, Served, served, set_up

DEALS = 60


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of the suite."""
    return tmp_path_factory.mktemp("web") / "data"


@pytest.fixture(scope="session")
def suite(data: Path) -> Iterator[Served]:
    """An organisation in China with sample data. Its administrator is EMAIL with PASSWORD."""
    with organisation_in_china(data) as running:
        with running.client() as http:
            with_samples(http)
        yield running


@contextmanager
def organisation_in_china(data: Path) -> Iterator[Served]:
    """A suite with an organisation, and no sample data. Its administrator is EMAIL with PASSWORD."""
    set_up(data, "示例有限公司", name="陈晓")
    with served(data) as running:
        with running.client() as http:
            in_china(http)
        yield running


def in_china(http: httpx.Client) -> None:
    at = f"/identity/organisations/{http.get('/identity/me').raise_for_status().json()['organisation']['id']}"
    place = {"currency": "CNY", "country": "CN", "time_zone": "Asia/Shanghai"}
    http.patch(at, json=place).raise_for_status()


def with_samples(http: httpx.Client, language: str = "zh-CN", seconds: float = 60) -> None:
    at = "/integration/sample-data"
    http.post(at, json={"language": language, "size": DEALS}).raise_for_status()
    deadline = time.monotonic() + seconds
    while (state := http.get(at).raise_for_status().json()["state"]) != "on":
        assert state == "loading", state
        assert time.monotonic() < deadline, "sample data takes too long"
        time.sleep(0.1)


@pytest.fixture(scope="module")  # a session of the suite outlives an access token
def http(suite: Served) -> Iterator[httpx.Client]:
    """The administrator's own requests, to make what a test changes and to read what a page did."""
    with suite.reader(EMAIL) as client:
        yield client


@pytest.fixture(scope="module")
def visit(chromium: Browser, suite: Served) -> Visit:
    return Visit(chromium, suite)
