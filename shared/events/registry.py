"""The closed set of event types: explicit names and integer versions, unique at import.

A name never changes when code moves. A landed version is never edited: a change of meaning is a new version
with an upcaster, a new optional field is an extension with a default.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter

from shared.events.sealing import ERASED, Sealed

E = TypeVar("E")
Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


class _Mark:
    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


Personal = _Mark("Personal")  # Annotated[str, Personal]: encrypted under the subject's key
Taken = _Mark("Taken")  # Annotated[Whose, Taken]: whose key encrypts which value of the personal `changes`
Subject = _Mark("Subject")  # Annotated[str, Subject]: the key's owner; "" = none: the day's text key seals
ANYTHING = "*"  # for `carries`: fields of whichever record types the event names


@dataclass(frozen=True, slots=True)
class EventType:
    """A registered type: how to read, write and mask it.

    sealed: fields with text that may identify a person (see `sealing`); masks: of personal and of sealed fields.
    carries: other record types whose fields it holds; ANYTHING for all.
    taken: the field that names the persons whose values the `changes` hold, "" = there is none.
    make: payload → event, as `cls(**payload)`; raises TypeError or KeyError for missing and foreign fields.
    """

    name: str
    version: int
    cls: type[Any]
    field_names: tuple[str, ...]
    personal: tuple[str, ...]
    sealed: tuple[tuple[str, Sealed], ...]
    subject: str
    masks: dict[str, Any]
    make: Callable[[dict[str, Any]], Any]
    adapter: TypeAdapter[Any]
    carries: tuple[str, ...] = ()
    taken: str = ""


class UnknownEvent(Exception):
    """No such type or version is registered: the event is parked, never guessed at."""


_by_name: dict[str, EventType] = {}
_by_class: dict[type[Any], EventType] = {}
_upcasters: dict[tuple[str, int], Upcaster] = {}


def event(name: str, *, version: int = 1, carries: tuple[str, ...] = ()) -> Callable[[type[E]], type[E]]:
    """Register a frozen, slotted dataclass as the newest version of the event `name` ("domain.PastTense").

    carries: record types other than its stream's whose fields it holds, so that their masks apply to it too.
    """

    def register(cls: type[E]) -> type[E]:
        frozen = is_dataclass(cls) and cls.__dataclass_params__.frozen  # type: ignore[attr-defined]
        if not frozen or "__slots__" not in cls.__dict__:
            raise TypeError(f"{name}: events are @dataclass(frozen=True, slots=True)")
        if name in _by_name:
            raise TypeError(f"{name} is registered twice")
        if version < 1:
            raise TypeError(f"{name}: versions count from 1")
        _by_name[name] = _by_class[cls] = _describe(name, version, cls, carries)
        return cls

    return register


def upcast(name: str, *, from_version: int) -> Callable[[Upcaster], Upcaster]:
    """Register the pure step from_version → from_version + 1 over the decoded payload."""

    def register(step: Upcaster) -> Upcaster:
        if (name, from_version) in _upcasters:
            raise TypeError(f"{name} v{from_version} has two upcasters")
        _upcasters[name, from_version] = step
        return step

    return register


def type_of(cls: type[Any]) -> EventType:
    return _by_class[cls]


def type_named(name: str) -> EventType:
    """Raises UnknownEvent."""
    try:
        return _by_name[name]
    except KeyError:
        raise UnknownEvent(name) from None


def is_type(name: str) -> bool:
    return name in _by_name


def all_types() -> list[EventType]:
    return sorted(_by_name.values(), key=lambda t: t.name)


def names_of(*classes: type[Any]) -> frozenset[str]:
    """The names of the registered types that are these classes or derive from them."""
    return frozenset(t.name for t in _by_name.values() if issubclass(t.cls, classes))


def upcast_payload(type_: EventType, version: int, payload: dict[str, Any]) -> dict[str, Any]:
    """Bring a payload of an older version to the newest. Raises UnknownEvent on a newer version or a gap."""
    for step in range(version, type_.version):
        upcaster = _upcasters.get((type_.name, step))
        if upcaster is None:
            raise UnknownEvent(f"{type_.name} v{step} has no upcaster")
        payload = upcaster(payload)
    if version > type_.version:
        raise UnknownEvent(f"{type_.name} v{version} is newer than this program")
    return payload


def check_chains() -> None:
    """Every version from 1 on has its upcaster: called at start-up. Raises UnknownEvent."""
    for type_ in _by_name.values():
        for step in range(1, type_.version):
            if (type_.name, step) not in _upcasters:
                raise UnknownEvent(f"{type_.name} v{step} has no upcaster")


_MASKS: dict[Any, Any] = {str: ERASED, list: [], dict: {}}


def _describe(name: str, version: int, cls: type[Any], carries: tuple[str, ...]) -> EventType:
    hints = get_type_hints(cls, include_extras=True)
    personal, sealed, subject, taken, masks = [], [], "", "", {}
    for f in fields(cls):
        hint = hints[f.name]
        if get_origin(hint) is not Annotated:
            continue
        base, *marks = get_args(hint)
        if Personal in marks:
            personal.append(f.name)
            masks[f.name] = _MASKS.get(get_origin(base) or base)
        if Subject in marks:
            subject = f.name
        if Taken in marks:
            taken = f.name
        for mark in marks:
            if isinstance(mark, Sealed):
                sealed.append((f.name, mark))
                masks[f.name] = _MASKS.get(get_origin(base) or base)
    if personal and not subject:
        raise TypeError(f"{name}: personal fields need a Subject field next to them")
    names = tuple(f.name for f in fields(cls))
    make = _maker(cls, names)
    marked = (tuple(personal), tuple(sealed), subject, masks)
    return EventType(name, version, cls, names, *marked, make, TypeAdapter(cls), carries, taken)


def _maker(cls: type[Any], names: tuple[str, ...]) -> Callable[[dict[str, Any]], Any]:
    """Sets the slots itself: the `__init__` of a frozen dataclass takes twice as long. Defaults are left to it."""
    new, setters = object.__new__, [(name, getattr(cls, name).__set__) for name in names]
    if len(names) == 1:
        return _maker_of_one(cls, *setters[0])

    def make(payload: dict[str, Any]) -> Any:
        if len(payload) != len(setters):
            return cls(**payload)
        event = new(cls)
        for name, set_ in setters:
            set_(event, payload[name])
        return event

    return make


def _maker_of_one(cls: type[Any], name: str, set_: Callable[[Any, Any], None]) -> Callable[[dict[str, Any]], Any]:
    """The same without a loop: edits are most of what is ever read, and have one field."""
    new = object.__new__

    def make(payload: dict[str, Any]) -> Any:
        if len(payload) != 1:
            return cls(**payload)
        event = new(cls)
        set_(event, payload[name])
        return event

    return make


def required_fields(type_: EventType) -> list[str]:
    return [f.name for f in fields(type_.cls) if f.default is MISSING and f.default_factory is MISSING]
