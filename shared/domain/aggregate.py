"""An aggregate, as data: its name, its state, its fold, its commands and how its records are shown and found.

One aggregate, one file, one order: state · evolve · commands with their decisions. Everything generic (HTTP routes,
views, as-of, history, undo, import, export, search, facts) reads this description.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from shared.clock import from_rfc3339, to_rfc3339
from shared.domain.command import Command, CommandRegistry, S
from shared.domain.custom_values import texts_of
from shared.domain.folds import Folds
from shared.domain.formula.formulas import without
from shared.domain.holding import Holding
from shared.domain.record import MergeableRecord
from shared.domain.timelines import OnTimelines
from shared.events.common import Changes, Erased
from shared.events.envelope import Event, Recorded, StreamSlice, actor_of, stream_name
from shared.security.permissions import Access
from shared.security.roles import DefaultGrants
from shared.security.sources import declare_sources
from shared.views.port import Collection, Document, Kind

if TYPE_CHECKING:
    from shared.domain.rules import Rule
    from shared.domain.undo import Admits, Reverse
    from shared.kernel.lookups import Lookups
    from shared.security.apikeys import Opens

Conceal = Callable[[Document, Document, Access], Document]  # values of a record, the record, who asks
CheckReach = Callable[[Any, Any, "Lookups"], Awaitable[None]]  # state before and after; raises Forbidden


@dataclass(frozen=True, slots=True)
class Unique:
    """A value that only one record of the tenant may hold.

    text: state → the value as it is kept, or "" for none. key: how values of this kind are compared (`match`).
    everywhere: over all tenants (sign-in names).
    """

    name: str
    text: Callable[[Any], str]
    key: Callable[[str], str]
    everywhere: bool = False

    def value(self, state: Any) -> str:
        """The comparison key of the record's value; "" for none."""
        return self.key(self.text(state))


@dataclass(slots=True)
class Aggregate(CommandRegistry[S]):
    """A record type. `name` is the stream category and the resource that rights name; no hyphens.

    noun: the path segment of its collection. shown: extra document fields computed from the state.
    evolve: folds the events of its own; evolves_shared: it gets those of shared shapes, too.
    not_undoable: event types that `undo` refuses, because a command of their own takes them back or nothing can.
    forget: masks an erased person inside other fields, as decoding does.
    lasting: state fields that only grow; history and undo leave them out.
    reach: refuses a change that gives somebody more reach than the caller has (`kernel/reach_check.py`).
    admits_undo: refuses an undo, whichever change it is about; None = there is no undo.
    reverses: the commands that `undo` uses for fields without an edit in place, a transfer or tags.
    erasure: the event that says that the person whom a record is about is erased.
    about_owner: its personal fields belong to its owner and are erased with them.
    expected: command sets of other modules that no catalogue has included yet.
    conceal: removes from values what shows fields of other record types that are hidden from the caller.
    grants: who may do what with its records by default.
    looks_up: the other record types that its commands and rules read; a kernel without one of them is not built.
    search_rank: its place among the record types of `GET /search`, the lowest first; None = not searched.
    on_timelines: how its records appear on the timelines of the records that they are linked to.
    defines_fields: its records define the custom fields of record types (`kernel/custom_fields.py`).
    finished: whether a record's work is done: it stays with its owner when that one's work is handed over.
    opens: of the record type of API keys, how they are read.
    may_own: of the record type of owners, whether one may be given records.
    offers: its records are offered to users, roles and teams (`security/audience.py`).
    own_only: each user reads their own records and nobody else's, whatever their rights.
    belongs_to: its fields that name type and id of another record, whose rights are its own (`kernel/seen.py`). Lists,
    counts and bulk acts ask no other record: they are for who reads every record type whole, or for nobody.
    contents: id and bytes of each content in the blob store that a state has, under the record's key.
    unshown: its fields that no answer holds, though its documents do.
    became: its fields that name the records it was converted into; their timelines show what was linked to it. One with
    many ids names those of all times, which are only about the same person.
    person: each of its records is about one person, who has rights of their own (`kernel/same_person.py`).
    holds: of the record type of legal holds, what they hold (`kernel/holds.py`).
    """

    name: str
    service: str
    noun: str
    state: type[S]
    evolve: Callable[[S, Event], None]
    collection: Collection
    evolves_shared: bool = False
    not_undoable: frozenset[str] = frozenset()
    lasting: frozenset[str] = frozenset()
    erasure: type[Erased] | None = None
    about_owner: bool = False
    uniques: tuple[Unique, ...] = ()
    shown: Callable[[S], Document] | None = None
    forget: Callable[[S], None] | None = None
    reach: CheckReach | None = None
    conceal: Conceal | None = None
    looks_up: tuple[str, ...] = ()
    grants: DefaultGrants = field(default_factory=dict)
    search_rank: int | None = None
    on_timelines: OnTimelines | None = None
    defines_fields: bool = False
    became: tuple[str, ...] = ()
    person: bool = False
    holds: Holding | None = None
    own_only: bool = False
    offers: bool = False
    belongs_to: tuple[str, str] | None = None
    contents: Callable[[S], list[tuple[str, int]]] | None = None
    unshown: frozenset[str] = frozenset()
    opens: Opens | None = None
    finished: Callable[[S], bool] = lambda state: False
    may_own: Callable[[S], bool] = lambda state: True
    commands: dict[str, Command] = field(default_factory=dict)
    expected: list[Commands[S]] = field(default_factory=list)
    reverses: Sequence[Reverse] = ()
    admits_undo: Admits | None = None
    rules: Sequence[Rule] = ()
    _names: tuple[str, ...] = field(init=False, repr=False)
    _moments: tuple[str, ...] = field(init=False, repr=False)
    _folds: Folds = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._names = tuple(f.name for f in fields(self.state))
        self._moments = tuple(
            f.name for f in self.collection.fields if f.kind is Kind.DATETIME and f.name in self._names
        )
        self._folds = Folds(self)
        self._check_fields()
        declare_sources(self.name, self.collection.fields, self._names)

    @property
    def merges(self) -> bool:
        """Whether its records may live on in another one."""
        return issubclass(self.state, MergeableRecord)

    def _check_fields(self) -> None:
        """Raises TypeError for a declaration that names a field which the collection lacks."""
        on = self.on_timelines
        named = [
            *self.became,
            *(self.belongs_to or ()),
            *((on.links, on.at) if on else ()),
            *((on.kind,) if on and on.kind else ()),
            *(condition.field for condition in (on.contact if on else ())),
        ]
        for name in named:
            if self.collection.field(name) is None:
                raise TypeError(f"{self.name} has no field {name!r}")
        links = self.collection.field(on.links) if on else None
        if links is not None and not (links.ref or links.mixed):
            raise TypeError(f"{self.name}: say which records {links.name!r} names, for merges are followed by it")

    @property
    def aggregate(self) -> Aggregate[S]:
        return self

    def including(self, *sets: Commands[S]) -> Aggregate[S]:
        """Add the command sets of other modules; the service's catalogue names each. Raises TypeError for one twice."""
        for one in sets:
            self.expected.remove(one)
            for command in one.commands.values():
                self.add(command)
        return self

    def with_rules(self, *rules: Rule) -> Aggregate[S]:
        """Add the rules over several records that another module holds."""
        self.rules = (*self.rules, *rules)
        return self

    def stream(self, id: str) -> str:
        return stream_name(self.name, id)

    def fold(self, events: Iterable[Recorded], state: S | None = None) -> S:
        """The state after the events; `state` is folded on in place."""
        current = state if state is not None else self.state()
        first = last = None
        for last in events:
            if current.version == 0:
                first = last
                current.id, current.created_at, current.created_by = last.id, last.occurred_at, last.actor
            self.evolve_all(current, last.event)
            current.version = last.version
        if last is not None:
            current.updated_at = last.occurred_at
            current.updated_by = current.created_by if last is first else last.actor
        return current

    def fold_slice(self, state: S, id: str, part: StreamSlice, events: Iterable[Event]) -> None:
        """The same for a slice of the record's stream, given its decoded events."""
        if part.begun is not None:
            occurred_at, metadata = part.begun
            state.id, state.created_at, state.created_by = id, occurred_at, actor_of(metadata)
        folds = self._folds
        for event in events:
            folds[type(event)](state, event)
        state.version, state.updated_at = part.version, part.occurred_at
        state.updated_by = actor_of(part.metadata)

    def step(self, state: S, recorded: Recorded) -> None:
        self.fold((recorded,), state)

    def evolve_all(self, state: S, event: Event) -> None:
        """Fold one event, as all records do or as the aggregate does; an erasure masks every personal field.

        A mask depends on the field alone, so that a fold over destroyed values comes out the same.
        """
        self._folds[type(event)](state, event)

    def dump(self, state: S) -> Document:
        """The state as JSON values (a deep copy)."""
        return {name: deepcopy(getattr(state, name)) for name in self._names}

    def copy(self, state: S) -> S:
        """A state that can be folded on without touching this one."""
        twin = object.__new__(self.state)
        for name in self._names:
            value = getattr(state, name)
            if isinstance(value, (list, dict)):
                value = deepcopy(value) if value else value.copy()
            setattr(twin, name, value)
        return twin

    def after(self, state: S, events: Iterable[Event]) -> S:
        """A copy of the state with events folded on."""
        twin = self.copy(state)
        for event in events:
            self.evolve_all(twin, event)
        return twin

    def document(self, state: S) -> Document:
        """What the views hold: the state and what is computed from it."""
        document: Document = {name: getattr(state, name) for name in self._names}
        for name in self._moments:
            document[name] = to_rfc3339(document[name]) if document[name] else None
        if self.shown is not None:
            document.update(self.shown(state))
        if state.custom:
            document["custom_text"] = " ".join(texts_of(state.custom))
        return document

    def reader(self, state: S) -> str | None:
        """Among whose records it counts for who may read it: its owner's, or EVERYONE's; "" = not bound to an owner."""
        name = self.collection.owner
        if name is None:
            return ""
        if name == "owner" or self.shown is None:
            return state.owner
        found: str | None = self.shown(state)[name]
        return found

    def readable(self, changes: Changes) -> Changes:
        """Changes as documents show them: moments as text."""
        moments = [name for name in self._moments if name in changes]
        return changes | {n: {k: to_rfc3339(v) if v else None for k, v in changes[n].items()} for n in moments}

    def restore(self, document: Document) -> S:
        """The state a document was made from."""
        document = without(document)
        values = {name: document[name] for name in self._names if name in document}
        for name in self._moments:
            if name in values:
                values[name] = from_rfc3339(values[name]) if values[name] else 0
        return self.state(**values)


class Commands(CommandRegistry[S]):
    """The commands of a record type that stand in another module than its state.

    The module keeps them as a value (`COMMANDS`); the service's catalogue includes it. A catalogue that forgets a set
    does not start.
    """

    def __init__(self, aggregate: Aggregate[S], module: str) -> None:
        """module: `__name__` of the module that makes the set."""
        self.service, self.module = aggregate.service, module
        self.commands = {}
        self._aggregate = aggregate
        aggregate.expected.append(self)

    @property
    def aggregate(self) -> Aggregate[S]:
        return self._aggregate
