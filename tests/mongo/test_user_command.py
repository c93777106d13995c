"""`crm user` on a suite whose events, views and keys are on servers, while its processes run."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crm.cli import app
from crm.compose import Suite
from crm.roles import Roles
from crm.settings import Settings
from services.identity.authentication import Authentication
from services.identity.setup import set_up
from shared.kernel.bus import Call
from shared.security.permissions import system_access
from tests.support.mongo import database
from tests.support.protocol_server import served

EMAIL = "ada@acme.example"


async def test_it_needs_an_empty_folder_and_what_the_log_is_read_with(
    tmp_path: Path, mongo_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_KEYS", database(mongo_server))
    monkeypatch.setenv("CRM_VIEWS", database(mongo_server))
    monkeypatch.setenv("CRM_ROOT_KEY", str(tmp_path / "root.key"))
    async with served(tmp_path / "log") as server:
        monkeypatch.setenv("CRM_EVENTSTORE", f"esdb://127.0.0.1:{server.port}?tls=false")
        suite = await Suite.open(Settings(tmp_path / "data"), Roles(frozenset({"identity"})))
        done = await set_up(suite.kernel, "Acme", "Ada", EMAIL, "seven kinds of boxes", "en")
        auth, call = Authentication(suite.kernel), Call(system_access(done.tenant, done.user), done.user)
        await suite.kernel.bus.send("identity.BeginSecondFactor", {"secret": "JBSWY3DP" * 4}, call)
        begun = (await auth.known(done.tenant, done.user)).credential.factor.begun_version
        await suite.kernel.bus.send("identity.ConfirmSecondFactor", {"begun": begun, "codes": []}, call)
        monkeypatch.setenv(
            "CRM_WAREHOUSE", "clickhouse://127.0.0.1:1/crm"
        )  # where the command runs, neither is reached
        monkeypatch.setenv("CRM_KAFKA", "kafka://127.0.0.1:1")
        monkeypatch.setenv("CRM_PAST", "past://127.0.0.1:1")
        (empty := tmp_path / "empty").mkdir()
        command = ["user", "reset-second-factor", EMAIL, "--data", str(empty), "--json"]
        said = await asyncio.to_thread(CliRunner().invoke, app, command)
        assert said.exception is None, said.output
        assert json.loads(said.stdout) == {"tenant": done.tenant, "user": done.user, "email": EMAIL, "reset": True}
        assert not (await auth.known(done.tenant, done.user)).user.second_factor
        await suite.close()
