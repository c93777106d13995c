"""Notifications over real files: who gets which, who gets none, and what a user may do with their own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.customer.due_tasks import DueTasks
from services.identity.api.inbox import MOST_COUNTED
from services.identity.app import create_app
from services.identity.inbox import NOTIFICATION
from services.identity.inbox_pruning import READ_KEPT, NotificationPruning
from services.identity.notifier import Notifier
from shared.clock import to_rfc3339
from shared.errors import Invalid, NotFound
from shared.events.identity_inbox import notification_id
from shared.kernel.bus import Call
from shared.security.permissions import Access, Level, Role, system_access
from shared.streaming.change import Filter
from shared.streaming.changes import Stream
from shared.views.port import Checkpoint
from tests.support.listening_to import listening
from tests.support.world import BOSS, TENANT, World, joined, open_world


class Office:
    """Ann and Ben read what is theirs; the boss, whom nobody sees, gives it to them."""

    def __init__(self, world: World, stack: AsyncExitStack) -> None:
        self.world, self.kernel, self._stack = world, world.kernel, stack
        self.notifier = Notifier(world.kernel)
        self.users: dict[str, str] = {}
        self.http: dict[str, httpx.AsyncClient] = {}

    async def hire(self, name: str, role: str) -> None:
        body = {"name": name, "email": f"{name.lower()}@acme.example", "roles": [role]}
        self.users[name] = await joined(self.world.bus, BOSS, body)
        await self.sign_in(name)

    async def sign_in(self, name: str) -> None:
        user = self.users[name]
        await self.world.projector.catch_up()
        access = await self.kernel.directory.access(TENANT, user)
        assert access is not None
        assert self.kernel.signer is not None
        token, _ = self.kernel.signer.issue(user, TENANT, "s1", access.epoch)
        transport = httpx.ASGITransport(create_app(self.kernel))
        headers = {"Authorization": f"Bearer {token}"}
        client = httpx.AsyncClient(transport=transport, base_url="http://crm.test", headers=headers)
        self.http[name] = await self._stack.enter_async_context(client)

    def acts_as(self, name: str) -> Access:
        return Access(TENANT, self.users[name], system_access(TENANT).roles)

    async def settle(self) -> None:
        await self.world.projector.catch_up()
        while await self.notifier.step():
            await self.world.projector.catch_up()

    async def inbox(self, name: str, query: str = "") -> list[Any]:
        """(kind, type, record, who did it) of what a user is shown, the newest first."""
        await self.settle()
        answer = await self.http[name].get(f"/me/notifications{query}")
        assert answer.status_code == 200, answer.text
        return [(n["kind"], n["type"], n["record"], n["by"]) for n in answer.json()["items"]]

    async def unread(self, name: str) -> int:
        await self.settle()
        return int((await self.http[name].get("/me/notifications")).json()["unread"])


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(open_world(tmp_path))
        found = Office(world, stack)
        rights = {"read": "team"}
        grants = dict.fromkeys(("account", "activity", "opportunity", "contact"), rights) | {"user": {"read": "all"}}
        role = await world.make("identity.DefineRole", zh="r", en="r", grants=grants)
        await world.bus.send("identity.CreateOrganisation", {"name": "Acme"}, Call(BOSS, new_id=TENANT))
        await world.projector.catch_up()
        for name in ("Ann", "Ben"):
            await found.hire(name, role)
        await found.notifier.start()
        await found.notifier.step()
        await found.settle()
        yield found


async def test_a_record_that_another_gives_is_assigned_once(office: Office) -> None:
    ann, world = office.users["Ann"], office.world
    made = await world.make("customer.CreateAccount", name="Acme", owner=ann)
    await world.do("customer.CreateAccount", {"name": "Own"}, access=office.acts_as("Ann"))
    other = await world.make("customer.CreateAccount", name="Later")
    await world.do("customer.TransferAccount", {"owner": ann}, other)
    assert await office.inbox("Ann") == [("assigned", "account", other, "boss"), ("assigned", "account", made, "boss")]
    assert await office.inbox("Ben") == []


async def test_who_can_be_signed_in_as_more_easily_is_told_of_it(office: Office) -> None:
    ann, world = office.users["Ann"], office.world
    role = await world.make("identity.DefineRole", zh="s", en="s", grants={"account": {"read": "own"}})
    await office.hire("Cy", role)  # reads no users, and is invited by a link
    cy = office.users["Cy"]
    assert await office.inbox("Cy") == []
    for name, user in (("Ann", ann), ("Cy", cy)):
        own = office.acts_as(name)
        begun = (await world.do("identity.BeginSecondFactor", {"secret": "JBSWY3DP" * 4}, user, access=own)).version
        await world.do("identity.ConfirmSecondFactor", {"begun": begun, "codes": []}, user, access=own)
    await world.do("identity.RemoveSecondFactor", {}, ann, access=office.acts_as("Ann"))
    await world.do("identity.ResetSecondFactor", {}, cy)
    await world.do("identity.IssueInvitation", {"token_hash": "x"}, cy)
    await office.sign_in("Ann")  # the change of the factor ended their sessions
    await office.sign_in("Cy")
    expected = [("security", "user", cy, "boss")] * 2  # the first one is unread, and the second one not lost in it
    assert await office.inbox("Cy") == expected
    assert await office.unread("Cy") == 2
    assert await office.inbox("Ann") == []  # who did it themselves


async def test_an_act_that_gives_many_records_is_one_notification(office: Office) -> None:
    ann = office.users["Ann"]
    for n in range(6):
        body = {"name": f"{n}", "owner": ann}
        await office.world.do("customer.CreateAccount", body, correlation_id="01936f00-0000-7000-8000-00000000000a")
    await office.settle()
    [one] = (await office.http["Ann"].get("/me/notifications")).json()["items"]
    assert (one["kind"], one["many"]) == ("assigned", True)


async def test_a_followed_record_tells_of_others_changes_and_of_what_is_written_about_it(office: Office) -> None:
    ann, ben, world = office.users["Ann"], office.users["Ben"], office.world
    made = (await world.do("customer.CreateAccount", {"name": "Acme"}, access=office.acts_as("Ann"))).id
    await office.settle()
    ann_http = office.http["Ann"]
    followed = await ann_http.post("/me/following", json={"type": "account", "id": made})
    assert followed.json() == {"type": "account", "id": made, "title": "Acme"}
    assert (await office.http["Ben"].post("/me/following", json={"type": "account", "id": made})).status_code == 422
    await office.settle()
    await world.do("customer.ChangeAccountDetails", {"city": "Bonn"}, made, access=office.acts_as("Ann"))
    assert await office.inbox("Ann") == []
    await world.do("customer.ChangeAccountDetails", {"city": "Rome"}, made)
    assert await office.inbox("Ann") == [("followed", "account", made, "boss")]
    await ann_http.post("/me/notifications/read", json={"up_to": 10**9})
    await office.settle()
    body = {"kind": "note", "subject": "n", "links": [{"type": "account", "id": made}]}
    await world.do("customer.CreateActivity", body)  # the boss's own, which Ann does not see
    assert await office.unread("Ann") == 0
    await world.do("customer.CreateActivity", body | {"owner": ann})
    [given] = await office.inbox("Ann", "?unread=true")
    assert given[:2] == ("assigned", "activity")
    reply = (await world.do("customer.CreateActivity", body, access=office.acts_as("Ann"))).id
    await world.do("customer.TransferActivity", {"owner": ann}, reply)
    assert [f["id"] for f in (await ann_http.get("/me/following")).json()["items"]] == [made]
    assert (await ann_http.delete(f"/me/following/{made}")).status_code == 204
    assert (await ann_http.delete(f"/me/following/{made}")).status_code == 404
    await office.settle()
    assert (await ann_http.get("/me/following")).json()["items"] == []
    await ann_http.post("/me/notifications/read", json={"up_to": 10**9})
    await office.settle()
    await world.do("customer.ChangeAccountDetails", {"city": "Oslo"}, made)
    assert await office.unread("Ann") == 0
    await ann_http.post("/me/following", json={"type": "account", "id": made})
    await office.settle()
    await world.do("customer.ChangeAccountDetails", {"city": "Bern"}, made)
    assert await office.unread("Ann") == 1
    assert ben


async def test_a_mention_names_what_the_user_sees(office: Office) -> None:
    ann, ben, world = office.users["Ann"], office.users["Ben"], office.world
    account = await world.make("customer.CreateAccount", name="Acme", owner=ann)
    await office.settle()
    links = [{"type": "account", "id": account}]
    note = {"kind": "note", "subject": "n", "body": "@Ann @Ben", "mentions": [ann, ben], "links": links}
    id = await world.make("customer.CreateActivity", **note)
    assert (await office.inbox("Ann"))[0] == ("mentioned", "account", account, "boss")  # the note is the boss's
    assert await office.inbox("Ben") == []  # who sees neither
    await world.do("customer.TransferActivity", {"owner": ben}, id)
    await world.do("customer.ChangeActivityDetails", {"mentions": [ann, ben]}, id)
    assert [kind for kind, *_ in await office.inbox("Ben")] == ["assigned"]  # nobody is mentioned twice
    other = await world.make("customer.CreateActivity", kind="note", subject="n", owner=ben)
    await world.do("customer.ChangeActivityDetails", {"subject": "m", "mentions": [ben]}, other)
    assert (await office.inbox("Ben"))[0] == ("mentioned", "activity", other, "boss")
    state = await world.state("activity", other)
    assert state.mentions == [ben]


async def test_a_mention_names_users_that_exist(office: Office) -> None:
    with pytest.raises(Invalid) as refused:
        await office.world.make("customer.CreateActivity", kind="note", subject="n", mentions=["nobody"])
    assert refused.value.errors[0].field == "mentions.0"


async def test_what_a_user_does_not_see_any_more_is_left_out(office: Office) -> None:
    ann, ben, world = office.users["Ann"], office.users["Ben"], office.world
    account = await world.make("customer.CreateAccount", name="Acme", owner=ann)
    person = await world.make("customer.CreateContact", family_name="Hopper", owner=ann)
    assert await office.unread("Ann") == 2
    await world.do("customer.TransferAccount", {"owner": ben}, account)
    await world.do("customer.EraseContact", {}, person)
    assert await office.inbox("Ann") == []
    assert await office.unread("Ann") == 0
    assert await office.unread("Ben") == 1


async def test_users_who_left_get_none(office: Office) -> None:
    ann, world = office.users["Ann"], office.world
    await world.do("identity.SuspendUser", {}, ann)
    account = await world.make("customer.CreateAccount", name="Acme")
    await world.do("customer.TransferAccount", {"owner": ann}, account)
    await office.settle()
    assert [a async for _, _, a in world.views.scan("notifications")] == []


async def test_only_one_reads_and_marks_ones_own(office: Office) -> None:
    ann, world = office.users["Ann"], office.world
    account = await world.make("customer.CreateAccount", name="Acme", owner=ann)
    await office.settle()
    [mine] = (await office.http["Ann"].get("/me/notifications")).json()["items"]
    assert (mine["title"], mine["by"], mine["read"], mine["event"]) == (
        "Acme", "boss", False, "customer.AccountCreated",
    )  # fmt: skip
    assert (await office.http["Ben"].post("/me/notifications/read", json={"ids": [mine["id"]]})).status_code == 422
    marked = await office.http["Ann"].post("/me/notifications/read", json={"ids": [mine["id"]]})
    assert marked.json() == {"read": 1}
    assert await office.inbox("Ann", "?unread=true") == []
    assert (await office.inbox("Ann"))[0][2] == account
    aggregate = office.kernel.catalogue["notification"]
    everything = Access(TENANT, "boss", (Role("a", "a", "a", {"*": {"*": Level.ALL}}),))
    with pytest.raises(NotFound):
        await office.kernel.queries.get(aggregate, mine["id"], everything)
    assert MOST_COUNTED == 100


async def test_the_stream_of_changes_says_that_there_is_one(office: Office) -> None:
    ann, world = office.users["Ann"], office.world
    access = await office.kernel.directory.access(TENANT, ann)
    assert access is not None

    async def allowed() -> None:
        """Nothing ends what she may do."""

    stream = Stream(access, Filter(frozenset({"notification"})), office.kernel.catalogue)
    async with listening(office.kernel.changes.follow(stream, None, allowed)) as heard:
        await world.make("customer.CreateAccount", name="Acme", owner=ann)
        await office.settle()
        await heard.until(lambda h: bool(h.of("change")))
    [change] = heard.of("change")
    assert (change["type"], change["event"]) == ("notification", "identity.UserNotified")
    assert "Acme" not in str(change)


async def made_due(office: Office) -> list[str]:
    """The activities that were announced; the clock has left every token behind."""
    await office.settle()
    return [one["record"] async for _, _, one in office.world.views.scan("notifications") if one["kind"] == "due"]


async def test_what_falls_due_is_announced_once_and_on_its_day(office: Office) -> None:
    ann, world, hour = office.users["Ann"], office.world, 3_600_000_000
    due, now = DueTasks(office.kernel), world.clock.now()
    await due.step()
    task = {"kind": "task", "owner": ann}
    soon = await world.make("customer.CreateActivity", subject="soon", due=to_rfc3339(now + hour), **task)
    today = await world.make("customer.CreateActivity", subject="day", due=to_rfc3339(now + 2 * hour)[:10], **task)
    done = await world.make("customer.CreateActivity", subject="done", due=to_rfc3339(now + hour), **task)
    later = await world.make("customer.CreateActivity", subject="later", due=to_rfc3339(now + 72 * hour), **task)
    await world.do("customer.CompleteActivity", {}, done)
    await office.settle()
    world.clock.ahead = 2 * hour
    for _ in range(2):
        await due.step()
    found = await made_due(office)
    assert soon in found
    assert {*found} <= {soon, today}  # the day may have begun before the first look
    assert len(found) == len({*found})
    await world.do("customer.RescheduleActivity", {"due": to_rfc3339(now + 100 * hour)}, later)
    await office.settle()
    world.clock.ahead = 101 * hour
    await due.step()
    assert sorted(await made_due(office)) == sorted([*found, later])
    assert done not in found


async def test_a_repeated_batch_notifies_nobody_twice(office: Office) -> None:
    ann, world = office.users["Ann"], office.world
    start = office.notifier.position
    account = await world.make("customer.CreateAccount", name="Acme", owner=ann)
    await office.settle()
    await office.http["Ann"].post("/me/notifications/read", json={"up_to": 10**9})
    await office.settle()
    office.notifier.position = start
    await office.settle()
    assert await office.unread("Ann") == 0
    assert (await office.inbox("Ann"))[0][2] == account


async def notified(office: Office, about: str, at: int, *, read: bool = False) -> str:
    """A notification of Ann's, about a record of hers, of a moment."""
    bus, user = office.world.bus, office.users["Ann"]
    id, system = notification_id(user, "followed", about), system_access(TENANT)
    body = {"user": user, "kind": "followed", "resource": "account", "record": about, "cause": "x", "at": at}
    body["position"] = await office.kernel.store.head()
    if not (await bus.send("identity.NotifyUser", body, Call(system, new_id=id))).changed:
        await bus.send("identity.NotifyUserAgain", body, Call(system, id))
    if read:
        await bus.send("identity.ReadNotification", {}, Call(system, id))
    await office.world.projector.catch_up()
    return id


async def listed(office: Office) -> list[str]:
    answer = await office.http["Ann"].get("/me/notifications")
    assert answer.json()["unread"] == sum(not one["read"] for one in answer.json()["items"])
    return [one["record"] for one in answer.json()["items"]]


async def test_old_read_notifications_and_too_many_are_dropped_by_events(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, now = office.world, office.kernel.clock.now()
    made = [await world.make("customer.CreateAccount", name=f"Firm {n}", owner=office.users["Ann"]) for n in range(5)]
    await office.settle()
    await office.http["Ann"].post("/me/notifications/read", json={"up_to": await office.kernel.store.head()})
    for id in [n["id"] for n in (await office.http["Ann"].get("/me/notifications")).json()["items"]]:
        await world.bus.send("identity.DropNotification", {}, Call(system_access(TENANT), id))
    old, kept = now - READ_KEPT - 1_000_000, now - READ_KEPT + 3_600_000_000
    dropped = await notified(office, made[0], old, read=True)
    await notified(office, made[1], old)
    await notified(office, made[2], kept, read=True)
    for about in made[3:]:
        await notified(office, about, now)
    assert await listed(office) == made[::-1]
    pruning = NotificationPruning(office.kernel)
    ahead = Checkpoint("pruning:notifications", now + READ_KEPT)  # of a look whose clock was months ahead
    await office.kernel.views.write([], [ahead])
    await pruning.step()
    await world.projector.catch_up()
    assert await listed(office) == made[:0:-1], "old and read; an unread one stays"
    monkeypatch.setattr("services.identity.inbox_pruning.MOST_KEPT", 2)
    await pruning.step()
    await world.projector.catch_up()
    assert await listed(office) == made[:0:-1], "once a day"
    another = NotificationPruning(office.kernel)
    monkeypatch.setattr("services.identity.inbox_pruning.DAY", 0)
    await pruning._holder.give_back()
    await another.step()
    await world.projector.catch_up()
    assert await listed(office) == made[:2:-1], "the newest two"
    folded = await office.kernel.repository.load(NOTIFICATION, TENANT, dropped)
    assert folded.archived, "a rebuild drops it as well"
    await notified(office, made[0], now)
    assert await listed(office) == [made[0], *made[:2:-1]], "a new occasion brings it back"
