"""`crm user` on a data directory: the way back for a lone administrator who has lost their second factor."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crm.cli import app
from crm.client import CommandFailed
from crm.compose import Suite
from crm.settings import Settings
from services.identity.attempts import Known
from services.identity.authentication import Authentication
from shared.kernel.bus import Call
from shared.security.permissions import system_access
from tests.support.processes import EMAIL, set_up


async def _known(data: Path, *, turn_on: bool = False) -> Known:
    suite = await Suite.open(Settings(data))
    try:
        auth = Authentication(suite.kernel)
        known = await auth.find(EMAIL)
        assert known is not None
        if turn_on:
            call = Call(system_access(known.tenant, known.user.id), known.user.id)
            await suite.kernel.bus.send("identity.BeginSecondFactor", {"secret": "JBSWY3DP" * 4}, call)
            begun = (await auth.known(known.tenant, known.user.id)).credential.factor.begun_version
            await suite.kernel.bus.send("identity.ConfirmSecondFactor", {"begun": begun, "codes": []}, call)
        return await auth.known(known.tenant, known.user.id)
    finally:
        await suite.close()


def test_an_operator_resets_the_factor_of_a_lone_administrator(tmp_path: Path) -> None:
    data = tmp_path / "data"
    set_up(data)
    on = asyncio.run(_known(data, turn_on=True))
    assert on.user.second_factor
    command = ["user", "reset-second-factor", EMAIL, "--data", str(data), "--json"]
    assert json.loads(CliRunner().invoke(app, command).stdout)["reset"] is True
    off = asyncio.run(_known(data))
    assert (off.user.second_factor, off.credential.factor.secret, off.credential.secret) == (
        False,
        "",
        on.credential.secret,
    )
    assert off.user.epoch == on.user.epoch + 1  # their access tokens are void
    assert json.loads(CliRunner().invoke(app, command).stdout)["reset"] is False
    for wrong in (["nobody@acme.example", "--data", str(data)], [EMAIL, "--data", str(tmp_path / "none")]):
        failed = CliRunner().invoke(app, ["user", "reset-second-factor", *wrong])
        with pytest.raises(CommandFailed, match=r"nobody signs in as|no data directory"):
            raise failed.exception or AssertionError(failed.output)
