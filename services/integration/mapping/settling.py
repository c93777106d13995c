"""What a mapping leaves open and only a whole column can tell: which of two numbers is the day, which sign comes before
the decimals. The options are filled in before the first row is taken; what nothing tells is asked for by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from services.integration.mapping.prepared import PreparedStep
from services.integration.mapping.source import Lines, Path, line_of
from services.integration.mapping.spec import Expression, Listed, RowCommand, Value
from services.integration.mapping.values import BadCell, Cells, texts_of
from shared.domain.command import Command, CommandModel
from shared.domain.dates import ORDERS, order_of
from shared.domain.numbers import mark_of
from shared.errors import FieldError, Invalid
from shared.messages import say, shown
from shared.views.port import Kind

Rows = Callable[[], Iterable[Cells]]
MAX_TEXTS = 100_000  # different texts of a column that are looked at
_DAYS, _NUMBERS = (Kind.DATE, Kind.DATETIME), (Kind.INTEGER, Kind.DECIMAL)


@dataclass(slots=True)
class _Open:
    """A value of the mapping whose form is open. where: in the mapping. texts: of its column, each once."""

    where: Path
    value: Value
    kind: Kind
    read: Value = field(init=False)
    texts: dict[str, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.read = self.value.model_copy(update={"scale": None})  # the text before it is taken for a number


def settle(step: PreparedStep, rows: Rows, custom: Mapping[str, Kind], lines: Lines) -> PreparedStep:
    """The step with `date` and `decimal` filled in where its columns tell. custom: the kinds of custom fields.

    Raises Invalid for a column that does not tell and whose texts need it; each error names the remedy.
    """
    open_values = list(_open_values(step, custom))
    if not open_values or step.spec.file is None:
        return step
    for cells in rows():
        for found in open_values:
            if len(found.texts) < MAX_TEXTS:
                _note(found, cells)
    errors: list[FieldError] = []
    settled = {id(found.value): value for found in open_values if (value := _settled(found, lines, errors))}
    if errors:
        raise Invalid("the mapping leaves open how values are written", errors=errors)
    return _with(step, settled) if settled else step


def _open_values(step: PreparedStep, custom: Mapping[str, Kind]) -> Iterator[_Open]:
    at: Path = ("steps", step.index)
    main = [c for c in (step.create, step.patch) if c is not None]
    places: list[tuple[Path, RowCommand, list[Command]]] = [(at, step.spec, main)]
    places += [((*at, "then", n), further, [command]) for n, (further, command) in enumerate(step.further_commands)]
    for path, row_command, commands in places:
        if row_command.at is not None and not row_command.at.date:
            yield _Open((*path, "at"), row_command.at, Kind.DATETIME)
        for name, expression in row_command.fields.items():
            kind = _kind(step, commands, name, custom)
            for value in expression.each if isinstance(expression, Listed) else [expression]:
                is_open = (kind in _DAYS and not value.date) or (kind in _NUMBERS and not value.decimal)
                if kind is not None and is_open and not value.lookup:
                    yield _Open((*path, "fields", name), value, kind)


def _kind(step: PreparedStep, commands: list[Command], name: str, custom: Mapping[str, Kind]) -> Kind | None:
    """Of a field of the record, else of the command: by what its schema says."""
    head, _, key = name.partition(".")
    if key:
        return custom.get(key) if head == "custom" else None
    declared = step.aggregate.collection.field(name)
    if declared is not None and any(name in c.model.model_fields for c in commands):
        return declared.kind
    for command in commands:
        if name in command.model.model_fields:
            model: type[CommandModel] = command.model
            return _kind_in_body(model, name)
    return None


@cache
def _kind_in_body(model: type[CommandModel], name: str) -> Kind | None:
    schema = model.model_json_schema()["properties"][name]
    for part in (schema, *schema.get("anyOf", ())):
        if "number" in (types := part.get("type", "")) or "integer" in types:
            return Kind.DECIMAL if "number" in types else Kind.INTEGER
        if part.get("format") in ("date", "date-time"):
            return Kind.DATE if part["format"] == "date" else Kind.DATETIME
    return None


def _note(found: _Open, cells: Cells) -> None:
    try:
        found.texts.update(dict.fromkeys(texts_of(found.read, cells)))
    except BadCell:  # its row says so
        return


def _settled(found: _Open, lines: Lines, errors: list[FieldError]) -> Value | None:
    """The value with its option, if its column needs one."""
    if found.kind in _DAYS:
        order, unclear = order_of(found.texts)
        if unclear:
            errors.append(_date_error(found, unclear, lines))
        return found.value.model_copy(update={"date": order or ORDERS[0]}) if found.texts else None
    mark, unclear = mark_of(found.texts, whole=found.kind is Kind.INTEGER)
    if unclear:
        errors.append(_number_error(found, unclear, lines))
    return found.value.model_copy(update={"decimal": mark}) if mark else None


def _date_error(found: _Open, text: str, lines: Lines) -> FieldError:
    why = say(
        "line {line}: in {column}, nothing tells whether {value} has the day or the month first; "
        "add `date: dmy` (day first) or `date: mdy` (month first) to this field",
        line=line_of(lines, found.where),
        column=", ".join(found.value.columns()),
        value=shown(text),
    )
    return FieldError(".".join(map(str, found.where)), "date-order", why)


def _number_error(found: _Open, text: str, lines: Lines) -> FieldError:
    why = say(
        "line {line}: in {column}, nothing tells whether the sign in {value} parts thousands or decimals; "
        'add `decimal: "."` or `decimal: ","` to this field',
        line=line_of(lines, found.where),
        column=", ".join(found.value.columns()),
        value=shown(text),
    )
    return FieldError(".".join(map(str, found.where)), "decimal-sign", why)


def _with(step: PreparedStep, settled: Mapping[int, Value]) -> PreparedStep:
    """The step with these values in place of those that are open."""

    def put(expression: Expression) -> Expression:
        if isinstance(expression, Listed):
            return expression.model_copy(update={"each": [settled.get(id(v), v) for v in expression.each]})
        return settled.get(id(expression), expression)

    def filled(row_command: RowCommand) -> dict[str, Any]:
        at = row_command.at
        fields = {name: put(expression) for name, expression in row_command.fields.items()}
        return {"fields": fields, "at": settled.get(id(at), at)}

    further = tuple((f.model_copy(update=filled(f)), command) for f, command in step.further_commands)
    spec = step.spec.model_copy(update={**filled(step.spec), "then": [f for f, _ in further]})
    return replace(step, spec=spec, further_commands=further)
