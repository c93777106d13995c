"""The bench of the client starts from nothing and measures each budget: a minute, so under `make prove` alone."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.durability.scale import PROVE
from tests.e2e.web.harness import ROOT

pytestmark = pytest.mark.browser
BUDGETS = {
    "largest paint of the first page": 1500,
    "click to list painted": 150,
    "inline edit to confirmed": 100,
    "a frame of scrolling": 8,
    "step of the time strip to board painted": 500,
}

if PROVE:

    def test_each_budget_is_measured() -> None:
        command = [sys.executable, "-m", "bench", "--one", "web", "--quick"]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, timeout=300)
        found = {one["name"]: one for one in json.loads(done.stdout.splitlines()[-1])}
        assert {name: found[name]["goal"] for name in BUDGETS} == {n: f"≤ {v:g} ms" for n, v in BUDGETS.items()}
        assert all(one["ratio_or_value"] > 0 for one in found.values())
