"""`crm` loads the module of the command that is called, and knows of the others what its help shows."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.main import get_group

from crm.cli import app
from crm.elsewhere import ELSEWHERE, loaded


@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_is_said_of_a_command_is_its_own_help(name: str) -> None:
    assert get_group(app).commands[name].help == loaded(name).help


def test_the_command_itself_loads_nothing_of_the_suite() -> None:
    program = "import sys, crm.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    heavy = {"services", "pydantic", "fastapi", "cryptography", "shared.kernel", "crm.backup", "crm.compose"}
    assert not heavy & set(done.stdout.split())
