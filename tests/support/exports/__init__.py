"""Files as eight systems export them, with made-up rows, and the truth: which column means which field."""

from __future__ import annotations

from tests.support.exports.address_books import GOOGLE, OUTLOOK
from tests.support.exports.chinese import FXIAOKE
from tests.support.exports.crm_suites import SALESFORCE, ZOHO
from tests.support.exports.file import Export
from tests.support.exports.sales_tools import ESPOCRM, HUBSPOT, PIPEDRIVE
from tests.support.exports.tasks import (
    ESPOCRM_TASKS,
    FXIAOKE_TASKS,
    OUTLOOK_TASKS,
    PIPEDRIVE_TASKS,
    SALESFORCE_TASKS,
    ZOHO_TASKS,
)

SYSTEMS: dict[str, tuple[Export, ...]] = {
    "Salesforce": (*SALESFORCE, SALESFORCE_TASKS),
    "HubSpot": HUBSPOT,
    "Zoho": (*ZOHO, ZOHO_TASKS),
    "Google Contacts": GOOGLE,
    "Outlook": (*OUTLOOK, OUTLOOK_TASKS),
    "Pipedrive": (*PIPEDRIVE, PIPEDRIVE_TASKS),
    "EspoCRM": (*ESPOCRM, ESPOCRM_TASKS),
    "Fxiaoke": (*FXIAOKE, FXIAOKE_TASKS),
}

__all__ = ["SYSTEMS", "Export"]
