"""Undo handles: what to send to take a change back, for the answer of a command and for every entry of a history."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from shared.domain.command import Command
from shared.domain.record import HEAD_MARKS
from shared.domain.undo import value_of
from shared.domain.ways_back import (
    ARCHIVE,
    CHANGED_SINCE,
    FINAL,
    FORBIDDEN,
    NOT_UNDOABLE,
    NOTHING_CHANGED,
    STEP,
    TAKEN_BACK,
    UNDO,
    Body,
    NoWay,
    Way,
)
from shared.errors import Forbidden, NotFound, Rejected
from shared.events.common import Changes
from shared.events.envelope import Event, Recorded
from shared.events.registry import type_of
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.decide import Decision
from shared.messages import Message
from shared.messages.languages import Language, in_language
from shared.security.permissions import Access
from shared.security.reach import reaches_all, require_transfer


@dataclass(frozen=True, slots=True)
class Handle:
    """Send `body` with `command` to the record: it takes the change back."""

    command: Command
    id: str
    body: Body
    label: Message

    def said(self, language: Language) -> Body:
        """The body with its texts in a language."""
        return {n: in_language(v, language) if isinstance(v, Message) else v for n, v in self.body.items()}


@dataclass(frozen=True, slots=True)
class Made:
    """A change and the way back from it. previous: the owner before, where the change gave the record another one."""

    way: Way | NoWay
    body: Body
    event: Event
    fields: Collection[str]
    previous: str | None = None


def after_command(aggregate: AnyAggregate, command: Command, done: Decision, access: Access) -> Handle | NoWay:
    """How to take back what a command did, as far as the caller may. It reads nothing."""
    before, after = done.before, done.after
    if not done.events:
        return NOTHING_CHANGED
    fields = _changed(aggregate, before, after)
    way = _way(aggregate, command, before, done.events)
    first = before.version + 1
    made = Made(way, _body(way, before, done.events[-1], first, after.version), done.events[-1], fields, before.owner)
    return _handle(aggregate, made, after, access)


def repeated_command(
    aggregate: AnyAggregate, command: Command, events: list[Recorded], last: Recorded, access: Access
) -> Handle | NoWay:
    """The same for a command that was carried out earlier. last: the last event that it wrote."""
    mine = [e for e in events if e.metadata.command == last.metadata.command]
    before = aggregate.fold(e for e in events if e.version < mine[0].version)
    after = aggregate.after(before, [e.event for e in mine])
    after.id, after.version = last.id, last.version
    return after_command(aggregate, command, Decision(last.id, before, after, [e.event for e in mine], 0), access)


def of_history(
    aggregate: AnyAggregate, made: Iterable[tuple[Made, Changes]], now: Any, access: Access
) -> list[Handle | NoWay]:
    """The same for each change of a record, the newest first. made: oldest first."""
    dump, touched = aggregate.dump(now), set[str]()
    found = []
    for one, changes in reversed([*made]):
        found.append(way_back(aggregate, one, changes, now, dump, access, touched))
        touched.update(changes)
    return found


def way_back(
    aggregate: AnyAggregate,
    one: Made,
    changes: Changes,
    now: Any,
    dump: dict[str, Any],
    access: Access,
    touched: Collection[str],
) -> Handle | NoWay:
    """The same for one change of a record. dump: of the record now. touched: the fields that later changes touched."""
    return _outdated(one, changes, dump, touched) or _handle(aggregate, one, now, access)


def made_by(aggregate: AnyAggregate, recorded: Recorded, before: Any) -> tuple[Way | NoWay, Body]:
    """The way back from an event of a history, and what is sent on it. before: the state without the event."""
    command = aggregate.commands.get(recorded.metadata.command_name)
    way = _way(aggregate, command, before, (recorded.event,))
    return way, _body(way, before, recorded.event, recorded.version, recorded.version)


def _way(aggregate: AnyAggregate, command: Command | None, before: Any, events: Collection[Event]) -> Way | NoWay:
    if command is not None and command.back is not None:
        back = command.back
        return back if isinstance(back, Way | NoWay) else back(before, [*events][-1])
    if before.version == 0:
        return ARCHIVE if _command(aggregate, ARCHIVE.verb) else NOT_UNDOABLE
    if aggregate.admits_undo is None or any(type_of(type(e)).name in aggregate.not_undoable for e in events):
        return STEP if command is None or command.hidden else NOT_UNDOABLE
    return UNDO


def _body(way: Way | NoWay, before: Any, event: Event, first: int, last: int) -> Body:
    if way is UNDO:
        return {"version": last} if first == last else {"version": last, "first": first}
    return way.body(before, event) if isinstance(way, Way) else {}


def _outdated(one: Made, changes: Changes, now: dict[str, Any], touched: Collection[str]) -> NoWay | None:
    """Why an earlier change is no longer there to be taken back."""
    if isinstance(one.way, NoWay) or one.way.holds is not None:
        return None
    if one.way is not UNDO:
        return CHANGED_SINCE if any(name in touched for name in changes) else None
    values = [(value_of(now, name), change) for name, change in changes.items()]
    if any(value not in (change["to"], change["from"]) for value, change in values):
        return CHANGED_SINCE
    return None if not values or any(value == change["to"] for value, change in values) else TAKEN_BACK


def _handle(aggregate: AnyAggregate, made: Made, now: Any, access: Access) -> Handle | NoWay:
    way = made.way
    if isinstance(way, NoWay):
        return way
    if now.erased:
        return FINAL
    command = _command(aggregate, way.verb)
    if command is None:
        return NOT_UNDOABLE
    if not _may(aggregate, command, made, now, access):
        return FORBIDDEN
    if way is UNDO:
        return _refusal(aggregate, made, now) or Handle(command, now.id, made.body, way.label)
    if way.holds is not None and not way.holds(now, made.event):
        return TAKEN_BACK if way is ARCHIVE else CHANGED_SINCE
    return Handle(command, now.id, made.body, way.label)


def _refusal(aggregate: AnyAggregate, made: Made, now: Any) -> NoWay | None:
    """Why the record takes no undo now."""
    if not made.fields:
        return NOTHING_CHANGED
    try:
        if aggregate.admits_undo is not None:
            aggregate.admits_undo(now)
    except Rejected as refusal:
        return NoWay(str(refusal.extra.get("code", refusal.type)), refusal.detail)
    return None


def _may(aggregate: AnyAggregate, command: Command, made: Made, now: Any, access: Access) -> bool:
    """Whether the caller has the right to the command on this record and to all fields that it sets."""
    resource, owner = aggregate.name, now.owner if aggregate.collection.owner is not None else ""
    if not access.allows(resource, command.action, owner):
        return False
    undo = made.way is UNDO
    if access.locked(resource):
        names = made.fields if undo else (*made.body, *command.sets)
        if not all(access.may_write(resource, name) for name in names):
            return False
    return not (undo and "owner" in made.fields) or _may_return(aggregate, made, now, access)


def _may_return(aggregate: AnyAggregate, made: Made, now: Any, access: Access) -> bool:
    """Whether the caller may give the record back to the owner whom it had."""
    if reaches_all(access):
        return True
    try:
        access.check(aggregate.name, "assign", now.owner)
        require_transfer(access, aggregate.name, now.owner, made.previous)
    except (Forbidden, NotFound):
        return False
    return True


def _command(aggregate: AnyAggregate, verb: str) -> Command | None:
    for command in aggregate.commands.values():
        if command.verb == verb and not command.hidden:
            return command
    return None


def _changed(aggregate: AnyAggregate, before: Any, after: Any) -> list[str]:
    """The fields in which two states differ, custom ones one by one."""
    found = []
    for name in before.__dataclass_fields__:
        if name in HEAD_MARKS or name in aggregate.lasting:
            continue
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            found += [f"custom.{n}" for n in {**was, **now} if was.get(n) != now.get(n)] if name == "custom" else [name]
    return found
