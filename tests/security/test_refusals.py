"""What no route does; and a user who lacks a right or tries too often is named in the log."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from tests.security.suite import UNKNOWN, open_stage, written
from tests.security.test_isolation import resource_of


async def test_a_refusal_is_logged_with_who_and_what(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with open_stage(tmp_path) as stage:
        user = await stage.user()
        client = await stage.client(stage.acme.tenant, user)
        with caplog.at_level(logging.WARNING, "crm.http"):
            assert (await client.get("/customer/accounts?q=somebody")).status_code == 403
            assert (await client.post(f"/customer/accounts/{UNKNOWN}/archive", json={})).status_code in (403, 404)
            assert (await client.post("/customer/accounts", json={"name": "somebody"})).status_code == 403
        logged = [r.getMessage() for r in caplog.records if r.name == "crm.http"]
        who = f"refused with 403: user {user} of {stage.acme.tenant}"
        assert f"GET /customer/accounts {who}" in logged
        assert f"POST /customer/accounts {who}" in logged
        assert not any("somebody" in line or UNKNOWN in line for line in logged)


async def test_throttled_sign_ins_are_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with open_stage(tmp_path) as stage, stage.anybody() as client:
        wrong = {"email": "nobody@acme.example", "password": "seven kinds of foxes"}
        with caplog.at_level(logging.WARNING, "crm.http"):
            statuses = [(await client.post("/identity/sessions", json=wrong)).status_code for _ in range(6)]
        assert statuses[-1] == 429
        logged = [r.getMessage() for r in caplog.records if "429" in r.getMessage()]
        assert logged == ["POST /identity/sessions refused with 429: nobody known"]


async def test_no_route_redirects_traces_lists_files_or_invites_another_origin(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        client = await stage.client(stage.acme.tenant, stage.acme.user)
        paths = sorted(
            {route.to(UNKNOWN) for route in stage.routes if not route.path.endswith(("/events", "/changes"))}
        )
        origin = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
        for path in [*paths, "/", "/docs", "/docs/assets/", "/docs/assets/../auth.py", "/.git/HEAD", "/setup"]:
            for method in ("GET", "OPTIONS", "TRACE"):
                answer = await client.request(method, path, headers=origin)
                assert not 300 <= answer.status_code < 400, (method, path)
                assert not [name for name in answer.headers if name.startswith("access-control-")], (method, path)
                if method != "GET":
                    assert answer.status_code in (404, 405), (method, path)
        for path in ("/docs/assets/", "/docs/assets/..%2fauth.py", "/.git/HEAD", "/customer/"):
            assert (await client.get(path)).status_code == 404, path


async def test_reading_writes_nothing(tmp_path: Path) -> None:
    """No event but the read log's comes of a GET, so that no link or picture of another site can make one."""
    async with open_stage(tmp_path) as stage:
        client = await stage.client(stage.acme.tenant, stage.acme.user)
        before = await written(stage)
        for route in stage.routes:
            if route.method == "GET" and not route.path.endswith(("/events", "/changes")):
                await stage.call(client, route, stage.ids[resource_of(stage, route)])
        assert await written(stage) == before
        assert {route.method for route in stage.routes} == {"GET", "POST", "PUT", "PATCH", "DELETE"}
