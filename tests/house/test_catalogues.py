"""A service's catalogue names every module with commands, so that its commands are there whatever else is imported."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import crm.roles  # noqa: F401  imports every service whole
from services.customer.catalogue import AGGREGATES as CUSTOMER
from services.identity.catalogue import AGGREGATES as IDENTITY
from services.integration.catalogue import AGGREGATES as INTEGRATION
from services.sales.catalogue import AGGREGATES as SALES
from shared.domain.aggregate import Aggregate, Commands
from shared.domain.command import CommandModel, Context
from shared.domain.record import Record
from shared.events.envelope import Event
from shared.kernel.catalogue import Catalogue
from shared.views.port import Collection

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


MAKES_A_SET = "COMMANDS = Commands("
MODULES = [p for p in sorted(Path("services").rglob("*.py")) if MAKES_A_SET in p.read_text()]


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_set_of_commands_is_included_by_its_service(module: Path) -> None:
    assert f"{module.stem}.COMMANDS" in (module.parent / "catalogue.py").read_text()


def test_some_sets_were_looked_at() -> None:
    assert len(MODULES) > 9


@dataclass(slots=True)
class Thing(Record):
    pass


class Move(CommandModel):
    pass


def test_a_catalogue_without_a_set_of_commands_is_refused() -> None:
    thing = Aggregate("thing", "toys", "things", Thing, lambda state, event: None, Collection("things", 1, ()))
    moves = Commands(thing, "services.toys.moves")

    @moves.command("MoveThing", action="edit", verb="move")
    def move(cmd: Move, state: Thing, ctx: Context) -> list[Event]:
        return []

    with pytest.raises(TypeError, match=r"services\.toys\.moves"):
        Catalogue([thing])
    assert Catalogue([thing.including(moves)]).command("toys.MoveThing")[1].verb == "move"
