"""What holds for the tests of all folders."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

from tests.support import answered
from tests.support.in_memory import keep_files_in_memory
from tests.support.order_of_tests import InTurn, in_turn

settings.register_profile("house", deadline=None)  # a machine that is busy with other things makes no test fail
settings.load_profile("house")

keep_files_in_memory(proving=bool(os.environ.get("CRM_PROVE")))
sys.modules.setdefault("sniffio", None)  # httpx looks for it on disk at every request to an app

gc.disable()  # while the tests are collected, of which nothing becomes garbage


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    in_turn(items)


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> InTurn | None:
    """Of `--dist loadfile`; other ways to share tests are left as they are."""
    return InTurn(config, log) if config.option.dist == "loadfile" else None


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
