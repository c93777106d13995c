"""A command that names a merged record means the one it lives on in: so new references are to records that live."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from shared.domain.command import Command, CommandModel
from shared.domain.record import Record
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.merges import Survivors

Rename = Callable[[str], str]
_ITSELF = frozenset({"id", "merged_into", "absorbed"})  # what names the record, not others


def means_itself(command: Command) -> bool:
    """Whether a command is about the very records that it names: merges, erasures, steps of sagas."""
    return command.hidden or command.action in ("merge", "erase")


def renamed(
    body: CommandModel, aggregate: AnyAggregate, state: Record, survivors: Survivors, custom: Collection[str]
) -> CommandModel:
    """The command with the ids of merged records as the record names them already, else as those of the living.

    So what a record was linked to before a merge is unlinked by each of the ids. custom: names of the custom fields
    that name records.
    """
    named: set[str] | None = None

    def rename(id: str) -> str:
        nonlocal named
        same = survivors.same(id)
        if len(same) == 1:
            return id
        if named is None:
            kept = aggregate.state.__dataclass_fields__.keys() - aggregate.lasting - _ITSELF
            named = set(_texts([getattr(state, name) for name in kept]))
        return next((one for one in (id, *same) if one in named), same[0])

    return _renamed(body, rename, custom)


def _renamed(body: CommandModel, rename: Rename, custom: Collection[str] = ()) -> CommandModel:
    changed: dict[str, Any] = {}
    for name in body.model_fields_set:
        value = getattr(body, name)
        if name == "custom" and custom and value:
            new = {key: rename(one) if key in custom and isinstance(one, str) else one for key, one in value.items()}
        else:
            new = _value(value, rename, name in body.references)
        if new != value:
            changed[name] = new
    return body.model_copy(update=changed) if changed else body


def _value(value: Any, rename: Rename, reference: bool) -> Any:
    if isinstance(value, str):
        return rename(value) if reference else value
    if isinstance(value, CommandModel):
        return _renamed(value, rename)
    return [_value(one, rename, reference) for one in value] if isinstance(value, list) else value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)
