"""What is wrong with a row: the job store keeps it with the columns and the value, readers get it in their language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.integration.mapping.draft import field_at
from services.integration.mapping.prepared import PreparedStep
from services.integration.mapping.spec import Expression
from services.integration.mapping.values import Cells
from shared.errors import FieldError
from shared.messages import say, shown
from shared.messages.kept import kept as kept_message
from shared.messages.kept import said_in
from shared.messages.languages import ENGLISH, Language, in_language

LONGEST = 80  # characters of a value; the row's cells are kept whole
Entry = dict[str, Any]


def entries(step: PreparedStep, cells: Cells, errors: list[FieldError]) -> list[Entry]:
    """As the job store keeps them: {field, code, message, column, value}; a message with its template and parameters.

    column: the columns that the field is made of, with commas; value: their texts.
    """
    found = []
    for error in errors:
        columns = _columns(step, error.field)
        texts = (text for column in columns if (text := cells.get(column, "").strip()))
        kept = {"field": error.field, "code": error.code, "message": kept_message(error.message)}
        found.append({**kept, "column": ", ".join(columns), "value": _short(" ".join(texts))})
    return found


def spoken(entry: Entry, language: Language = ENGLISH) -> dict[str, str]:
    """As the report gives them."""
    found = {name: str(entry.get(name, "")) for name in ("column", "value", "field", "code")}
    return {**found, "message": said_in(entry["message"], language)}


def sentence(entry: Entry, language: Language = ENGLISH) -> str:
    """As a cell of the rejected rows gives them."""
    one = spoken(entry, language)
    column, why, value = one["column"], one["message"], one["value"]
    if not column:
        return f"{one['field']}: {why}" if one["field"] else why
    if value and value not in why:
        return in_language(say("column {column}, {value}: {why}", column=column, value=shown(value), why=why), language)
    return in_language(say("column {column}: {why}", column=column, why=why), language)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _columns(step: PreparedStep, field: str) -> list[str]:
    """The columns of a field, or of the nearest thing around it: `emails.0.email` → `emails`."""
    return list(dict.fromkeys(column for e in _expressions(step, field) for column in e.columns()))


def _expressions(step: PreparedStep, field: str) -> Iterator[Expression]:
    for row_command in (step.spec, *(further for further, _ in step.further_commands)):
        if name := field_at(row_command.fields, field):
            yield row_command.fields[name]
        elif field in ("at", "occurred_at") and row_command.at is not None:
            yield row_command.at
