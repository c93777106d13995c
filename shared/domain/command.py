"""A command, as data: its body, its decision, what it looks up, and the set it belongs to.

Everything is generic in the record's state (S), the command's body (C) and its facts (F), so that a type checker
compares a decision with its `prepare` and with the record type that it is registered for.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from inspect import get_annotations
from typing import TYPE_CHECKING, Any, ClassVar, Generic, cast, get_args, get_type_hints, overload

from pydantic import BaseModel, ConfigDict, TypeAdapter, model_validator
from typing_extensions import TypeVar, Unpack

from shared.clock import Micros
from shared.domain.calendar import UTC_CALENDAR, Calendar
from shared.domain.fields import fields_for
from shared.domain.record import Record, fold_values
from shared.domain.types import REFERENCE
from shared.domain.types import VERBATIM as VERBATIM
from shared.domain.ways_back import Back
from shared.events.envelope import Event
from shared.security.permissions import Access, Action
from shared.texts import clean_line

if TYPE_CHECKING:
    from shared.domain.aggregate import Aggregate
    from shared.kernel.lookups import Lookups

R = TypeVar("R", bound=Record)


class CommandModel(BaseModel):
    """Base of every command: the same model is the HTTP body. Unknown fields are refused.

    Texts of one line are stored without invisible characters (`clean_line`), custom texts too.

    `class AccountDetails(CommandModel, plain=Account)` takes the plain fields of a state in their order, with types and
    limits (`shared/domain/fields.py`). also, without: other fields of the state, and plain ones to leave out.
    required: those that the body must name. A decision reads them with their types from `cmd.onto(Account())`.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)
    _verbatim: ClassVar[frozenset[str]] = frozenset()
    references: ClassVar[frozenset[str]] = frozenset()  # the fields that name records

    def __init_subclass__(
        cls,
        *,
        plain: type[Record] | None = None,
        also: Collection[str] = (),
        without: Collection[str] = (),
        required: Collection[str] = (),
        **kwargs: Unpack[ConfigDict],
    ) -> None:
        if plain is not None:
            taken = {n: f for n, f in fields_for(plain, also).items() if n not in without}
            cls.__annotations__ = {n: f.type for n, f in taken.items()} | get_annotations(cls)
            for name in taken.keys() - set(required):
                setattr(cls, name, taken[name].unset)
        super().__init_subclass__(**kwargs)

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        cls._verbatim = frozenset(name for name, f in cls.model_fields.items() if VERBATIM in f.metadata)
        cls.references = frozenset(
            name for name, f in cls.model_fields.items() if REFERENCE in f.metadata or _names_records(f.annotation)
        )

    def onto(self, state: R) -> R:
        """The state with this body's values in its fields. A field that the body does not name gets its unset value."""
        fold_values(state, {name: getattr(self, name) for name in type(self).model_fields})
        return state

    @model_validator(mode="before")
    @classmethod
    def _clean(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {name: value if name in cls._verbatim else _cleaned(value) for name, value in given.items()}


def _names_records(type_: Any) -> bool:
    return REFERENCE in getattr(type_, "__metadata__", ()) or any(_names_records(part) for part in get_args(type_))


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else clean_line(value)
    if isinstance(value, list):
        return [_cleaned(entry) for entry in value]
    if isinstance(value, dict):
        return {name: _cleaned(entry) for name, entry in value.items()}
    return value


S = TypeVar("S", bound=Record, default=Any)
C = TypeVar("C", bound=CommandModel, default=Any)
F = TypeVar("F", default=Any)
Facts = TypeVar("Facts", covariant=True, default=object)


@dataclass(frozen=True, slots=True)
class Context(Generic[Facts]):
    """What a decision may know in addition to command and state: it reads no clock and makes no id by itself.

    occurred_at: when it happened (an import says; otherwise now). facts: what the command's `prepare` looked up; a bare
    `Context` asks for none. reason: why, in the caller's words. calendar: the organisation's, by which its records have
    days. own_calendar: the caller's, by which they mean the days and times that they write.
    """

    tenant: str
    id: str
    actor: str
    now: Micros
    occurred_at: Micros
    access: Access
    new_id: Callable[[], str]
    facts: Facts
    reason: str = ""
    calendar: Calendar = UTC_CALENDAR
    own_calendar: Calendar = UTC_CALENDAR


When = Mapping[str, tuple[Any, ...]]  # field of the record → the values it may have


def live(**values: tuple[Any, ...]) -> When:
    """The record is not archived, and fields of it have one of these values."""
    return {"archived": (False,), **values}


NOT_ERASED: When = {"erased": (False,)}
Decide = Callable[[C, S, Context[F]], list[Event]]
Prepare = Callable[[C, "Lookups"], Awaitable[F]]


@dataclass(frozen=True, slots=True)
class Command(Generic[S, C, F]):
    """One command of an aggregate. `verb` is its path segment: "" = POST to the collection, "PATCH" = edit in place.

    hidden: reached through the bus only (sagas, imports), no route of its own.
    sets: fields of the record that it is there to change and that its body does not name.
    edits: fields of the record whose value a form changes by this command, where `PATCH` does not take them. The body
    has the value under the field's name, or under its only one.
    along: fields of its body that it changes in the same act, where the record lacks them: forms ask for none.
    when: the values that fields of the record have while it applies (see `live`). With others it is refused, or changes
    nothing. With these it may still be refused, by rules that look further.
    back: how its effect is taken back; None = by `undo`, and a new record by archiving it.
    bulk: the word by which it is sent to many records at once; "" = it is for one record at a time.
    """

    name: str
    model: type[C]
    decide: Decide[C, S, F]
    action: Action
    verb: str
    creates: bool = False
    prepare: Prepare[C, F] | None = None
    hidden: bool = False
    sets: tuple[str, ...] = ()
    edits: tuple[str, ...] = ()
    when: When = field(default_factory=dict)
    back: Back | None = None
    adapter: TypeAdapter[C] = field(default_factory=lambda: TypeAdapter(Any))
    bulk: str = ""
    along: tuple[str, ...] = ()


class CommandRegistry(Generic[S]):
    """A set of commands of one record type, filled by the decorator `command`."""

    __slots__ = ()
    service: str
    commands: dict[str, Command]

    @property
    @abstractmethod
    def aggregate(self) -> Aggregate[S]:
        """The record type of the commands."""

    @overload
    def command(
        self,
        name: str,
        *,
        action: Action,
        verb: str,
        creates: bool = False,
        hidden: bool = False,
        model: type[CommandModel] | None = None,
        sets: tuple[str, ...] = (),
        edits: tuple[str, ...] = (),
        when: When | None = None,
        back: Back | None = None,
        bulk: str = "",
        along: tuple[str, ...] = (),
    ) -> Callable[[Decide[C, S, None]], Decide[C, S, None]]: ...

    @overload
    def command(
        self,
        name: str,
        *,
        action: Action,
        verb: str,
        prepare: Prepare[C, F] | None,
        creates: bool = False,
        hidden: bool = False,
        model: type[CommandModel] | None = None,
        sets: tuple[str, ...] = (),
        edits: tuple[str, ...] = (),
        when: When | None = None,
        back: Back | None = None,
        bulk: str = "",
        along: tuple[str, ...] = (),
    ) -> Callable[[Decide[C, S, F]], Decide[C, S, F]]: ...

    def command(
        self,
        name: str,
        *,
        action: Action,
        verb: str,
        creates: bool = False,
        prepare: Prepare[Any, Any] | None = None,
        hidden: bool = False,
        model: type[CommandModel] | None = None,
        sets: tuple[str, ...] = (),
        edits: tuple[str, ...] = (),
        when: When | None = None,
        back: Back | None = None,
        bulk: str = "",
        along: tuple[str, ...] = (),
    ) -> Callable[[Decide[Any, S, Any]], Decide[Any, S, Any]]:
        """Register a decision. model: the body, unless it is the annotation of the decision's first parameter.
        when: unless it creates a record, or applies to every one that is not archived.

        `prepare` and decision take the same body, and what `prepare` returns is the decision's `ctx.facts`. A `prepare`
        shared by several commands is generic in its body (`cmd: C`).
        """

        def register(decide: Decide[Any, S, Any]) -> Decide[Any, S, Any]:
            body = model or _model_of(decide)
            full = f"{self.service}.{name}"
            applies = when if when is not None else {} if creates else live()
            self.add(
                Command(
                    full,
                    body,
                    decide,
                    action,
                    verb,
                    creates,
                    prepare,
                    hidden,
                    sets,
                    edits,
                    applies,
                    back,
                    TypeAdapter(body),
                    "edit" if verb == "PATCH" else bulk,  # an edit in place is one for many records, too
                    along,
                )
            )
            return decide

        return register

    def add(self, command: Command) -> None:
        """Raises TypeError for a name that is registered already."""
        if command.name in self.commands:
            raise TypeError(f"{command.name} is registered twice")
        self.commands[command.name] = command


def _model_of(decide: Callable[..., Any]) -> type[CommandModel]:
    return cast(type[CommandModel], next(iter(get_type_hints(decide).values())))
