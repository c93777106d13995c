"""What a caller wants done to many records, checked whole before anything begins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Any

import orjson
from pydantic import Field as F
from pydantic import ValidationError

from services.integration.bulk_act import BULK
from shared.domain.command import VERBATIM, Command, CommandModel
from shared.domain.types import Reading
from shared.errors import FieldError, Invalid, Rejected
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.kernel import Kernel
from shared.messages import say, shown
from shared.messages.findings import field_error
from shared.security.permissions import Access
from shared.views.port import MAX_PAGE, Query

GROUPS = "filter"  # the parameter of a list that holds groups of conditions
MAX_IDS = 1_000
MAX_RECORDS = 100_000

Id = Annotated[str, F(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]


class BulkRequest(CommandModel):
    """One command on many records: on those of the ids, or on all that the filters find.

    type: the record type. command: the word or the name of one of its commands, as `/meta` gives them under `in_bulk`.
    filters: the parameters of the record type's list. expected_count: how many records the caller expects, which
    filters need.
    """

    type: str = F(max_length=60)
    command: str = F(max_length=120)
    body: Annotated[dict[str, Any], VERBATIM] = F(default={}, max_length=200)
    ids: list[Id] | None = F(default=None, min_length=1, max_length=MAX_IDS)
    filters: Annotated[dict[str, Any], VERBATIM] | None = F(default=None, max_length=100)
    expected_count: int | None = F(default=None, ge=0, le=1_000_000_000)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request that fits. body: of the command, as JSON values. count: of the records, as the caller expects it.

    filters: as a job keeps them; query: what they mean, None where the ids are given.
    """

    aggregate: AnyAggregate
    command: Command
    body: dict[str, Any]
    ids: tuple[str, ...]
    filters: dict[str, Any]
    query: Query | None
    count: int

    async def found(self, kernel: Kernel, access: Access) -> list[str]:
        """The ids of its records now. Raises Rejected when they are not as many as expected, Invalid, Forbidden."""
        if self.query is None:
            return list(self.ids)
        query = replace(self.query, sort="id", descending=False, then=(), limit=MAX_PAGE)
        query = await kernel.queries.dated(self.aggregate, query, access)
        self._require(await kernel.queries.count(self.aggregate, query, access))
        ids: list[str] = []
        page = await kernel.queries.find(self.aggregate, query, access)
        ids += [d["id"] for d in page.items]
        while page.next is not None and len(ids) <= self.count:
            page = await kernel.queries.find(self.aggregate, replace(query, cursor=page.next), access)
            ids += [d["id"] for d in page.items]
        self._require(len(ids))
        return ids

    def _require(self, actual: int) -> None:
        if actual != self.count:
            raise Rejected(
                say("{actual} records match now, not {expected}; look again", actual=actual, expected=self.count),
                code="count-changed",
                expected=self.count,
                actual=actual,
            )


def check(
    kernel: Kernel, access: Access, asked: BulkRequest, query: Query | None, filters: dict[str, Any], reading: Reading
) -> Wanted:
    """query, filters: what `asked.filters` mean, and how they are kept. reading: how the command's body is read.

    Raises Invalid (the errors' fields begin with `body` where the command's body is wrong), NotFound for an unknown
    record type, Forbidden.
    """
    access.scope(BULK.name, "create")
    aggregate = kernel.catalogue[asked.type]
    command = _command(aggregate, asked.command)
    access.scope(aggregate.name, command.action)
    body = _body(command, asked.body, reading)
    _check_fields(access, aggregate, command, body)
    ids = tuple(dict.fromkeys(asked.ids or ()))
    count = _expected(asked, ids)
    kept = body.model_dump(mode="json", exclude_unset=True)
    return Wanted(aggregate, command, kept, ids, filters, query, count)


def _command(aggregate: AnyAggregate, name: str) -> Command:
    """Raises Invalid naming the words that the record type has: none where each record's rights are another one's."""
    commands = () if aggregate.belongs_to else aggregate.commands.values()
    known = {c.bulk: c for c in commands if c.bulk and not c.hidden}
    by_name = {form: c for c in known.values() for form in (c.bulk, c.name, c.name.partition(".")[2])}
    if name not in by_name:
        words = ", ".join(sorted(known))
        message = say("{value} is none of the options: {options}", value=shown(name), options=words)
        raise Invalid.field("command", "not-for-many", message)
    return by_name[name]


def _body(command: Command, given: dict[str, Any], reading: Reading) -> CommandModel:
    try:
        body: CommandModel = command.adapter.validate_python(given, strict=True, context=reading)
    except ValidationError as error:
        errors = [field_error(found, ("body", *found["loc"])) for found in error.errors(include_url=False)]
        raise Invalid(say("{count} field(s) are not valid", count=len(errors)), errors=errors) from error
    return body


def _check_fields(access: Access, aggregate: AnyAggregate, command: Command, body: CommandModel) -> None:
    custom = getattr(body, "custom", None) or {}
    try:
        access.check_fields(
            aggregate.name, [*body.model_fields_set, *command.sets, *(f"custom.{name}" for name in custom)]
        )
    except Invalid as error:
        raise below("body", error) from error


def _expected(asked: BulkRequest, ids: tuple[str, ...]) -> int:
    """How many records it is to be. Raises Invalid."""
    if (asked.ids is None) == (asked.filters is None):
        raise Invalid.field("ids", "ids-or-filters", "name the records by ids or by filters, not by both")
    if asked.filters is None:
        if asked.expected_count not in (None, len(ids)):
            count = len(ids)
            said = say("1 record is named") if count == 1 else say("{count} records are named", count=count)
            raise Invalid.field("expected_count", "other-count", said)
        return len(ids)
    if asked.expected_count is None:
        raise Invalid.field("expected_count", "required", "say how many records you expect the filters to find")
    if asked.expected_count > MAX_RECORDS:
        raise Invalid.field(
            "expected_count", "too-many-records", say("one act takes {most} records at most", most=MAX_RECORDS)
        )
    return asked.expected_count


def pairs_of(filters: dict[str, Any]) -> list[tuple[str, str]]:
    """Filters as the list takes them: a list stands for a parameter that is given several times. Raises Invalid."""
    return [(name, text) for name, value in filters.items() for text in _texts(name, value)]


def _texts(name: str, value: Any) -> Iterator[str]:
    match value:
        case list():
            for one in value:
                yield from _texts(name, one)
        case dict() if name == GROUPS:
            yield orjson.dumps(value, default=str).decode()
        case bool():
            yield "true" if value else "false"
        case str():
            yield value
        case None | dict():
            raise Invalid.field(f"filters.{name[:80]}", "bad-filter", "a text, a number, true, false or a list of them")
        case _:
            yield str(value)


def kept_filters(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Filters as a job keeps them."""
    found: dict[str, list[str]] = {}
    for name, text in pairs:
        found.setdefault(name, []).append(text)
    return found


def below(place: str, error: Invalid) -> Invalid:
    """The same error, about a part of the request."""
    errors = [FieldError(f"{place}.{e.field}" if e.field else place, e.code, e.message) for e in error.errors]
    return Invalid(error.detail, errors=errors)
