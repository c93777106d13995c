"""The built-in roles with what all services of the suite grant them."""

from __future__ import annotations

from crm.roles import SERVICES, catalogue_of

CATALOGUE = catalogue_of(SERVICES)
BUILT_IN = CATALOGUE.roles
