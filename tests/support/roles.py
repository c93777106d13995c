"""The built-in roles with what all services of the suite grant them."""

from __future__ import annotations

from crm.roles import AGGREGATES, RESOURCES
from services.identity.built_in import BUILT_IN_ROLES
from shared.kernel.catalogue import Catalogue

CATALOGUE = Catalogue(AGGREGATES, BUILT_IN_ROLES, RESOURCES)
BUILT_IN = CATALOGUE.roles
