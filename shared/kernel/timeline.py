"""The timeline of a record: what was done about it and how it changed, in one list."""

from __future__ import annotations

from collections.abc import Collection

from shared.clock import from_rfc3339, to_rfc3339
from shared.errors import Invalid
from shared.kernel.catalogue import AnyAggregate, Catalogue
from shared.kernel.queries import NOW, Moment, Queries
from shared.messages import say, shown
from shared.security.permissions import Access, Level
from shared.views.port import MAX_PAGE, Condition, Document, Kind, Query

CHANGE = "change"


async def timeline(
    queries: Queries,
    catalogue: Catalogue,
    aggregate: AnyAggregate,
    id: str,
    access: Access,
    moment: Moment = NOW,
    kinds: Collection[str] | None = None,
    limit: int = 50,
) -> list[Document]:
    """Newest first, within the caller's rights: {"kind": <record type>, "at", "record"} for records linked to this one,
    to one it absorbed or to one that was converted into it, {"kind": "change", "at", "change"} for its own history.
    What only a field hidden from the caller would find or order is left out.

    kinds: "change", a record type that appears on timelines or one of its own kinds; None = all.
    Raises NotFound, Forbidden, Invalid.
    """
    entries = [a for a in catalogue if a.on_timelines is not None]
    known = frozenset({CHANGE}).union(*(_kinds(a) for a in entries))
    wanted = known if kinds is None else frozenset(kinds)
    if unknown := wanted - known:
        raise Invalid.field(
            "kinds",
            "unknown-kind",
            say("{value} is none of {choices}", value=shown(sorted(unknown)[0]), choices=", ".join(sorted(known))),
        )
    await queries.get(aggregate, id, access, moment=moment)
    changes = _past(await queries.history(aggregate, id, access), moment)
    items: list[Document] = []
    if findable := [a for a in entries if _findable(a, wanted, access)]:
        when = moment if moment.version is None or not changes else _time_of(changes[0], moment)
        linked = [id, *await _origins(queries, catalogue, aggregate, id, access)]
        for kind in findable:
            items += await _linked(queries, kind, linked, wanted, access, when, limit)
    if CHANGE in wanted:
        items += ({"kind": CHANGE, "at": entry["occurred_at"], "change": entry} for entry in changes)
    return sorted(items, key=lambda item: item["at"], reverse=True)[:limit]


def _kinds(entry: AnyAggregate) -> frozenset[str]:
    """What callers may ask for of a record type: its name, or kinds of its records."""
    kind = entry.collection.field(entry.on_timelines.kind) if entry.on_timelines else None
    return frozenset({entry.name, *(kind.options if kind else ())})


def _findable(entry: AnyAggregate, wanted: frozenset[str], access: Access) -> bool:
    """Whether records of the type are asked for, and the caller sees the fields by which they are found and ordered."""
    how = entry.on_timelines
    if how is None or not wanted & _kinds(entry) or access.level(entry.name, "read") is Level.NONE:
        return False
    asked = (how.links, "archived", how.at) if entry.name in wanted else (how.links, "archived", how.at, how.kind)
    return all(access.may_see(entry.name, name) for name in asked)


async def _origins(
    queries: Queries, catalogue: Catalogue, aggregate: AnyAggregate, id: str, access: Access
) -> list[str]:
    """The records that were converted into this one, as far as the caller sees them."""
    found: list[str] = []
    for origin in catalogue:
        if not origin.became or access.level(origin.name, "read") is Level.NONE:
            continue
        for name in origin.became:
            field = origin.collection.field(name)
            if field is None or field.kind is Kind.KEYWORDS:
                continue  # what it became once, and is not any more
            if field.ref != aggregate.name or not access.may_see(origin.name, name):
                continue
            page = await queries.find(origin, Query(where=(Condition(name, "eq", id),)), access)
            found += (document["id"] for document in page.items)
    return found


async def _linked(
    queries: Queries,
    entry: AnyAggregate,
    linked: list[str],
    wanted: frozenset[str],
    access: Access,
    moment: Moment,
    limit: int,
) -> list[Document]:
    """The newest `limit` records of a type that are linked to any of the records, or to one merged with it."""
    how = entry.on_timelines
    assert how is not None
    live = Condition("archived", "eq", False)
    of_kind = () if entry.name in wanted else (Condition(how.kind, "in", sorted(wanted & _kinds(entry))),)
    where = (Condition(how.links, "in", linked), live, *of_kind)
    query = Query(where=where, sort=how.at, descending=True, limit=min(limit, MAX_PAGE))
    page = await queries.find(entry, query, access, moment)
    return [{"kind": entry.name, "at": document[how.at], "record": document} for document in page.items]


def _past(history: list[Document], moment: Moment) -> list[Document]:
    """The entries that belong to the past this moment names."""
    occurred = None if moment.occurred is None else to_rfc3339(moment.occurred)
    recorded = None if moment.recorded is None else to_rfc3339(moment.recorded)
    return [
        entry
        for entry in history
        if (moment.version is None or entry["version"] <= moment.version)
        and (occurred is None or entry["occurred_at"] <= occurred)
        and (recorded is None or entry["recorded_at"] <= recorded)
    ]


def _time_of(newest: Document, moment: Moment) -> Moment:
    """A version names a time only through its event."""
    return Moment(None, from_rfc3339(newest["occurred_at"]), moment.recorded)
