"""Labels: what people call record types, their fields, options, commands and inputs, in three languages.

A service keeps those of its record types in `labels.yaml` next to them; `common.yaml` of this folder has what record
types share. A field's English and zh-CN titles stand in its declaration; the files bring the zh-TW ones (`titles`).
What no file names is called by its name in words, so that a record type works before it has labels.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

import yaml

from shared.domain.aggregate import Aggregate
from shared.domain.command import Command
from shared.messages.languages import Language
from shared.views.schema import Field

FILE: Final = "labels.yaml"
_COMMON: Final = "common.yaml"
_PLACE: Final = {"en": 0, "zh-CN": 1, "zh-TW": 2}
_WORD: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[_-]")


class Label(NamedTuple):
    """One thing's name in each language."""

    en: str
    zh_cn: str
    zh_tw: str

    def in_(self, language: Language) -> str:
        return self[_PLACE[language]]


class Labels:
    """The labels of one record type: its own and, where it has none, the common ones."""

    def __init__(self, name: str, own: Mapping[str, Any], titles: Mapping[str, str]) -> None:
        self._name, self._own, self._titles = name, own, titles

    @property
    def one(self) -> Label:
        return self.found("one") or _in_words(self._name)

    @property
    def many(self) -> Label:
        return self.found("many") or self.one

    def field(self, field: Field) -> Label:
        return Label(field.en or field.name, field.zh or field.name, self._titles.get(field.zh, field.zh or field.name))

    def option(self, field: str, value: str) -> Label:
        """Of a field or an input."""
        return self.found("options", field, value) or _in_words(value)

    def command(self, command: Command) -> Label:
        name = command.name.partition(".")[2]
        return self.found("commands", name) or _common("commands", command.verb) or _in_words(name)

    def input(self, name: str) -> Label:
        """Of what a command takes, or a JSON value holds, and the record has no field for."""
        return self.found("inputs", name) or _common("inputs", name) or _in_words(name)

    def section(self, name: str) -> Label:
        """Of a part of a record's page."""
        return self.found("sections", name) or _common("sections", name) or _in_words(name)

    def found(self, *path: str) -> Label | None:
        """What the record type's own file says."""
        return _leaf(self._own, path)


def labels_of(aggregate: Aggregate[Any]) -> Labels:
    """The labels that stand next to the record type's state."""
    return _labels(package_of(aggregate), aggregate.name)


def package_of(aggregate: Aggregate[Any]) -> str:
    """Where a record type stands, and what is said of it in files."""
    return aggregate.state.__module__.rpartition(".")[0]


def group_label(package: str, name: str) -> Label:
    """Of a group of the side bar, as the package of one of its record types has it."""
    return _leaf(read(package, FILE), ("groups", name)) or _common("groups", name) or _in_words(name)


@cache
def _labels(package: str, name: str) -> Labels:
    here = read(package, FILE)
    return Labels(name, here.get(name, {}), {**common()["titles"], **here.get("titles", {})})


@cache
def common() -> dict[str, Any]:
    """The labels that record types share."""
    return read(__name__, _COMMON)


@cache
def read(package: str, file: str) -> dict[str, Any]:
    """A YAML file of a package; empty where there is none."""
    found = files(package).joinpath(file) if package else None
    if found is None or not found.is_file():
        return {}
    entries: dict[str, Any] = yaml.load(found.read_bytes(), yaml.CSafeLoader)
    return entries


def _common(*path: str) -> Label | None:
    return _leaf(common(), path)


def _leaf(entries: Any, path: tuple[str, ...]) -> Label | None:
    for name in path:
        entries = entries.get(name) if isinstance(entries, Mapping) else None
    return Label(*entries) if entries else None


def _in_words(name: str) -> Label:
    """`ChangeListPrice`, `list_price` → Change list price, List price."""
    text = " ".join(part.lower() for part in _WORD.split(name) if part)
    return Label(*[text[:1].upper() + text[1:]] * 3)
