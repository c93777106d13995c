"""An aggregate, as data: its name, its state, its fold, its commands and how its records are shown and found.

One aggregate, one file, one order: state · evolve · commands with their decisions. Everything generic (HTTP routes,
views, as-of, history, undo, import, export, search, facts) reads this description.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from copy import deepcopy
from dataclasses import MISSING, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Generic, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict, TypeAdapter

from shared.clock import Micros, from_rfc3339, to_rfc3339
from shared.domain.record import ERASED, Record, evolve_common
from shared.events.common import Changes, Erased
from shared.events.envelope import Event, Recorded, stream_name
from shared.security.permissions import Access, Action
from shared.views.port import Collection, Document, Kind

if TYPE_CHECKING:
    from shared.domain.lookups import Lookups

S = TypeVar("S", bound=Record)


class CommandModel(BaseModel):
    """Base of every command: the same model is the HTTP body. Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


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


@dataclass(frozen=True, slots=True)
class Command:
    """One command of an aggregate. `verb` is its path segment: "" = POST to the collection, "PATCH" = edit in place.

    hidden: reached through the bus only (sagas, imports), no route of its own.
    """

    name: str
    model: type[CommandModel]
    decide: Decide
    action: Action
    verb: str
    creates: bool = False
    prepare: Prepare | None = None
    hidden: bool = False
    adapter: TypeAdapter[Any] = field(default_factory=lambda: TypeAdapter(Any))


@dataclass(frozen=True, slots=True)
class Unique:
    """A value that only one record of the tenant may hold. value: state → normalised value, or "" for none.

    everywhere: over all tenants (sign-in names).
    """

    name: str
    value: Callable[[Any], str]
    everywhere: bool = False


@dataclass(slots=True)
class Aggregate(Generic[S]):
    """A record type. `name` is the stream category and the resource that rights name; no hyphens.

    noun: the path segment of its collection. shown: extra document fields computed from the state.
    not_undoable: event types that `undo` refuses, because a command of their own takes them back or nothing can.
    """

    name: str
    service: str
    noun: str
    state: type[S]
    evolve: Callable[[S, Event], None]
    collection: Collection
    not_undoable: frozenset[str] = frozenset()
    uniques: tuple[Unique, ...] = ()
    shown: Callable[[S], Document] | None = None
    commands: dict[str, Command] = field(default_factory=dict)
    _names: tuple[str, ...] = field(init=False, repr=False)
    _moments: tuple[str, ...] = field(init=False, repr=False)
    _personal: tuple[tuple[str, Callable[[], Any]], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._names = tuple(f.name for f in fields(self.state))
        self._moments = tuple(
            f.name for f in self.collection.fields if f.kind is Kind.DATETIME and f.name in self._names
        )
        self._personal = tuple(_masks(self.state, self.collection))

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
    ) -> Callable[[Callable[[Any, S, Context], list[Event]]], Callable[[Any, S, Context], list[Event]]]:
        """Register a decision; unless given, its first parameter's annotation is the command's model."""

        def register(decide: Callable[[Any, S, Context], list[Event]]) -> Callable[[Any, S, Context], list[Event]]:
            body = model or _model_of(decide)
            full = f"{self.service}.{name}"
            if full in self.commands:
                raise TypeError(f"{full} is registered twice")
            self.commands[full] = Command(full, body, decide, action, verb, creates, prepare, hidden, TypeAdapter(body))
            return decide

        return register

    def stream(self, id: str) -> str:
        return stream_name(self.name, id)

    def fold(self, events: Iterable[Recorded], state: S | None = None) -> S:
        """The state after the events; `state` is folded on in place."""
        current = state if state is not None else self.state()
        last: Recorded | None = None
        for last in events:
            self._step(current, last)
        if last is not None:
            current.updated_by = last.metadata.actor  # parsed once: metadata is most of what an event weighs
        return current

    def step(self, state: S, recorded: Recorded) -> None:
        self._step(state, recorded)
        state.updated_by = recorded.metadata.actor

    def _step(self, state: S, recorded: Recorded) -> None:
        if state.version == 0:
            state.id, state.created_at, state.created_by = recorded.id, recorded.occurred_at, recorded.metadata.actor
        self.evolve_all(state, recorded.event)
        state.version, state.updated_at = recorded.version, recorded.occurred_at

    def evolve_all(self, state: S, event: Event) -> None:
        """Fold one event: what all records share, then the aggregate's own; an erasure masks every personal field.

        A mask depends on the field alone, so that a fold over destroyed values comes out the same.
        """
        evolve_common(state, event)
        self.evolve(state, event)
        if isinstance(event, Erased):
            state.custom = {}
            for name, mask in self._personal:
                setattr(state, name, mask())

    def dump(self, state: S) -> Document:
        """The state as JSON values (a deep copy)."""
        return {name: deepcopy(getattr(state, name)) for name in self._names}

    def copy(self, state: S) -> S:
        """A state that can be folded on without touching this one."""
        twin = object.__new__(self.state)
        for name in self._names:
            value = getattr(state, name)
            setattr(twin, name, deepcopy(value) if isinstance(value, (list, dict)) else value)
        return twin

    def document(self, state: S) -> Document:
        """What the views hold: the state and what is computed from it."""
        document: Document = {name: getattr(state, name) for name in self._names}
        for name in self._moments:
            document[name] = to_rfc3339(document[name]) if document[name] else None
        if self.shown is not None:
            document.update(self.shown(state))
        if state.custom:
            document["custom_keys"] = [f"{k}={v}" for k, v in state.custom.items() if not isinstance(v, (list, dict))]
            document["custom_text"] = " ".join(str(v) for v in state.custom.values() if isinstance(v, str))
        return document

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
