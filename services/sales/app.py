"""The sales service: leads, opportunities, pipelines, products and price books."""

from __future__ import annotations

from fastapi import FastAPI

from services.sales.api.accounts import accounts_router
from services.sales.api.opportunities import opportunities_router
from services.sales.api.pipelines import pipelines_router
from services.sales.api.price_books import price_books_router
from services.sales.catalogue import AGGREGATES
from services.sales.deal_summary import DEAL_SUMMARIES
from services.sales.policies import POLICIES
from shared.http.app import ServiceApp
from shared.http.records import record_router
from shared.kernel.kernel import Kernel
from shared.kernel.service import Service


def create_app(kernel: Kernel) -> FastAPI:
    return ServiceApp(
        "Sales",
        "Leads, opportunities with their pipelines, products and price books.",
        [
            *(record_router(kernel, aggregate) for aggregate in AGGREGATES),
            pipelines_router(kernel),
            opportunities_router(kernel),
            accounts_router(kernel),
            price_books_router(kernel),
        ],
    )


SERVICE = Service("sales", create_app, AGGREGATES, policies=lambda _: POLICIES, projections=[DEAL_SUMMARIES])
