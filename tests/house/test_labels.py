"""Every record type, field, option, command and input has a label in each language; no label is left over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path as File
from typing import Any

import orjson
import pytest

from shared.descriptions.describe import has_title
from shared.descriptions.inputs import Input, inputs_of, structures_of
from shared.descriptions.screens import said_of, screens_of
from shared.domain.command import Command
from shared.events.registry import all_types
from shared.kernel.catalogue import AnyAggregate
from shared.labels import FILE, Label, common, labels_of, read
from shared.messages.languages import Language
from tests.support.roles import CATALOGUE

AGGREGATES = tuple(CATALOGUE)
LANGUAGES: tuple[Language, ...] = ("en", "zh-CN", "zh-TW")
WORDS = File(__file__).parents[2] / "web/src/words"
Path = tuple[str, ...]


def package(aggregate: AnyAggregate) -> str:
    return aggregate.state.__module__.rpartition(".")[0]


def open_to_callers(aggregate: AnyAggregate) -> list[Command]:
    return [c for c in aggregate.commands.values() if not c.hidden]


def parts(name: str, one: Input) -> Iterator[tuple[str, Input]]:
    """A value with all that it holds at any depth, each by the name that it is labelled by."""
    yield name, one
    for inner in (one.items, one.values):
        if inner is not None:
            yield from parts(name, inner)
    for part, inner in one.parts.items():
        yield from parts(part, inner)


def inputs(aggregate: AnyAggregate) -> dict[str, tuple[str, ...]]:
    """What its commands take, and its JSON fields hold, that the record has no field for: name → options."""
    found = dict[str, tuple[str, ...]]()
    technical = {f.name for f in aggregate.collection.fields if f.technical}
    taken = [item for c in open_to_callers(aggregate) for item in inputs_of(c).items()]
    held = [item for item in structures_of(aggregate).items() if item[0] not in technical]
    for outer, one in (*taken, *held):
        for name, inner in parts(outer, one):
            found[name] = (*found.get(name, ()), *inner.options)
    return found


def wanted(aggregate: AnyAggregate) -> Iterator[Path]:
    """The paths of all labels that a record type's own file or the common one has to hold."""
    yield from (("one",), ("many",))
    yield from (("commands", c.name.partition(".")[2]) for c in open_to_callers(aggregate))
    for field in aggregate.collection.fields:
        yield from (("options", field.name, option) for option in field.options)
    known = {f.name for f in aggregate.collection.fields}
    for name, options in inputs(aggregate).items():
        yield from [("inputs", name)] if name not in known else []
        yield from (("options", name, option) for option in options)


def shared_path(aggregate: AnyAggregate, path: Path) -> Path:
    """Where the common file has what a record type's own does not."""
    if path[0] != "commands":
        return path
    return ("commands", aggregate.commands[f"{aggregate.service}.{path[1]}"].verb)


def leaves(entries: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(entries, dict):
        for name, entry in entries.items():
            yield from leaves(entry, (*path, name))
    else:
        yield path, entries


def is_common(path: Path) -> bool:
    return path in {p for p, _ in leaves(common())}


@pytest.mark.parametrize("aggregate", AGGREGATES, ids=lambda a: a.name)
def test_all_has_its_label(aggregate: AnyAggregate) -> None:
    labels = labels_of(aggregate)
    lacking = [p for p in wanted(aggregate) if labels.found(*p) is None and not is_common(shared_path(aggregate, p))]
    assert lacking == []


@pytest.mark.parametrize("aggregate", AGGREGATES, ids=lambda a: a.name)
def test_every_field_has_its_three_titles(aggregate: AnyAggregate) -> None:
    """English and zh-CN stand in the declaration, zh-TW under `titles`."""
    titles = {**common()["titles"], **read(package(aggregate), FILE).get("titles", {})}
    assert [f.name for f in aggregate.collection.fields if not (f.en and f.zh)] == []
    assert [f.zh for f in aggregate.collection.fields if f.zh not in titles] == []


@pytest.mark.parametrize("aggregate", AGGREGATES, ids=lambda a: a.name)
def test_its_group_and_sections_have_labels(aggregate: AnyAggregate) -> None:
    screens = screens_of(aggregate, ())
    own = read(package(aggregate), FILE)
    assert screens.group in {**common()["groups"], **own.get("groups", {})}
    assert [s for s in screens.detail if s not in {**common()["sections"], **own.get("sections", {})}] == []


@pytest.mark.parametrize("aggregate", AGGREGATES, ids=lambda a: a.name)
def test_its_screens_name_fields_that_it_has(aggregate: AnyAggregate) -> None:
    said = said_of(aggregate)
    known = {f.name for f in aggregate.collection.fields}
    taken = next((c.model.model_fields for c in open_to_callers(aggregate) if c.creates), {})
    shown = [
        *said.get("subtitle", ()),
        *said.get("list", ()),
        *(n for names in said.get("detail", {}).values() for n in names),
    ]
    assert sorted(set(shown) - known) == []
    assert sorted(set(said.get("create", ())) - set(taken)) == []
    assert {said.get("board"), (said.get("stages") or {}).get("field")} <= known | {None}
    assert said.keys() <= {"icon", "group", "subtitle", "board", "stages", "list", "detail", "create"}


@pytest.mark.parametrize("aggregate", AGGREGATES, ids=lambda a: a.name)
def test_no_label_is_left_of_what_is_gone(aggregate: AnyAggregate) -> None:
    own, known = read(package(aggregate), FILE).get(aggregate.name, {}), set(wanted(aggregate))
    assert [path for path, _ in leaves(own) if path not in known] == []


def test_no_common_label_is_left() -> None:
    used = {shared_path(a, p) for a in AGGREGATES for p in wanted(a)}
    kept = [p for p, _ in leaves(common()) if p[0] in ("commands", "inputs")]
    assert [p for p in kept if p not in used] == []
    titles = {f.zh for a in AGGREGATES for f in a.collection.fields}
    assert sorted(set(common()["titles"]) - titles) == []


def test_a_file_names_only_record_types_of_its_service() -> None:
    names = {p: {a.name for a in AGGREGATES if package(a) == p} for p in {package(a) for a in AGGREGATES}}
    assert {p: set(read(p, FILE)) - known - {"titles", "groups"} for p, known in names.items()} == {
        p: set() for p in names
    }


def test_each_label_says_something_in_each_language() -> None:
    files = [common(), *(read(p, FILE) for p in {package(a) for a in AGGREGATES})]
    listed = [(path, label) for file in files for path, label in leaves(file) if path[0] != "titles"]
    assert len(listed) > 200
    wrong = [(path, label) for path, label in listed if len(label) != len(LANGUAGES) or not all(label)]
    assert wrong == []


def test_a_record_type_without_labels_is_called_by_its_names() -> None:
    labels = type(labels_of(AGGREGATES[0]))("price_book", {}, {})
    assert labels.one == Label(*["Price book"] * 3)
    assert labels.option("kind", "best_case").en == "Best case"
    assert labels.input("unitPrice").in_("zh-TW") == "Unit price"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_type_of_event_is_called_something(language: str) -> None:
    """The client takes a name apart, as here: a record type that it begins with, and the longest end with words."""
    done = orjson.loads((WORDS / language / "office/audit.json").read_bytes())["done"]
    records = {aggregate.name for aggregate in AGGREGATES}
    types = [one.name for one in all_types() if one.cls.__module__.startswith("shared.")]
    assert len(types) > 200
    nameless = []
    for name in types:
        words = re.split("(?<=[a-z])(?=[A-Z])", name.rpartition(".")[2])
        at = next((n for n in range(len(words)) if "".join(words[n:]) in done), None)
        if at is None or (at and "_".join(words[:at]).lower() not in records):
            nameless.append(name)
    assert nameless == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_states_of_a_user_have_one_name_in_settings_and_in_lists(language: str) -> None:
    """The client's settings name them by words of their own."""
    (user,) = (a for a in AGGREGATES if a.name == "user")
    said = orjson.loads((WORDS / language / "office/settings.json").read_bytes())["users"]
    names = {
        state: label[LANGUAGES.index(language)]
        for state, label in read(package(user), FILE)["user"]["options"]["status"].items()
    }
    assert {state: said[state] for state in names} == names


@pytest.mark.parametrize("language", LANGUAGES)
def test_record_types_without_pages_are_called_the_same_in_the_audit_log(language: Language) -> None:
    """The client does not learn of them by /meta."""
    said = orjson.loads((WORDS / language / "office/audit.json").read_bytes())["kinds"]
    assert said == {a.name: labels_of(a).one.in_(language) for a in AGGREGATES if not has_title(a)}
