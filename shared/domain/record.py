"""What all records share: the head of their state and the fold of the events they have in common."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.clock import Micros
from shared.events.common import (
    Absorbed,
    Archived,
    Changes,
    ChangeUndone,
    DetailsChanged,
    Erased,
    Merged,
    PersonalChangeUndone,
    PersonalDetailsChanged,
    PersonalMerged,
    PersonalUnmerged,
    Released,
    Restored,
    TagsChanged,
    Transferred,
    Unmerged,
)


@dataclass(slots=True)
class Record:
    """The head of every aggregate's state. The fold keeps id, version, and when and by whom it was made and
    changed last.

    State is folded in place by `evolve` alone; decisions only read it. version 0 = there is no such record.
    """

    id: str = ""
    version: int = 0
    owner: str | None = None
    tags: list[str] = field(default_factory=list)
    custom: dict[str, Any] = field(default_factory=dict)
    archived: bool = False
    erased: bool = False
    created_at: Micros = 0
    created_by: str = ""
    updated_at: Micros = 0
    updated_by: str = ""


@dataclass(slots=True)
class MergeableRecord(Record):
    """A record that may live on in another one. absorbed: those that live on in this one, at any remove."""

    merged_into: str | None = None
    absorbed: list[str] = field(default_factory=list)


def fold_values(state: Record, values: Mapping[str, Any]) -> None:
    """Set each field to its value. A stored value of a field that the state no longer has is ignored."""
    known = state.__dataclass_fields__
    for name, value in values.items():
        if name in known:
            setattr(state, name, value)


def fold_changes(state: Record, event: Any) -> None:
    """The same for `{field: {from, to}}`; `custom.<name>` sets one custom field."""
    known = state.__dataclass_fields__
    for name, change in event.changes.items():
        if name in known:
            setattr(state, name, change["to"])
        else:
            _fold_custom(state, name, change["to"])


def _fold_custom(state: Record, name: str, value: Any) -> None:
    head, _, custom = name.partition(".")
    if head == "custom" and custom:
        state.custom = {**state.custom, custom: value}
        if value is None:
            del state.custom[custom]


def _owner(state: Record, event: Transferred) -> None:
    state.owner = event.owner


def _tags(state: Record, event: TagsChanged) -> None:
    state.tags = sorted((set(state.tags) | set(event.added)) - set(event.removed))


def _archived(state: Record, event: Archived) -> None:
    state.archived = True


def _restored(state: Record, event: Restored) -> None:
    state.archived = False


def _erased(state: Record, event: Erased) -> None:
    state.erased = True


def _merged(state: MergeableRecord, event: Merged) -> None:
    came = [id for direct in event.absorbed for id in (direct, *event.through.get(direct, ()))]
    state.absorbed = [*state.absorbed, *came]
    fold_changes(state, event)


def _unmerged(state: MergeableRecord, event: Unmerged) -> None:
    left = {id for direct in event.released for id in (direct, *event.through.get(direct, ()))}
    state.absorbed = [id for id in state.absorbed if id not in left]
    fold_changes(state, event)


def _absorbed(state: MergeableRecord, event: Absorbed) -> None:
    state.merged_into, state.archived = event.into, True


def _released(state: MergeableRecord, event: Released) -> None:
    state.merged_into, state.archived = None, False


Fold = Callable[[Any, Any], None]
_SHAPES: tuple[tuple[tuple[type[Any], ...], Fold], ...] = (
    ((DetailsChanged, PersonalDetailsChanged, ChangeUndone, PersonalChangeUndone), fold_changes),
    ((Transferred,), _owner),
    ((TagsChanged,), _tags),
    ((Archived,), _archived),
    ((Restored,), _restored),
    ((Erased,), _erased),
    ((Merged, PersonalMerged), _merged),
    ((Unmerged, PersonalUnmerged), _unmerged),
    ((Absorbed,), _absorbed),
    ((Released,), _released),
)


def shared_fold(kind: type[Any]) -> Fold | None:
    """How every record folds the events of a class; None = the class has a shape of its own."""
    return next((fold for shapes, fold in _SHAPES if issubclass(kind, shapes)), None)


def differences(before: dict[str, Any], after: dict[str, Any], without: Container[str] = ()) -> Changes:
    """Which fields two dumps of the same record differ in, as {field: {from, to}}; custom fields one by one."""
    changes: Changes = {}
    for name in after:
        if name in HEAD_MARKS or name in without or before.get(name) == after[name]:
            continue
        if name == "custom":
            changes.update(_custom_differences(before.get(name) or {}, after[name]))
        else:
            changes[name] = {"from": before.get(name), "to": after[name]}
    return changes


HEAD_MARKS = frozenset({"id", "version", "created_at", "created_by", "updated_at", "updated_by"})


def _custom_differences(before: dict[str, Any], after: dict[str, Any]) -> Changes:
    names = [n for n in {**before, **after} if before.get(n) != after.get(n)]
    return {f"custom.{n}": {"from": before.get(n), "to": after.get(n)} for n in names}
