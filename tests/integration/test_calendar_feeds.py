"""Calendar feeds: what they show, to whom, in which language, for how long; and that their secrets are kept nowhere."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import icalendar
import pytest
import pytest_asyncio

from services.customer.api.calendar import WRONG_PER_IP
from services.customer.calendar_feed import MOST
from shared.security.apikeys import FEED_PREFIX, new_key
from tests.security.suite import UNKNOWN, Stage, open_stage

pytestmark = pytest.mark.asyncio(loop_scope="module")
FEEDS, ACTIVITIES = "/customer/calendar-feeds", "/customer/activities"
SOON = (datetime.now(UTC) + timedelta(days=3)).replace(microsecond=0)
Items = dict[str, icalendar.Component]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path_factory.mktemp("calendar") / "data") as opened:
        yield opened


async def somebody(stage: Stage, *roles: str) -> tuple[httpx.AsyncClient, str]:
    user = await stage.user(*(roles or ("sales_manager",)))
    return await stage.client(stage.acme.tenant, user), user


async def made(client: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    answer = await client.post(FEEDS, json={"name": "Mine", **body})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def planned(client: httpx.AsyncClient, subject: str, kind: str = "meeting", **body: Any) -> str:
    if kind != "task":
        body = {"start": SOON.isoformat(), **body}
    answer = await client.post(ACTIVITIES, json={"kind": kind, "subject": subject, **body})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def fetched(stage: Stage, path: str, **headers: str) -> httpx.Response:
    """Without any session."""
    await stage.suite.kernel.projector.catch_up()
    async with stage.anybody() as client:
        return await client.get(path, headers=headers)


def read(answer: httpx.Response) -> Items:
    """The components by what they are called, read strictly."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    calendar = icalendar.Calendar.from_ical(answer.content)
    assert isinstance(calendar, icalendar.Calendar)
    assert (str(calendar["VERSION"]), str(calendar["METHOD"])) == ("2.0", "PUBLISH")
    for one in calendar.walk():
        assert one.errors == []
        assert all(name in one for name in one.required), one
    inner = [one for one in calendar.walk() if one.name in ("VEVENT", "VTODO")]
    assert len({one["UID"] for one in inner}) == len(inner)
    return {str(one["SUMMARY"]): one for one in inner}


async def test_meetings_are_events_and_what_is_due_is_to_do(stage: Stage) -> None:
    client, _ = await somebody(stage)
    account = (
        await client.post("/customer/accounts", json={"name": "Sun; Moon, Co 日月", "allow_duplicate": True})
    ).json()
    links = [{"type": "account", "id": account["id"]}]
    id = await planned(
        client, "Review 评审", duration=45, location="Room 1, 2nd floor", body="Bring:\npens", links=links
    )
    await planned(client, "Ring", "call", priority="high")
    await planned(
        client, "Offer", "task", due=SOON.astimezone().isoformat(), start=(SOON - timedelta(days=1)).isoformat()
    )
    await planned(client, "Tax", "task", due="2026-12-24", priority="low")
    await planned(client, "Some day", "task")
    await planned(client, "Written", "note")
    feed = await made(client, name="Work, life")
    answer = await fetched(stage, feed["path"])
    items = read(answer)
    assert {name: one.name for name, one in items.items()} == {
        "Review 评审": "VEVENT", "Ring": "VEVENT", "Offer": "VTODO", "Tax": "VTODO",
    }  # fmt: skip
    review, ring, offer, tax = (items[name] for name in ("Review 评审", "Ring", "Offer", "Tax"))
    assert (review["UID"], review["SEQUENCE"], review["STATUS"]) == (id, 1, "CONFIRMED")
    assert (review["DTSTART"].dt, review["DURATION"].dt) == (SOON, timedelta(minutes=45))
    assert (review["LOCATION"], review["DESCRIPTION"]) == (
        "Room 1, 2nd floor",
        "Bring:\npens\n\nAccount: Sun; Moon, Co 日月",
    )
    assert review["CATEGORIES"].cats == ["Meeting"]
    assert (ring["PRIORITY"], "DURATION" in ring) == (1, False)
    assert (offer["DTSTART"].dt, offer["DUE"].dt, offer["STATUS"]) == (SOON - timedelta(days=1), SOON, "NEEDS-ACTION")
    assert (tax["DUE"].dt, type(tax["DUE"].dt), tax["PRIORITY"]) == (date(2026, 12, 24), date, 9)
    assert b"X-WR-CALNAME:Work\\, life" in answer.content
    events = read(await fetched(stage, (await made(client, tasks="event"))["path"]))
    assert {one.name for one in events.values()} == {"VEVENT"}
    assert (events["Tax"]["DTSTART"].dt, events["Tax"]["TRANSP"]) == (date(2026, 12, 24), "TRANSPARENT")
    assert events["Offer"]["DTSTART"].dt == SOON


async def test_changes_keep_the_uid_and_raise_the_sequence(stage: Stage) -> None:
    client, _ = await somebody(stage)
    ids = [await planned(client, name) for name in ("Moved", "Dropped", "Shelved")]
    task = await planned(client, "Finished", "task", due=SOON.isoformat())
    feed = await made(client)
    first = await fetched(stage, feed["path"])
    later = SOON + timedelta(hours=2)
    for id, verb, body in (
        (ids[0], "reschedule", {"start": later.isoformat()}),
        (ids[1], "cancel", {}),
        (ids[2], "archive", {}),
        (task, "complete", {}),
    ):
        (await client.post(f"{ACTIVITIES}/{id}/{verb}", json=body)).raise_for_status()
    second = await fetched(stage, feed["path"])
    before, items = read(first), read(second)
    assert {"Moved", "Dropped", "Shelved", "Finished"} == before.keys() == items.keys() | {"Shelved"}
    assert (items["Moved"]["UID"], items["Moved"]["SEQUENCE"]) == (before["Moved"]["UID"], 2)
    assert items["Moved"]["DTSTART"].dt == later
    assert items["Dropped"]["STATUS"] == "CANCELLED"
    assert (items["Finished"]["STATUS"], "COMPLETED" in items["Finished"]) == ("COMPLETED", True)
    assert first.headers["ETag"] != second.headers["ETag"]
    again = await fetched(stage, feed["path"], **{"If-None-Match": second.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_feed_shows_ones_own_or_the_teams_and_a_window_of_time(stage: Stage) -> None:
    kernel, admin = stage.suite.kernel, await stage.client(stage.acme.tenant, stage.acme.user)
    (_, a), (_, b), (clea, _) = [await somebody(stage) for _ in range(3)]
    team = (await admin.post("/identity/teams", json={"name": "East"})).json()["id"]
    for user in (a, b):
        (await admin.post(f"/identity/users/{user}/teams", json={"teams": [team]})).raise_for_status()
        await stage.clients.pop((stage.acme.tenant, user)).aclose()  # the move ended its token
    await kernel.projector.catch_up()
    anna, bert = [await stage.client(stage.acme.tenant, user) for user in (a, b)]
    await planned(anna, "Of Anna")
    await planned(bert, "Of Bert")
    await planned(bert, "Anna asked", participants=[{"type": "user", "id": a}])
    await planned(clea, "Of Clea")
    for days in (-100, 370):
        await planned(anna, f"In {days} days", start=(SOON + timedelta(days=days)).isoformat())
    mine, team_feed = await made(anna), await made(anna, whose="team")
    assert read(await fetched(stage, mine["path"])).keys() == {"Of Anna", "Anna asked"}
    assert read(await fetched(stage, team_feed["path"])).keys() == {"Of Anna", "Anna asked", "Of Bert"}
    (await admin.post(f"/identity/users/{a}/teams", json={"teams": []})).raise_for_status()
    assert read(await fetched(stage, team_feed["path"])).keys() == {"Of Anna"}, "who left sees neither team nor meeting"


async def test_words_are_in_the_language_of_its_user(stage: Stage) -> None:
    client, _ = await somebody(stage)
    await planned(client, "Standup")
    path = (await made(client))["path"]
    found = {}
    for locale in ("en", "zh-CN", "zh-TW"):
        (await client.put("/identity/me/preferences", json={"locale": locale})).raise_for_status()
        found[locale] = read(await fetched(stage, path, **{"Accept-Language": "fr"}))["Standup"]["CATEGORIES"].cats
    assert found == {"en": ["Meeting"], "zh-CN": ["会议"], "zh-TW": ["會議"]}


async def test_hidden_fields_are_neither_shown_nor_do_they_choose(stage: Stage) -> None:
    admin = await stage.client(stage.acme.tenant, stage.acme.user)

    async def blind(*hidden: str) -> Items:
        body = {"zh": "盲", "en": "Blind", "grants": {"*": {"*": "all"}}, "hidden": {"activity": [*hidden]}}
        role = (await admin.post("/identity/roles", json=body)).json()["id"]
        await stage.suite.kernel.projector.catch_up()
        user = await stage.user(role)
        for name, kind in (("Confidential 机密", "meeting"), ("Discreet", "task")):
            place = {"location": "Secret cellar", "body": "Hush"}
            more = {"due": SOON.isoformat()} if kind == "task" else {}
            await planned(admin, name, kind, owner=user, **place, **more)
        feed = await made(await stage.client(stage.acme.tenant, user))
        answer = await fetched(stage, feed["path"])
        if "body" in hidden:
            assert not [word for word in ("Confidential", "cellar", "Hush") if word in answer.text]
        return read(answer)

    assert (await blind("subject", "body", "location")).keys() == {"Meeting", "Task"}
    assert (await blind("start", "body", "subject", "location")).keys() == {"Task"}
    assert (await blind("due")).keys() == {"Confidential 机密"}
    assert all("STATUS" not in one for one in (await blind("status")).values())
    for hidden in (("kind",), ("start", "due"), ("owner", "participants", "invited")):
        assert await blind(*hidden) == {}


async def test_it_follows_the_rights_of_its_user(stage: Stage) -> None:
    client, user = await somebody(stage, "sales_manager")
    admin = await stage.client(stage.acme.tenant, stage.acme.user)
    await planned(client, "Visible")
    path = (await made(client))["path"]
    assert read(await fetched(stage, path)).keys() == {"Visible"}
    role = {"zh": "无", "en": "Nothing", "grants": {"account": {"read": "all"}}}
    nothing = (await admin.post("/identity/roles", json=role)).json()["id"]
    await stage.suite.kernel.projector.catch_up()
    (await admin.post(f"/identity/users/{user}/roles", json={"roles": [nothing]})).raise_for_status()
    assert read(await fetched(stage, path)) == {}
    (await admin.post(f"/identity/users/{user}/suspend", json={})).raise_for_status()
    assert (await fetched(stage, path)).status_code == 404
    (await admin.post(f"/identity/users/{user}/reactivate", json={})).raise_for_status()
    assert (await fetched(stage, path)).status_code == 200
    (await admin.post(f"/identity/users/{user}/deactivate", json={})).raise_for_status()
    assert (await fetched(stage, path)).status_code == 404


async def test_feeds_are_ones_own_few_and_revoked_at_once(stage: Stage) -> None:
    client, _ = await somebody(stage)
    other, _ = await somebody(stage)
    feeds = [await made(client, name=f"Feed {n}") for n in range(MOST)]
    await stage.suite.kernel.projector.catch_up()
    more = await client.post(FEEDS, json={"name": "One more"})
    assert (more.status_code, more.json()["errors"][0]["code"]) == (422, "too-many")
    listed = (await client.get(FEEDS)).json()["items"]
    assert [one["id"] for one in listed] == [one["id"] for one in reversed(feeds)]
    assert listed[0].keys() == {"id", "name", "whose", "tasks", "created_at"}
    assert (await other.get(FEEDS)).json() == {"items": []}
    assert (await other.delete(f"{FEEDS}/{feeds[0]['id']}")).status_code == 404
    assert (await fetched(stage, feeds[0]["path"])).status_code == 200
    done = (await client.delete(f"{FEEDS}/{feeds[0]['id']}")).json()
    assert (done["undo"], done["undo_reason"]["code"]) == (None, "revoked")
    async with stage.anybody() as anybody:  # before the views know it
        assert (await anybody.get(feeds[0]["path"])).status_code == 404
    await stage.suite.kernel.projector.catch_up()
    assert len((await client.get(FEEDS)).json()["items"]) == MOST - 1


async def test_an_api_key_makes_no_feed(stage: Stage) -> None:
    admin = await stage.client(stage.acme.tenant, stage.acme.user)
    key = (await admin.post("/identity/api-keys", json={"name": "x", "role": "administrator"})).json()["key"]
    async with stage.anybody() as program:
        program.headers["Authorization"] = f"Bearer {key}"
        for method, path in (("POST", FEEDS), ("GET", FEEDS), ("DELETE", f"{FEEDS}/{UNKNOWN}")):
            answer = await program.request(method, path, json={"name": "x"} if method == "POST" else None)
            assert (answer.status_code, answer.json()["code"]) == (403, "not-by-key"), path


async def test_the_secret_is_kept_and_shown_nowhere(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    client, _ = await somebody(stage)
    with caplog.at_level(logging.DEBUG):
        feed = await made(client)
        found = await fetched(stage, feed["path"])
        wrong = await fetched(stage, feed["path"].removesuffix(".ics"))
        shown = (await client.get(FEEDS)).text + found.text + wrong.text
    assert (found.status_code, wrong.status_code) == (200, 404)
    secret = feed["path"].rpartition(".ics")[0].rpartition(".")[2][:-8]
    ours = "".join(r.getMessage() for r in caplog.records if not r.name.startswith("httpx"))  # it is the caller
    for text in (shown, ours, str(wrong.headers)):
        assert secret not in text
    stored = b"".join(f.read_bytes() for f in stage.suite.settings.data.rglob("*") if f.is_file())
    assert secret.encode() not in stored
    assert found.headers["Cache-Control"] == "private, no-cache"


async def test_who_guesses_is_stopped_before_the_log_is_read(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    client, _ = await somebody(stage)
    good, unused = [(await made(client))["path"] for _ in range(2)]
    assert (await fetched(stage, good)).status_code == 200
    secret, _ = new_key(stage.acme.tenant, UNKNOWN, FEED_PREFIX)
    paths = [f"/customer/calendar/{secret}.ics", f"/customer/calendar/{secret[:-1]}.ics", "/customer/calendar/x.ics"]
    statuses = [(await fetched(stage, paths[n % 3])).status_code for n in range(WRONG_PER_IP.amount + 1)]
    assert (statuses[0], statuses[-1]) == (404, 429)
    read = []
    load = stage.suite.kernel.repository.load

    async def noted(*asked: Any) -> Any:
        read.append(asked)
        return await load(*asked)

    monkeypatch.setattr(type(stage.suite.kernel.repository), "load", lambda self, *asked: noted(*asked))
    refused = await fetched(stage, paths[0])
    assert (refused.status_code, read) == (429, [])
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert secret not in refused.text
    assert (await fetched(stage, unused)).status_code == 429, "who guesses reads nothing for a while"
    assert (await fetched(stage, good)).status_code == 200, "a calendar that was read here before goes on"
