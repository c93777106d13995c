"""Rules laid over the commands that all records share, where a record's state must forbid them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from shared.domain.aggregate import Aggregate, Context
from shared.events.envelope import Event


def guard(aggregate: Aggregate[Any], names: tuple[str, ...], check: Callable[[Any, Context], None]) -> None:
    """Run `check(state, context)`, which raises to refuse, before each of the named commands decides."""
    for name in names:
        full = f"{aggregate.service}.{name}"
        command = aggregate.commands[full]
        aggregate.commands[full] = replace(command, decide=_checked(command.decide, check))


def _checked(
    decide: Callable[[Any, Any, Context], list[Event]], check: Callable[[Any, Context], None]
) -> Callable[[Any, Any, Context], list[Event]]:
    def checked(cmd: Any, state: Any, ctx: Context) -> list[Event]:
        check(state, ctx)
        return decide(cmd, state, ctx)

    return checked
