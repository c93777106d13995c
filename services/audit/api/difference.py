"""The difference of a record between two moments over HTTP, for everybody who reads the record."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response
from typing_extensions import TypedDict

from shared.errors import Invalid, NotFound
from shared.events.envelope import category_of, id_of
from shared.http import params
from shared.http.answers import DateTime, is_id, json_answer
from shared.http.auth import Authenticator
from shared.http.naming import titles_of_changes
from shared.http.openapi import answer, operation, query
from shared.http.reading import ReadNotes
from shared.http.routing import DirectRouter
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.difference import Different, difference
from shared.kernel.kernel import Kernel
from shared.kernel.queries import NOW, Moment
from shared.kernel.seen import seen
from shared.views.port import Document


class SetBy(TypedDict):
    event_id: str
    version: int
    type: str
    occurred_at: DateTime
    actor: str
    on_behalf_of: str
    command_name: str
    reason: str


FieldDifference = TypedDict(
    "FieldDifference",
    {
        "field": Annotated[str, Field(description="Custom ones as `custom.<name>`")],
        "from": Any,
        "to": Any,
        "set_by": Annotated[SetBy | None, Field(description="The event that set it last")],
    },
)
RecordDifference = TypedDict(
    "RecordDifference",
    {
        "record": str,
        "from": Annotated[int, Field(description="The version at the earlier moment; 0: it was not there")],
        "to": Annotated[int, Field(description="The version at the later moment")],
        "fields": list[FieldDifference],
        "names": Annotated[dict[str, str], Field(description="Titles of the records and people named, by id")],
    },
)
_MOMENT = "A version, a moment (RFC 3339) or a day, whose end is meant"
_DIFFERENCE = operation(
    "difference",
    "What is different in a record between two moments, and who set each field last",
    "explorer",
    {200: answer("The fields that differ", RecordDifference)},
    description="For all who read the record; fields that are hidden from you are left out.",
    parameters=[
        query("record", "As its stream is named: `account-0192…`", required=True),
        query("from", f"{_MOMENT}; without it, before the record was made"),
        query("to", f"{_MOMENT}; without it, now"),
    ],
    errors=(401, 403, 404, 422, 503),
)


def difference_router(kernel: Kernel) -> APIRouter:
    router = DirectRouter()
    authenticator = Authenticator(kernel)

    @router.get("/difference", openapi_extra=_DIFFERENCE)
    async def between(request: Request) -> Response:
        access = await authenticator.access(request)
        given = params.only(params.pairs_of(request), ("record", "from", "to"))
        aggregate, id = record_named(kernel, given)
        if id not in await seen(kernel, aggregate, [id], access):
            raise NotFound()
        earlier, later = _moment(request, given, "from"), _moment(request, given, "to")
        events = await kernel.repository.events(aggregate, access.tenant, id)
        found = difference(aggregate, events, earlier or Moment(version=0), later or NOW, access)
        await ReadNotes(kernel, aggregate).changes(access, id, [[one.field for one in found.fields]])
        entries = [_sides(one) for one in found.fields]
        names = await titles_of_changes(kernel, aggregate, entries, access)
        body: RecordDifference = {
            "record": aggregate.stream(id),
            "from": found.before,
            "to": found.after,
            "fields": [_shown(one) for one in found.fields],
            "names": names,
        }
        return json_answer(body)

    return router


def record_named(kernel: Kernel, given: dict[str, str]) -> tuple[AnyAggregate, str]:
    """The record type and id of `record=`. Raises Invalid, NotFound."""
    name = given.get("record", "")
    if not name:
        raise Invalid.field("record", "missing", "name the record: account-0192…")
    id = id_of(name)
    if category_of(name) not in kernel.catalogue or not is_id(id):
        raise NotFound()
    return kernel.catalogue[category_of(name)], id


def _moment(request: Request, given: dict[str, str], name: str) -> Moment | None:
    """Raises Invalid naming the parameter."""
    if not given.get(name):
        return None
    try:
        return params.moment({"as_of": given[name]}, params.calendar_of(request))
    except Invalid as error:
        found = error.errors[0]
        raise Invalid.field(name, found.code, found.message) from error


def _sides(one: Different) -> Document:
    entry = one.set_by or {"actor": "", "on_behalf_of": ""}
    return {**entry, "changes": {one.field: {"from": one.before, "to": one.after}}}


def _shown(one: Different) -> FieldDifference:
    keys = SetBy.__annotations__
    by: Any = None if one.set_by is None else {name: one.set_by[name] for name in keys}
    return {"field": one.field, "from": one.before, "to": one.after, "set_by": by}
