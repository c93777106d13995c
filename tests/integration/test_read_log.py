"""The read log: who was shown sensitive fields, was refused, was given or asked what; batches, faults, the explorer."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.identity.setup import set_up
from shared.eventstore.port import StoreUnavailable
from shared.readlog import readlog
from shared.readlog.readlog import CATEGORY, ReadLog
from shared.security.passwords import Passwords
from tests.support.bulk import act
from tests.support.importing import Office, fed, office
from tests.support.role_harness import flush_reads
from tests.support.suite import PASSWORD, QUICK

CONTACTS = "/customer/contacts"
NAME = "林森北路"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path / "data", warehouse=True) as at_work:
        yield at_work


async def found(desk: Office, type_: str, **params: Any) -> list[dict[str, Any]]:
    """The events of a type that the explorer finds, oldest first."""
    await flush_reads(desk.suite)
    await desk.suite.kernel.projector.catch_up()
    page = await desk.get("/audit/search", type=f"audit.{type_}", **params)
    assert page["complete"]
    items: list[dict[str, Any]] = page["items"]
    return items[::-1]


class Reads:
    """What the log says was read, since it was asked last."""

    def __init__(self, desk: Office) -> None:
        self._desk, self._known = desk, set[str]()

    async def new(self) -> dict[tuple[str, ...], dict[str, int]]:
        """Fields → records with their counts, by whichever process they were answered."""
        events = [one for one in await found(self._desk, "RecordsRead") if one["event_id"] not in self._known]
        self._known |= {one["event_id"] for one in events}
        read: dict[tuple[str, ...], Counter[str]] = {}
        for one in map(_read, events):
            counts = read.setdefault((one["resource"], *one["fields"]), Counter())
            counts.update({record["id"]: record["times"] for record in one["records"]})
        return {fields: dict(counts) for fields, counts in read.items()}


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written but when a test says so."""
    monkeypatch.setattr(readlog, "SECONDS", 3600.0)


async def test_reads_of_sensitive_fields_are_in_the_log(desk: Office, at_once: None) -> None:
    defined = {"resource": "contact", "name": "health", "kind": "integer", "sensitive": True}
    await desk.create("/customer/field-definitions", **defined)
    await desk.suite.kernel.projector.catch_up()
    double = {"resource": "contact", "name": "doubled", "kind": "formula", "formula": "custom.health * 2"}
    await desk.create("/customer/field-definitions", **double)
    await desk.suite.kernel.projector.catch_up()
    born = await desk.create(CONTACTS, family_name="Lin", birthday="1990-02-03")
    ill = await desk.create(CONTACTS, family_name="Wu", custom={"health": 7})
    plain = await desk.create(CONTACTS, family_name="Ma")
    birthday = ("contact", "birthday")
    reads = Reads(desk)
    for id in (born, ill, plain):  # one whose fields are empty shows nothing
        await desk.get(f"{CONTACTS}/{id}", min_version=1)
    await desk.get(f"{CONTACTS}/{born}")
    health = ("contact", "custom.doubled", "custom.health")  # what is made of it tells it
    assert await reads.new() == {birthday: {born: 2}, health: {ill: 1}}
    await desk.get(f"{CONTACTS}/{born}", fields="family_name")
    await desk.get(CONTACTS, fields="family_name")
    await desk.get("/customer/accounts")
    assert await reads.new() == {}
    await desk.get(CONTACTS)  # as they are stored
    await desk.get(CONTACTS, names="true")  # and decoded
    assert await reads.new() == {birthday: {born: 2}, health: {ill: 2}}
    await desk.create("/customer/field-definitions", resource="contact", name="shoe", kind="integer")
    await desk.suite.kernel.projector.catch_up()
    (row,) = (await desk.get(CONTACTS, family_name="Wu", fields="custom.shoe,custom.doubled"))["items"]
    assert row["custom"] == {"doubled": "14"}
    for where in (CONTACTS, f"{CONTACTS}/{ill}"):  # of custom values those that were answered
        await desk.get(where, fields="custom.shoe")
    assert await reads.new() == {("contact", "custom.doubled"): {ill: 1}}
    assert (await desk.client.get(CONTACTS, params={"fields": "custom.nothing"})).status_code == 422
    await desk.get(CONTACTS, birthday="1990-02-03", fields="family_name")  # who is found by it has it
    assert await reads.new() == {birthday: {born: 1}}
    for part in ("history", "timeline"):
        await desk.get(f"{CONTACTS}/{born}/{part}")
    await desk.get(f"{CONTACTS}/board", by="language", cards=5)
    await desk.get("/audit/difference", record=f"contact-{born}")
    await desk.get("/search", q="Lin")
    await desk.suite.kernel.projector.catch_up()
    (created,) = (await desk.get("/audit/search", type="customer.ContactCreated", about=born))["items"]
    await desk.get(f"/audit/events/{created['event_id']}")
    assert await reads.new() == {birthday: {born: 6}, health: {ill: 1}}


async def test_what_only_found_or_grouped_a_record_was_read(desk: Office, at_once: None) -> None:
    defined = {"resource": "contact", "name": "illness", "kind": "text", "sensitive": True}
    await desk.create("/customer/field-definitions", **defined)
    await desk.suite.kernel.projector.catch_up()
    born = await desk.create(CONTACTS, family_name="Lin", birthday="1990-02-03")
    ill = await desk.create(CONTACTS, family_name="Wu", custom={"illness": "Gout since spring"})
    await desk.get(f"{CONTACTS}/{born}", min_version=1, fields="family_name")
    await desk.get(f"{CONTACTS}/{ill}", min_version=1, fields="family_name")
    birthday, illness = ("contact", "birthday"), ("contact", "custom.illness")
    reads = Reads(desk)
    for by in ("birthday:day", "language"):  # the others have the key null
        board = await desk.get(f"{CONTACTS}/board", by=by, cards=5, fields="family_name")
        assert {card["id"] for group in board["groups"] for card in group["cards"]} == {born, ill}
    assert await reads.new() == {birthday: {born: 1}}
    assert len((await desk.get("/search", q="gout", fields="id,title"))["items"]) == 1
    assert len((await desk.get(CONTACTS, q="gout", fields="family_name"))["items"]) == 1
    await desk.get(f"{CONTACTS}/board", by="language", cards=5, fields="family_name", q="gout")
    assert await reads.new() == {illness: {ill: 3}}
    for _ in range(2):  # a figure names nobody, and tells the value of the one who is known to be it
        assert (await desk.get(f"{CONTACTS}/count", birthday="1990-02-03", family_name="Lin"))["count"] == 1
    await desk.get(f"{CONTACTS}/board", by="birthday:month")
    await desk.get(f"{CONTACTS}/count", family_name="Lin")
    assert await reads.new() == {birthday: {}}
    (figures,) = [one["read"] for one in await found(desk, "RecordsRead") if not one["read"]["records"]][-1:]
    assert (figures["fields"], figures["count"]) == (["birthday"], 3)
    assert (await desk.get(f"{CONTACTS}/count", q="gout"))["count"] == 1  # the one who is known to be it has it
    assert await reads.new() == {illness: {}}
    assert len((await desk.get("/search", q="wu", fields="id,title"))["items"]) == 1  # by the name: no illness is shown
    assert len((await desk.get(CONTACTS, q="wu", fields="family_name"))["items"]) == 1
    assert await reads.new() == {}


async def test_cards_of_a_pipeline_are_in_the_log(desk: Office, at_once: None) -> None:
    for name, kind in (("debts", "integer"), ("bonus", "money")):
        defined = {"resource": "opportunity", "name": name, "kind": kind, "sensitive": True}
        await desk.create("/customer/field-definitions", **defined)
    await desk.suite.kernel.projector.catch_up()
    deal = await desk.create("/sales/opportunities", name="Deal", currency="EUR", custom={"debts": 7})
    await desk.get(f"/sales/opportunities/{deal}", min_version=1, fields="name")
    pipeline = (await desk.get("/sales/pipelines"))["items"][0]["id"]
    reads = Reads(desk)
    await desk.get(f"/sales/pipelines/{pipeline}/board")
    assert await reads.new() == {("opportunity", "custom.debts"): {deal: 1}}
    paid = {"currency": "EUR", "custom": {"bonus": {"amount": "500.00", "currency": "EUR"}}}
    rich = await desk.create("/sales/opportunities", name="Rich", **paid)
    await desk.get(f"/sales/opportunities/{rich}", min_version=1, fields="name")
    where = {"custom.bonus.amount[ge]": "100", "fields": "name"}  # a part of the field tells its value
    assert len((await desk.get("/sales/opportunities", **where))["items"]) == 1
    assert (await desk.get("/sales/opportunities/count", **{"custom.bonus.amount[ge]": "100"}))["count"] == 1
    assert await reads.new() == {("opportunity", "custom.bonus"): {rich: 1}}
    assert [one["read"]["count"] for one in await found(desk, "RecordsRead") if not one["read"]["records"]] == [1]


async def test_previews_and_reports_of_jobs_are_in_the_log(desk: Office, at_once: None) -> None:
    born = await desk.create(CONTACTS, family_name="Lin", birthday="1990-02-03")
    await desk.get(f"{CONTACTS}/{born}", min_version=1, fields="family_name")
    reads = Reads(desk)
    asked = {"type": "contact", "command": "edit", "body": {"birthday": "1991-01-01"}, "ids": [born]}
    foretold = await act(desk.client, "/bulk/preview", **asked)
    assert foretold["sample"][0]["changes"]["birthday"]["from"] == "1990-02-03"
    await desk.get(f"/bulk/{foretold['id']}/report")
    assert await reads.new() == {("contact", "birthday"): {born: 2}}
    mapping = """
name: Contacts
steps:
  - name: contacts
    file: c.csv
    resource: contact
    mode: create
    fields: { family_name: Name, birthday: Born }
"""
    report = await desk.run(mapping, {"c.csv": "Name,Born\nMa,soon\n"}, "/imports/dry-run")
    assert report["rejected"][0]["cells"] == {"Name": "Ma", "Born": "soon"}
    await desk.get(f"/imports/{report['id']}/report")
    shown = [(r["resource"], r["count"], r["text"]) for r in map(_read, await found(desk, "DataExported"))]
    assert shown == [("import", 1, f"report-{report['id']}")] * 2  # the last of the events, and the report


async def test_the_explorer_finds_who_read_a_record(desk: Office, at_once: None) -> None:
    born = await desk.create(CONTACTS, family_name="Lin", birthday="1990-02-03")
    await desk.get(f"{CONTACTS}/{born}", min_version=1)
    (event,) = await found(desk, "RecordsRead", about=born, actor=desk.user)
    assert (event["actor"], event["record"], event["readable"]) == (desk.user, None, True)
    assert event["read"]["records"] == [{"type": "contact", "id": born, "times": 1, "title": "Lin"}]
    assert await found(desk, "RecordsRead", actor="system") == []
    one = await desk.get(f"/audit/events/{event['event_id']}")
    assert one["event"]["read"] == event["read"]
    tree = await desk.get(f"/audit/events/{event['event_id']}/causes")
    assert [[e["event_id"] for e in act["events"]] for act in tree["acts"]] == [[event["event_id"]]]
    searches = await found(desk, "LogSearched")
    assert [one["read"]["count"] for one in searches if f"about={born}" in one["read"]["text"]] == [1]


@pytest.mark.one_process
async def test_another_organisation_finds_none_of_it(desk: Office, at_once: None) -> None:
    born = await desk.create(CONTACTS, family_name="Lin", birthday="1990-02-03")
    await desk.get(f"{CONTACTS}/{born}", min_version=1)
    (event,) = await found(desk, "RecordsRead")
    kernel = desk.suite.kernel
    other = await set_up(kernel, "Other", "Bea", "bea@other.example", PASSWORD, "en", Passwords(QUICK))
    await kernel.projector.catch_up()
    assert kernel.signer is not None
    headers = {"Authorization": f"Bearer {kernel.signer.issue(other.user, other.tenant, 'session', 9)[0]}"}
    for asked in ({"category": CATEGORY}, {"about": born}, {"actor": desk.user}):
        page = (await desk.client.get("/audit/search", params=asked, headers=headers)).raise_for_status().json()
        assert page["items"] == []
    assert (await desk.client.get(f"/audit/events/{event['event_id']}", headers=headers)).status_code == 404
    assert (await desk.client.get(f"{CONTACTS}/{born}", headers=headers)).status_code == 404
    await flush_reads(desk.suite)
    theirs = await kernel.store.read_all(0, 1000, categories=[CATEGORY], tenant=other.tenant)
    assert {one.type for one in theirs} == {"audit.LogSearched"}  # an unknown record is not refused, and was not read


async def test_refusals_are_in_the_log_by_route_and_right(desk: Office, at_once: None) -> None:
    account = await desk.create("/customer/accounts", name="Acme")
    seller, headers = await desk.colleague(grants={"account": {"read": "all"}})
    for _ in range(2):
        answer = await desk.client.patch(f"/customer/accounts/{account}", json={"name": "B"}, headers=headers)
        assert answer.status_code == 403
    typed = await desk.client.post("/customer/accounts/Lin-Sen-Bei/archive", headers=headers)
    assert typed.status_code == 403  # into a path a caller may write anything
    refused = await found(desk, "AccessRefused", actor=seller)
    shown = [(r["route"], r["action"], r["count"], [one["id"] for one in r["records"]]) for r in map(_read, refused)]
    assert shown == [
        ("PATCH /customer/accounts/{id}", "edit", 2, [account]),
        ("POST /customer/accounts/{id}/archive", "archive", 1, []),
    ]


@pytest.mark.one_process
async def test_exports_and_questions_are_in_the_log_before_they_are_answered(
    desk: Office, monkeypatch: pytest.MonkeyPatch, at_once: None
) -> None:
    for n in range(3):
        await desk.create("/customer/accounts", name=f"Acme {n}", city=NAME)
    await desk.suite.kernel.projector.catch_up()
    await fed(desk.client)
    assert (await desk.client.get("/customer/accounts/export", params={"city": NAME})).is_success
    monkeypatch.setattr("shared.http.export.MAX_PAGE", 2)
    assert (await desk.client.get("/customer/accounts/export", params={"format": "xlsx"})).is_success
    sql = f"SELECT count() AS n FROM accounts WHERE city = '{NAME}'"
    assert (await desk.client.post("/analytics/sql", json={"sql": sql})).is_success
    assert (await desk.client.get(f"{CONTACTS}/export", params={"fields": "birthday"})).is_success
    exported = [(r["count"], r["fields"], r["text"]) for r in map(_read, await found(desk, "DataExported"))]
    assert exported == [(3, [], f"city={NAME}"), (0, [], ""), (0, ["birthday"], "fields=birthday")]
    assert [_read(one)["count"] for one in await found(desk, "ExportEnded")] == [3]
    assert [(r["count"], r["text"]) for r in map(_read, await found(desk, "QuestionAsked"))] == [(1, sql)]
    stored = await desk.suite.kernel.store.read_all(0, 1000, categories=[CATEGORY])
    assert len(stored) >= 4
    assert not [one for one in stored if NAME.encode() in one.data or b"city" in one.data]
    _, headers = await desk.colleague(
        grants={"audit": {"read": "all"}, "account": {"read": "all"}}, hidden={"account": ["city"]}
    )
    page = (await desk.client.get("/audit/search", params={"category": CATEGORY}, headers=headers)).json()
    assert page["items"]
    assert not [one for one in page["items"] if one["read"]["text"]]  # what was typed may tell a hidden field

    async def away(*_: object) -> None:
        raise StoreUnavailable("the disk is full")

    monkeypatch.setattr(desk.suite.kernel.store, "append", away)
    assert (await desk.client.get("/customer/accounts/export")).status_code == 503
    assert (await desk.client.post("/analytics/sql", json={"sql": sql})).status_code == 503
    assert (await desk.client.get("/customer/accounts")).is_success  # a read waits for nothing
    monkeypatch.undo()


def _read(one: dict[str, Any]) -> dict[str, Any]:
    read: dict[str, Any] = one["read"]
    return read


class Failing:
    """A store that keeps what it is given and says that it did not, or does not take it at all."""

    def __init__(self, store: Any) -> None:
        self._store, self.keeps, self.fails = store, True, True

    async def append(self, *given: Any) -> Any:
        done = await self._store.append(*given) if self.keeps else None
        if self.fails:
            raise StoreUnavailable("no answer came")
        return done


@pytest.mark.one_process
async def test_faults_lose_nothing_and_write_nothing_twice(desk: Office) -> None:
    kernel, access = desk.suite.kernel, await desk.access()
    store = Failing(kernel.store)
    reads = ReadLog(store, kernel.codec, kernel.clock, kernel.ids, most=4)  # type: ignore[arg-type]
    ids = [f"c{n}" for n in range(6)]
    reads.read(access, "contact", ("birthday",), ids[:3])
    with pytest.raises(StoreUnavailable):
        await reads.flush()  # the store has it, which nobody knows
    store.keeps = False
    reads.read(access, "contact", ("birthday",), ids)
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            await reads.flush()
    store.keeps, store.fails = True, False
    await reads.flush()
    read = [one["read"]["records"] for one in await found(desk, "RecordsRead")]
    assert [[one["id"] for one in records] for records in read] == [ids[:3], ids[:4][:3]]
    assert [one["read"]["count"] for one in await found(desk, "ReadsDropped")] == [2]


@pytest.mark.one_process
async def test_entries_are_written_by_themselves_and_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readlog, "SECONDS", 0.01)
    async with office(tmp_path / "data") as desk:
        born = await desk.create(CONTACTS, family_name="Lin", birthday="1990-02-03")
        await desk.get(f"{CONTACTS}/{born}", min_version=1)
        store = desk.suite.kernel.store
        async with asyncio.timeout(90):
            while not await store.read_all(0, 10, categories=[CATEGORY]):
                await asyncio.sleep(0.01)
        monkeypatch.setattr(readlog, "SECONDS", 3600.0)
        await asyncio.sleep(0.05)  # what the loop waits with now, it has begun before
        await desk.get(f"{CONTACTS}/{born}")
    async with office(tmp_path / "data", working=False) as desk:
        kept = await desk.suite.kernel.store.read_all(0, 10, categories=[CATEGORY])
        assert len(kept) == 2
