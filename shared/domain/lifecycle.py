"""The commands every record has: transfer, tags, archive, restore, undo. One factory, called by each aggregate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field as F

from shared.domain.aggregate import Aggregate, CommandModel, Context, Prepare
from shared.domain.lookups import Lookups
from shared.domain.record import Record, differences
from shared.domain.types import Reference
from shared.errors import FieldError, Invalid, Rejected
from shared.events.common import Changes
from shared.events.envelope import Event, Recorded
from shared.events.registry import type_of

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


class Undo(CommandModel):
    """Take back the change that made `version`."""

    version: int = F(ge=1, le=2**31)


class UndoClash(Rejected):
    """Later changes touched the same fields: they are named, nothing was written."""

    type = "undo-clash"
    title = "Later changes touched the same fields"


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


def add_lifecycle(
    aggregate: Aggregate[Any],
    title: str,
    events: Lifecycle,
    *,
    may_archive: Callable[[Any, Context], None] | None = None,
    before_archive: Prepare | None = None,
    archive_model: type[Archive] = Archive,
) -> None:
    """Register the shared commands, named after the aggregate (`TransferAccount`, …).

    may_archive raises where archiving is refused; before_archive finds out what it has to know (its `ctx.facts`).
    """
    if events.transferred is not None:
        _add_transfer(aggregate, title, events.transferred)
    if events.tagged is not None:
        _add_tags(aggregate, title, events.tagged)
    _add_archive(aggregate, title, events.archived, may_archive, before_archive, archive_model)
    _add_restore(aggregate, title, events.restored)
    _add_undo(aggregate, title, events.undone)


def _add_transfer(aggregate: Aggregate[Any], title: str, transferred: type[Any]) -> None:
    async def owner_exists(cmd: Transfer, lookups: Lookups) -> None:
        await lookups.exists("owner", "user", cmd.owner)

    @aggregate.command(f"Transfer{title}", action="assign", verb="transfer", prepare=owner_exists)
    def transfer(cmd: Transfer, state: Record, ctx: Context) -> list[Event]:
        require_live(state)
        return [] if cmd.owner == state.owner else [transferred(owner=cmd.owner, previous=state.owner)]


def _add_tags(aggregate: Aggregate[Any], title: str, tagged: type[Any]) -> None:
    @aggregate.command(f"Tag{title}", action="edit", verb="tags")
    def set_tags(cmd: SetTags, state: Record, ctx: Context) -> list[Event]:
        ctx.access.check_fields(aggregate.name, ["tags"])
        require_live(state)
        added = sorted(set(cmd.add) - set(state.tags) - set(cmd.remove))
        removed = sorted(set(cmd.remove) & set(state.tags))
        return [tagged(added=added, removed=removed)] if added or removed else []


def _add_archive(
    aggregate: Aggregate[Any],
    title: str,
    archived: type[Any],
    may_archive: Callable[[Any, Context], None] | None,
    before_archive: Prepare | None,
    model: type[Archive],
) -> None:
    @aggregate.command(f"Archive{title}", action="archive", verb="archive", prepare=before_archive, model=model)
    def archive(cmd: Archive, state: Record, ctx: Context) -> list[Event]:
        if state.archived:
            return []
        if may_archive is not None:
            may_archive(state, ctx)
        return [archived(cause=cmd.cause)]


def _add_restore(aggregate: Aggregate[Any], title: str, restored: type[Any]) -> None:
    @aggregate.command(f"Restore{title}", action="archive", verb="restore")
    def restore(cmd: Restore, state: Record, ctx: Context) -> list[Event]:
        if getattr(state, "merged_into", None) is not None:
            raise Rejected("the record is merged into another one; un-merge it there", code="merged")
        return [restored()] if state.archived else []


def _add_undo(aggregate: Aggregate[Any], title: str, undone: type[Any]) -> None:
    async def its_history(cmd: Undo, lookups: Lookups) -> list[Recorded]:
        return await lookups.events(aggregate.name, lookups.id)

    @aggregate.command(f"Undo{title}Change", action="edit", verb="undo", prepare=its_history)
    def undo(cmd: Undo, state: Record, ctx: Context) -> list[Event]:
        return undo_change(aggregate, undone, cmd, state, ctx)


def undo_change(aggregate: Aggregate[Any], undone: type[Any], cmd: Undo, state: Record, ctx: Context) -> list[Event]:
    """The event that takes one change back, or [] when it is without effect already.

    Raises: Invalid (no such version), Rejected (not undoable), UndoClash with the fields changed since.
    """
    require_live(state)
    history: list[Recorded] = ctx.facts
    if cmd.version > len(history):
        raise Invalid.field("version", "unknown-version", f"the record has {len(history)} versions")
    target = history[cmd.version - 1]
    if cmd.version == 1 or target.type in aggregate.not_undoable:
        raise Rejected("this change has a command of its own to take it back", code="not-undoable")
    done = _effect(aggregate, history, cmd.version)
    now = aggregate.dump(state)
    clashes = sorted(f for f, change in done.items() if value_of(now, f) not in (change["to"], change["from"]))
    if clashes:
        errors = [FieldError(f, "changed-since", "a later change touched this field") for f in clashes]
        raise UndoClash(errors=errors, fields=clashes)
    back: Changes = {
        f: {"from": change["to"], "to": change["from"]}
        for f, change in done.items()
        if value_of(now, f) == change["to"]
    }
    ctx.access.check_fields(aggregate.name, back)
    if "owner" in back:
        ctx.access.check(aggregate.name, "assign", state.owner)
    if not back:
        return []
    subject = {"subject_id": ctx.id} if type_of(undone).personal else {}
    return [undone(undone_version=cmd.version, undone_event=target.event_id, changes=back, **subject)]


def _effect(aggregate: Aggregate[Any], history: list[Recorded], version: int) -> Changes:
    state = aggregate.fold(history[: version - 1])
    before = aggregate.dump(state)
    aggregate.step(state, history[version - 1])
    return differences(before, aggregate.dump(state))


def value_of(dump: dict[str, Any], name: str) -> Any:
    """A field of a dump, `custom.<name>` too; None when it is not there."""
    head, _, custom = name.partition(".")
    return (dump.get("custom") or {}).get(custom) if head == "custom" and custom else dump.get(head)
