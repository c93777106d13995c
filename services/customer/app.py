"""The customer service: accounts, contacts, activities, files, custom fields and saved views."""

from __future__ import annotations

from services.customer.api.attachments import attachments_router, uploads_router
from services.customer.api.calendar import calendar_router
from services.customer.api.merges import merges_router
from services.customer.api.previews import previews_router
from services.customer.attachment import ATTACHMENT
from services.customer.catalogue import AGGREGATES
from services.customer.due_tasks import DueTasks
from services.customer.files.policies import policies as files_policies
from services.customer.files.sweep import FileSweep
from services.customer.files.work import FileWork
from services.customer.policies import POLICIES
from shared.http.app import ServiceApp
from shared.http.records import record_router
from shared.kernel.kernel import Kernel
from shared.kernel.service import Service

_DESCRIPTION = "Accounts, contacts, activities: who we deal with. Custom fields and saved views: how we look at them."


def create_app(kernel: Kernel) -> ServiceApp:
    generic = [a for a in AGGREGATES if not (a.own_only or a is ATTACHMENT)]
    routers = [record_router(kernel, aggregate) for aggregate in generic]
    files = [attachments_router(kernel), previews_router(kernel), uploads_router(kernel)]
    return ServiceApp("Customer", _DESCRIPTION, [merges_router(kernel), calendar_router(kernel), *files, *routers])


SERVICE = Service(
    "customer",
    create_app,
    AGGREGATES,
    policies=lambda ports: (*POLICIES, *files_policies(ports.file_store)),
    watches=(DueTasks, FileSweep, FileWork),
    keeps_files=True,
)
