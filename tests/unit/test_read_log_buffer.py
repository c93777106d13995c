"""What is gathered before it is written: one entry for the same read again, bounds, and what did not fit."""

from __future__ import annotations

from shared.events.audit_reads import AccessRefused, ExportEnded, LogSearched, RecordsRead
from shared.readlog.buffer import OF_AN_EVENT, REFUSALS_OF_ONE, Buffer, Refusal, Who

ADA, BOB = Who("t1", "ada", ""), Who("t1", "key-1", "bob")
BIRTHDAY = ("birthday",)
ROUTE = Refusal("GET", "/customer/accounts/{id}", "a1", "account", "read")


def test_the_same_read_again_is_one_entry_with_a_count() -> None:
    buffer = Buffer(100)
    buffer.read(ADA, 5, "contact", BIRTHDAY, ["c1", "c2"])
    buffer.read(ADA, 9, "contact", BIRTHDAY, ["c1"])
    buffer.read(BOB, 7, "contact", BIRTHDAY, ["c1"])
    buffer.read(ADA, 9, "contact", ("custom.health",), ["c1"])
    buffer.figure(ADA, 9, "contact", BIRTHDAY)
    for _ in range(3):
        buffer.refuse(ADA, 9, ROUTE)
        buffer.search(BOB, 9, "actor=ada")
    assert buffer.size == 7
    batches, dropped = buffer.take()
    assert (buffer.size, dropped, batches[ADA].since) == (0, {}, 5)
    assert [*batches[ADA].events()] == [
        RecordsRead("contact", ["birthday"], {"c1": 2, "c2": 1}),
        RecordsRead("contact", ["custom.health"], {"c1": 1}),
        RecordsRead("contact", ["birthday"], {}, 1),
        AccessRefused("GET", "/customer/accounts/{id}", "a1", "account", "read", 3),
    ]
    assert [*batches[BOB].events()] == [RecordsRead("contact", ["birthday"], {"c1": 1}), LogSearched("actor=ada", 3)]
    assert buffer.take() == ({}, {})


def test_an_event_has_as_many_records_as_it_is_found_by() -> None:
    buffer = Buffer(1000)
    buffer.read(ADA, 5, "contact", BIRTHDAY, [f"c{n}" for n in range(2 * OF_AN_EVENT + 1)])
    sizes = [len(one.records) for one in buffer.take()[0][ADA].events()]
    assert sizes == [OF_AN_EVENT, OF_AN_EVENT, 1]


def test_what_does_not_fit_is_counted_and_ends_of_exports_always_fit() -> None:
    buffer = Buffer(2)
    buffer.read(ADA, 5, "contact", BIRTHDAY, ["c1", "c2", "c3", "c1"])
    buffer.read(Who("t2", "eve", ""), 5, "lead", BIRTHDAY, ["l1"])
    buffer.refuse(ADA, 5, ROUTE)
    ended = ExportEnded("e1", "contact", 7)
    buffer.end(ADA, 5, ended)
    batches, dropped = buffer.take()
    assert dropped == {"t1": 2, "t2": 1}
    assert [*batches[ADA].events()] == [RecordsRead("contact", ["birthday"], {"c1": 2, "c2": 1}), ended]
    assert [*batches[Who("t2", "eve", "")].events()] == []


def test_who_makes_up_ids_makes_no_entry_with_each() -> None:
    buffer = Buffer(10_000)
    for n in range(REFUSALS_OF_ONE + 20):
        buffer.refuse(ADA, 5, ROUTE._replace(record=f"a{n}"))
    found = [one for one in buffer.take()[0][ADA].events() if isinstance(one, AccessRefused)]
    assert len(found) == REFUSALS_OF_ONE + 1
    assert (found[-1].record, found[-1].times) == ("", 20)
