"""Some modules run twice: in one process, and with every role in one of its own (`tests/support/role_harness.py`).

`make test` does so with those whose requests pass through several roles, `make prove` with all of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.durability.scale import PROVE
from tests.support.backed_up import backed_up, ours
from tests.support.role_harness import in_roles

__all__ = ["backed_up", "ours"]

ACROSS_ROLES = {
    "test_analytics_http",
    "test_customer_merges",
    "test_http_export",
    "test_identity_sessions",
    "test_import_corrections",
    "test_import_encodings",
    "test_import_http",
    "test_read_log",
    "test_rules",
    "test_sales_conversion",
    "test_sales_http",
}
IN_FEW_ROLES = {
    "test_customer_bus",
    "test_customer_http",
    "test_customer_records",
    "test_customer_saved_views",
    "test_http_records",
    "test_http_service",
    "test_identity_links",
    "test_identity_sign_in",
    "test_identity_setup",
    "test_identity_users",
    "test_import_inspection",
    "test_import_refused",
    "test_sales_service",
    "test_second_factor_policy",
    "test_undo_rules",
}
TWICE = ACROSS_ROLES | IN_FEW_ROLES if PROVE else ACROSS_ROLES


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.module.__name__.rpartition(".")[2] in TWICE:
        forms = ["one"] if metafunc.definition.get_closest_marker("one_process") else ["one", "roles"]
        metafunc.parametrize("form", forms, indirect=True, scope="module")


@pytest.fixture(scope="module", autouse=True)
def form(request: pytest.FixtureRequest) -> Iterator[None]:
    """How the suite of a test is divided into processes."""
    with in_roles(getattr(request, "param", "one") == "roles"):
        yield
