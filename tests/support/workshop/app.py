"""The workshop service."""

from __future__ import annotations

from shared.http.app import ServiceApp
from shared.http.records import record_router
from shared.kernel.kernel import Kernel
from shared.kernel.service import Service
from tests.support.workshop.repair import REPAIR


def create_app(kernel: Kernel) -> ServiceApp:
    return ServiceApp("Workshop", "Repairs.", [record_router(kernel, REPAIR)])


SERVICE = Service("workshop", create_app, (REPAIR,))
