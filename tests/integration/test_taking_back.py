"""All that one person did in a span of time taken back: what goes, what stays and why, and the whole of it put back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from services.audit import taking_back
from services.audit.taking_back_run import TakingBackRun
from shared.events.envelope import Undecodable
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.repository import Repository
from shared.streaming import unfinished
from tests.support.importing import Office, office


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path / "data") as at_work:
        yield at_work


async def asked(desk: Office, path: str, headers: dict[str, str] | None = None, **body: Any) -> dict[str, Any]:
    """The last of the stream's events."""
    await desk.suite.kernel.projector.catch_up()
    answer = await desk.client.post(path, json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = json.loads([x[5:] for x in answer.text.splitlines() if x.startswith("data:")][-1])
    await desk.suite.kernel.projector.catch_up()
    return found


async def preview(desk: Office, **body: Any) -> dict[str, Any]:
    return await asked(desk, "/audit/taking-back/preview", **body)


async def take_back(desk: Office, **body: Any) -> dict[str, Any]:
    return await asked(desk, "/audit/taking-back", **body)


EVERYTHING = {"read": "all", "create": "all", "edit": "all", "archive": "all", "assign": "all", "manage": "all"}


async def test_what_one_person_did_goes_back_and_what_others_built_on_stays(desk: Office) -> None:
    old = await desk.create("/customer/accounts", name="Acme", website="https://acme.example")
    await desk.suite.kernel.projector.catch_up()
    before = await desk.get(f"/customer/accounts/{old}")
    col, headers = await desk.colleague(grants={"account": EVERYTHING, "contact": EVERYTHING})

    async def does(method: str, path: str, **body: Any) -> dict[str, Any]:
        answer = await desk.client.request(method, path, json=body, headers=headers)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    await does("PATCH", f"/customer/accounts/{old}", name="Acme 2")
    await does("PATCH", f"/customer/accounts/{old}", name="Acme 3")
    await does("POST", f"/customer/accounts/{old}/type", type="partner")
    await does("POST", f"/customer/accounts/{old}/type", type="supplier")
    new = (await does("POST", "/customer/accounts", name="Wrong"))["id"]
    built_on = (await does("POST", "/customer/accounts", name="Right after all"))["id"]
    edited = await desk.client.patch(f"/customer/accounts/{built_on}", json={"website": "https://right.example"})
    assert edited.is_success, edited.text
    search = {"actor": col, "since": "2020-01-01", "category": "account"}
    foreseen = await preview(desk, **search)
    counts = {name: foreseen[name] for name in ("changes", "records", "undone", "left", "act")}
    assert counts == {"changes": 6, "records": 3, "undone": 5, "left": 1, "act": ""}
    assert [(one["code"], one["count"]) for one in foreseen["reasons"]] == [("changed-since", 1)]
    assert foreseen["items"][0]["event"]["record"]["id"] == built_on
    assert (await desk.get(f"/customer/accounts/{old}"))["name"] == "Acme 3"  # nothing was written

    done = await take_back(desk, **search, up_to=foreseen["up_to"])
    assert (done["undone"], done["left"]) == (5, 1)
    after = await desk.get(f"/customer/accounts/{old}")
    assert [after[name] for name in ("name", "type", "website")] == [before[n] for n in ("name", "type", "website")]
    assert (await desk.get(f"/customer/accounts/{new}"))["archived"]
    assert not (await desk.get(f"/customer/accounts/{built_on}"))["archived"]
    history = (await desk.get(f"/customer/accounts/{old}/history"))["items"]
    mine = [one for one in history if one["correlation_id"] == done["act"]]
    assert [(one["actor"], one["command_name"].partition(".")[0]) for one in mine] == [(desk.user, "customer")] * 4
    assert (await preview(desk, **search))["undone"] == 0  # it is done

    act = {"correlation": done["act"]}
    whole = await take_back(desk, **act, up_to=(await preview(desk, **act))["up_to"])
    assert (whole["undone"], whole["left"]) == (5, 0)
    put_back = await desk.get(f"/customer/accounts/{old}")
    assert (put_back["name"], put_back["type"]) == ("Acme 3", "supplier")
    assert not (await desk.get(f"/customer/accounts/{new}"))["archived"]
    again = await take_back(desk, **search, up_to=foreseen["up_to"])  # what was put back is nobody else's change
    assert (again["undone"], again["left"]) == (5, 1)


async def test_what_one_go_left_the_next_one_does(desk: Office) -> None:
    """A go that ended early is in the way of none."""
    col, headers = await desk.colleague(grants={"account": EVERYTHING})
    made = await desk.client.post("/customer/accounts", json={"name": "Wrong"}, headers=headers)
    account = made.json()["id"]
    renamed = await desk.client.patch(f"/customer/accounts/{account}", json={"name": "Worse"}, headers=headers)
    assert renamed.is_success, renamed.text
    search = {"actor": col, "since": "2020-01-01", "record": f"account-{account}"}
    up_to = await desk.suite.kernel.store.head()
    begun = await take_back(desk, **search, type="customer.AccountDetailsChanged", up_to=up_to)
    assert (begun["undone"], begun["left"]) == (1, 0)
    rest = await take_back(desk, **search, up_to=up_to)
    assert [(one["code"], one["count"]) for one in rest["reasons"]] == [("undone", 1)]
    assert rest["undone"] == 1
    assert (await desk.get(f"/customer/accounts/{account}"))["archived"]
    assert [(one["code"], one["count"]) for one in (await preview(desk, **search))["reasons"]] == [("undone", 2)]


async def test_a_record_that_cannot_be_read_or_is_written_to_keeps_none_from_going_back(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    older, broken, busy = [await desk.create("/customer/accounts", name=name) for name in ("Older", "Broken", "Busy")]
    for account in (older, broken, busy):
        renamed = await desk.client.patch(f"/customer/accounts/{account}", json={"website": "https://x.example"})
        assert renamed.is_success, renamed.text
    read, written = Repository.events, list[str]()

    async def events(self: Repository, aggregate: AnyAggregate, tenant: str, id: str, **places: Any) -> Any:
        if id == broken:
            raise Undecodable("of a newer program")
        found = await read(self, aggregate, tenant, id, **places)
        if id == busy and not written:  # by somebody else, after it was looked at
            written.append(id)
            await desk.client.patch(f"/customer/accounts/{busy}", json={"name": "Busier"})
        return found

    search = {"actor": desk.user, "since": "2020-01-01", "type": "customer.AccountDetailsChanged"}
    up_to = await desk.suite.kernel.store.head()
    monkeypatch.setattr(Repository, "events", events)
    found = await take_back(desk, **search, up_to=up_to)
    assert [(one["code"], one["count"]) for one in found["reasons"]] == [("unreadable", 1)]
    assert (found["undone"], written) == (2, [busy])


async def test_values_that_followed_each_other_go_back_one_by_one(desk: Office) -> None:
    """Of a field that its own command sets again, a later change is in the way, unless it goes back as well."""
    north, south, field = [await desk.create("/identity/teams", name=name) for name in ("North", "South", "Field")]
    for parent in (north, south):
        moved = await desk.client.post(f"/identity/teams/{field}/parent", json={"parent": parent})
        assert moved.is_success, moved.text
    search = {"actor": desk.user, "since": "2020-01-01", "record": f"team-{field}", "type": "identity.TeamParentSet"}
    found = await take_back(desk, **search, up_to=await desk.suite.kernel.store.head())
    assert (found["undone"], found["left"]) == (2, 0), found
    assert not (await desk.get(f"/identity/teams/{field}"))["parent"]


async def test_nobody_takes_back_here_what_they_could_not_take_back_alone(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await desk.create("/customer/accounts", name="Acme")
    renamed = await desk.client.patch(f"/customer/accounts/{account}", json={"name": "Acme 2"})
    assert renamed.is_success, renamed.text
    _, reader = await desk.colleague(grants={"audit": {"read": "all"}, "account": {"read": "all"}})
    _, auditor = await desk.colleague(grants={"audit": {"read": "all"}})
    _, editor = await desk.colleague(grants={"account": {"read": "all", "edit": "all"}})
    search = {"actor": desk.user, "since": "2020-01-01", "record": f"account-{account}"}
    up_to = await desk.suite.kernel.store.head()
    for headers in (reader, auditor):
        found = await asked(desk, "/audit/taking-back", headers, **search, up_to=up_to)
        assert (found["undone"], found["left"], found["act"]) == (0, 2, "")
        assert [one["code"] for one in found["reasons"]] == ["forbidden"]
    refused = await desk.client.post("/audit/taking-back", json={**search, "up_to": up_to}, headers=editor)
    assert refused.status_code == 403
    assert (await desk.get(f"/customer/accounts/{account}"))["version"] == 2
    for field, body in (("actor", {"since": "2020-01-01"}), ("since", {"actor": desk.user})):
        wrong = await desk.client.post("/audit/taking-back/preview", json=body)
        assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, field)
    monkeypatch.setattr(taking_back, "MOST", 1)
    many = await desk.client.post("/audit/taking-back/preview", json=search)
    assert (many.status_code, many.json()["code"]) == (409, "too-many-changes")


async def by_reason(desk: Office, reason: str) -> list[str]:
    """Three accounts that somebody renamed, saying why; the ids."""
    accounts = [await desk.create("/customer/accounts", name=f"Acme {n}") for n in range(3)]
    for account in accounts:
        body, headers = {"website": "https://wrong.example"}, {"X-Reason": reason}
        (await desk.client.patch(f"/customer/accounts/{account}", json=body, headers=headers)).raise_for_status()
    (await desk.client.patch(f"/customer/accounts/{accounts[0]}", json={"phone": "+861012345678"})).raise_for_status()
    return accounts


async def jobs(desk: Office, headers: dict[str, str] | None = None) -> list[dict[str, Any]]:
    await desk.suite.kernel.projector.catch_up()
    answer = await desk.client.get("/audit/taking-back", headers=headers)
    found: list[dict[str, Any]] = answer.raise_for_status().json()["items"]
    return found


async def ended(desk: Office, id: str) -> dict[str, Any]:
    text = (await desk.client.get(f"/audit/taking-back/{id}/events", timeout=60)).raise_for_status().text
    found: dict[str, Any] = json.loads([line[5:] for line in text.splitlines() if line.startswith("data:")][-1])
    return found


class Held:
    """Holds the job before a change until it is let go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
        self.reached, self.go_on = asyncio.Event(), asyncio.Event()
        before = TakingBackRun._progress

        async def progress(run: TakingBackRun, done: int, undone: int) -> bool:
            if done == at:
                run._told = 0
                assert await before(run, done, undone)
                self.reached.set()
                await self.go_on.wait()
            return await before(run, done, undone)

        monkeypatch.setattr(TakingBackRun, "_progress", progress)


async def test_a_job_goes_on_when_its_page_is_left(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = await by_reason(desk, "Wrong list of 2026")
    search = {"actor": desk.user, "since": "2020-01-01", "category": "account", "reason": "wrong LIST"}
    up_to, held = (await preview(desk, **search))["up_to"], Held(monkeypatch, 1)
    page = asyncio.create_task(take_back(desk, **search, up_to=up_to))
    await held.reached.wait()
    page.cancel()
    (running,) = await jobs(desk)
    counts = {name: running[name] for name in ("status", "changes", "records", "done", "undone", "conditions")}
    assert counts == {"status": "running", "changes": 3, "records": 3, "done": 1, "undone": 1, "conditions": search}
    held.go_on.set()
    done = await ended(desk, running["id"])
    assert (done["status"], done["undone"], done["left"], done["act"]) == ("completed", 3, 0, running["id"])
    shown = [await desk.get(f"/customer/accounts/{account}") for account in accounts]
    assert [(one["website"], bool(one["phone"])) for one in shown] == [("", True), ("", False), ("", False)]
    _, auditor = await desk.colleague(grants={"audit": {"read": "all"}})
    _, blinkered = await desk.colleague(
        grants={"audit": {"read": "all"}, "account": {"read": "all"}}, hidden={"account": ["phone"]}
    )
    assert [one["id"] for one in await jobs(desk, auditor)] == [running["id"]]
    assert await jobs(desk, blinkered) == []
    unseen = await desk.client.get(f"/audit/taking-back/{running['id']}/events", headers=blinkered)
    assert unseen.status_code == 404


async def test_a_job_ends_where_it_is_cancelled_and_where_its_user_loses_the_right(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = await by_reason(desk, "Wrong")
    search = {"actor": desk.user, "since": "2020-01-01", "reason": "wrong"}
    up_to = (await preview(desk, **search))["up_to"]
    with monkeypatch.context() as patch:
        held = Held(patch, 1)
        page = asyncio.create_task(take_back(desk, **search, up_to=up_to))
        await held.reached.wait()
        (running,) = await jobs(desk)
        cancelled = await desk.client.post(f"/audit/taking-back/{running['id']}/cancel", json={})
        assert cancelled.json()["status"] == "cancelling", cancelled.text
        held.go_on.set()
        done = await page
    assert (done["status"], done["undone"], done["left"], done["changes"]) == ("cancelled", 1, 0, 3)
    late = await desk.client.post(f"/audit/taking-back/{running['id']}/cancel", json={})
    assert late.json()["status"] == "cancelled"
    assert len([a for a in accounts if (await desk.get(f"/customer/accounts/{a}"))["website"]]) == 2

    col, headers = await desk.colleague(grants={"audit": {"read": "all"}, "account": EVERYTHING})
    held = Held(monkeypatch, 2)  # the first one is back already
    page = asyncio.create_task(asked(desk, "/audit/taking-back", headers, **search, up_to=up_to))
    await held.reached.wait()
    (await desk.client.post(f"/identity/users/{col}/deactivate", json={})).raise_for_status()
    await desk.suite.kernel.projector.catch_up()
    held.go_on.set()
    with suppress(AssertionError):  # its stream ends with its session
        await page
    (last, _) = await jobs(desk)
    assert (await ended(desk, last["id"]))["error"] == "its user may no longer sign in"
    assert len([a for a in accounts if (await desk.get(f"/customer/accounts/{a}"))["website"]]) == 1


async def test_a_job_that_cannot_be_carried_out_ends_after_some_tries(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await by_reason(desk, "Wrong")
    search, tries = {"actor": desk.user, "since": "2020-01-01", "reason": "wrong"}, list[str]()
    up_to = (await preview(desk, **search))["up_to"]

    async def broken(run: TakingBackRun) -> Any:
        tries.append(run._id)
        raise RuntimeError("broken")

    monkeypatch.setattr(unfinished, "TRIES", 2)
    monkeypatch.setattr(TakingBackRun, "_job", broken)
    done = await take_back(desk, **search, up_to=up_to)
    (job,) = await jobs(desk)
    assert done["error"] == "it stopped for an unexpected reason; the log of the server tells more"
    assert (job["status"], tries) == ("failed", [job["id"]] * 2)


async def test_a_key_takes_nothing_back_and_the_same_request_is_one_job(desk: Office) -> None:
    await by_reason(desk, "Twice")
    search = {"actor": desk.user, "since": "2020-01-01", "reason": "twice"}
    up_to, once = (await preview(desk, **search))["up_to"], {"Idempotency-Key": "once"}
    done = [await asked(desk, "/audit/taking-back", once, **search, up_to=up_to) for _ in range(2)]
    assert [(one["id"], one["undone"]) for one in done] == [(done[0]["id"], 3)] * 2
    made = await desk.client.post("/identity/api-keys", json={"name": "x", "role": "administrator"})
    program = {"Authorization": f"Bearer {made.raise_for_status().json()['key']}"}
    refused = await desk.client.post("/audit/taking-back", json={**search, "up_to": up_to}, headers=program)
    assert refused.status_code == 403  # a job has all of its user's rights, a key has fewer
