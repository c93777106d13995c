"""The log searched: each condition, pages, the index that follows the log; the tree of causes; what one act did."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from hashlib import blake2b
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from services.audit import acts, causes
from shared.clock import SystemClock
from shared.events.envelope import Metadata, NewEvent, Stored
from shared.eventstore.port import EventStore
from shared.explorer import explorer, terms
from shared.explorer import file as explorer_file
from shared.explorer.explorer import Explorer, Search
from shared.explorer.file import ExplorerFile
from shared.explorer.terms import Kind
from tests.support.importing import Office, office
from tests.support.ports import open_ports

CONTACTS = """\
name: Guests
steps:
  - name: guests
    file: guests.csv
    resource: contact
    fields: { given_name: First, family_name: Last }
"""
T = "t1"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path / "data") as at_work:
        yield at_work


async def search(desk: Office, **params: Any) -> list[dict[str, Any]]:
    await desk.suite.kernel.projector.catch_up()  # titles are those of the views
    found = await desk.get("/audit/search", **params)
    assert found["complete"]
    items: list[dict[str, Any]] = found["items"]
    return items


async def test_events_are_found_by_what_they_are(desk: Office) -> None:
    acme = await desk.create("/customer/accounts", name="Acme")
    lin = await desk.create("/customer/contacts", family_name="林", given_name="青")
    linked = await desk.client.post(f"/customer/contacts/{lin}/link-account", json={"account": acme})
    assert linked.is_success, linked.text
    headers = {"X-Reason": quote("Moved to 上海 Office")}
    moved = await desk.client.patch(f"/customer/accounts/{acme}", json={"name": "Acme 2"}, headers=headers)
    assert moved.is_success, moved.text
    of_acme = await search(desk, record=f"account-{acme}")
    assert [one["type"] for one in of_acme] == ["customer.AccountDetailsChanged", "customer.AccountCreated"]
    assert {one["record"]["title"] for one in of_acme} == {"Acme 2"}
    about = [one["stream"] for one in await search(desk, about=acme)]
    assert f"contact-{lin}" in about
    assert f"account-{acme}" in about
    assert [one["version"] for one in await search(desk, type="customer.AccountCreated", actor=desk.user)] == [1]
    assert await search(desk, type="customer.AccountCreated", actor="system") == []
    assert len(await search(desk, command="customer.CreateContact")) == 1
    without = await search(desk, record=f"account-{acme}", without="customer.AccountCreated")
    assert [one["type"] for one in without] == ["customer.AccountDetailsChanged"]
    (found,) = await search(desk, reason="上海 OFFICE")
    assert found["event_id"] == of_acme[0]["event_id"]
    assert found["reason"] == "Moved to 上海 Office"
    later = await search(desk, category="account", since=of_acme[0]["recorded_at"])
    assert [one["version"] for one in later] == [2]
    assert [one["version"] for one in await search(desk, category="account", until=of_acme[1]["recorded_at"])] == [1]
    assert await search(desk, category="account", since="2999-01-01") == []
    page = await desk.get("/audit/search", category="account", limit=1)
    rest = await desk.get("/audit/search", category="account", limit=1, cursor=page["next"])
    assert [one["version"] for one in page["items"] + rest["items"]] == [2, 1]
    assert page["names"] == {desk.user: "Ada"}
    one = await desk.get(f"/audit/events/{found['event_id']}")
    assert one["changes"]["name"] == {"from": "Acme", "to": "Acme 2"}
    assert one["undo"]["path"].endswith(f"/customer/accounts/{acme}/undo")
    assert (await desk.client.post(one["undo"]["path"], json=one["undo"]["body"])).is_success
    long = "x" * 201
    for wrong in ("cursor=x", "limit=0", "since=yesterday", "nobody=1", "actor=%01", f"reason={long}", "without=a.B"):
        assert (await desk.client.get(f"/audit/search?{wrong}")).status_code == 422, wrong
    assert (await desk.client.get("/audit/events/nothing")).status_code == 404
    assert (await desk.client.get("/audit/acts/nothing")).status_code == 404


async def test_what_a_hidden_field_refers_to_is_not_found_by_it(desk: Office) -> None:
    acme = await desk.create("/customer/accounts", name="Acme")
    deal = await desk.create("/sales/opportunities", name="Deal", account=acme)
    assert {f"opportunity-{deal}", f"account-{acme}"} <= {one["stream"] for one in await search(desk, about=acme)}
    hidden = {"opportunity": ["account"]}
    _, headers = await desk.colleague(grants={"*": {"read": "all"}}, hidden=hidden)
    for wanted in (acme, deal):
        answer = await desk.client.get("/audit/search", params={"about": wanted}, headers=headers)
        found = {one["stream"] for one in answer.raise_for_status().json()["items"]}
        assert (f"account-{acme}" in found, f"opportunity-{deal}" in found) == (wanted == acme, wanted == deal)


async def test_a_record_differs_between_two_moments_and_says_who_set_each_field(desk: Office) -> None:
    acme = await desk.create("/customer/accounts", name="Acme", website="https://a.example")
    path, record = f"/customer/accounts/{acme}", f"account-{acme}"
    for body in ({"name": "B"}, {"name": "C", "website": "https://c.example"}, {"website": "https://a.example"}):
        assert (await desk.client.patch(path, json=body)).is_success
    events = {one["version"]: one for one in await search(desk, record=record)}
    found = await desk.get("/audit/difference", record=record, **{"from": 1, "to": 4})
    assert (found["from"], found["to"]) == (1, 4)
    (name,) = found["fields"]  # the website is again what it was
    assert (name["field"], name["from"], name["to"]) == ("name", "Acme", "C")
    assert name["set_by"]["event_id"] == events[3]["event_id"]
    assert found["names"][desk.user] == "Ada"
    moments = {"from": events[2]["occurred_at"], "to": events[3]["occurred_at"]}
    found = await desk.get("/audit/difference", record=record, **moments)
    assert {one["field"]: one["to"] for one in found["fields"]} == {"name": "C", "website": "https://c.example"}
    found = await desk.get("/audit/difference", record=record)
    fields = {one["field"]: (one["from"], one["to"], one["set_by"]["version"]) for one in found["fields"]}
    assert (found["from"], fields["name"]) == (0, ("", "C", 3))
    for wrong in ("", "record=account-1&from=soon", f"record={record}&to=0"):
        assert (await desk.client.get(f"/audit/difference?{wrong}")).status_code in (404, 422), wrong
    assert (await desk.client.get(f"/audit/difference?record={record}&to=0")).json()["errors"][0]["field"] == "to"


async def test_an_import_is_one_act_and_its_undo_is_its_own(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    done = await desk.run(CONTACTS, {"guests.csv": "First,Last\nAda,Byron\nGrace,Hopper\n"})
    assert done["status"] == "completed", done
    (started,) = await search(desk, type="integration.ImportStarted")
    job = started["stream"].partition("-")[2]
    act = await desk.get(f"/audit/acts/{job}")
    assert act["job"] == {"type": "import", "id": job, "title": "Guests"}
    assert act["types"]["customer.ContactCreated"] == 2
    assert len([one for one in act["records"] if one["record"]["type"] == "contact"]) == 2
    listed = [one["record"]["id"] for one in act["records"]]
    assert act["next"] is None
    monkeypatch.setattr(acts, "MOST_RECORDS", 1)
    pages = [await desk.get(f"/audit/acts/{job}")]
    while pages[-1]["next"]:
        pages.append(await desk.get(f"/audit/acts/{job}", cursor=pages[-1]["next"]))
    assert [one["record"]["id"] for page in pages for one in page["records"]] == listed
    assert (await desk.client.get(f"/audit/acts/{job}?cursor=x")).status_code == 422
    (created, _) = await search(desk, correlation=job, type="customer.ContactCreated")
    tree = await desk.get(f"/audit/events/{created['event_id']}/causes")
    assert tree["job"]["id"] == job
    assert (await desk.client.post(act["undo"]["path"], json=act["undo"]["body"])).is_success
    await desk.until_status(job, "reverted")
    assert len(await search(desk, correlation=f"{job}:revert")) == 2
    await desk.suite.kernel.projector.catch_up()
    after = await desk.get(f"/audit/acts/{job}")
    assert (after["undo"], after["undo_reason"]["code"]) == (None, "undone")


async def test_the_tree_goes_from_the_command_to_what_reacted(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    lead = await desk.create("/sales/leads", family_name="Hopper", company="Navy", email="grace@example.com")
    for verb in ("start", "qualify"):
        answer = await desk.client.post(f"/sales/leads/{lead}/{verb}", json={})
        assert answer.is_success, answer.text
    started = await desk.client.post(f"/sales/leads/{lead}/convert", json={})
    assert started.is_success, started.text
    await desk.suite.kernel.policies.catch_up()
    (converted,) = await search(desk, type="sales.LeadConverted")
    tree = await desk.get(f"/audit/events/{converted['event_id']}/causes")
    assert tree["whole"]
    first, *others = tree["acts"]
    assert (first["command_name"], first["cause"], first["actor"]) == ("sales.ConvertLead", "", desk.user)
    known = {one["event_id"] for one in first["events"]}
    for act in others:  # each reacts to an event that stands before it
        assert act["cause"] in known
        assert act["actor"] == "system"
        known |= {one["event_id"] for one in act["events"]}
    assert converted["event_id"] in known
    assert {one["type"] for act in others for one in act["events"]} >= {"customer.ContactCreated"}
    for most in (1, 2):  # of a tree with more events than are shown, what was asked for is there all the same
        monkeypatch.setattr(causes, "MOST", most)
        for id in known:
            tree = await desk.get(f"/audit/events/{id}/causes")
            shown = [one["event_id"] for act in tree["acts"] for one in act["events"]]
            assert (tree["whole"], shown.count(id)) == (False, 1)
            for n, act in enumerate(tree["acts"]):
                before = {one["event_id"] for earlier in tree["acts"][:n] for one in earlier["events"]}
                assert act["cause"] in before or (n, act["cause"]) == (0, "")


# --- the index alone --------------------------------------------------------------------------------------------------


class Log:
    """A store with its index. Nothing runs in the background."""

    def __init__(self, store: EventStore, explorer: Explorer) -> None:
        self.store, self.explorer = store, explorer

    async def write(self, stream: str, version: int, tenant: str = T, **metadata: str) -> str:
        id = f"{stream}/{version}/{metadata.get('actor', '')}"
        new = NewEvent(id, "customer.AccountArchived", 1, 0, b"{}")
        await self.store.append(tenant, stream, version - 1, [new], Metadata(**metadata))
        await self.explorer.catch_up()
        return id

    async def found(self, *terms: tuple[Kind, str], tenant: str = T, limit: int = 100) -> list[str]:
        ids, below = list[str](), 2**62
        while True:
            page = await self.explorer.find(tenant, Search(terms), limit, below)
            ids += [one.event_id for one in page.events]
            if page.next is None:
                return ids
            below = page.next


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[Log]:
    async with AsyncExitStack() as stack:
        ports = await open_ports(tmp_path, [], SystemClock(), stack)
        assert ports.explorer is not None
        explorer = Explorer(ports.store, ports.explorer, ports.clock)
        await explorer.start()
        yield Log(ports.store, explorer)


async def test_pages_join_whatever_is_looked_at_in_one_step(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explorer_file, "CHUNK", 3)
    ids = [await log.write(f"account-{n}", 1, actor="ada" if n % 3 else "bob") for n in range(20)]
    of_ada = [id for id in ids if id.endswith("ada")][::-1]
    every: Sequence[tuple[Kind, str]] = (("category", "account"), ("actor", "ada"))
    for limit in (1, 2, 7, 100):
        assert await log.found(*every, limit=limit) == of_ada
        assert await log.found(limit=limit) == ids[::-1]
    assert await log.found(("actor", "ada"), tenant="t2") == []
    assert await log.found(("record", "account-3"), ("actor", "ada")) == []
    assert await log.found(("record", "account-3"), ("actor", "bob")) == ["account-3/1/bob"]


async def test_two_terms_of_one_hash_show_nothing_of_each_other(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terms, "blake2b", lambda _, digest_size: blake2b(b"the same", digest_size=digest_size))
    mine = await log.write("account-1", 1, actor="ada")
    theirs = await log.write("account-2", 1, "t2", actor="bob")
    assert await log.found() == [mine]
    assert await log.found(tenant="t2") == [theirs]
    assert await log.found(("actor", "bob")) == []  # nor what is of the own organisation, and has another term
    assert await log.found(("event", theirs), ("about", "2")) == []
    assert await log.explorer.total(T, "record", "account-1") == 1


async def test_a_page_reads_so_many_events_and_the_next_goes_on(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explorer, "MOST_READ", 3)
    ids = [await log.write(f"account-{n}", 1, actor="ada") for n in range(7)]
    judged: list[str] = []

    async def judge(event: Stored) -> bool:
        judged.append(event.event_id)
        return False

    below: int | None = 2**62
    for so_far in (3, 6, 7):
        assert below is not None
        page = await log.explorer.find(T, Search((("actor", "ada"),)), 5, below, judge)
        assert (page.events, judged) == ([], ids[::-1][:so_far])
        below = page.next
    assert below is None


@pytest.mark.parametrize("set_back", [False, True])
async def test_positions_of_a_time_are_found_also_where_the_clock_was_set_back(tmp_path: Path, set_back: bool) -> None:
    times = [10, 20, 20, 30, 15 if set_back else 30, 40]
    index = explorer_file.ExplorerFile(tmp_path / "explorer.db", "here")
    lease = await index.lease("explorer", "me", 0, 1)
    assert lease is not None
    events = [Stored(n, T, "account-1", n, str(n), "x", 1, 0, at, b"{}", b"{}") for n, at in enumerate(times, 1)]
    for batch in (events[:4], events[4:]):
        index.add(batch, batch[-1].position, lease)
    for since, until in [(a, b) for a in (None, 5, 12, 20, 35, 41) for b in (None, 9, 15, 20, 30, 99)]:
        fits = [n for n, at in enumerate(times, 1) if (since or 0) <= at <= (until or 99)]
        whole = since is until is None
        expected = (0, 2**62) if whole else (fits[0], fits[-1]) if fits else None
        assert index.between(since, until) == expected, (since, until)
    index.close()


async def test_an_index_of_a_log_that_went_back_is_made_again(log: Log, tmp_path: Path) -> None:
    await log.write("account-1", 1, actor="ada")
    ahead = ExplorerFile(tmp_path / "ahead.db", "here")
    async with AsyncExitStack() as stack:
        other = await open_ports(tmp_path / "other", [], SystemClock(), stack)
        longer = Explorer(other.store, ahead, SystemClock())
        elsewhere = Log(other.store, longer)
        for n in range(5):
            await elsewhere.write(f"account-{n}", 1, actor="bob")
        await longer.stop()
    again = Explorer(log.store, ahead, SystemClock())
    await again.start()
    await again.catch_up()
    assert await Log(log.store, again).found() == ["account-1/1/ada"]
    assert await Log(log.store, again).found(("actor", "bob")) == []
    ahead.close()
