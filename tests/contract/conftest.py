"""What the tests of ports share."""

from __future__ import annotations

import pytest

from tests.support.certificates import Files, make


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return make(tmp_path_factory.mktemp("certificates"))
