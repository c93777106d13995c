"""The tree itself: locks with hashes and without addresses, no marks of unfinished work, files of a readable size."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ADDRESS = re.compile(r"https?://|--(?:extra-)?index-url|--find-links|file://")
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|NotImplementedError)\b|pytest\.mark\.skip\b")
LONGER = re.compile(r"\bPROVE\b|CRM_PROVE|\bscale import\b")  # a test whose long form is for `make prove`
LOCKS = {  # the file, and how many packages it has at least
    "requirements.lock": 20,
    "requirements-dev.lock": 20,
    "requirements-bench.lock": 20,
    "requirements-web.lock": 2,
}
MAX_LINES, MAX_TEST_LINES = 400, 600
ONE_FILE = {Path("clients/auditor/verify_ledger.py"): 500}  # auditors are promised that it is one file
MAX_FUNCTION_LINES = 40  # without signature and docstring


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split("\n") if name and (ROOT / name).exists()]


@pytest.mark.parametrize(("name", "least"), LOCKS.items())
def test_locks_carry_hashes_and_no_address(name: str, least: int) -> None:
    text = (ROOT / name).read_text()
    assert not ADDRESS.search(text)
    pinned = re.findall(r"^[A-Za-z0-9_.\[\]-]+==\S+", text, re.MULTILINE)
    assert len(pinned) >= least
    assert text.count("--hash=sha256:") >= len(pinned)


def test_the_web_clients_lock_carries_hashes_and_no_address() -> None:
    packages = json.loads((ROOT / "web/package-lock.json").read_text())["packages"]
    assert len(packages) > 100
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []


def test_every_direct_dependency_is_locked() -> None:
    named = re.findall(r"^([A-Za-z0-9_.-]+)", (ROOT / "requirements.in").read_text(), re.MULTILINE)
    locked = (ROOT / "requirements.lock").read_text().lower()
    assert [n for n in named if not re.search(rf"^{re.escape(n.lower())}(?:\[.*\])?==", locked, re.MULTILINE)] == []


def test_nothing_is_left_unfinished() -> None:
    here = Path(__file__).resolve()
    files = [f for f in tracked("*.py", "*.js", "*.html", "*.yaml", "Makefile") if f != here]
    assert len(files) > 100
    assert [f"{f.relative_to(ROOT)}: {m.group()}" for f in files if (m := UNFINISHED.search(f.read_text()))] == []


def test_what_goes_further_under_make_prove_runs_there() -> None:
    """Else what `make test` leaves to it is shown by nothing."""
    [line] = [one for one in (ROOT / "Makefile").read_text().splitlines() if "CRM_PROVE=1" in one]
    proven = [ROOT / word for word in line.split() if word.startswith("tests/")]
    longer = [
        f for f in tracked("tests/*test_*.py") if LONGER.search(f.read_text()) and f.parent != ROOT / "tests/house"
    ]
    assert len(longer) > 30
    assert [str(f.relative_to(ROOT)) for f in longer if not {f, *f.parents} & {*proven}] == []


def test_files_stay_readable() -> None:
    sizes = {f.relative_to(ROOT): len(f.read_text().splitlines()) for f in tracked("*.py")}
    allowed = {f: MAX_TEST_LINES if f.parts[0] == "tests" else MAX_LINES for f in sizes}
    allowed |= ONE_FILE
    assert {str(f): n for f, n in sizes.items() if n > allowed[f]} == {}


def long_functions(code: str) -> dict[str, int]:
    """Functions with more lines than allowed: name → lines of the body, without the docstring."""
    found = {}
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            lines = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
            if lines > MAX_FUNCTION_LINES:
                found[node.name] = lines
    return found


def test_functions_stay_short() -> None:
    files = tracked("crm/*.py", "services/*.py", "shared/*.py")
    assert len(files) > 200
    long = {f"{f.relative_to(ROOT)}: {name}": n for f in files for name, n in long_functions(f.read_text()).items()}
    assert long == {}


@pytest.mark.parametrize(("statements", "is_long"), [(MAX_FUNCTION_LINES, False), (MAX_FUNCTION_LINES + 1, True)])
def test_the_rule_on_functions_can_fail(statements: int, is_long: bool) -> None:
    body = "".join(f"    x{n} = {n}\n" for n in range(statements))
    code = f'async def f(\n    a: int,\n) -> None:\n    """One.\n\n    Two.\n    """\n{body}'
    assert bool(long_functions(code)) is is_long
