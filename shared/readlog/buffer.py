"""What was read since the last write, in memory and bounded: the same read again is one entry with a count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple, TypeVar

from shared.clock import Micros
from shared.events.audit_reads import AccessRefused, ExportEnded, LogSearched, ReadsDropped, RecordsRead
from shared.events.envelope import Event

MOST = 20_000  # entries
OF_AN_EVENT = 50  # records: the explorer finds an event by as many ids
REFUSALS_OF_ONE = 50  # different ones of a person; more are kept by their route alone
K = TypeVar("K")


class Who(NamedTuple):
    """As the metadata of events name them."""

    tenant: str
    actor: str
    on_behalf_of: str


class Refusal(NamedTuple):
    """See AccessRefused."""

    method: str
    route: str
    record: str
    resource: str
    action: str


@dataclass(slots=True)
class Batch:
    """What one person did since a moment, each thing with how often."""

    since: Micros
    reads: dict[tuple[str, tuple[str, ...]], dict[str, int]] = field(default_factory=dict)
    figures: dict[tuple[str, tuple[str, ...]], int] = field(default_factory=dict)
    refusals: dict[Refusal, int] = field(default_factory=dict)
    searches: dict[str, int] = field(default_factory=dict)
    ended: list[ExportEnded] = field(default_factory=list)

    def events(self) -> Iterator[Event]:
        for (resource, fields), records in self.reads.items():
            rest = iter(records.items())
            while some := dict(islice(rest, OF_AN_EVENT)):
                yield RecordsRead(resource, [*fields], some)
        for (resource, fields), times in self.figures.items():
            yield RecordsRead(resource, [*fields], {}, times)
        for refusal, times in self.refusals.items():
            yield AccessRefused(*refusal, times)
        for conditions, times in self.searches.items():
            yield LogSearched(conditions, times)
        yield from self.ended


class Buffer:
    """size: the entries in it. dropped: organisation → entries that did not fit."""

    def __init__(self, most: int) -> None:
        self._most, self.size = most, 0
        self._batches: dict[Who, Batch] = {}
        self.dropped: dict[str, int] = {}

    def read(self, who: Who, at: Micros, resource: str, fields: tuple[str, ...], ids: Iterable[str]) -> None:
        records = self._batch(who, at).reads.setdefault((resource, fields), {})
        for id in ids:
            if id in records:  # most of a page that is read again: no call for each
                records[id] += 1
            else:
                self._count(who, records, id)

    def figure(self, who: Who, at: Micros, resource: str, fields: tuple[str, ...]) -> None:
        """A count, groups or sums by these fields."""
        self._count(who, self._batch(who, at).figures, (resource, fields))

    def refuse(self, who: Who, at: Micros, refusal: Refusal) -> None:
        """A caller may make up as many ids as they like: a bound keeps the log from growing with each."""
        refusals = self._batch(who, at).refusals
        if refusal not in refusals and len(refusals) >= REFUSALS_OF_ONE:
            refusal = refusal._replace(record="")
        self._count(who, refusals, refusal)

    def search(self, who: Who, at: Micros, conditions: str) -> None:
        self._count(who, self._batch(who, at).searches, conditions)

    def end(self, who: Who, at: Micros, export: ExportEnded) -> None:
        """Never dropped: there are no more of them than exports that were recorded."""
        self._batch(who, at).ended.append(export)
        self.size += 1

    def drop(self, tenant: str, count: int) -> None:
        self.dropped[tenant] = self.dropped.get(tenant, 0) + count

    def take(self) -> tuple[dict[Who, Batch], dict[str, int]]:
        """All that is in it, and what was dropped; it is empty then."""
        found = self._batches, self.dropped
        self._batches, self.dropped, self.size = {}, {}, 0
        return found

    def _batch(self, who: Who, at: Micros) -> Batch:
        batch = self._batches.get(who)
        if batch is None:
            batch = self._batches[who] = Batch(at)
        return batch

    def _count(self, who: Who, counts: dict[K, int], key: K) -> None:
        if key in counts:
            counts[key] += 1
        elif self.size < self._most:
            counts[key] = 1
            self.size += 1
        else:
            self.drop(who.tenant, 1)


def entries_of(event: Event) -> int:
    """How many entries an event holds."""
    match event:
        case RecordsRead():
            return len(event.records) or 1
        case ReadsDropped():
            return event.count
    return 1
