"""A user's activities as a calendar (RFC 5545): meetings and calls as VEVENT, what is due as VTODO.

Moments are in UTC, which every program shows in its own zone; what is due on a day is a day and no moment.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from services.customer.activity import ACTIVITY
from services.customer.calendar_feed import CalendarFeed
from shared.clock import Micros, from_rfc3339, to_rfc3339
from shared.http.answers import titles_by_type
from shared.icalendar import day, document, moment, text
from shared.kernel.kernel import Kernel
from shared.labels import labels_of
from shared.messages.languages import ENGLISH, Language
from shared.security.permissions import Access, Level
from shared.views.port import MAX_PAGE, Condition, Conditions, Document, Query, Where

DAY: Micros = 86_400 * 1_000_000
BEFORE, AFTER = 90 * DAY, 365 * DAY  # from now
MOST = 1_000  # meetings and calls, and as many things to do: those that come first
LONGEST = 4_000  # characters of a description
KINDS = ("task", "call", "meeting")
_TO_DO = {"open": "NEEDS-ACTION", "done": "COMPLETED", "cancelled": "CANCELLED"}
_PRIORITY = {"high": 1, "low": 9}  # normal: not said
Titles = dict[tuple[str, str], str]


async def calendar(kernel: Kernel, feed: CalendarFeed, access: Access) -> bytes:
    """The feed as its owner may see it now, in their language."""
    language = await kernel.directory.language(access.tenant, access.user) or ENGLISH
    found = await _activities(kernel, feed, access)
    links = [(link["type"], link["id"]) for one in found for link in one.get("linked_to") or ()]
    titles = await titles_by_type(dict.fromkeys(links), kernel, access)
    words = _Words(language, titles, feed.tasks)
    return document(chain(_head(feed), *(words.component(one) for one in found), ["END:VCALENDAR"]))


async def _activities(kernel: Kernel, feed: CalendarFeed, access: Access) -> list[Document]:
    """Those that the user may see, each once. What is hidden from the user chooses nothing."""

    def seen(*names: str) -> list[str]:
        return [name for name in names if access.may_see(ACTIVITY.name, name)]

    whose = [_whose(name, feed, access) for name in seen("owner", "invited")]
    if access.level(ACTIVITY.name, "read") is Level.NONE or not seen("kind") or not whose:
        return []
    now, found = kernel.clock.now(), dict[str, Document]()
    for at in seen("start", "due"):
        window = (Condition(at, "ge", to_rfc3339(now - BEFORE)), Condition(at, "le", to_rfc3339(now + AFTER)))
        kinds = KINDS[1:] if at == "start" else KINDS
        where = (Condition("kind", "in", [*kinds]), Condition("archived", "eq", False), *window)
        async for one in _first(kernel, Query((*where, Conditions("any", tuple(whose))), sort=at), access):
            found.setdefault(one["id"], one)
    return [one for one in found.values() if not one.get("erased")]


def _whose(name: str, feed: CalendarFeed, access: Access) -> Where:
    users = sorted(access.team | {access.user}) if feed.whose == "team" else [access.user]
    return Condition(name, "one_of", users)


async def _first(kernel: Kernel, query: Query, access: Access) -> AsyncIterator[Document]:
    """The first ones of a list."""
    page = await kernel.queries.find(ACTIVITY, replace(query, limit=MAX_PAGE), access)
    for rest in range(MOST // MAX_PAGE - 1, -1, -1):
        for one in page.items:
            yield one
        if page.next is None or rest == 0:
            return
        page = await kernel.queries.find(ACTIVITY, replace(query, limit=MAX_PAGE, cursor=page.next), access)


def _head(feed: CalendarFeed) -> Iterator[str]:
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//CRM suite//Calendar feed//EN", "CALSCALE:GREGORIAN")
    yield "METHOD:PUBLISH"
    yield f"NAME:{text(feed.name)}"  # RFC 7986
    yield f"X-WR-CALNAME:{text(feed.name)}"
    yield "REFRESH-INTERVAL;VALUE=DURATION:PT1H"


@dataclass(frozen=True, slots=True)
class _Words:
    """How activities are written: in a language, with the titles of records, with tasks as todo or event."""

    language: Language
    titles: Titles
    tasks: str

    def component(self, one: Document) -> Iterator[str]:
        """One activity. What is hidden from the reader is not in it."""
        timed = one.get("start") is not None and one["kind"] != "task"
        name = "VEVENT" if timed or self.tasks == "event" else "VTODO"
        yield f"BEGIN:{name}"
        yield f"UID:{one['id']}"
        yield f"SEQUENCE:{one['version']}"
        yield from _stamps(one)
        yield from _time_of_event(one, timed) if name == "VEVENT" else _time_of_task(one)
        yield f"SUMMARY:{text(one.get('subject') or self._kind(one))}"
        if description := self._description(one):
            yield f"DESCRIPTION:{text(description)}"
        if one.get("location"):
            yield f"LOCATION:{text(one['location'])}"
        yield f"CATEGORIES:{text(self._kind(one))}"
        if priority := _PRIORITY.get(one.get("priority", "")):
            yield f"PRIORITY:{priority}"
        yield f"END:{name}"

    def _kind(self, one: Document) -> str:
        return labels_of(ACTIVITY).option("kind", one["kind"]).in_(self.language)

    def _description(self, one: Document) -> str:
        """The words, then the records that it is about."""
        links = [(link["type"], link["id"]) for link in one.get("linked_to") or ()]
        about = [f"{self._type(type_)}: {self.titles[type_, id]}" for type_, id in links if (type_, id) in self.titles]
        return "\n\n".join(part for part in (one.get("body", "")[:LONGEST], "\n".join(about)) if part)

    def _type(self, type_: str) -> str:
        return labels_of(ACTIVITY).option("type", type_).in_(self.language)


def _stamps(one: Document) -> Iterator[str]:
    """The moment of its last change stands for DTSTAMP, so that an unchanged feed stays the same to the byte."""
    changed = one.get("updated_at") or one.get("created_at") or to_rfc3339(0)
    yield f"DTSTAMP:{moment(from_rfc3339(changed))}"
    for name, at in (("CREATED", one.get("created_at")), ("LAST-MODIFIED", one.get("updated_at"))):
        if at:
            yield f"{name}:{moment(from_rfc3339(at))}"


def _time_of_event(one: Document, timed: bool) -> Iterator[str]:
    if timed:
        start, minutes, due = from_rfc3339(one["start"]), one.get("duration"), _micros(one.get("due"))
        yield f"DTSTART:{moment(start)}"
        if minutes:
            yield f"DURATION:PT{minutes}M"
        elif due > start:
            yield f"DTEND:{moment(due)}"
    elif one.get("due_on"):
        yield f"DTSTART;VALUE=DATE:{day(one['due_on'])}"
    else:
        yield f"DTSTART:{moment(from_rfc3339(one['due']))}"
    yield f"TRANSP:{'OPAQUE' if timed else 'TRANSPARENT'}"
    if one.get("status"):
        yield f"STATUS:{'CANCELLED' if one['status'] == 'cancelled' else 'CONFIRMED'}"


def _time_of_task(one: Document) -> Iterator[str]:
    start, due = _micros(one.get("start")), from_rfc3339(one["due"])
    if one.get("due_on"):
        yield f"DUE;VALUE=DATE:{day(one['due_on'])}"
    else:
        if 0 < start < due:  # both of one kind, and the start earlier (RFC 5545 §3.8.2.3)
            yield f"DTSTART:{moment(start)}"
        yield f"DUE:{moment(due)}"
    if one.get("status"):
        yield f"STATUS:{_TO_DO[one['status']]}"
    if one.get("status") == "done" and one.get("completed_at"):
        yield f"COMPLETED:{moment(from_rfc3339(one['completed_at']))}"


def _micros(at: str | None) -> Micros:
    return from_rfc3339(at) if at else 0
