"""The services of the suite, and what a process serves and runs of them."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.types import ASGIApp

from services.analytics.app import create_app as analytics
from services.analytics.catalogue import RESOURCES as ANALYTICS
from services.audit.app import create_app as audit
from services.audit.catalogue import RESOURCES as AUDIT
from services.customer.app import create_app as customer
from services.customer.catalogue import AGGREGATES as CUSTOMER
from services.customer.policies import POLICIES as CUSTOMER_POLICIES
from services.identity.app import create_app as identity
from services.identity.catalogue import AGGREGATES as IDENTITY
from services.identity.policies import POLICIES as IDENTITY_POLICIES
from services.identity.setup import is_set_up
from services.integration.app import create_app as integration
from services.integration.catalogue import AGGREGATES as INTEGRATION
from services.integration.policies import policies as integration_policies
from services.sales.app import create_app as sales
from services.sales.catalogue import AGGREGATES as SALES
from services.sales.policies import POLICIES as SALES_POLICIES
from shared.http.app import service_app
from shared.http.docs import docs_router
from shared.http.gateway import Gateway
from shared.http.health import health_router
from shared.http.meta import meta_router
from shared.http.search import search_router
from shared.streaming.policies import Policy

if TYPE_CHECKING:
    from shared.kernel.kernel import Kernel

SERVICES = {
    "identity": identity,
    "customer": customer,
    "sales": sales,
    "analytics": analytics,
    "audit": audit,
    "integration": integration,
}
AT_THE_ROOT = {"imports": "integration", "setup": "identity", "invitation": "identity"}  # segment → its service
AGGREGATES = (*IDENTITY, *CUSTOMER, *SALES, *INTEGRATION)
RESOURCES = (*ANALYTICS, *AUDIT)


def policies(files: Path) -> tuple[Policy, ...]:
    """The policies of all services. files: see `Ports.files`."""
    return (*IDENTITY_POLICIES, *CUSTOMER_POLICIES, *SALES_POLICIES, *integration_policies(files))


def build_app(kernel: Kernel) -> ASGIApp:
    """All services behind one port."""
    services: dict[str, ASGIApp] = {name: create(kernel) for name, create in SERVICES.items()}
    root = service_app(
        kernel,
        "CRM",
        "What spans the services: search, the description of all records, health.",
        [
            search_router(kernel),
            meta_router(kernel),
            health_router(kernel),
            docs_router([*services], partial(is_set_up, kernel)),
        ],
    )
    return Gateway(root, services, {segment: services[name] for segment, name in AT_THE_ROOT.items()})
