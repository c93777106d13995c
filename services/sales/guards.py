"""Rules laid over the commands that all records share, where a record's state must forbid them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from shared.domain.aggregate import Aggregate, Context
from shared.events.envelope import Event

Decide = Callable[[Any, Any, Context], list[Event]]
Check = Callable[[Any, Context], None]
Then = Callable[[list[Event]], list[Event]]


def guard(aggregate: Aggregate[Any], names: tuple[str, ...], check: Check, then: Then | None = None) -> None:
    """Run `check(state, context)`, which raises to refuse, before each of the named commands decides.

    then: what to make of the events it decided.
    """
    for name in names:
        full = f"{aggregate.service}.{name}"
        command = aggregate.commands[full]
        aggregate.commands[full] = replace(command, decide=_guarded(command.decide, check, then))


def _guarded(decide: Decide, check: Check, then: Then | None) -> Decide:
    def guarded(cmd: Any, state: Any, ctx: Context) -> list[Event]:
        check(state, ctx)
        decided = decide(cmd, state, ctx)
        return decided if then is None else then(decided)

    return guarded
