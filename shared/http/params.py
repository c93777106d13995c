"""Query strings → queries: only declared names get through, every mistake names its parameter."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl

from fastapi import Request

from shared.clock import Micros, from_rfc3339, is_day
from shared.clock import day as parse_day
from shared.domain.calendar import UTC_CALENDAR, Calendar
from shared.errors import FieldError, Invalid
from shared.kernel.queries import Moment
from shared.messages import said, say, shown
from shared.views.filter_tree import read_filter
from shared.views.filters import boolean, condition, with_plus
from shared.views.port import MAX_PAGE, MAX_SKIP, Collection, Condition, Order, Query, Where, leaves

Pairs = list[tuple[str, str]]

DENSITY = frozenset({"bucket", "from", "to"})
READ = frozenset({"fields", "as_of", "known_at", "min_version", "names", "rights"})
HISTORY = frozenset({"limit", "cursor", "names"})
TIMELINE = HISTORY | {"as_of", "known_at", "kinds"}
ASKED = frozenset({"q", "filter", "as_of", "known_at"})
COUNT = ASKED | {"min_version"}
LIST = COUNT | {"sort", "limit", "cursor", "skip", "fields", "names", "rights"}
BOARD = COUNT | {"by", "ranges", "sum", "in", "rates", "cards", "sort", "fields", "names"}
EXPORT = ASKED | {"sort", "fields", "names", "format", "labels"}
RESERVED = READ | LIST | BOARD | EXPORT  # parameters that are no filters
MAX_PARAMETERS = 100

CALENDAR = "calendar"  # in the scope of a request: the caller's (`Authenticator`)
MAX_VERSIONS = 10
_VERSION = re.compile(r"(?:([a-z_]{1,40}):)?([A-Za-z0-9_-]{1,64}):([0-9]{1,9})")
_WHOLE = re.compile(r"[0-9]{1,9}")


def pairs_of(request: Request) -> Pairs:
    """The query string, decoded. Raises Invalid: not UTF-8, NUL, too many parameters."""
    raw: bytes = request.scope["query_string"]
    if not raw:
        return []
    try:
        pairs = parse_qsl(raw.decode("latin-1"), True, errors="strict", max_num_fields=MAX_PARAMETERS)
    except ValueError as error:
        raise Invalid(
            say("the query string must be UTF-8 with at most {most} parameters", most=MAX_PARAMETERS)
        ) from error
    if any("\0" in name or "\0" in value for name, value in pairs):
        raise Invalid("NUL characters are not allowed in the query string")
    return pairs


def only(pairs: Pairs, allowed: Iterable[str]) -> dict[str, str]:
    """Parameters of a request without filters. Raises Invalid for any other name and for one given twice."""
    given = dict(pairs)
    errors = [FieldError(name[:80], "unknown-parameter", "no such parameter") for name in given if name not in allowed]
    if errors:
        raise Invalid("unknown parameters", errors=errors)
    _once(pairs)
    return given


def listing(collection: Collection, pairs: Pairs, allowed: frozenset[str]) -> tuple[Query, dict[str, str]]:
    """The query of a list request, and its parameters that are no filters. Raises Invalid naming the parameter."""
    given = only([p for p in pairs if p[0] in RESERVED], allowed)
    where, errors = list[Where](), list[FieldError]()
    for name, value in pairs:
        if name not in RESERVED:
            try:
                where.append(condition(collection, name, value))
            except (ValueError, OverflowError) as error:
                errors.append(FieldError(name[:80], "bad-filter", said(error)))
    if errors:
        raise Invalid("the filter is not valid", errors=errors)
    if "filter" in given:
        where += read_filter(collection, given["filter"])
    first, *then = orders(given.get("sort", "id"))
    query = Query(
        (*where, *live(collection, where)),
        given.get("q", ""),
        first.field,
        first.descending,
        number(given, "limit", 50, MAX_PAGE),
        given.get("cursor") or None,
        then=tuple(then),
        skip=number(given, "skip", 0, MAX_SKIP, 0),
    )
    return query, given


def live(collection: Collection, where: Iterable[Where]) -> tuple[Condition, ...]:
    """The condition that hides archived records, unless conditions are about them or about single records."""
    named = {c.field for c in leaves(where)}
    if collection.field("archived") is None or named & {"archived", "id"}:
        return ()
    return (Condition("archived", "eq", False),)


def orders(text: str) -> list[Order]:
    """The sort keys of `-amount,name`."""
    return [Order(name.removeprefix("-"), name.startswith("-")) for name in text.split(",")]


def versions(text: str | None, resource: str) -> list[tuple[str, str, int]]:
    """What `min_version=<type>:<id>:<version>` waits for, comma-separated; a type left out is the list's own. Raises
    Invalid.
    """
    found: list[tuple[str, str, int]] = []
    for one in text.split(",") if text else ():
        match = _VERSION.fullmatch(one)
        if match is None or len(found) == MAX_VERSIONS:
            raise Invalid.field(
                "min_version",
                "bad-version",
                say("up to {most} versions of records are needed: id:version or type:id:version", most=MAX_VERSIONS),
            )
        found.append((match[1] or resource, match[2], int(match[3])))
    return found


def no_such_fields(names: Iterable[str]) -> Invalid:
    """The refusal of `fields=` that names unknown ones."""
    wrong = [
        FieldError(f"fields.{n[:80]}", "unknown-field", say("there is no field {name}", name=shown(n))) for n in names
    ]
    return Invalid("no such field", errors=wrong)


def number(given: dict[str, str], name: str, default: int, highest: int, lowest: int = 1) -> int:
    """A whole number within bounds. Raises Invalid naming the parameter."""
    text = given.get(name)
    if text is None:
        return default
    if not _WHOLE.fullmatch(text) or not lowest <= int(text) <= highest:
        raise Invalid.field(
            name, "out-of-range", say("a whole number from {lowest} to {highest}", lowest=lowest, highest=highest)
        )
    return int(text)


def flag(given: dict[str, str], name: str) -> bool:
    """A parameter that is true or false (absent = false). Raises Invalid naming it."""
    try:
        return boolean(given.get(name, "false"))
    except ValueError as error:
        raise Invalid.field(name, "bad-boolean", said(error)) from error


def rights(given: dict[str, str], moment: Moment) -> bool:
    """Whether the answer is to say what the caller may do. Raises Invalid where the answer is about the past."""
    asked = flag(given, "rights")
    if asked and not moment.is_now:
        raise Invalid.field("rights", "only-now", "rights are those of now, not of another moment")
    return asked


def option(given: dict[str, str], name: str, options: tuple[str, ...], default: str) -> str:
    """One of the options. Raises Invalid naming the parameter and all of them."""
    value = given.get(name, default)
    if value not in options and value != default:
        listed = ", ".join(options)
        message = say("{value} is none of the options: {options}", value=shown(value), options=listed)
        raise Invalid.field(name, "not-an-option", message)
    return value


def _once(pairs: Pairs) -> None:
    names = [name for name, _ in pairs]
    if twice := next((n for n in names if names.count(n) > 1), None):
        raise Invalid.field(twice, "given-twice", "give this parameter once")


def calendar_of(request: Request) -> Calendar:
    """The caller's: days that they write are days there."""
    found: Calendar = request.scope.get(CALENDAR, UTC_CALENDAR)
    return found


def moment(given: dict[str, str], calendar: Calendar) -> Moment:
    """`as_of` is a version or a moment, `known_at` a moment; a bare date means its last instant in the calendar's
    place."""
    as_of, known_at = given.get("as_of"), given.get("known_at")
    version = occurred = None
    if as_of is not None:
        if _WHOLE.fullmatch(as_of):
            version = int(as_of)
            if version == 0:
                raise Invalid.field("as_of", "bad-moment", "versions count from 1")
        else:
            occurred = instant("as_of", with_plus(as_of), calendar)
    known = None if known_at is None else instant("known_at", with_plus(known_at), calendar)
    return Moment(version, occurred, known)


def instant(name: str, text: str, calendar: Calendar) -> Micros:
    """An RFC 3339 moment as microseconds; a bare date is its last instant. Raises Invalid naming the parameter."""
    try:
        return calendar.last_of(parse_day(text)) if is_day(text) else from_rfc3339(text)
    except ValueError as error:
        raise Invalid.field(name, "bad-moment", "an RFC 3339 moment or a date is needed") from error


def beginning(name: str, text: str, calendar: Calendar) -> Micros:
    """The same, but a bare date is its first instant."""
    return calendar.start_of(parse_day(text)) if is_day(text) else instant(name, text, calendar)


def field_names(collection: Collection, text: str | None, *, custom: bool = False) -> list[str] | None:
    """The sparse field set of `fields=a,b`; id and version always come along. custom: `custom.<name>` may be among
    them; the caller checks these names.
    """
    if not text:
        return None
    names = [n for n in text.split(",") if n and n not in ("id", "version")]
    if unknown := [n for n in names if collection.field(n) is None and not (custom and n.startswith("custom."))]:
        raise no_such_fields(unknown)
    return ["id", "version", *dict.fromkeys(names)]
