"""The timeline of a record: what was done about it and how it changed, in one list."""

from __future__ import annotations

from collections.abc import Collection

from shared.clock import from_rfc3339, to_rfc3339
from shared.errors import Invalid
from shared.kernel.catalogue import AnyAggregate, Catalogue
from shared.kernel.queries import NOW, Moment, Queries
from shared.security.permissions import Access, Level
from shared.views.port import MAX_PAGE, Condition, Document, Query

ACTIVITIES = frozenset({"task", "call", "meeting", "note", "email"})
KINDS = ACTIVITIES | {"activity", "change"}
MADE_OF_LEADS = frozenset({"account", "contact", "opportunity"})


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
    """Newest first, within the caller's rights: {"kind": "activity", "at", "record"} for activities linked to the
    record, to one it absorbed or to a lead it was made of, {"kind": "change", "at", "change"} for its own history.
    What only a field hidden from the caller would find or order is left out.

    kinds: of KINDS, None = all.
    Raises NotFound, Forbidden, Invalid.
    """
    wanted = KINDS if kinds is None else frozenset(kinds)
    if unknown := wanted - KINDS:
        raise Invalid.field("kinds", "unknown-kind", f"{sorted(unknown)[0]!r} is none of {', '.join(sorted(KINDS))}")
    record = await queries.get(aggregate, id, access, moment=moment)
    changes = _past(await queries.history(aggregate, id, access), moment)
    items: list[Document] = []
    if wanted & (ACTIVITIES | {"activity"}) and _findable(catalogue, access, wanted):
        when = moment if moment.version is None or not changes else _time_of(changes[0], moment)
        linked = [id, *(record.get("absorbed") or ()), *await _leads(queries, catalogue, aggregate, id, access)]
        for document in await _activities(queries, catalogue["activity"], linked, wanted, access, when, limit):
            items.append({"kind": "activity", "at": document["at"], "record": document})
    if "change" in wanted:
        items += ({"kind": "change", "at": entry["occurred_at"], "change": entry} for entry in changes)
    return sorted(items, key=lambda item: item["at"], reverse=True)[:limit]


def _findable(catalogue: Catalogue, access: Access, wanted: frozenset[str]) -> bool:
    """Whether the caller sees activities and the fields by which those of a record are found and ordered."""
    if "activity" not in catalogue or access.level("activity", "read") is Level.NONE:
        return False
    asked = ("links", "archived", "at") if "activity" in wanted else ("links", "archived", "at", "kind")
    return all(access.may_see("activity", name) for name in asked)


async def _leads(queries: Queries, catalogue: Catalogue, aggregate: AnyAggregate, id: str, access: Access) -> list[str]:
    """The leads that were converted into the record, as far as the caller sees them."""
    known = aggregate.name in MADE_OF_LEADS and "lead" in catalogue
    if not known or access.level("lead", "read") is Level.NONE or not access.may_see("lead", aggregate.name):
        return []
    page = await queries.find(catalogue["lead"], Query(where=(Condition(aggregate.name, "eq", id),)), access)
    return [document["id"] for document in page.items]


async def _activities(
    queries: Queries,
    activity: AnyAggregate,
    linked: list[str],
    wanted: frozenset[str],
    access: Access,
    moment: Moment,
    limit: int,
) -> list[Document]:
    """The newest `limit` activities linked to each of the records, each once."""
    live = Condition("archived", "eq", False)
    of_kind = () if "activity" in wanted else (Condition("kind", "in", sorted(wanted & ACTIVITIES)),)
    found: dict[str, Document] = {}
    for id in linked:
        where = (Condition("links", "contains", id), live, *of_kind)
        query = Query(where=where, sort="at", descending=True, limit=min(limit, MAX_PAGE))
        page = await queries.find(activity, query, access, moment)
        found.update((document["id"], document) for document in page.items)
    return list(found.values())


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
