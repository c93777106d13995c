"""The record types of the sales service, each with the commands and rules of its other modules."""

from __future__ import annotations

from typing import Any

from services.sales import (
    exchange,
    lead_conversion,
    lead_details,
    lead_qualification,
    opportunity_details,
    opportunity_lines,
    opportunity_stage,
    pipeline_stages,
    rules,
)
from services.sales.lead import LEAD
from services.sales.opportunity import OPPORTUNITY
from services.sales.pipeline import PIPELINE
from services.sales.price_book import PRICE_BOOK
from services.sales.product import PRODUCT
from shared.domain.aggregate import Aggregate

AGGREGATES: tuple[Aggregate[Any], ...] = (
    LEAD.including(lead_conversion.COMMANDS, lead_details.COMMANDS, lead_qualification.COMMANDS),
    OPPORTUNITY.including(
        exchange.COMMANDS, opportunity_lines.COMMANDS, opportunity_details.COMMANDS, opportunity_stage.COMMANDS
    ).with_rules(*rules.OPPORTUNITY_RULES),
    PIPELINE.including(pipeline_stages.COMMANDS).with_rules(*rules.PIPELINE_RULES),
    PRODUCT,
    PRICE_BOOK,
)
