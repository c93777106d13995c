"""The commands every record has: transfer, tags, archive, restore, undo. One factory, called by each aggregate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field as F

from shared.domain.command import CommandModel, CommandRegistry, Context, Prepare, When
from shared.domain.match import tag_key
from shared.domain.record import Record
from shared.domain.rules import add_withdrawal
from shared.domain.types import Reference
from shared.domain.undo import Admits, Check, Reverse, add_undo
from shared.domain.ways_back import ARCHIVE, RESTORE
from shared.errors import Rejected
from shared.events.common import USER, Changes
from shared.events.envelope import Event
from shared.kernel.lookups import Lookups

Tag = Annotated[str, F(min_length=1, max_length=60)]


class Transfer(CommandModel):
    """Give the record to another user; null = to nobody."""

    owner: Reference | None


class SetTags(CommandModel):
    add: list[Tag] = F(default=[], max_length=50)
    remove: list[Tag] = F(default=[], max_length=50)


class Archive(CommandModel):
    cause: str = F(default="", max_length=200)


class Restore(CommandModel):
    pass


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The event classes of one aggregate's shared commands; None = the aggregate has no such command."""

    transferred: type[Any] | None
    tagged: type[Any] | None
    archived: type[Any]
    restored: type[Any]
    undone: type[Any]


def changed_fields(state: Record, wanted: dict[str, Any]) -> Changes:
    """Of the wanted values those that differ from the state, as {field: {from, to}}; `custom` field by field."""
    changes: Changes = {}
    for name, value in wanted.items():
        if name == "custom":
            for key, to in (value or {}).items():
                if state.custom.get(key) != to:
                    changes[f"custom.{key}"] = {"from": state.custom.get(key), "to": to}
        elif getattr(state, name) != value:
            changes[name] = {"from": getattr(state, name), "to": value}
    return changes


def require_live(state: Record) -> None:
    """Raises Rejected for an archived record: restore it first."""
    if state.archived:
        raise Rejected("the record is archived; restore it first", code="archived")


_ARCHIVED: When = {"archived": (True,)}
Checked = Literal["transfer", "tags", "archive"]
Verb = Checked | Literal["undo"]


def add_lifecycle(
    registry: CommandRegistry[Any],
    title: str,
    events: Lifecycle,
    *,
    reverses: Sequence[Reverse] = (),
    before: Mapping[Checked, Check] | None = None,
    admits_undo: Admits | None = None,
    look: Mapping[Literal["archive", "restore"], Prepare] | None = None,
    archive_model: type[Archive] = Archive,
    archived: Callable[[Any], Event] | None = None,
    restored: Callable[[Any, Context[Any]], list[Event]] | None = None,
    split_undo: Callable[[Event], list[Event]] | None = None,
    when: Mapping[Verb, When] | None = None,
) -> None:
    """Register the shared commands, named after the aggregate (`TransferAccount`, …).

    reverses: the commands whose rules an undo obeys. before: what refuses a command, by its verb. look: finds out what
    that has to know (its `ctx.facts`). admits_undo: what refuses an undo. archived, restored: the events of these two,
    unless they say no more than that. split_undo: the events to write instead of the one of an undo. when: while
    `before` and `admits_undo` let a command pass (see `Command.when`).
    """
    checks, looks, applies = before or {}, look or {}, when or {}
    if events.transferred is not None:
        _add_transfer(registry, title, events.transferred, checks.get("transfer"), applies.get("transfer"))
    if events.tagged is not None:
        _add_tags(registry, title, events.tagged, checks.get("tags"), applies.get("tags"))
    made = archived or (lambda cmd: events.archived(cause=cmd.cause))
    archive = _Archiving(made, checks.get("archive"), looks.get("archive"), archive_model, applies.get("archive"))
    _add_archive(registry, title, archive)
    _add_restore(registry, title, restored or (lambda state, ctx: [events.restored()]), looks.get("restore"))
    registry.aggregate.reverses = reverses
    add_undo(registry, title, events.undone, _live_and(admits_undo), split_undo, applies.get("undo"))
    add_withdrawal(registry, title, events.archived, events.undone, split_undo)


def _live_and(admits: Admits | None) -> Admits:
    def both(state: Record) -> None:
        require_live(state)
        if admits is not None:
            admits(state)

    return both


def _add_transfer(
    registry: CommandRegistry[Any], title: str, transferred: type[Any], before: Check | None, when: When | None
) -> None:
    registry.aggregate.looks_up = (*registry.aggregate.looks_up, USER)

    async def owner_exists(cmd: Transfer, lookups: Lookups) -> None:
        await lookups.owner(cmd.owner)

    @registry.command(
        f"Transfer{title}",
        action="assign",
        verb="transfer",
        prepare=owner_exists,
        edits=("owner",),
        when=when,
        bulk="assign",
    )
    def transfer(cmd: Transfer, state: Record, ctx: Context) -> list[Event]:
        if before is not None:
            before(state, ctx)
        require_live(state)
        return [] if cmd.owner == state.owner else [transferred(owner=cmd.owner, previous=state.owner)]


def _add_tags(
    registry: CommandRegistry[Any], title: str, tagged: type[Any], before: Check | None, when: When | None
) -> None:
    @registry.command(f"Tag{title}", action="edit", verb="tags", sets=("tags",), edits=("tags",), when=when, bulk="tag")
    def set_tags(cmd: SetTags, state: Record, ctx: Context) -> list[Event]:
        if before is not None:
            before(state, ctx)
        require_live(state)
        here, remove = {tag_key(tag) for tag in state.tags}, {tag_key(tag) for tag in cmd.remove}
        new = {key: tag for tag in cmd.add if (key := tag_key(tag)) not in here | remove}
        added, removed = sorted(new.values()), sorted(tag for tag in state.tags if tag_key(tag) in remove)
        return [tagged(added=added, removed=removed)] if added or removed else []


@dataclass(frozen=True, slots=True)
class _Archiving:
    """What is particular to how a record type is archived."""

    made: Callable[[Any], Event]
    before: Check | None
    look: Prepare | None
    model: type[Archive]
    when: When | None


def _add_archive(registry: CommandRegistry[Any], title: str, own: _Archiving) -> None:
    @registry.command(
        f"Archive{title}",
        action="archive",
        verb="archive",
        prepare=own.look,
        model=own.model,
        sets=("archived",),
        when=own.when,
        back=RESTORE,
        bulk="archive",
    )
    def archive(cmd: Archive, state: Record, ctx: Context) -> list[Event]:
        if state.archived:
            return []
        if own.before is not None:
            own.before(state, ctx)
        return [own.made(cmd)]


def _add_restore(
    registry: CommandRegistry[Any],
    title: str,
    restored: Callable[[Any, Context[Any]], list[Event]],
    look: Prepare | None,
) -> None:
    @registry.command(
        f"Restore{title}",
        action="archive",
        verb="restore",
        prepare=look,
        sets=("archived",),
        when=_ARCHIVED,
        back=ARCHIVE,
        bulk="restore",
    )
    def restore(cmd: Restore, state: Record, ctx: Context) -> list[Event]:
        if getattr(state, "merged_into", None) is not None:
            raise Rejected("the record is merged into another one; un-merge it there", code="merged")
        return restored(state, ctx) if state.archived else []
