"""Some modules run twice: in one process, and with every role in one of its own (`tests/support/role_harness.py`)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.role_harness import in_roles

TWICE = {
    "test_analytics_http",
    "test_customer_bus",
    "test_customer_http",
    "test_customer_merges",
    "test_customer_records",
    "test_customer_saved_views",
    "test_http_export",
    "test_http_records",
    "test_http_service",
    "test_identity_links",
    "test_identity_sessions",
    "test_identity_sign_in",
    "test_identity_setup",
    "test_identity_users",
    "test_import_encodings",
    "test_import_http",
    "test_rules",
    "test_sales_conversion",
    "test_sales_http",
    "test_sales_service",
    "test_undo_rules",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.module.__name__.rpartition(".")[2] in TWICE:
        forms = ["one"] if metafunc.definition.get_closest_marker("one_process") else ["one", "roles"]
        metafunc.parametrize("form", forms, indirect=True, scope="module")


@pytest.fixture(scope="module", autouse=True)
def form(request: pytest.FixtureRequest) -> Iterator[None]:
    """How the suite of a test is divided into processes."""
    with in_roles(getattr(request, "param", "one") == "roles"):
        yield
