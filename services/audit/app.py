"""The audit service: the event log itself, the proof that everything shown is computed from it, people's rights."""

from __future__ import annotations

from fastapi import FastAPI

from services.audit.api.access import access_router
from services.audit.api.backups import backups_router
from services.audit.api.difference import difference_router
from services.audit.api.events import events_router
from services.audit.api.explorer import explorer_router
from services.audit.api.jobs import jobs_router
from services.audit.api.ledger import ledger_router
from services.audit.api.operations import operations_router
from services.audit.api.privacy import privacy_router
from services.audit.api.retention import retention_router
from services.audit.api.taking_back import taking_back_router
from services.audit.catalogue import AGGREGATES, RESOURCES
from services.audit.policies import POLICIES
from services.audit.retention_look import RetentionLook
from services.audit.taking_back_job import TAKING_BACK
from services.audit.taking_back_look import TakingBackLook
from shared.http.app import ServiceApp
from shared.http.records import record_router
from shared.kernel.kernel import Kernel
from shared.kernel.service import Service
from shared.ledger.ledger import CATEGORY
from shared.ledger.timeline import CATEGORY as RESTORES


def create_app(kernel: Kernel) -> FastAPI:
    people = [
        privacy_router(kernel),
        retention_router(kernel),
        *(record_router(kernel, aggregate) for aggregate in AGGREGATES if aggregate is not TAKING_BACK),
    ]
    return ServiceApp(
        "Audit",
        "The event log as stored, proofs of it, replays of views next to the live ones, and the check that they agree.",
        [
            events_router(kernel),
            explorer_router(kernel),
            taking_back_router(kernel),
            access_router(kernel),
            difference_router(kernel),
            ledger_router(kernel),
            backups_router(kernel),
            operations_router(kernel),
            jobs_router(kernel),
            *people,
        ],
    )


STREAMS = (CATEGORY, RESTORES)
SERVICE = Service(
    "audit",
    create_app,
    AGGREGATES,
    RESOURCES,
    streams=STREAMS,
    policies=lambda ports: POLICIES,
    watches=(RetentionLook,),
    beside_routes=(TakingBackLook,),
)
