"""The words of a record type for messages, out of its labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shared.domain.aggregate import Aggregate
from shared.labels import Labels, labels_of
from shared.messages.named import Texts


@dataclass(frozen=True, slots=True)
class TypeWords:
    """Of a record type. They are read when a message needs them first."""

    aggregate: Aggregate[Any]

    def one(self) -> Texts:
        return self._labels.one

    def many(self) -> Texts:
        return self._labels.many

    def field(self, name: str) -> Texts:
        declared = self.aggregate.collection.field(name)
        return self._labels.input(name) if declared is None else self._labels.field(declared)

    def option(self, field: str, value: str) -> Texts:
        return self._labels.option(field, value)

    @property
    def _labels(self) -> Labels:
        return labels_of(self.aggregate)


@dataclass(frozen=True, slots=True)
class ResourceWords:
    """Of what rights are granted on and has no records of its own."""

    title: Texts

    def one(self) -> Texts:
        return self.title

    def many(self) -> Texts:
        return self.title

    def field(self, name: str) -> Texts:
        return (name, name, name)

    def option(self, field: str, value: str) -> Texts:
        return (value, value, value)
