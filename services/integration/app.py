"""The integration service: imports, their mappings, bulk acts. Its paths begin at the root: `/imports`, `/bulk`."""

from __future__ import annotations

from services.integration.api.bulk import bulk_router
from services.integration.api.imports import imports_router
from services.integration.api.sample_data import sample_data_router
from services.integration.bulk_act import BULK
from services.integration.catalogue import AGGREGATES
from services.integration.import_job import IMPORT
from services.integration.import_mapping import IMPORT_MAPPING
from services.integration.policies import policies
from shared.http.app import ServiceApp
from shared.http.records import record_router
from shared.kernel.kernel import Kernel
from shared.kernel.service import Service


def create_app(kernel: Kernel) -> ServiceApp:
    return ServiceApp(
        "Integration",
        "Imports: files become records by a mapping. Bulk acts: one command on many records. Both run in the "
        "background, and can be reverted as a whole.",
        [
            imports_router(kernel),
            sample_data_router(kernel),
            record_router(kernel, IMPORT_MAPPING),
            record_router(kernel, IMPORT),
            bulk_router(kernel),
            record_router(kernel, BULK),
        ],
    )


SERVICE = Service("integration", create_app, AGGREGATES, policies=policies, at_root=("imports", "bulk"))
