"""What holds for the tests of all folders."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import answered


@pytest.fixture(scope="session", autouse=True)
def _answers_are_checked() -> Iterator[None]:
    with answered.held():
        yield


@pytest.fixture(autouse=True)
def _answers_are_as_described() -> Iterator[None]:
    """No answer since the last test differs from the schema that the OpenAPI document has for it."""
    yield
    wrong, answered.wrong[:] = answered.wrong[:], []
    assert wrong == []
