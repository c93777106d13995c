"""The customer service: accounts, contacts, activities, custom fields and saved views."""

from __future__ import annotations

from services.customer.api.calendar import calendar_router
from services.customer.api.merges import merges_router
from services.customer.catalogue import AGGREGATES
from services.customer.due_tasks import DueTasks
from services.customer.policies import POLICIES
from shared.http.app import ServiceApp
from shared.http.records import record_router
from shared.kernel.kernel import Kernel
from shared.kernel.service import Service

_DESCRIPTION = "Accounts, contacts, activities: who we deal with. Custom fields and saved views: how we look at them."


def create_app(kernel: Kernel) -> ServiceApp:
    routers = [record_router(kernel, aggregate) for aggregate in AGGREGATES if not aggregate.own_only]
    return ServiceApp("Customer", _DESCRIPTION, [merges_router(kernel), calendar_router(kernel), *routers])


SERVICE = Service("customer", create_app, AGGREGATES, policies=lambda _: POLICIES, watches=(DueTasks,))
