"""Undo: take one change back by the rules, rights and look-ups of the commands that have the same effect.

A record type says with `Reverse` which commands give which of its fields earlier values back. An undo runs the checks,
the `prepare` and the decision of each of them, and then writes one `…ChangeUndone` instead of their events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import Field as F

from shared.domain.aggregate import Aggregate
from shared.domain.command import Command, CommandModel, CommandRegistry, Context, When
from shared.domain.record import Record, differences
from shared.errors import CrmError, FieldError, Invalid, Rejected
from shared.events.common import Changes
from shared.events.envelope import Event, Recorded
from shared.events.registry import type_of
from shared.kernel.lookups import Lookups
from shared.kernel.parsing import parse
from shared.messages import say
from shared.security.permissions import Access

Entry = dict[str, Any]  # an element of a list field
Step = tuple[str, dict[str, Any]]  # a command's name without its service, and its body
Steps = Callable[[Changes, Any], Iterable[Step]]  # changes to make, state now → commands
Check = Callable[[Any, Context[Any]], None]  # state, context; raises to refuse
Admits = Callable[[Any], None]  # state; raises to refuse


class Undo(CommandModel):
    """Take back the change that made `version`; with `first`, all changes from that version on, as one."""

    version: int = F(ge=1, le=2**31)
    first: int | None = F(default=None, ge=1, le=2**31)


class UndoClash(Rejected):
    """Later changes touched the same fields: they are named, nothing was written."""

    type = "undo-clash"
    title = "Later changes touched the same fields"


@dataclass(frozen=True, slots=True)
class Reverse:
    """The commands that set fields of a record back to earlier values.

    fields: the commands set these. along: they change these too, but only together with one of `fields`.
    steps: the commands. check: the rules where no command has this effect. Neither: the right to edit is enough.
    """

    fields: tuple[str, ...]
    steps: Steps | None = None
    along: tuple[str, ...] = ()
    check: Check | None = None


def by(command: str, *fields: str, along: tuple[str, ...] = ()) -> Reverse:
    """The common case: one command whose body has the fields under their own names."""

    def steps(back: Changes, state: Any) -> Iterable[Step]:
        yield command, restored(back, state, *fields)

    return Reverse(fields, steps, along)


def restored(back: Changes, state: Any, *fields: str) -> dict[str, Any]:
    """The values of fields after an undo; a field that it does not change keeps its present value."""
    return {name: back[name]["to"] if name in back else getattr(state, name) for name in fields}


def entries(change: Mapping[str, Sequence[Entry]], key: str) -> tuple[dict[str, Entry], dict[str, Entry]]:
    """The entries of a list field before and after an undo, by the key of an entry."""
    now, wanted = ({entry[key]: entry for entry in change[side]} for side in ("from", "to"))
    return now, wanted


@dataclass(frozen=True, slots=True)
class Plan:
    """back: the changes to make. steps: the commands that make them. checks: the rules where no command makes them."""

    target: Recorded
    back: Changes
    steps: list[Step]
    checks: list[Check]


@dataclass(frozen=True, slots=True)
class Undoing:
    """The looked-up facts of an undo: its plan and the facts of each step, or its refusal."""

    plan: Plan | None = None
    facts: Sequence[Any] = ()
    refusal: CrmError | None = None


def add_undo(
    registry: CommandRegistry[Any],
    title: str,
    undone: Callable[..., Event],
    before: Admits,
    split: Callable[[Event], list[Event]] | None,
    when: When | None,
) -> None:
    """Register `Undo<Title>Change`. before: raises to refuse an undo. split: the events to write instead of the one."""
    aggregate = registry.aggregate
    aggregate.admits_undo = before

    async def look(cmd: Undo, lookups: Lookups) -> Undoing:
        history = await lookups.events(aggregate.name, lookups.id)
        try:
            plan = plan_of(aggregate, cmd.version, history, cmd.first)
            return Undoing(plan, [await lookups.admit(_command(aggregate, name), body) for name, body in plan.steps])
        except CrmError as refusal:
            return Undoing(refusal=refusal)

    @registry.command(f"Undo{title}Change", action="edit", verb="undo", prepare=look, when=when)
    def undo(cmd: Undo, state: Record, ctx: Context[Undoing]) -> list[Event]:
        before(state)
        undoing = ctx.facts
        if undoing.plan is None:
            raise _redacted_for(ctx.access, aggregate, undoing.refusal or not_undoable())
        if not undoing.plan.back:
            return []
        ctx.access.check_fields(aggregate.name, undoing.plan.back)
        _decide(aggregate, undoing.plan, undoing.facts, state, ctx)
        event = undone_event(undone, undoing.plan.target, undoing.plan.back, ctx.id)
        return [event] if split is None else split(event)


def _redacted_for(access: Access, aggregate: Aggregate[Any], refusal: CrmError) -> CrmError:
    """The refusal; a clash without the fields that are hidden from the caller."""
    if not isinstance(refusal, UndoClash):
        return refusal
    seen = [e for e in refusal.errors if access.may_see(aggregate.name, e.field)]
    return UndoClash(errors=seen, fields=[e.field for e in seen])


def undone_event(undone: Callable[..., Event], target: Recorded, back: Changes, id: str) -> Event:
    """The event that records an undo."""
    subject = {"subject_id": id} if isinstance(undone, type) and type_of(undone).personal else {}
    return undone(undone_version=target.version, undone_event=target.event_id, changes=back, **subject)


def _decide(aggregate: Aggregate[Any], plan: Plan, facts: Sequence[Any], state: Record, ctx: Context) -> None:
    """Decide each step on the state after the steps before it. Only its refusals count; its events are dropped."""
    current = aggregate.copy(state)
    for check in plan.checks:
        check(current, ctx)
    for (name, body), known in zip(plan.steps, facts, strict=True):
        command = _command(aggregate, name)
        for event in command.decide(parse(command, body), current, replace(ctx, facts=known)):
            aggregate.evolve_all(current, event)


def _command(aggregate: Aggregate[Any], name: str) -> Command:
    return aggregate.commands[f"{aggregate.service}.{name}"]


# --- planning ---------------------------------------------------------------------------------------------------------


def plan_of(aggregate: Aggregate[Any], version: int, history: list[Recorded], first: int | None = None) -> Plan:
    """The plan to take changes back (`first` to `version`); it has no steps when they have no effect any more.

    Raises: Invalid (no such version), Rejected (not undoable), UndoClash with the fields changed since.
    """
    if version > len(history):
        raise Invalid.field("version", "unknown-version", say("the record has {count} versions", count=len(history)))
    first = version if first is None else first
    if first > version:
        raise Invalid.field("first", "after-version", "the first of the changes cannot come after the last")
    target = history[version - 1]
    if first == 1 or any(e.type in aggregate.not_undoable for e in history[first - 1 : version]):
        raise not_undoable()
    state = aggregate.fold(history)
    done, now = effect(aggregate, history[:version], first), aggregate.dump(state)
    clashes = sorted(f for f, change in done.items() if value_of(now, f) not in (change["to"], change["from"]))
    if clashes:
        errors = [FieldError(f, "changed-since", "a later change touched this field") for f in clashes]
        raise UndoClash(errors=errors, fields=clashes)
    back = returned(done, now)
    steps, checks = _commands_for(aggregate, back, state)
    return Plan(target, back, steps, checks)


def not_undoable() -> Rejected:
    return Rejected("this change has a command of its own to take it back", code="not-undoable")


def effect(aggregate: Aggregate[Any], history: list[Recorded], first: int) -> Changes:
    """The changes that the events of a history made to the state from version `first` on."""
    state = aggregate.fold(history[: first - 1])
    before = aggregate.dump(state)
    aggregate.fold(history[first - 1 :], state)
    return differences(before, aggregate.dump(state), aggregate.lasting)


def returned(done: Changes, now: dict[str, Any]) -> Changes:
    """The changes that take an effect back, without those that were taken back before."""
    return {
        f: {"from": change["to"], "to": change["from"]}
        for f, change in done.items()
        if value_of(now, f) == change["to"]
    }


def _commands_for(aggregate: Aggregate[Any], back: Changes, state: Record) -> tuple[list[Step], list[Check]]:
    left, steps, checks = dict(back), list[Step](), list[Check]()
    for reverse in (*aggregate.reverses, *_shared(aggregate)):
        if not any(f in left for f in reverse.fields):
            continue
        mine = {f: left.pop(f) for f in (*reverse.fields, *reverse.along) if f in left}
        steps += reverse.steps(mine, state) if reverse.steps else ()
        checks += [reverse.check] if reverse.check else ()
    if left:
        steps.append(_edit(aggregate, left))
    return steps, checks


def _shared(aggregate: Aggregate[Any]) -> Iterable[Reverse]:
    """Owner and tags go back by the commands that all records have for them."""
    names = {command.verb: command.name.partition(".")[2] for command in aggregate.commands.values()}
    if "transfer" in names:
        yield by(names["transfer"], "owner")
    if "tags" in names:
        yield Reverse(("tags",), lambda back, state: [(names["tags"], _tags(back["tags"]))])


def _tags(change: dict[str, list[str]]) -> dict[str, list[str]]:
    before, after = set(change["from"]), set(change["to"])
    return {"add": sorted(after - before), "remove": sorted(before - after)}


def _edit(aggregate: Aggregate[Any], back: Changes) -> Step:
    """Plain fields go back by the edit in place. Raises Rejected for a field that no command writes."""
    command = next((c for c in aggregate.commands.values() if c.verb == "PATCH"), None)
    values: dict[str, Any] = {}
    for name, change in back.items():
        head, _, custom = name.partition(".")
        if command is None or head not in command.model.model_fields:
            raise not_undoable()
        if custom:
            values.setdefault("custom", {})[custom] = change["to"]
        else:
            values[name] = change["to"]
    assert command is not None
    return command.name.partition(".")[2], _without_blanks(aggregate, command, values)


def _without_blanks(aggregate: Aggregate[Any], command: Command, values: dict[str, Any]) -> dict[str, Any]:
    """Leave out a field that returns to its blank value when the command's model refuses that value."""
    try:
        parse(command, values)
    except Invalid as error:
        blank = aggregate.state()
        refused = {e.field for e in error.errors}
        return {f: v for f, v in values.items() if f not in refused or v != getattr(blank, f, None)}
    return values


def value_of(dump: dict[str, Any], name: str) -> Any:
    """A field of a dump, `custom.<name>` too; None when it is not there."""
    head, _, custom = name.partition(".")
    return (dump.get("custom") or {}).get(custom) if head == "custom" and custom else dump.get(head)
