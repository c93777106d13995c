from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.leftovers import own, remove_leftovers
from tests.durability.history import make_template

_FOLDERS = "crm-durability-"


@pytest.fixture(scope="session")
def disk() -> Iterator[Path]:
    remove_leftovers(_FOLDERS, Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=own(_FOLDERS), ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture
def tmp_path(disk: Path) -> Iterator[Path]:
    """Not in memory: a kill may come while something is flushed, as where people work."""
    with tempfile.TemporaryDirectory(dir=disk, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with an organisation and its administrator, to be copied."""
    return make_template(tmp_path_factory.mktemp("suite"))
