"""A record type as one caller may use it: hidden fields are left out, labels are in one language."""

from __future__ import annotations

from collections.abc import Iterable

from shared.descriptions.inputs import Input, inputs_of
from shared.descriptions.model import MetaCommand, MetaField, MetaInput, MetaType
from shared.domain.command import Command
from shared.http.records import method_and_path
from shared.kernel.catalogue import AnyAggregate
from shared.labels import labels_of
from shared.messages.languages import Language
from shared.security.permissions import ACTIONS, Access, Level
from shared.views.schema import Document, Field, Kind


class Description:
    """One record type, for one caller, in one language."""

    def __init__(self, aggregate: AnyAggregate, access: Access, language: Language) -> None:
        self._aggregate, self._access, self._language = aggregate, access, language
        self._labels = labels_of(aggregate)
        self._hidden, self._locked = access.hidden(aggregate.name), access.locked(aggregate.name)

    def type(self, custom: list[Document]) -> MetaType:
        """custom: the definitions of its custom fields."""
        aggregate, levels = self._aggregate, self._access.level
        return {
            "name": aggregate.name,
            "label": self._labels.one.in_(self._language),
            "plural": self._labels.many.in_(self._language),
            "service": aggregate.service,
            "path": f"/{aggregate.service}/{aggregate.noun}",
            "title": aggregate.collection.title,
            "rights": {action: levels(aggregate.name, action).name.lower() for action in ACTIONS},
            "fields": [self._field(f) for f in aggregate.collection.fields if f.name not in self._hidden],
            "custom": custom,
            "commands": [self._command(c) for c in aggregate.commands.values() if not c.hidden],
        }

    def _field(self, field: Field) -> MetaField:
        found: MetaField = {
            "name": field.name,
            "kind": field.kind.value,
            "label": self._labels.field(field).in_(self._language),
            "zh": field.zh,
            "en": field.en,
            "filterable": field.indexed,
            "sortable": field.indexed and field.kind not in (Kind.KEYWORDS, Kind.JSON),
            "searchable": field.searchable,
            "writable": field.writable and field.name not in self._locked,
            "required": field.required,
            "personal": field.personal,
            "options": list(field.options),
            "ref": field.ref,
            "currency": field.currency or None,
        }
        if field.options:
            found["option_labels"] = self._options(field.name, field.options)
        return found

    def _command(self, command: Command) -> MetaCommand:
        aggregate, taken = self._aggregate, command.model.model_fields
        method, path = method_and_path(aggregate, command)
        known = {f.name for f in aggregate.collection.fields}
        inputs = inputs_of(command)
        return {
            "name": command.name,
            "label": self._labels.command(command).in_(self._language),
            "verb": command.verb,
            "method": method,
            "path": f"/{aggregate.service}{path}",
            "action": command.action,
            "allowed": self._access.level(aggregate.name, command.action) is not Level.NONE,
            "fields": {name: f.is_required() for name, f in taken.items() if name not in self._locked},
            "inputs": {name: self._input(name, inputs[name]) for name in taken if name not in known},
        }

    def _input(self, name: str, taken: Input) -> MetaInput:
        found: MetaInput = {"label": self._labels.input(name).in_(self._language), "kind": taken.kind.value}
        if taken.options:
            found["options"] = list(taken.options)
            found["option_labels"] = self._options(name, taken.options)
        return found

    def _options(self, name: str, options: Iterable[str]) -> dict[str, str]:
        return {option: self._labels.option(name, option).in_(self._language) for option in options}
