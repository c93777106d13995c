"""The suite of poison events over views in a file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contract.poison_suite import PoisonSuite
from tests.support.toys import ToyRoom, toy_room


class TestPoison(PoisonSuite):
    @pytest.fixture
    async def room(self, tmp_path: Path) -> AsyncIterator[ToyRoom]:
        async with toy_room(tmp_path) as opened:
            yield opened
