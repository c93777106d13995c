"""Where commands are found: method and path by the description of a record type."""

from __future__ import annotations

from shared.domain.command import Command
from shared.kernel.catalogue import AnyAggregate


def method_and_path(aggregate: AnyAggregate, command: Command) -> tuple[str, str]:
    """Where a command is found, relative to its service."""
    noun = f"/{aggregate.noun}"
    if command.verb == "PATCH":
        return "PATCH", f"{noun}/{{id}}"
    if command.creates:
        return "POST", f"{noun}/{command.verb}" if command.verb else noun
    return "POST", f"{noun}/{{id}}/{command.verb}"
