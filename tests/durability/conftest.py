from __future__ import annotations

from pathlib import Path

import pytest

from tests.durability.history import make_template


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with an organisation and its administrator, to be copied."""
    return make_template(tmp_path_factory.mktemp("suite"))
