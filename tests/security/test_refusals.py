"""Whoever is refused for want of a right, or tries too often, stands in the log."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from tests.security.suite import UNKNOWN, open_stage


async def test_a_refusal_is_logged_with_who_and_what(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with open_stage(tmp_path) as stage:
        user = await stage.user()
        client = await stage.client(stage.acme.tenant, user)
        with caplog.at_level(logging.WARNING, "crm.http"):
            assert (await client.get("/customer/accounts?q=somebody")).status_code == 403
            assert (await client.post(f"/customer/accounts/{UNKNOWN}/archive", json={})).status_code in (403, 404)
            assert (await client.post("/customer/accounts", json={"name": "somebody"})).status_code == 403
        told = [r.getMessage() for r in caplog.records if r.name == "crm.http"]
        who = f"refused with 403: user {user} of {stage.acme.tenant}"
        assert f"GET /customer/accounts {who}" in told
        assert f"POST /customer/accounts {who}" in told
        assert not any("somebody" in line or UNKNOWN in line for line in told)


async def test_throttled_sign_ins_are_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with open_stage(tmp_path) as stage, stage.anybody() as client:
        wrong = {"email": "nobody@acme.example", "password": "seven kinds of foxes"}
        with caplog.at_level(logging.WARNING, "crm.http"):
            statuses = [(await client.post("/identity/sessions", json=wrong)).status_code for _ in range(6)]
        assert statuses[-1] == 429
        told = [r.getMessage() for r in caplog.records if "429" in r.getMessage()]
        assert told == ["POST /identity/sessions refused with 429: nobody known"]
