"""One Chromium and one suite with an organisation and sample data for all tests of a worker."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.web.harness import Visit
from tests.support.processes import EMAIL, Served, served, set_up

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--font-render-hinting=none"]
DEALS = 60


@pytest.fixture(scope="module")  # while it runs, tests of asyncio cannot
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        missing = "no chromium on PATH; install it with: apt-get install chromium fonts-noto-cjk"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An organisation in China with sample data. Its administrator is EMAIL with PASSWORD."""
    data = tmp_path_factory.mktemp("web") / "data"
    set_up(data, "示例有限公司")
    with served(data) as running:
        with running.client() as http:
            with_samples(http)
        yield running


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
    """The administrator's own requests, to make what a test changes."""
    with suite.client(EMAIL) as client:
        yield client


@pytest.fixture(scope="module")
def visit(chromium: Browser, suite: Served) -> Visit:
    return Visit(chromium, suite)
