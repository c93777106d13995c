"""What a mapping says: steps, each takes a file's rows to the records of one resource (docs/guides/imports.md)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Tag, ValidationError, model_validator
from pydantic import Field as F

from services.integration.mapping.source import Lines, line_of, parse_source
from shared.domain.types import TimeZone, country_code
from shared.errors import FieldError, Invalid
from shared.messages import fault, say, shown
from shared.messages.findings import message_of

Mode = Literal["create", "ensure", "update", "upsert"]
Name = Annotated[str, F(min_length=1, max_length=200)]
FieldName = Annotated[str, F(min_length=1, max_length=100, pattern=r"^[a-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)?$")]
CommandName = Annotated[str, F(max_length=100, pattern=r"^[a-z]+\.[A-Za-z]+$")]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


def _text_or_list(given: Any) -> Any:
    return given if isinstance(given, list) else [given]


Matches = Annotated[dict[Name, Annotated[list[str], BeforeValidator(_text_or_list)]], F(min_length=1, max_length=20)]


class Value(Part):
    """Where a value comes from (column, constant or concat) and what is done with it, in the order of the fields here.

    A bare text stands for {column: text}. Every cell is trimmed; an empty one gives no value. gather: the values of
    all rows with the step's key, as a list. required: without a value the row is rejected; expected: it is reported.
    on_error: what becomes of a bad value: the row is rejected; the value is left out and reported (warn), and in an
    update empties the field (clear). clear: in an update an empty cell empties the field. time_zone: as of a step.
    date: `dmy` or `mdy`, which of two numbers is the day, or a pattern of strptime. decimal: the sign before decimals.
    """

    column: Name | None = None
    constant: Any = None
    concat: list[Given] = F(default=[], max_length=20)
    separator: str = F(default="", max_length=20)
    default: Any = None
    replace: dict[str, str] = F(default={}, max_length=2000)
    date: str = F(default="", max_length=40, pattern="^(dmy|mdy|.*%.*|)$")
    time_zone: TimeZone = ""
    decimal: Literal["", ".", ","] = ""
    scale: Decimal | None = None
    split: str = F(default="", max_length=5)
    part: int = F(default=0, ge=0, le=100)
    lookup: Annotated[str, F(max_length=100, pattern=r"^([a-z_]+\.(custom\.[a-z0-9_]+|[a-z_]+))?$")] = ""
    gather: bool = False
    required: bool = False
    expected: bool = False
    on_error: Literal["reject", "warn", "clear"] = "reject"
    clear: bool = False

    @model_validator(mode="after")
    def has_one_source(self) -> Value:
        if len(self.model_fields_set & {"column", "constant", "concat"}) != 1:
            raise fault("value_error", "give exactly one of column, constant and concat")
        if self.part and not self.split:
            raise fault("value_error", "part needs split: the sign between the parts")
        if any(part.time_zone for part in self.concat):
            raise fault("value_error", "time_zone belongs to the whole value, not to a part of it")
        if any(part.gives_way for part in self.concat):
            raise fault("value_error", "on_error and clear belong to the whole value, not to a part of it")
        return self

    @property
    def gives_way(self) -> bool:
        """Whether bad or empty cells have another effect than usual."""
        return self.clear or self.on_error != "reject"

    @property
    def clears(self) -> bool:
        """Whether empty or bad cells empty the field."""
        return self.clear or self.on_error == "clear"

    def columns(self) -> Iterator[str]:
        if self.column is not None:
            yield self.column
        for part in self.concat:
            yield from part.columns()


def _value(given: Any) -> Any:
    return {"column": given} if isinstance(given, str) else given


Given = Annotated[Value, BeforeValidator(_value)]


def _country(given: Any) -> Any:
    return {"constant": country_code(given)} if isinstance(given, str) else given


class Listed(Part):
    """A list of values; those without one are left out."""

    each: list[Given] = F(min_length=1, max_length=50)

    @model_validator(mode="after")
    def empties_nothing(self) -> Self:
        if any(part.clears for part in self.each):
            raise fault("value_error", "one value of several cannot empty the field; leave out clear")
        return self

    def columns(self) -> Iterator[str]:
        for part in self.each:
            yield from part.columns()


def _each(given: Any) -> Any:
    return {"each": given} if isinstance(given, list) else given


def _shape(given: Any) -> str:
    return _LISTED if isinstance(given, (list, Listed)) else _SINGLE


_LISTED, _SINGLE = "[]", "{}"  # tags: stand in the places that pydantic names, never in ours
Expression = Annotated[
    Annotated[Listed, BeforeValidator(_each), Tag(_LISTED)] | Annotated[Given, Tag(_SINGLE)],
    Discriminator(_shape),
]
Fields = Annotated[dict[FieldName, Expression], F(max_length=200)]


class RowCommand(Part):
    """when / unless: on which rows, by their cells. at: the day or moment it happened; None = now."""

    when: Matches | None = None
    unless: Matches | None = None
    at: Given | None = None
    fields: Fields = F(default_factory=dict)

    @model_validator(mode="after")
    def at_is_strict(self) -> Self:
        if self.at is not None and self.at.gives_way:
            raise fault("value_error", "at takes neither on_error nor clear: a wrong time must not become now")
        return self

    def columns(self) -> set[str]:
        """Every column that is read."""
        found = {*(self.when or ()), *(self.unless or ())}
        if self.at is not None:
            found.update(self.at.columns())
        for expression in self.fields.values():
            found.update(expression.columns())
        return found


class FurtherCommand(RowCommand):
    """One command more for the row's record."""

    command: CommandName


class Step(RowCommand):
    """file: None = one row without columns. key: the field that tells which record a row means.

    country: whose telephone numbers are meant where they have no country code; a bare text is a country, not a column.
    time_zone: where the file was written, so what its times without an offset mean; "" = where the organisation is.
    """

    name: Name
    file: Name | None = None
    resource: Annotated[str, F(max_length=40, pattern=r"^[a-z_]+$")]
    mode: Mode = "create"
    key: FieldName | None = None
    command: CommandName | None = None
    country: Annotated[Value | None, BeforeValidator(_country)] = None
    time_zone: TimeZone = ""
    encoding: str = F(default="", max_length=40)
    then: list[FurtherCommand] = F(default=[], max_length=20)

    @model_validator(mode="after")
    def key_is_a_field(self) -> Step:
        if self.key is None and self.mode != "create":
            raise fault(
                "value_error", "mode {mode} needs a key: the field that says which record a row means", mode=self.mode
            )
        if self.key is not None and not isinstance(self.fields.get(self.key), Value):
            raise fault("value_error", "the key {key} is not among the fields", key=shown(self.key))
        key = self.fields.get(self.key or "")
        if isinstance(key, Value) and key.gives_way:
            raise fault("value_error", "the key takes neither on_error nor clear: a row without it has no record")
        return self

    def columns(self) -> set[str]:
        of_country = self.country.columns() if self.country is not None else ()
        return super().columns().union(of_country, *(further.columns() for further in self.then))


class Mapping(Part):
    """Steps in their order: a later one finds the records that an earlier one made."""

    name: Name
    description: str = F(default="", max_length=2000)
    steps: list[Step] = F(min_length=1, max_length=50)

    def encoding_of(self, file: str) -> str:
        """What a step says of the file's encoding; "" = nothing."""
        return next((s.encoding for s in self.steps if s.file == file and s.encoding), "")

    @property
    def files(self) -> list[str]:
        """The names of the files it takes, each once."""
        return list(dict.fromkeys(s.file for s in self.steps if s.file is not None))


def parse_mapping(text: str) -> tuple[Mapping, Lines]:
    """Read a mapping. Raises Invalid; each error names the place and the line."""
    values, lines = parse_source(text)
    try:
        return Mapping.model_validate(values), lines
    except ValidationError as error:
        errors = [_error(found["loc"], found["type"], message_of(found), lines) for found in error.errors()]
        raise Invalid("the mapping is not valid", errors=_distinct(errors)) from error


_PLAIN = {"extra_forbidden": "there is no such option", "model_type": "a mapping with options is needed here"}


def _error(loc: tuple[str | int, ...], code: str, message: str, lines: Lines) -> FieldError:
    path = tuple(p for p in loc if p not in (_LISTED, _SINGLE, "each"))
    at = ".".join(map(str, path)) or "mapping"
    why = say(_PLAIN[code]) if code in _PLAIN else message
    return FieldError(at, code.replace("_", "-"), say("line {line}: {why}", line=line_of(lines, path), why=why))


def _distinct(errors: list[FieldError]) -> list[FieldError]:
    return list({(e.field, e.code): e for e in errors}.values())
