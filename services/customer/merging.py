"""Merge and un-merge, for accounts and contacts alike.

The survivor's event comes first and says all; a policy then tells the others (`policies.py`). An absorbed record keeps
everything of its own, and what points to it is found through the survivor, so that letting it go again loses nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field as F

from services.customer.taking import Own, Past, own_values, past_of, whose_values
from shared.domain.aggregate import Aggregate
from shared.domain.command import CommandModel, CommandRegistry, Context
from shared.domain.lifecycle import require_live
from shared.domain.record import MergeableRecord
from shared.domain.types import Reference
from shared.domain.undo import value_of
from shared.domain.ways_back import NoWay, Way
from shared.errors import FieldError, Invalid, Rejected
from shared.events.common import Changes
from shared.events.envelope import Event, Recorded
from shared.events.registry import type_of
from shared.kernel.lookups import Lookups
from shared.messages import say
from shared.messages.named import type_named


@dataclass(frozen=True, slots=True)
class MergeEvents:
    """The event classes of one aggregate's merges."""

    merged: type[Any]
    unmerged: type[Any]
    absorbed: type[Any]
    released: type[Any]


class Merge(CommandModel):
    """Absorb other records. choices: which of their values to take, as {field: id}; the rest stays the survivor's."""

    absorb: list[Reference] = F(min_length=1, max_length=50)
    choices: dict[Annotated[str, F(max_length=80)], Reference] = F(default_factory=dict, max_length=200)


class Unmerge(CommandModel):
    """Let absorbed records stand by themselves again; values that were not changed since go back.

    allow_duplicate: even one that another record took meanwhile; say why in `X-Reason`.
    """

    release: list[Reference] = F(min_length=1, max_length=50)
    allow_duplicate: bool = False


class Absorb(CommandModel):
    into: Reference


class Release(CommandModel):
    """`allow_duplicate`: what it held when it was absorbed, it may hold again."""

    previous: Reference
    allow_duplicate: bool = True


class Abandon(CommandModel):
    """The record `id` could not be absorbed after all."""

    id: Reference


@dataclass(frozen=True, slots=True)
class Others:
    """What a merge has to know. combined: values that come of all the records together."""

    states: dict[str, Any]
    combined: dict[str, Any]
    own: Own = field(default_factory=dict)


UNMERGE = Way(
    "unmerge",
    say("Take the merge apart"),
    lambda before, event: {"release": event.absorbed},
    lambda now, event: set(event.absorbed) <= set(now.absorbed),
)
MERGE = Way(
    "merge",
    say("Merge the records again"),
    lambda before, event: {"absorb": event.released},
    lambda now, event: not set(event.released) & set(now.absorbed),
)
CHOOSE = NoWay("choose-again", "merge the records again and say which values to take")


def _merge_again(before: MergeableRecord, event: Any) -> Way | NoWay:
    """Which record each value is to come from, only a caller can say."""
    return CHOOSE if event.changes else MERGE


Combine = Callable[[Any, dict[str, Any], Lookups], Awaitable[dict[str, Any]]]  # survivor, others → values
Part = Callable[[str, Any, Lookups], Awaitable[None]]  # survivor's id, the release's event; raises to refuse it


def add_merging(
    registry: CommandRegistry[Any],
    title: str,
    plural: str,
    events: MergeEvents,
    combine: Combine,
    part: Part | None = None,
) -> None:
    """Register `Merge<Plural>`, `Unmerge<Plural>` and the hidden steps of their saga."""
    _add_merge(registry, plural, events, combine)
    _add_unmerge(registry, plural, events, part)
    _add_steps(registry, title, events)


def _add_merge(registry: CommandRegistry[Any], plural: str, events: MergeEvents, combine: Combine) -> None:
    aggregate = registry.aggregate
    fields = mergeable(aggregate)

    async def look(cmd: Merge, lookups: Lookups) -> Others:
        states = {id: await _other(aggregate, id, lookups) for id in cmd.absorb}
        survivor = await lookups.state(aggregate, lookups.id)
        everybody = (*states, *(id for record in (survivor, *states.values()) for id in record.absorbed))
        own = await own_values(aggregate, events, lookups.id, everybody, lookups)
        return Others(states, await combine(survivor, states, lookups), own)

    @registry.command(f"Merge{plural}", action="merge", verb="merge", prepare=look, back=UNMERGE)
    def merge(cmd: Merge, state: MergeableRecord, ctx: Context[Others]) -> list[Event]:
        require_live(state)
        others = ctx.facts
        if all(id in state.absorbed for id in cmd.absorb):
            return []
        _refuse_unfit(others.states, ctx)
        chosen = _with_currencies(aggregate, cmd.choices, {ctx.id: state, **others.states})
        choices = {f: id for f, id in chosen.items() if id != ctx.id}  # its own value: nothing to do
        wanted = others.combined | {f: _chosen(aggregate, fields, others, f, id) for f, id in choices.items()}
        ctx.access.check_fields(aggregate.name, wanted)
        now = aggregate.dump(state)
        changes = {
            f: {"from": value_of(now, f), "to": to} for f, to in sorted(wanted.items()) if value_of(now, f) != to
        }
        through = {id: other.absorbed for id, other in others.states.items() if other.absorbed}
        body = {"absorbed": list(others.states), "choices": choices, "through": through, "changes": changes}
        return [events.merged(**_personal(events.merged, ctx.id, changes, others.own), **body)]


def _with_currencies(aggregate: Aggregate[Any], choices: dict[str, str], states: dict[str, Any]) -> dict[str, str]:
    """The choices, in which an amount brings its currency along. Raises Invalid when two records would give them."""
    made, survivor = dict(choices), next(iter(states.values()))
    for amount, currency in aggregate.collection.money.items():
        if amount in choices:
            made.setdefault(currency, choices[amount])
        elif currency in choices and getattr(survivor, amount) is not None:
            made[amount] = choices[currency]
        given = {getattr(states.get(made[f]), currency, None) for f in (amount, currency) if f in made}
        if len(given) > 1:
            message = say("an amount and its currency are taken from the same record")
            raise Invalid.field(f"choices.{currency}", "other-currency", message)
    return made


async def _other(aggregate: Aggregate[Any], id: str, lookups: Lookups) -> Any:
    state = await lookups.state(aggregate, id)
    if state.version == 0 or not lookups.sees(aggregate.name, state.owner):
        raise Invalid.field(
            "absorb",
            "unknown-reference",
            say("there is no {name} with the id {id}", name=type_named(aggregate.name), id=id),
        )
    lookups.access.check(aggregate.name, "merge", state.owner)
    return state


def _refuse_unfit(states: dict[str, Any], ctx: Context) -> None:
    for id, other in states.items():
        if id == ctx.id:
            raise Invalid.field("absorb", "itself", "a record cannot absorb itself")
        if other.erased:
            raise Rejected("an erased person cannot be merged", code="erased", id=id)
        if other.merged_into is not None or ctx.id in other.absorbed:
            raise Rejected("one of them is merged into another record already", code="merged", id=id)
        if other.archived:
            raise Rejected("one of them is archived; restore it first", code="archived", id=id)


def _chosen(aggregate: Aggregate[Any], fields: frozenset[str], others: Others, name: str, source: str) -> Any:
    head, _, custom = name.partition(".")
    if name not in fields and not (head == "custom" and custom):
        raise Invalid.field(f"choices.{name}", "unknown-field", "no value can be chosen for such a field")
    if source not in others.states:
        raise Invalid.field(f"choices.{name}", "unknown-reference", "choose one of the records to absorb")
    return value_of(aggregate.dump(others.states[source]), name)


def mergeable(aggregate: Aggregate[Any]) -> frozenset[str]:
    """The fields whose value a merge may choose: what people may write."""
    names = set(aggregate.dump(aggregate.state()))
    return frozenset(f.name for f in aggregate.collection.fields if f.writable and f.name in names) - {"custom"}


def _add_unmerge(registry: CommandRegistry[Any], plural: str, events: MergeEvents, part: Part | None) -> None:
    aggregate = registry.aggregate

    async def look(cmd: Unmerge, lookups: Lookups) -> Past:
        past = await past_of(aggregate, events, lookups)
        acts = merges(past.history, events)
        if part is not None and all(id in acts for id in cmd.release):
            state = aggregate.fold(past.history)
            await part(lookups.id, _release(aggregate, events, state, past, set(cmd.release), lookups.id), lookups)
        return past

    @registry.command(f"Unmerge{plural}", action="merge", verb="unmerge", prepare=look, back=_merge_again)
    def unmerge(cmd: Unmerge, state: MergeableRecord, ctx: Context[Past]) -> list[Event]:
        require_live(state)
        acts = merges(ctx.facts.history, events)
        unknown = [id for id in cmd.release if id not in acts]
        if unknown:
            errors = [
                FieldError("release", "not-absorbed", say("{id} was not merged into this record", id=id))
                for id in unknown
            ]
            raise Invalid("not all of them were merged into this record", errors=errors)
        event = _release(aggregate, events, state, ctx.facts, set(cmd.release), ctx.id)
        ctx.access.check_fields(aggregate.name, event.changes)
        return [event]


def merges(history: list[Recorded], events: MergeEvents) -> dict[str, Recorded]:
    """Each record that is absorbed directly now, with the merge that did it."""
    acts: dict[str, Recorded] = {}
    for recorded in history:
        if isinstance(recorded.event, events.merged):
            acts.update(dict.fromkeys(recorded.event.absorbed, recorded))
        elif isinstance(recorded.event, events.unmerged):
            for id in recorded.event.released:
                acts.pop(id, None)
    return acts


def _release(
    aggregate: Aggregate[Any],
    events: MergeEvents,
    state: MergeableRecord,
    past: Past,
    release: set[str],
    survivor: str,
) -> Event:
    acts = merges(past.history, events)
    now = aggregate.dump(state)
    changes: Changes = {}
    kept: list[str] = []
    through: dict[str, list[str]] = {}
    for act in sorted({acts[id].version: acts[id].event for id in release}.items(), reverse=True):
        merged = act[1]
        through |= {id: ids for id, ids in merged.through.items() if id in release}
        for name, change in returning(merged, release, set(acts)).items():
            current = changes[name]["to"] if name in changes else value_of(now, name)
            if current == change["to"]:
                changes[name] = {"from": value_of(now, name), "to": change["from"]}
            elif current != change["from"]:
                kept.append(name)
    body = {"released": sorted(release), "through": through, "changes": changes, "kept": sorted(set(kept))}
    return events.unmerged(**_personal(events.unmerged, survivor, changes, past.own), **body)


def returning(merged: Any, release: set[str], absorbed: set[str]) -> Changes:
    """The changes of a merge that go when these records go: their own values, and what came of all once all go."""
    last = not (set(merged.absorbed) & absorbed) - release
    return {f: c for f, c in merged.changes.items() if (merged.choices[f] in release if f in merged.choices else last)}


def _add_steps(registry: CommandRegistry[Any], title: str, events: MergeEvents) -> None:
    aggregate = registry.aggregate

    async def as_merged(cmd: Absorb, lookups: Lookups) -> list[str] | None:
        """The records it had absorbed when the survivor absorbed it; None if the survivor released it meanwhile."""
        act = merges(await lookups.events(aggregate.name, cmd.into), events).get(lookups.id)
        return None if act is None else act.event.through.get(lookups.id, [])

    @registry.command(f"Absorb{title}", action="merge", verb="absorb", hidden=True, prepare=as_merged)
    def absorb(cmd: Absorb, state: MergeableRecord, ctx: Context[list[str] | None]) -> list[Event]:
        """Refuse a record that changed since the survivor looked: it was merged, or absorbed others."""
        if ctx.facts is None or state.merged_into == cmd.into:
            return []
        if state.merged_into is not None or state.erased:
            raise Rejected("it was merged or erased at the same moment", code="merged")
        if set(state.absorbed) != set(ctx.facts):
            raise Rejected("another record was merged into it, or out of it, at the same moment", code="merged")
        return [events.absorbed(cmd.into)]

    @registry.command(f"Release{title}", action="merge", verb="release", hidden=True)
    def release(cmd: Release, state: MergeableRecord, ctx: Context) -> list[Event]:
        return [events.released(cmd.previous)] if state.merged_into == cmd.previous else []

    async def its_past(cmd: Abandon, lookups: Lookups) -> Past:
        return await past_of(aggregate, events, lookups)

    @registry.command(f"Abandon{title}Merge", action="merge", verb="abandon", hidden=True, prepare=its_past)
    def abandon(cmd: Abandon, state: MergeableRecord, ctx: Context[Past]) -> list[Event]:
        known = cmd.id in merges(ctx.facts.history, events)
        return [_release(aggregate, events, state, ctx.facts, {cmd.id}, ctx.id)] if known else []


def _personal(event: type[Any], id: str, changes: Changes, own: Own) -> dict[str, Any]:
    """The fields that only an event about persons has."""
    return {"subject_id": id, "whose": whose_values(changes, own)} if type_of(event).personal else {}
