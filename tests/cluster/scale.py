"""How far the faults go: in `make test` as far as a minute allows, with CRM_PROVE set (`make prove`) much further."""

from __future__ import annotations

import signal

import pytest

from infra.cluster import ENGINES, ROLES
from tests.durability.scale import PROVE

LONG = pytest.mark.skipif(not PROVE, reason="in make prove")
PEOPLE = 20 if PROVE else 4
FEW = 6  # where three projectors share two cores with everything else
COMMANDS = 10_000 if PROVE else 30  # of each at most, so that a slow machine has no more to check
CUTS = 100 if PROVE else 10
CHECK_SECONDS = 1800.0 if PROVE else 300.0  # in which everything is compared: after make prove's day 25,000 events
AWAY_SECONDS = 30.0 if PROVE else 1.0  # in which people work while something is away
BOTH = (signal.SIGKILL, signal.SIGTERM)
SHORT_SERVER_FAULTS = [("kafka", signal.SIGKILL)]  # the others by themselves: tests/contract, tests/mongo
SERVER_FAULTS = [(name, which) for name in ENGINES for which in BOTH] if PROVE else SHORT_SERVER_FAULTS
SHORT_ROLE_FAULTS = [("projector", signal.SIGKILL)]
ROLE_FAULTS = [(name, which) for which in BOTH for name in ROLES] if PROVE else SHORT_ROLE_FAULTS
