"""A mapping held against the catalogue: every resource, command, field, key and lookup it names must be there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from pydantic_core import PydanticUndefined

from services.integration.mapping.draft import empty_value
from services.integration.mapping.source import Lines, Path, line_of
from services.integration.mapping.spec import Expression, FurtherCommand, Listed, Mapping, RowCommand, Step, Value
from shared.domain.calendar import UTC_CALENDAR, Calendar
from shared.domain.command import Command
from shared.domain.custom_values import NAME
from shared.errors import FieldError, Invalid
from shared.kernel.catalogue import AnyAggregate, Catalogue
from shared.messages import Message, say, shown
from shared.messages.named import types_named
from shared.security.permissions import Access
from shared.views.port import Key, Kind

_HIDDEN_BUT_MEANT = frozenset({"identity.ListUser"})  # of the commands that have no route, those made for imports
_NOT_MADE = say("records of this type cannot be made by an import")
_NOT_YOURS = say("your role may not change this field")
KEY_KINDS = (Kind.TEXT, Kind.KEYWORD)


def may_import(command: Command) -> bool:
    """Whether a mapping may name the command: what has no route of its own belongs to the suite itself."""
    return not command.hidden or command.name in _HIDDEN_BUT_MEANT


@dataclass(frozen=True, slots=True)
class PreparedStep:
    """A step with what its names stand for. index counts from 0; lookups: every value that needs one.

    country, calendar: the organisation's, where the step names none.
    """

    index: int
    spec: Step
    aggregate: AnyAggregate
    create: Command | None
    patch: Command | None
    further_commands: tuple[tuple[FurtherCommand, Command], ...]
    lookups: tuple[Value, ...]
    gathers: tuple[str, ...] = field(default=())
    country: str = ""
    calendar: Calendar = UTC_CALENDAR

    def calendar_of(self, expression: Expression) -> Calendar:
        """Of the place where a value was written."""
        own = "" if isinstance(expression, Listed) else expression.time_zone
        zone = own or self.spec.time_zone
        return replace(self.calendar, time_zone=zone) if zone else self.calendar

    @property
    def found_by(self) -> list[tuple[str, str]]:
        """The record types and fields by which rows find records: of the key, and of lookups."""
        keys = [] if self.spec.key is None else [(self.spec.resource, self.spec.key)]
        return [*keys, *((v.lookup.partition(".")[0], v.lookup.partition(".")[2]) for v in self.lookups)]

    @property
    def key(self) -> Value | None:
        if self.spec.key is None:
            return None
        value = self.spec.fields[self.spec.key]
        assert isinstance(value, Value)
        return value

    @property
    def key_is_phone(self) -> bool:
        declared = self.aggregate.collection.field(self.spec.key or "")
        return declared is not None and declared.key is Key.PHONE

    def gathered(self, name: str) -> Value:
        """The value of a field that gathers."""
        value = self.spec.fields[name]
        assert isinstance(value, Value)
        return value


def prepare(mapping: Mapping, lines: Lines, catalogue: Catalogue) -> list[PreparedStep]:
    """Raises Invalid; each error names the place in the mapping and its line."""
    errors: list[FieldError] = []
    steps = []
    for index, spec in enumerate(mapping.steps):
        checker = _Checker(catalogue, ("steps", index), lines, errors)
        if (step := checker.step(index, spec)) is not None:
            steps.append(step)
    if errors:
        raise Invalid("the mapping does not fit the record types", errors=errors)
    return steps


def check_columns(steps: Iterable[PreparedStep], files: dict[str, tuple[str, ...]], lines: Lines) -> None:
    """Raises Invalid for files that are missing and columns that a file does not have."""
    errors: list[FieldError] = []
    for step in steps:
        name = step.spec.file
        at: Path = ("steps", step.index)
        if name is None:
            continue
        if name not in files:
            errors.append(
                _error((*at, "file"), "missing-file", say("the file {file} was not sent", file=shown(name)), lines)
            )
            continue
        for column in sorted(step.spec.columns() - set(files[name])):
            why = say("{file} has no column {column}", file=name, column=shown(column))
            errors.append(_error(at, "unknown-column", why, lines))
    if errors:
        raise Invalid("the files do not fit the mapping", errors=errors)


def check_rights(steps: Iterable[PreparedStep], access: Access, lines: Lines) -> None:
    """Raises Invalid for keys and lookups by fields hidden from the importer, as if there were no such fields, and for
    fields that they may not change. A dry run would reveal both, though it writes nothing.
    """
    errors: list[FieldError] = []
    for step in steps:
        at, resource, key = ("steps", step.index), step.spec.resource, step.spec.key
        if key is not None and not access.may_see(resource, key):
            errors.append(_error((*at, "key"), *_bad_key(resource, key), lines))
        for value in step.lookups:
            if not access.may_see(*value.lookup.split(".", 1)):
                errors.append(_error(at, *_bad_lookup(value.lookup), lines))
        for name in _written(step):
            if not access.may_write(resource, name):
                errors.append(_error((*at, "fields", name), "read-only", _NOT_YOURS, lines))
    if errors:
        raise Invalid("the mapping does not fit your rights", errors=errors)


def _written(step: PreparedStep) -> Iterator[str]:
    """The fields that the step sets: those it names, and those that its commands set by themselves."""
    if step.create or step.patch:
        yield from (n for n in step.spec.fields if n != step.spec.key or step.spec.mode != "update")
    for further, command in step.further_commands:
        yield from (*further.fields, *command.sets)


def _bad_key(resource: str, key: str) -> tuple[str, str]:
    return "bad-key", say(
        "records of {resource} cannot be found by {field}", resource=types_named(resource), field=shown(key)
    )


def _bad_lookup(lookup: str) -> tuple[str, str]:
    return "bad-lookup", say("{field} is no field by which records can be found", field=shown(lookup))


def _error(path: Path, code: str, message: str, lines: Lines) -> FieldError:
    return FieldError(".".join(map(str, path)), code, say("line {line}: {why}", line=line_of(lines, path), why=message))


@dataclass(slots=True)
class _Checker:
    catalogue: Catalogue
    at: Path
    lines: Lines
    errors: list[FieldError]

    def step(self, index: int, spec: Step) -> PreparedStep | None:
        if spec.resource not in self.catalogue:
            self._fail(
                ("resource",), "unknown-resource", say("there is no record type {name}", name=shown(spec.resource))
            )
            return None
        aggregate = self.catalogue[spec.resource]
        create = patch = None
        if spec.mode != "update":
            create = self._create(spec, aggregate)
        if spec.mode in ("update", "upsert"):
            patch = next((c for c in aggregate.commands.values() if c.verb == "PATCH"), None)
        self._fields(spec, create, patch)
        self._emptied(spec, patch)
        self._key(spec, aggregate)
        further_commands = tuple(self._further_commands(spec, aggregate))
        values = list(self._values(spec))
        gathers = tuple(n for n, e in spec.fields.items() if isinstance(e, Value) and e.gather)
        return PreparedStep(
            index, spec, aggregate, create, patch, further_commands, tuple(v for v in values if v.lookup), gathers
        )

    def _create(self, spec: Step, aggregate: AnyAggregate) -> Command | None:
        makers = [c for c in aggregate.commands.values() if c.creates and may_import(c)]
        if spec.command is not None:
            makers = [c for c in makers if c.name == spec.command]
        else:
            makers = [c for c in makers if not c.verb] or makers
        if len(makers) != 1:
            named = [c.name for c in aggregate.commands.values() if c.creates and may_import(c)]
            why = say(
                "name the command that makes a {resource}: {names}", resource=spec.resource, names=", ".join(named)
            )
            self._fail(("command",), "unknown-command", why if named else _NOT_MADE)
            return None
        return makers[0]

    def _fields(self, spec: Step, create: Command | None, patch: Command | None) -> None:
        commands = [c for c in (create, patch) if c is not None]
        for name in spec.fields:
            if name == spec.key and spec.mode == "update":
                continue
            if commands and not any(_takes(c, name) for c in commands):
                self._fail(("fields", name), "unknown-field", _no_field(commands[0], name))

    def _emptied(self, spec: Step, patch: Command | None) -> None:
        for name, value in spec.fields.items():
            if isinstance(value, Value) and value.clears and not _can_empty(patch, name):
                why = say("an update cannot empty this field; leave out clear")
                self._fail(("fields", name), "cannot-clear", why)
        for n, further in enumerate(spec.then):
            for name, value in further.fields.items():
                if isinstance(value, Value) and value.clears:
                    why = say("only the fields of the step itself can be emptied; leave out clear")
                    self._fail(("then", n, "fields", name), "cannot-clear", why)

    def _key(self, spec: Step, aggregate: AnyAggregate) -> None:
        if spec.key is None:
            return
        if not _finds(aggregate, spec.key):
            self._fail(("key",), *_bad_key(spec.resource, spec.key))

    def _further_commands(self, spec: Step, aggregate: AnyAggregate) -> Iterator[tuple[FurtherCommand, Command]]:
        for n, further in enumerate(spec.then):
            command = aggregate.commands.get(further.command)
            if command is None or command.creates or not may_import(command):
                why = say("{resource} has no command {name}", resource=spec.resource, name=shown(further.command))
                self._fail(("then", n, "command"), "unknown-command", why)
                continue
            for name in further.fields:
                if not _takes(command, name):
                    self._fail(("then", n, "fields", name), "unknown-field", _no_field(command, name))
            yield further, command

    def _values(self, spec: Step) -> Iterator[Value]:
        """Every value of the step, its lookup checked."""
        places: list[tuple[Path, RowCommand]] = [
            ((), spec),
            *((("then", n), further) for n, further in enumerate(spec.then)),
        ]
        for at, row_command in places:
            for name, expression in row_command.fields.items():
                for value in expression.each if isinstance(expression, Listed) else [expression]:
                    self._lookup((*at, "fields", name), value)
                    yield value

    def _lookup(self, at: Path, value: Value) -> None:
        if not value.lookup:
            return
        resource, _, name = value.lookup.partition(".")
        if resource not in self.catalogue or not _finds(self.catalogue[resource], name):
            self._fail(at, *_bad_lookup(value.lookup))

    def _fail(self, path: Path, code: str, message: str) -> None:
        self.errors.append(_error((*self.at, *path), code, message, self.lines))


def _no_field(command: Command, name: str) -> Message:
    return say("{command} has no field {field}", command=command.name, field=shown(name))


def _can_empty(patch: Command | None, name: str) -> bool:
    return (
        patch is not None and _takes(patch, name) and ("." in name or empty_value(patch, name) is not PydanticUndefined)
    )


def _takes(command: Command, name: str) -> bool:
    head, _, custom = name.partition(".")
    return head in command.model.model_fields and (not custom or head == "custom")


def _finds(aggregate: AnyAggregate, name: str) -> bool:
    """Whether records can be found by a field. Custom fields are looked up when the import begins."""
    head, _, custom = name.partition(".")
    if custom:
        return head == aggregate.collection.open and NAME.fullmatch(custom) is not None
    declared = aggregate.collection.field(name)
    return declared is not None and declared.indexed and declared.kind in KEY_KINDS
