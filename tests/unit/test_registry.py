from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import pytest

from shared.events import registry
from shared.events.registry import Personal, Subject, UnknownEvent, event, type_named, type_of, upcast, upcast_payload
from tests.unit.event_types import know, no_types


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    know(no_types(), monkeypatch)


def register(name: str = "test.Renamed", version: int = 1) -> type[Any]:
    @event(name, version=version)
    @dataclass(frozen=True, slots=True)
    class Renamed:
        name: str

    return Renamed


def step(mark: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda payload: {**payload, "steps": [*payload.get("steps", []), mark]}


def test_a_type_is_found_by_name_and_by_class() -> None:
    cls = register(version=3)
    type_ = type_named("test.Renamed")
    assert type_ is type_of(cls)
    assert (type_.name, type_.version, type_.cls, type_.field_names) == ("test.Renamed", 3, cls, ("name",))
    assert registry.all_types() == [type_]


def test_an_unknown_name_is_told() -> None:
    with pytest.raises(UnknownEvent, match=r"test\.Nothing"):
        type_named("test.Nothing")


def test_a_name_is_registered_once() -> None:
    register()
    with pytest.raises(TypeError, match="registered twice"):
        register(version=2)


def test_versions_count_from_1() -> None:
    with pytest.raises(TypeError, match="from 1"):
        register(version=0)


def test_only_frozen_slotted_dataclasses_are_events() -> None:
    class Plain:
        pass

    @dataclass(slots=True)
    class Mutable:
        pass

    @dataclass(frozen=True)
    class WithDict:
        pass

    for cls in (Plain, Mutable, WithDict):
        with pytest.raises(TypeError, match="frozen=True, slots=True"):
            event(f"test.{cls.__name__}")(cls)


def test_personal_fields_need_a_subject_and_get_a_mask_of_their_shape() -> None:
    @event("test.Met")
    @dataclass(frozen=True, slots=True)
    class Met:
        subject_id: Annotated[str, Subject]
        name: Annotated[str, Personal]
        phones: Annotated[list[str], Personal]
        changes: Annotated[dict[str, Any], Personal]
        age: Annotated[int | None, Personal]
        place: str

    type_ = type_of(Met)
    assert type_.subject == "subject_id"
    assert type_.personal == ("name", "phones", "changes", "age")
    assert type_.masks == {"name": "[erased]", "phones": [], "changes": {}, "age": None}

    @dataclass(frozen=True, slots=True)
    class Ownerless:
        name: Annotated[str, Personal]

    with pytest.raises(TypeError, match="Subject field"):
        event("test.Ownerless")(Ownerless)


def test_upcasters_run_in_order_from_the_version_given() -> None:
    type_ = type_of(register(version=4))
    for version in (3, 1, 2):
        upcast("test.Renamed", from_version=version)(step(f"{version}→{version + 1}"))
    registry.check_chains()
    assert upcast_payload(type_, 1, {})["steps"] == ["1→2", "2→3", "3→4"]
    assert upcast_payload(type_, 3, {})["steps"] == ["3→4"]
    assert upcast_payload(type_, 4, {"as": "it is"}) == {"as": "it is"}


def test_a_gap_in_the_chain_is_told_at_start_and_at_reading() -> None:
    type_ = type_of(register(version=3))
    upcast("test.Renamed", from_version=2)(step("2→3"))
    with pytest.raises(UnknownEvent, match="v1 has no upcaster"):
        registry.check_chains()
    with pytest.raises(UnknownEvent, match="v1 has no upcaster"):
        upcast_payload(type_, 1, {})
    assert upcast_payload(type_, 2, {})["steps"] == ["2→3"]


@pytest.mark.parametrize("version", [3, 99])
def test_a_newer_version_is_never_guessed_at(version: int) -> None:
    with pytest.raises(UnknownEvent, match="newer than this program"):
        upcast_payload(type_of(register(version=2)), version, {})


@pytest.mark.parametrize("version", [0, -1])
def test_a_version_before_the_first_is_unknown(version: int) -> None:
    type_ = type_of(register(version=2))
    upcast("test.Renamed", from_version=1)(step("1→2"))
    with pytest.raises(UnknownEvent):
        upcast_payload(type_, version, {})


def test_a_step_has_one_upcaster() -> None:
    upcast("test.Renamed", from_version=1)(step("a"))
    with pytest.raises(TypeError, match="two upcasters"):
        upcast("test.Renamed", from_version=1)(step("b"))


def test_required_fields_are_those_without_a_default() -> None:
    @event("test.Moved")
    @dataclass(frozen=True, slots=True)
    class Moved:
        to: str
        reason: str = ""

    assert registry.required_fields(type_of(Moved)) == ["to"]
