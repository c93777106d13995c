"""The record types of the sales service, with every command registered."""

from __future__ import annotations

from typing import Any

import services.sales.lead_conversion
import services.sales.lead_details
import services.sales.lead_qualification
import services.sales.opportunity_details
import services.sales.opportunity_lines
import services.sales.opportunity_stage
import services.sales.pipeline_stages
import services.sales.rules  # noqa: F401  (registers commands)
from services.sales.lead import LEAD
from services.sales.opportunity import OPPORTUNITY
from services.sales.pipeline import PIPELINE
from services.sales.price_book import PRICE_BOOK
from services.sales.product import PRODUCT
from shared.domain.aggregate import Aggregate

AGGREGATES: tuple[Aggregate[Any], ...] = (LEAD, OPPORTUNITY, PIPELINE, PRODUCT, PRICE_BOOK)
