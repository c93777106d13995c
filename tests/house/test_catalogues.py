"""A service's catalogue registers every command by itself, whatever else was imported."""

from __future__ import annotations

import subprocess
import sys

import pytest

import crm.roles  # noqa: F401  imports every service whole
from services.customer.catalogue import AGGREGATES as CUSTOMER
from services.identity.catalogue import AGGREGATES as IDENTITY
from services.integration.catalogue import AGGREGATES as INTEGRATION
from services.sales.catalogue import AGGREGATES as SALES

ALL = {"customer": CUSTOMER, "identity": IDENTITY, "integration": INTEGRATION, "sales": SALES}
ALONE = """
import sys
from importlib import import_module
for aggregate in import_module(f"services.{sys.argv[1]}.catalogue").AGGREGATES:
    print(*aggregate.commands, sep="\\n")
"""


@pytest.mark.parametrize("service", ALL)
def test_a_catalogue_alone_has_every_command(service: str) -> None:
    done = subprocess.run([sys.executable, "-c", ALONE, service], check=True, capture_output=True, text=True)
    assert set(done.stdout.split()) == {name for aggregate in ALL[service] for name in aggregate.commands}
