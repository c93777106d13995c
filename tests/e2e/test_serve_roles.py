"""`crm serve --role`: a process serves and runs its roles alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from crm.roles import SERVICES
from tests.support.processes import Served, crm, served, set_up


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("roles") / "data"
    set_up(data)
    return data


@pytest.fixture(scope="module")
def running(data: Path) -> Iterator[Served]:
    with served(data, command=("serve", "--role", "api:identity,customer", "--role", "projector")) as process:
        yield process


def test_a_process_serves_its_services_alone(running: Served) -> None:
    with running.client() as http:
        made = http.post("/customer/accounts", json={"name": "Acme"}).raise_for_status().json()
        seen = http.get(f"/customer/accounts/{made['id']}", params={"min_version": 1})
        assert seen.json()["name"] == "Acme"
        assert http.get("/sales/leads").status_code == 404
        assert http.get("/analytics/views").status_code == 404
        assert http.get("/healthz").json() == {"status": "ok"}
        assert http.get("/readyz").json()["status"] == "ready"


def test_the_reference_lists_all_services_whoever_serves_them(running: Served) -> None:
    page = httpx.get(f"{running.url}/docs").text
    for one in SERVICES:
        assert f"&quot;{one.name}&quot;" in page
    assert httpx.get(f"{running.url}/customer/openapi.json").json()["servers"] == [{"url": "/customer"}]
    assert httpx.get(f"{running.url}/sales/openapi.json").status_code == 404
    assert "api:customer,identity projector" in running.greeting


def test_a_second_process_on_the_same_files_is_refused(running: Served, data: Path) -> None:
    done = crm("serve", "--role", "policies", "--data", data, "--port", "0", check=False)
    assert done.returncode == 1
    message = done.stderr.decode()
    assert f"is in use by process {running.process.pid}" in message
    assert "one process: give it all roles" in message


def test_an_unknown_role_is_refused_before_anything_is_opened(tmp_path: Path) -> None:
    done = crm("serve", "--role", "projectors", "--data", tmp_path / "data", check=False)
    assert done.returncode == 1
    assert "there is no role 'projectors': a role is all, projector" in done.stderr.decode()
    assert not (tmp_path / "data").exists()
