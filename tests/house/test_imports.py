"""The house's rules on imports: crm → services → shared, no service imports another, domain code imports no IO."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("crm", "services", "shared")
MAY_IMPORT = {"shared": {"shared"}, "services": {"shared", "services"}, "crm": {"shared", "services", "crm"}}
IO = set(
    "asyncio chdb clickhouse_connect fastapi httpx io os pathlib socket sqlite3 starlette subprocess tempfile "
    "threading time urllib uvicorn".split()
)
CLOCKS = {"now", "utcnow", "today", "time", "time_ns"}


def sources(*folders: str) -> list[Path]:
    return [p for folder in folders for p in sorted((ROOT / folder).rglob("*.py"))]


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def breaches(path: Path, code: str) -> list[str]:
    """The rules on layers that a source file at `path` (relative to the root) breaks."""
    parts = path.parts
    found = []
    for name in imported(ast.parse(code)):
        target = name.split(".")
        if target[0] in PACKAGES and target[0] not in MAY_IMPORT[parts[0]]:
            found.append(f"{path} imports {name}: imports point downwards only")
        if parts[0] == "services" and target[0] == "services" and len(target) > 1 and target[1] != parts[1]:
            found.append(f"{path} imports {name}: services meet in shared/events")
        if any(part.startswith("_") and not part.startswith("__") for part in target):
            found.append(f"{path} imports {name}: a private module changes without notice")
    return found


def domain_files() -> list[Path]:
    """Files of aggregates (they declare commands) and the pure parts of the shared domain and events."""
    aggregates = [p for p in sources("services") if ".command(" in p.read_text()]
    return [*aggregates, *sources("shared/events")]


def impurities(path: Path, code: str) -> list[str]:
    tree = ast.parse(code)
    found = [f"{path} imports {name}" for name in imported(tree) if name.split(".")[0] in IO]
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="datetime" | "date" | "time"), attr=name) if name in CLOCKS:
                found.append(f"{path}:{node.lineno} reads a clock")
    return found


def test_layers_hold() -> None:
    files = sources(*PACKAGES)
    assert len(files) > 50
    assert [b for p in files for b in breaches(p.relative_to(ROOT), p.read_text())] == []


def test_domain_code_imports_no_io_and_reads_no_clock() -> None:
    files = domain_files()
    assert len(files) > 10
    assert [i for p in files for i in impurities(p.relative_to(ROOT), p.read_text())] == []


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("shared/x.py", "import services.sales"),
        ("shared/x.py", "from crm.compose import Suite"),
        ("services/sales/x.py", "from services.customer.account import ACCOUNT"),
        ("services/sales/x.py", "import crm"),
        ("shared/x.py", "from starlette._utils import get_route_path"),
    ],
)
def test_the_rule_on_layers_can_fail(path: str, code: str) -> None:
    assert breaches(Path(path), code)


@pytest.mark.parametrize("code", ["import sqlite3", "from os import environ", "x = datetime.now()"])
def test_the_rule_on_io_can_fail(code: str) -> None:
    assert impurities(Path("services/sales/x.py"), code)
