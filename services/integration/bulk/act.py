"""What a bulk act does to each record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shared.domain.command import Command, CommandModel
from shared.domain.ways_back import Way
from shared.kernel.catalogue import AnyAggregate, Catalogue
from shared.kernel.parsing import parse
from shared.security.permissions import Access


@dataclass(frozen=True, slots=True)
class Act:
    """why: the caller's reason."""

    aggregate: AnyAggregate
    command: Command
    body: CommandModel
    why: str

    @classmethod
    def of(cls, catalogue: Catalogue, command: str, body: dict[str, Any], why: str) -> Act:
        """As a job keeps it. Raises Invalid, NotFound when the program no longer knows such a command."""
        aggregate, found = catalogue.command(command)
        return cls(aggregate, found, parse(found, body), why)

    def check(self, access: Access) -> None:
        """Raises Forbidden for a user who may not do it to any record."""
        access.scope(self.aggregate.name, self.command.action)

    @property
    def way_back(self) -> str:
        """The verb of the command that takes it back."""
        back = self.command.back
        return back.verb if isinstance(back, Way) else "undo"
