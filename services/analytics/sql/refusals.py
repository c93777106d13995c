"""Refusals of a statement: one shape for ours and for the engine's."""

from __future__ import annotations

from shared.errors import FieldError, Invalid, Unavailable
from shared.messages import part, say
from shared.warehouse.port import QueryFailed

Place = tuple[int, int]  # line and column, (0, 0) = not known


def refuse(code: str, message: str, line: int = 0, column: int = 0) -> Invalid:
    """The one shape of all refusals: field `sql`, and the place where one is known."""
    where = {"line": line, "column": column} if line else {}
    text = say("line {line}, column {column}: {why}", line=line, column=column, why=part(message)) if line else message
    return Invalid(text, errors=[FieldError("sql", code, text)], **where)


_ENGINE_ERRORS: dict[int, tuple[str, str]] = {
    62: ("syntax", say("the statement is not understood")),
    159: ("too-slow", say("the question took too long; ask for less at once")),
    160: ("too-slow", say("the question would take too long; ask for less at once")),
    241: ("too-large", say("the question needs too much memory; ask for less at once")),
    173: ("too-large", say("the question needs too much memory; ask for less at once")),
    1001: ("too-large", say("the question needs too much memory; ask for less at once")),
    396: ("too-large", say("the answer has too many rows or values; add a LIMIT, group it or name fewer columns")),
    168: ("too-deep", say("the statement is too large")),
    167: ("too-deep", say("the statement is nested too deeply")),
    306: ("too-deep", say("the statement is nested too deeply")),
    43: ("type", say("a function or comparison does not take values of this type")),
    386: ("type", say("these types have no common form")),
    53: ("type", say("these values are of different types")),
    59: ("type", say("a condition must be true or false")),
    125: ("arguments", say("a query that stands for a value must have one row")),
    20: ("arguments", say("a query after IN has as many columns as stand before it")),
    42: ("arguments", say("a function was given the wrong number of arguments")),
    215: ("grouping", say("a column must stand in GROUP BY or inside an aggregate")),
    184: ("grouping", say("an aggregate stands inside another or where none may be")),
}


def engine_refusal(error: QueryFailed) -> Invalid | Unavailable:
    """The engine's refusal in our words. Its own text is not passed on: it can quote values and inner names."""
    if error.code in _ENGINE_ERRORS:
        return refuse(*_ENGINE_ERRORS[error.code])
    if error.code == 0:
        return Unavailable("the warehouse cannot answer now")
    return refuse("engine", say("the statement cannot be computed (ClickHouse error {code})", code=error.code))


def value_refusal() -> Invalid:
    """For a value that is computed but has no form outside the engine, such as the year 12000."""
    return refuse("value", "a value of the answer is outside the range that can be shown")
