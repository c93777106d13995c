"""The sales service: leads, opportunities, pipelines, products and price books."""

from __future__ import annotations

from fastapi import FastAPI

from services.sales.api.opportunities import opportunities_router
from services.sales.api.pipelines import pipelines_router
from services.sales.api.price_books import price_books_router
from services.sales.catalogue import AGGREGATES
from shared.http.app import service_app
from shared.http.records import record_router
from shared.platform import Platform


def create_app(platform: Platform) -> FastAPI:
    return service_app(
        platform,
        "Sales",
        "Leads, opportunities with their pipelines, products and price books.",
        [
            *(record_router(platform, aggregate) for aggregate in AGGREGATES),
            pipelines_router(platform),
            opportunities_router(platform),
            price_books_router(platform),
        ],
    )
