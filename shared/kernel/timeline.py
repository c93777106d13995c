"""The timeline of a record: what was done about it and how it changed, in one list."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from shared.clock import from_rfc3339, to_rfc3339
from shared.errors import Invalid
from shared.kernel.catalogue import AnyAggregate, Catalogue
from shared.kernel.queries import NOW, Moment, Queries
from shared.messages import say, shown
from shared.security.permissions import Access, Level
from shared.views.cursor import decoded, encoded
from shared.views.port import MAX_PAGE, Condition, Document, Kind, Query

CHANGE = "change"
_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Entries:
    """A page of a timeline. next: the cursor of what stands below, None = nothing.

    contact: on the first page, the newest of all entries that is a contact with the people in question, whatever page
    it stands on and whatever kinds are asked for; None = there was none. judged: whether the caller sees enough to say
    so.
    """

    items: list[Document]
    next: str | None
    contact: Document | None = None
    judged: bool = False


async def timeline(
    queries: Queries,
    catalogue: Catalogue,
    aggregate: AnyAggregate,
    id: str,
    access: Access,
    moment: Moment = NOW,
    kinds: Collection[str] | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Entries:
    """Newest first, within the caller's rights: {"kind": <record type>, "at", "record"} for records linked to this one,
    to one it absorbed or to one that was converted into it, {"kind": "change", "at", "change"} for its own history.
    What only a field hidden from the caller would find or order is left out.

    kinds: "change", a record type that appears on timelines or one of its own kinds; None = all. cursor: the `next` of
    the page before: an entry that is no moved one comes once, whatever came on top meanwhile.
    Raises NotFound, Forbidden, Invalid.
    """
    entries = [a for a in catalogue if a.on_timelines is not None]
    wanted = _wanted(entries, kinds)
    place = None if cursor is None else _place(cursor, [*(a.name for a in entries), CHANGE])
    await queries.get(aggregate, id, access, moment=moment)
    changes = _past(await queries.history(aggregate, id, access), moment)
    when = moment if moment.version is None or not changes else _time_of(changes[0], moment)
    readable = [a for a in entries if access.level(a.name, "read") is not Level.NONE]
    linked = [id, *await _origins(queries, catalogue, aggregate, id, access)] if readable else []
    ask = _Linked(queries, access, when, linked)
    items, more = list[Document](), False
    for rank, entry in enumerate(entries):
        if entry in readable and wanted & _kinds(entry) and _sees(entry, access, entry.name not in wanted):
            found, left = await ask.below(entry, wanted, place, rank, limit)
            items, more = items + found, more or left
    if CHANGE in wanted:
        items += _below(changes, place, len(entries))
    # of one moment: linked records before changes, each in the order they were found in
    items.sort(key=lambda item: item["at"], reverse=True)
    page, more = items[:limit], more or len(items) > limit
    following = _cursor(page[-1]) if more else None
    if place is not None:
        return Entries(page, following)
    judged = [a for a in readable if a.on_timelines and a.on_timelines.contact and _sees(a, access, contact=True)]
    contacts = [one for a in judged for one in await ask.contact(a)]
    return Entries(page, following, max(contacts, key=lambda item: item["at"], default=None), bool(judged))


def _wanted(entries: list[AnyAggregate], kinds: Collection[str] | None) -> frozenset[str]:
    """The kinds asked for. Raises Invalid."""
    known = frozenset({CHANGE}).union(*(_kinds(a) for a in entries))
    wanted = known if kinds is None else frozenset(kinds)
    if unknown := wanted - known:
        raise Invalid.field(
            "kinds",
            "unknown-kind",
            say("{value} is none of {choices}", value=shown(sorted(unknown)[0]), choices=", ".join(sorted(known))),
        )
    return wanted


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a page ended: the moment, the kind's rank among those of one moment, and the version or id."""

    at: str
    rank: int
    key: str


def _cursor(item: Document) -> str:
    key = str(item["change"]["version"]) if item["kind"] == CHANGE else item["record"]["id"]
    return encoded(item["at"], item["kind"], key)


def _place(cursor: str, ranked: list[str]) -> _Place:
    """Raises Invalid."""
    try:
        at, kind, key = decoded(cursor)
        if not _KEY.fullmatch(key) or (kind == CHANGE and not key.isdecimal()):
            raise ValueError
        return _Place(to_rfc3339(from_rfc3339(at)), ranked.index(kind), key)
    except (TypeError, ValueError) as error:
        raise Invalid.field("cursor", "bad-query", "is not a cursor of this query") from error


def _below(changes: list[Document], place: _Place | None, rank: int) -> list[Document]:
    """The record's own changes that stand below a place. rank: that of changes, the last of all."""
    return [
        {"kind": CHANGE, "at": entry["occurred_at"], "change": entry}
        for entry in changes
        if place is None
        or entry["occurred_at"] < place.at
        or (entry["occurred_at"] == place.at and (place.rank < rank or entry["version"] < int(place.key)))
    ]


def _kinds(entry: AnyAggregate) -> frozenset[str]:
    """What callers may ask for of a record type: its name, or kinds of its records."""
    kind = entry.collection.field(entry.on_timelines.kind) if entry.on_timelines else None
    return frozenset({entry.name, *(kind.options if kind else ())})


def _sees(entry: AnyAggregate, access: Access, kind: bool = False, contact: bool = False) -> bool:
    """Whether the caller sees the fields by which such records are found and ordered, chosen by kind or known for
    a contact."""
    how = entry.on_timelines
    assert how is not None
    asked = [how.links, "archived", how.at]
    asked += [how.kind] if kind else []
    asked += [condition.field for condition in how.contact] if contact else []
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


@dataclass(frozen=True, slots=True)
class _Linked:
    """Records of other types that are linked to any of these, or to one merged with it, at a moment."""

    queries: Queries
    access: Access
    moment: Moment
    linked: list[str]

    async def below(
        self, entry: AnyAggregate, wanted: frozenset[str], place: _Place | None, rank: int, limit: int
    ) -> tuple[list[Document], bool]:
        """The newest of a type below a place, `limit` at least if there are so many, and whether there are more."""
        how = entry.on_timelines
        assert how is not None
        of_kind = () if entry.name in wanted else (Condition(how.kind, "in", sorted(wanted & _kinds(entry))),)
        if place is None:
            return await self._find(entry, of_kind, limit)
        if rank != place.rank:
            same = Condition(how.at, "le" if rank > place.rank else "lt", place.at)
            return await self._find(entry, (*of_kind, same), limit)
        ties = (Condition(how.at, "eq", place.at), Condition("id", "lt", place.key))
        found, more = await self._find(entry, (*of_kind, *ties), limit)
        if more:
            return found, True
        rest, more = await self._find(entry, (*of_kind, Condition(how.at, "lt", place.at)), limit)
        return found + rest, more

    async def contact(self, entry: AnyAggregate) -> list[Document]:
        """The newest one that is a contact; empty = none is."""
        how = entry.on_timelines
        assert how is not None
        return (await self._find(entry, how.contact, 1))[0]

    async def _find(
        self, entry: AnyAggregate, conditions: tuple[Condition, ...], limit: int
    ) -> tuple[list[Document], bool]:
        how = entry.on_timelines
        assert how is not None
        live = Condition("archived", "eq", False)
        where = (Condition(how.links, "in", self.linked), live, *conditions)
        query = Query(where=where, sort=how.at, descending=True, limit=min(limit, MAX_PAGE))
        page = await self.queries.find(entry, query, self.access, self.moment)
        items = [{"kind": entry.name, "at": one[how.at], "record": one} for one in page.items]
        return items, page.next is not None


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
