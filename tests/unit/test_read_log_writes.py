"""How what was gathered is written: in appends that every store takes, and of what comes only what is there already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
import pytest

from shared.events.audit_reads import LogSearched, ReadsDropped, RecordsRead
from shared.events.envelope import Event, NewEvent
from shared.eventstore.eventstoredb_wire import append_request
from shared.eventstore.port import StoreUnavailable
from shared.kernel.custom_fields import MOST as MOST_FIELDS
from shared.readlog.buffer import MOST
from shared.readlog.readlog import ReadLog
from shared.security.permissions import Access

ADA = Access("t1", "ada")
BIRTHDAY = ("birthday",)


class Ids:
    """Ids that count, and a clock that stands still."""

    made = 0

    def new(self) -> str:
        self.made += 1
        return str(UUID(int=self.made))

    def now(self) -> int:
        return 7


class Codec:
    """Events as plain JSON, unsealed."""

    async def encode(
        self, tenant: str, stream: str, events: Sequence[Event], ids: Sequence[str], at: int
    ) -> list[NewEvent]:
        return [
            NewEvent(id, type(event).__name__, 1, at, orjson.dumps(event))
            for id, event in zip(ids, events, strict=True)
        ]


class Store:
    """Takes what EventStoreDB takes. tries: appends, refused ones too. comes: called with each."""

    def __init__(self) -> None:
        self.tries, self.appends = 0, list[list[tuple[str, dict[str, Any]]]]()
        self.comes: Any = lambda: None

    async def append(self, tenant: str, stream: str, expected: int, events: Sequence[NewEvent], by: Any) -> None:
        self.tries += 1
        self.comes()
        append_request(tenant, stream, expected, events, b"{}")
        self.appends.append([(one.type, orjson.loads(one.data)) for one in events])

    def written(self, kind: type[Event]) -> list[dict[str, Any]]:
        return [data for events in self.appends for type_, data in events if type_ == kind.__name__]


def log_to(store: Store) -> ReadLog:
    parts: Any = Codec(), Ids(), Ids()
    to: Any = store
    return ReadLog(to, *parts)


async def test_a_flush_leaves_what_comes_meanwhile_to_the_next() -> None:
    store, came = Store(), iter(range(100))
    log = log_to(store)
    store.comes = lambda: log.read(ADA, "contact", BIRTHDAY, [f"c{next(came)}"])
    store.comes()
    for appends in (1, 2):
        await log.flush()  # each append brings another read
        assert len(store.appends) == appends
    store.comes = lambda: None
    await log.finish()
    assert [[*one["records"]] for one in store.written(RecordsRead)] == [["c0"], ["c1"], ["c2"]]


async def test_what_could_not_be_written_is_waited_with_no_further_read() -> None:
    store, tried = Store(), iter([StoreUnavailable("away"), None])
    log = log_to(store)

    def comes() -> None:
        if error := next(tried):
            raise error

    store.comes = comes
    log.read(ADA, "contact", BIRTHDAY, ["c1"])
    with pytest.raises(StoreUnavailable):
        await log.flush()
    assert log._some.is_set()
    await log.flush()
    assert len(store.appends) == 1
    assert not log._some.is_set()


async def test_a_full_buffer_of_one_person_is_written_whole() -> None:
    store = Store()
    log = log_to(store)
    fields = tuple(f"custom.{n:060}" for n in range(MOST_FIELDS))
    log.read(ADA, "contact", fields, [f"{n:036}" for n in range(MOST)])
    await log.flush()
    assert sum(len(one["records"]) for one in store.written(RecordsRead)) == MOST
    assert store.tries == len(store.appends) > 1


async def test_long_texts_of_one_person_do_not_take_their_reads_along() -> None:
    store = Store()
    log = log_to(store)
    log.read(ADA, "contact", BIRTHDAY, ["c1", "c2"])
    for n in range(30):
        log.searched(ADA, f"{n}" * 45_000)
    await log.flush()
    assert [[*one["records"]] for one in store.written(RecordsRead)] == [["c1", "c2"]]
    assert len(store.written(LogSearched)) == 30
    assert store.tries == len(store.appends) + 1  # all at once were too long


async def test_an_event_that_is_never_taken_is_dropped_alone_and_by_its_entries() -> None:
    store = Store()
    log = log_to(store)
    log.read(ADA, "contact", BIRTHDAY, ["c1", "c2"])
    log.read(ADA, "contact", ("x" * 1_000_000,), ["c3", "c4", "c5"])
    await log.finish()
    assert [[*one["records"]] for one in store.written(RecordsRead)] == [["c1", "c2"]]
    assert [one["count"] for one in store.written(ReadsDropped)] == [3]
