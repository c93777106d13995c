"""A record type as one caller may use it: hidden fields are left out, labels are in one language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from shared.descriptions.inputs import Input, inputs_of, structures_of
from shared.descriptions.model import (
    MetaCommand,
    MetaField,
    MetaGroup,
    MetaLayouts,
    MetaPart,
    MetaRelation,
    MetaStages,
    MetaType,
)
from shared.descriptions.relations import incoming
from shared.descriptions.screens import Screens, screens_of
from shared.domain.command import Command
from shared.domain.custom_values import kind_of
from shared.http.commandpaths import method_and_path
from shared.kernel.catalogue import AnyAggregate
from shared.labels import Label, group_label, labels_of, package_of
from shared.messages.languages import ENGLISH, Language
from shared.security.permissions import ACTIONS, Access, Level
from shared.views.schema import PLAIN, Document, Field, Kind, Meaning


class Description:
    """One record type, for one caller, in one language; in English with all titles where none was asked for."""

    def __init__(
        self, aggregate: AnyAggregate, access: Access, language: Language | None, catalogue: Iterable[AnyAggregate] = ()
    ) -> None:
        """catalogue: the record types that may name this one."""
        self._aggregate, self._access, self._catalogue = aggregate, access, catalogue
        self._language, self._asked = language or ENGLISH, language is not None
        self._labels, self._structures = labels_of(aggregate), structures_of(aggregate)
        self._hidden, self._locked = access.hidden(aggregate.name), access.locked(aggregate.name)
        self._fields = {f.name: f for f in aggregate.collection.fields}
        self._commands = [c for c in aggregate.commands.values() if not c.hidden]
        self._patched = {n for c in self._commands if c.verb == "PATCH" for n in c.model.model_fields}
        self._edited_by = {name: c.name for c in self._commands for name in c.edits}

    def type(self, custom: list[Document]) -> MetaType:
        """custom: the definitions of its custom fields."""
        aggregate, levels = self._aggregate, self._access.level
        screens = screens_of(aggregate, self._hidden)
        return {  # in an order that packs well: like stands near like
            "name": aggregate.name,
            "path": f"/{aggregate.service}/{aggregate.noun}",
            "commands": [self._command(c) for c in self._commands],
            "fields": [
                *(self._field(f) for f in self._fields.values() if f.name not in self._hidden),
                *(self._custom(d) for d in custom),
            ],
            "title": aggregate.collection.title,
            "layouts": self._layouts(screens, [f"custom.{d['name']}" for d in custom]),
            "related": self._related(),
            "subtitle": list(screens.subtitle),
            "icon": screens.icon,
            "label": self._said(self._labels.one),
            "group": screens.group,
            "board": screens.board,
            "stages": cast(MetaStages, dict(screens.stages)) if screens.stages else None,
            "rights": {action: levels(aggregate.name, action).name.lower() for action in ACTIONS},
            "custom": custom,
            "service": aggregate.service,
            "plural": self._said(self._labels.many),
        }

    def _custom(self, definition: Document) -> MetaField:
        """As a field of the record type, by the name under which lists ask for it."""
        name = f"custom.{definition['name']}"
        zh, en = (definition.get(language) or definition["name"] for language in ("zh", "en"))  # they may be hidden
        options = definition.get("options") or []
        found: MetaField = {
            "name": name,
            "label": _in_language(definition.get("titles"), zh, en, self._language),
            "kind": kind_of(definition).value,
            "filterable": True,
            "writable": "custom" in self._patched
            and definition["kind"] != "formula"
            and self._access.may_write(self._aggregate.name, name),
            "required": bool(definition.get("required")),
            "options": list(options),
            "ref": definition.get("ref") or None,
        }
        if self._asked:
            found = cast(MetaField, {key: value for key, value in found.items() if value not in (False, None, [])})
        else:
            found["zh"], found["en"] = zh, en
        if definition.get("sensitive"):
            found["sensitive"] = True
        if definition["kind"] == "money":
            found["meaning"] = Meaning.MONEY.value
        if options:
            said = definition.get("option_titles") or {}
            found["option_labels"] = {o: _in_language(said.get(o), o, o, self._language) for o in options}
        return found

    def _layouts(self, screens: Screens, custom: list[str]) -> MetaLayouts:
        detail = {**screens.detail, **({"custom": tuple(custom)} if custom else {})}
        return {
            "list": list(screens.list),
            "list_small": list(screens.list_small),
            "detail": [
                {"label": self._said(self._labels.section(name)), "fields": list(names)}
                for name, names in detail.items()
            ],
            "detail_small": list(screens.detail_small),
            "create": [name for name in screens.create if name not in self._locked],
            "create_small": [name for name in screens.create_small if name not in self._locked],
        }

    def _related(self) -> list[MetaRelation]:
        """Where several fields of one type name the record, their titles tell the lists apart."""
        found = [*incoming(self._aggregate, self._catalogue, self._access)]
        types = [other.name for other, _ in found]
        made: list[MetaRelation] = []
        for other, field in found:
            labels = labels_of(other)
            label = self._said(labels.many)
            if types.count(other.name) > 1:
                label = f"{label}: {self._said(labels.field(field))}"
            made.append({"type": other.name, "field": field.name, "label": label})
        return made

    def _said(self, label: Label) -> str:
        return label.in_(self._language)

    def _field(self, field: Field) -> MetaField:
        found: MetaField = {
            "name": field.name,
            "label": self._said(self._labels.field(field)),
            "kind": field.kind.value,
            "filterable": field.indexed,
            "sortable": field.indexed and field.kind not in (Kind.KEYWORDS, Kind.JSON),
            "searchable": field.searchable,
            "writable": field.name in self._patched and field.name not in self._locked,
            "required": field.required,
            "personal": field.personal,
            "options": list(field.options),
            "ref": field.ref or None,
            "currency": field.currency or None,
        }
        if self._asked:
            found = cast(MetaField, {name: value for name, value in found.items() if value not in (False, None, [])})
        else:
            found["zh"], found["en"] = field.zh, field.en
        if field.means not in PLAIN:
            found["meaning"] = field.means.value
        if field.technical:
            found["technical"] = True
        if field.sensitive:
            found["sensitive"] = True
        if field.name in self._edited_by and field.name not in self._locked:
            found["edited_by"] = self._edited_by[field.name]
        if field.options:
            found["option_labels"] = self._options(field.name, field.options)
        if field.types:
            found["types"] = list(field.types)
        if field.name in self._structures and not field.technical:
            found["shape"] = self._part(None, field.name, self._structures[field.name])
        return found

    def _command(self, command: Command) -> MetaCommand:
        aggregate, taken = self._aggregate, command.model.model_fields
        method, path = method_and_path(aggregate, command)
        found: MetaCommand = {
            "name": command.name,
            "path": f"/{aggregate.service}{path}",
            "label": self._said(self._labels.command(command)),
            "fields": {
                name: f.is_required()
                for name, f in taken.items()
                if name not in self._locked and name not in command.along
            },
            "action": command.action,
            "allowed": self._access.level(aggregate.name, command.action) is not Level.NONE,
            "method": method,
        }
        if inputs := self._inputs(command):
            found["inputs"] = inputs
        if along := [name for name in command.along if name not in self._locked]:
            found["along"] = along
        if command.when:
            found["when"] = {name: list(values) for name, values in command.when.items() if name not in self._hidden}
        if command.bulk and aggregate.belongs_to is None:
            found["in_bulk"] = command.bulk
        return found

    def _inputs(self, command: Command) -> dict[str, MetaPart]:
        """Those that the record has no field for. The only one of a command that edits one field is that field."""
        inputs = {n: i for n, i in inputs_of(command).items() if n not in self._fields}
        found = {name: self._part(self._labels.input(name), name, one) for name, one in inputs.items()}
        if len(inputs) == 1 == len(command.edits) and len(command.model.model_fields) == 1:
            for one in found.values():
                one["field"] = command.edits[0]
        return found

    def _part(self, label: Label | None, name: str, taken: Input) -> MetaPart:
        """label: None for what is labelled already."""
        found: MetaPart = {"kind": taken.kind.value}
        if label is not None:
            found["label"] = self._said(label)
        if taken.meaning not in PLAIN:
            found["meaning"] = taken.meaning.value
        if taken.options:
            found["options"] = list(taken.options)
            found["option_labels"] = self._options(name, taken.options)
        if taken.types:
            found["types"] = list(taken.types)
        if taken.items is not None:
            found["items"] = self._part(None, name, taken.items)
        if taken.values is not None:
            found["values"] = self._part(None, name, taken.values)
        if taken.parts:
            found["parts"] = {n: self._part(self._part_label(n), n, one) for n, one in taken.parts.items()}
        return found

    def _part_label(self, name: str) -> Label:
        field = self._fields.get(name)
        return self._labels.input(name) if field is None else self._labels.field(field)

    def _options(self, name: str, options: Iterable[str]) -> dict[str, str]:
        return {option: self._said(self._labels.option(name, option)) for option in options}


def _in_language(labels: Mapping[str, str] | None, zh: str, en: str, language: Language) -> str:
    """What the organisation calls it in a language; else its Chinese or English title."""
    return (labels or {}).get(language) or (en if language == ENGLISH else zh)


def has_title(aggregate: AnyAggregate) -> bool:
    """Whether its records have a name: what has none is kept for programs, and is not drawn."""
    return aggregate.collection.field(aggregate.collection.title) is not None


def group_of(aggregate: AnyAggregate) -> str:
    """Of the side bar."""
    return screens_of(aggregate, ()).group


def groups_of(aggregates: Iterable[AnyAggregate], language: Language) -> list[MetaGroup]:
    """The groups of the side bar, in the order of their record types."""
    found = {group_of(a): package_of(a) for a in reversed([*aggregates]) if has_title(a)}
    return [{"name": name, "label": group_label(found[name], name).in_(language)} for name in reversed(found)]
