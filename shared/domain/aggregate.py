"""An aggregate, as data: its name, its state, its fold, its commands and how its records are shown and found.

One aggregate, one file, one order: state · evolve · commands with their decisions. Everything generic (HTTP routes,
views, as-of, history, undo, import, export, search, facts) reads this description.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import MISSING, dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict, TypeAdapter, model_validator

from shared.clock import Micros, from_rfc3339, to_rfc3339
from shared.domain.record import Fold, MergeableRecord, Record, shared_fold
from shared.domain.timelines import OnTimelines
from shared.domain.types import decimal_key
from shared.events.common import Changes, Erased
from shared.events.envelope import Event, Recorded, StreamSlice, actor_of, stream_name
from shared.events.sealing import ERASED
from shared.security.permissions import Access, Action
from shared.security.roles import DefaultGrants
from shared.security.sources import declare_sources
from shared.texts import clean_line
from shared.views.port import Collection, Document, Kind

if TYPE_CHECKING:
    from shared.domain.rules import Rule
    from shared.domain.undo import Reverse
    from shared.kernel.lookups import Lookups

S = TypeVar("S", bound=Record)


VERBATIM: Final = "verbatim"  # marks a text that is kept as it is sent: several lines, a secret


class CommandModel(BaseModel):
    """Base of every command: the same model is the HTTP body. Unknown fields are refused.

    Texts of one line are stored without invisible characters (`clean_line`), custom texts too.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)
    _verbatim: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        cls._verbatim = frozenset(name for name, f in cls.model_fields.items() if VERBATIM in f.metadata)

    @model_validator(mode="before")
    @classmethod
    def _clean(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {name: value if name in cls._verbatim else _cleaned(value) for name, value in given.items()}


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else clean_line(value)
    if isinstance(value, list):
        return [_cleaned(entry) for entry in value]
    if isinstance(value, dict):
        return {name: _cleaned(entry) for name, entry in value.items()}
    return value


@dataclass(frozen=True, slots=True)
class Context:
    """What a decision may know beside command and state: it reads no clock and makes no id by itself.

    occurred_at: when it happened (an import says; otherwise now). facts: what the command's `prepare` looked up.
    reason: why, in the caller's words.
    """

    tenant: str
    id: str
    actor: str
    now: Micros
    occurred_at: Micros
    access: Access
    new_id: Callable[[], str]
    facts: Any = None
    reason: str = ""


Decide = Callable[[Any, Any, Context], list[Event]]
Prepare = Callable[[Any, "Lookups"], Awaitable[Any]]
Conceal = Callable[[Document, Document, Access], Document]  # values of a record, the record, who asks
CheckReach = Callable[[Any, Any, "Lookups"], Awaitable[None]]  # state before and after; raises Forbidden


@dataclass(frozen=True, slots=True)
class Command:
    """One command of an aggregate. `verb` is its path segment: "" = POST to the collection, "PATCH" = edit in place.

    hidden: reached through the bus only (sagas, imports), no route of its own.
    sets: fields of the record that it is there to change and that its body does not name.
    """

    name: str
    model: type[CommandModel]
    decide: Decide
    action: Action
    verb: str
    creates: bool = False
    prepare: Prepare | None = None
    hidden: bool = False
    sets: tuple[str, ...] = ()
    adapter: TypeAdapter[Any] = field(default_factory=lambda: TypeAdapter(Any))


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
class Aggregate(Generic[S]):
    """A record type. `name` is the stream category and the resource that rights name; no hyphens.

    noun: the path segment of its collection. shown: extra document fields computed from the state.
    evolve: folds the events of its own; evolves_shared: it is told of those of shared shapes, too.
    not_undoable: event types that `undo` refuses, because a command of their own takes them back or nothing can.
    forget: masks an erased person inside other fields, as decoding does.
    lasting: state fields that only grow; history and undo leave them out.
    reach: refuses a change that gives somebody more reach than the caller has (`kernel/reach_check.py`).
    reverses: the commands that `undo` uses for fields without an edit in place, a transfer or tags.
    erasure: the event that says that the person whom a record is about is erased.
    about_owner: its personal fields belong to its owner and are erased with them.
    conceal: removes from values what shows fields of other record types that are hidden from the caller.
    grants: who may do what with its records by default.
    looks_up: the other record types that its commands and rules read; a kernel without one of them is not built.
    search_rank: its place among the record types of `GET /search`, the lowest first; None = not searched.
    on_timelines: how its records appear on the timelines of the records that they are linked to.
    defines_fields: its records define the custom fields of record types (`kernel/custom_fields.py`).
    became: its fields that name the records it was converted into; their timelines show what was linked to it.
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
    commands: dict[str, Command] = field(default_factory=dict)
    reverses: Sequence[Reverse] = ()
    rules: Sequence[Rule] = ()
    _names: tuple[str, ...] = field(init=False, repr=False)
    _moments: tuple[str, ...] = field(init=False, repr=False)
    _folds: _Folds = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._names = tuple(f.name for f in fields(self.state))
        self._moments = tuple(
            f.name for f in self.collection.fields if f.kind is Kind.DATETIME and f.name in self._names
        )
        self._folds = _Folds(self)
        self._check_fields()
        declare_sources(self.name, self.collection.fields, self._names)

    @property
    def merges(self) -> bool:
        """Whether its records may live on in another one."""
        return issubclass(self.state, MergeableRecord)

    def _check_fields(self) -> None:
        """Raises TypeError for a declaration that names a field which the collection lacks."""
        on = self.on_timelines
        named = [*self.became, *((on.links, on.at) if on else ()), *((on.kind,) if on and on.kind else ())]
        for name in named:
            if self.collection.field(name) is None:
                raise TypeError(f"{self.name} has no field {name!r}")

    def command(
        self,
        name: str,
        *,
        action: Action,
        verb: str,
        creates: bool = False,
        prepare: Prepare | None = None,
        hidden: bool = False,
        model: type[CommandModel] | None = None,
        sets: tuple[str, ...] = (),
    ) -> Callable[[Callable[[Any, S, Context], list[Event]]], Callable[[Any, S, Context], list[Event]]]:
        """Register a decision; unless given, its first parameter's annotation is the command's model."""

        def register(decide: Callable[[Any, S, Context], list[Event]]) -> Callable[[Any, S, Context], list[Event]]:
            body = model or _model_of(decide)
            full = f"{self.service}.{name}"
            if full in self.commands:
                raise TypeError(f"{full} is registered twice")
            self.commands[full] = Command(
                full, body, decide, action, verb, creates, prepare, hidden, sets, TypeAdapter(body)
            )
            return decide

        return register

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
            document["custom_keys"] = list(_custom_keys(state.custom))
            document["custom_text"] = " ".join(str(v) for v in state.custom.values() if isinstance(v, str))
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
        values = {name: document[name] for name in self._names if name in document}
        for name in self._moments:
            if name in values:
                values[name] = from_rfc3339(values[name]) if values[name] else 0
        return self.state(**values)


def _custom_keys(custom: dict[str, Any]) -> Iterator[str]:
    """`name=value`, and `name==number` for what reads as a number: a fold does not know which fields are decimals."""
    for name, value in custom.items():
        if not isinstance(value, (list, dict)):
            yield f"{name}={value}"
            if (number := decimal_key(value)) is not None:
                yield f"{name}=={number}"


class _Folds(dict[type[Any], Fold]):
    """Event class → how the aggregate folds it; filled as classes are met, so that a fold need not ask each time."""

    def __init__(self, aggregate: Aggregate[Any]) -> None:
        super().__init__()
        self._aggregate = aggregate

    def __missing__(self, kind: type[Any]) -> Fold:
        shared, own = shared_fold(kind), self._aggregate.evolve
        steps = [shared] if shared else []
        if shared is None or self._aggregate.evolves_shared:
            steps.append(own)
        if issubclass(kind, Erased):
            steps.append(self._mask)
        self[kind] = steps[0] if len(steps) == 1 else _one_after_the_other(steps)
        return self[kind]

    def _mask(self, state: Record, event: Erased) -> None:
        state.custom, state.tags = {}, []
        if self._aggregate.forget is not None:
            self._aggregate.forget(state)
        for name, mask in _masks(self._aggregate.state, self._aggregate.collection):
            setattr(state, name, mask())


def _one_after_the_other(steps: Sequence[Fold]) -> Fold:
    def fold(state: Any, event: Any) -> None:
        for step in steps:
            step(state, event)

    return fold


def _masks(state: type[Record], collection: Collection) -> Iterable[tuple[str, Callable[[], Any]]]:
    """What stands in each personal field of an erased person: the mask in a text, nothing in all else."""
    for f in fields(state):
        declared = collection.field(f.name)
        if declared is None or not declared.personal:
            continue
        if declared.kind is Kind.TEXT:
            yield f.name, lambda: ERASED
        elif f.default_factory is not MISSING:
            yield f.name, f.default_factory
        else:
            yield f.name, lambda default=f.default: default  # type: ignore[misc]


def _model_of(decide: Callable[..., Any]) -> type[CommandModel]:
    model: type[CommandModel] = next(iter(get_type_hints(decide).values()))
    return model
