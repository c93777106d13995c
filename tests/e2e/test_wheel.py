"""The wheel: built, installed by pipx into a place of its own, and run from there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest

from tests.support.processes import EMAIL, PASSWORD, served, set_up

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        folder,
        copy_of_the_tree(folder),
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `crm` command as pipx installs it, with the dependencies of this environment: nothing is fetched.

    CRM_PROVE=1 lets pipx fetch and install the dependencies, too.
    """
    home = tmp_path_factory.mktemp("pipx")
    env = {**os.environ, "PIPX_HOME": str(home), "PIPX_BIN_DIR": str(home / "bin"), "PIPX_MAN_DIR": str(home / "man")}
    install = (sys.executable, "-m", "pipx", "install", "--backend", "uv", "--python", sys.executable)
    if os.environ.get("CRM_PROVE"):
        run(*install, wheel, env=env)
    else:
        share_dependencies(home / "venvs" / "crm-suite")
        run(*install, "--force", "--pip-args=--no-deps", wheel, env={**env, "UV_OFFLINE": "1"})
    return home / "bin" / "crm"


def share_dependencies(venv: Path) -> None:
    """A virtual environment that sees the packages of this one."""
    run(sys.executable, "-m", "uv", "venv", "--quiet", "--python", sys.executable, venv)
    (packages,) = (venv / "lib").glob("python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")


def run(*command: str | Path, env: dict[str, str] | None = None) -> None:
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=240, env=env, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def copy_of_the_tree(folder: Path) -> Path:
    """What git holds of the product, so that a build leaves nothing in the tree and takes nothing that is not in it."""
    copied = folder / "tree"
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.split("\0"):
        if name and not name.startswith(("tests/", "bench/", "docs/")) and (ROOT / name).is_file():
            target = copied / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
    return copied


def test_the_wheel_holds_the_product_and_its_licence(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = (archive.read(n).decode() for n in names if n.endswith(".dist-info/METADATA"))
    tops = {n.split("/")[0] for n in names if ".dist-info" not in n}
    assert tops == {"crm", "services", "shared"}
    data = {
        "shared/http/static/docs.html",
        "crm/static/index.html",
        "shared/streaming/kafka/access.yaml",
        "shared/streaming/kafka/topics.yaml",
    }
    assert data <= set(names)
    assert "License-Expression: Apache-2.0" in metadata
    named = re.findall(r"^([A-Za-z0-9_.-]+)", (ROOT / "requirements.in").read_text(), re.MULTILINE)
    assert set(re.findall(r"^Requires-Dist: ([A-Za-z0-9_.-]+)", metadata, re.MULTILINE)) == set(named)


def test_the_installed_command_serves_the_suite(installed: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    set_up(data, program=(installed,))
    with served(data, program=(installed,)) as running:
        assert httpx.get(f"{running.url}/readyz").status_code == 200
        assert "<html" in httpx.get(f"{running.url}/docs").text
        answer = httpx.post(f"{running.url}/identity/sessions", json={"email": EMAIL, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        asked = httpx.post(f"{running.url}/analytics/sql", json={"sql": "SELECT 1 AS one"}, headers=headers)
        assert asked.json()["rows"] == [{"one": 1}], asked.text
