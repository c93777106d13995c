"""The record types of the integration service."""

from __future__ import annotations

from typing import Any

from services.integration.bulk_act import BULK
from services.integration.import_job import IMPORT
from services.integration.import_mapping import IMPORT_MAPPING
from shared.domain.aggregate import Aggregate

AGGREGATES: tuple[Aggregate[Any], ...] = (IMPORT, IMPORT_MAPPING, BULK)
