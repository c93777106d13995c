"""The conversion of a lead over real files: its end, its crashes at every step, its compensation and its undo."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest

from services.customer.policies import POLICIES as CUSTOMER_POLICIES
from services.sales.policies import POLICIES as SALES_POLICIES
from shared.errors import Forbidden, Rejected
from shared.kernel.bus import Call, CommandBus, Done
from shared.security.permissions import Access, Level, Role, system_access
from shared.streaming.policies import PolicyRunner
from tests.support.world import BOSS, TENANT, World, open_world

POLICIES = (*SALES_POLICIES, *CUSTOMER_POLICIES)
COLLEAGUE = system_access(TENANT, "colleague")
LEAD = {
    "name": "李雷",
    "company": "Acme 有限公司",
    "email": "li@acme.example",
    "phone": "+861012345678",
    "title": "CTO",
}
ALL_NEW = {"opportunity": "new", "amount": "4800", "currency": "CNY", "role": "influencer"}
STEPS = ("customer.CreateAccount", "customer.CreateContact", "sales.OpenOpportunity", "sales.SetContactRole")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, POLICIES) as opened:
        await staff(opened)
        yield opened


async def staff(world: World) -> None:
    """The user who does it all."""
    await world.do("identity.ListUser", {"name": "Boss"}, new_id="boss")


async def qualified(world: World, **details: Any) -> str:
    lead = (await world.do("sales.CaptureLead", {**LEAD, **details})).id
    await world.do("sales.StartWorking", id=lead)
    await world.do("sales.QualifyLead", id=lead)
    return lead


async def converted(world: World, lead: str, **choices: Any) -> dict[str, Any]:
    """Convert, let the saga run, and give the lead's document."""
    await world.do("sales.ConvertLead", {**ALL_NEW, **choices}, id=lead)
    await world.settle()
    return await world.see("lead", lead)


async def live(world: World) -> dict[str, int]:
    """How many records of each kind are in the lists."""
    await world.settle()
    counts = {}
    for name in ("account", "contact", "opportunity"):
        documents = [d async for _, _, d in world.views.scan(world.aggregate(name).collection.name, TENANT)]
        counts[name] = sum(not d["archived"] for d in documents)
    return counts


# --- the whole way ----------------------------------------------------------------------------------------------------


async def test_account_contact_and_opportunity_come_into_being(world: World) -> None:
    lead = await qualified(world)
    document = await converted(world, lead)
    assert (document["status"], document["conversion"]["state"]) == ("converted", "done")
    account = await world.see("account", document["account"])
    contact = await world.see("contact", document["contact"])
    deal = await world.see("opportunity", document["opportunity"])
    assert (account["name"], account["owner"]) == ("Acme 有限公司", "boss")
    assert (contact["name"], contact["email"], contact["phone"]) == ("李雷", "li@acme.example", "+861012345678")
    assert contact["account_ids"] == [account["id"]]
    assert (deal["name"], deal["amount"], deal["account"]) == ("Acme 有限公司", "4800.00", account["id"])
    assert (deal["lead"], deal["contact_roles"]) == (lead, [{"contact": contact["id"], "role": "influencer"}])
    with pytest.raises(Rejected, match="read-only"):
        await world.do("sales.ChangeLeadDetails", {"source": "x"}, id=lead)
    with pytest.raises(Rejected):
        await world.do("sales.ConvertLead", ALL_NEW, id=lead)


async def test_the_address_goes_to_the_account_and_the_second_phone_to_the_contact(world: World) -> None:
    place = {"region": "广东省", "city": "深圳市", "postcode": "518000", "address": "深南大道1号", "employees": 80}
    person = {"salutation": "先生", "department": "采购部", "wechat": "lilei-88", "do_not_call": True}
    money = {"annual_revenue": "5000000", "currency": "CNY"}
    lead = await qualified(world, **place, **person, **money, mobile="+8613800138000", source="展会")
    document = await converted(world, lead)
    account = await world.see("account", document["account"])
    assert {f: account[f] for f in place} == place
    assert (account["annual_revenue"], account["currency"], account["source"]) == ("5000000.00", "CNY", "展会")
    contact = await world.see("contact", document["contact"])
    assert {f: contact[f] for f in person} == person
    numbers = [(p["phone"], p["kind"], p["primary"]) for p in contact["phones"]]
    assert numbers == [("+861012345678", "work", True), ("+8613800138000", "mobile", False)]


async def test_a_mobile_is_the_phone_of_who_has_no_other(world: World) -> None:
    document = await converted(world, await qualified(world, email="", phone="", mobile="+8613800138000"))
    contact = await world.see("contact", document["contact"])
    assert [p["phone"] for p in contact["phones"]] == ["+8613800138000"]


async def test_existing_records_are_taken_as_they_are(world: World) -> None:
    account = (await world.do("customer.CreateAccount", {"name": "Acme"})).id
    contact = (await world.do("customer.CreateContact", {"family_name": "Li"})).id
    await world.settle()
    document = await converted(world, await qualified(world), account=account, contact=contact, opportunity="none")
    assert (document["account"], document["contact"], document["opportunity"]) == (account, contact, None)
    assert (await world.see("contact", contact))["account_ids"] == [account]
    assert await live(world) == {"account": 1, "contact": 1, "opportunity": 0}


async def test_everything_of_it_says_why_and_for_whom(world: World) -> None:
    lead = await qualified(world)
    document = await converted(world, lead)
    started = (await world.repository.events(world.aggregate("lead"), TENANT, lead))[-2]
    for name in ("account", "contact", "opportunity"):
        (first, *_) = await world.repository.events(world.aggregate(name), TENANT, document[name])
        assert first.metadata.causation_id == started.event_id
        assert first.metadata.correlation_id == started.metadata.correlation_id
        assert (first.metadata.actor, first.metadata.on_behalf_of) == ("system", "boss")


# --- crashes ----------------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """The process died here: no handler of errors gets to see it."""


class Dying:
    """A bus that dies at its n-th command: before it is done, or right after."""

    def __init__(self, bus: CommandBus, nth: int, *, after: bool) -> None:
        self._bus, self._left, self._after = bus, nth, after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bus, name)

    async def send(self, *args: Any) -> Done:
        self._left -= 1
        if self._left == 0 and not self._after:
            raise Killed
        done = await self._bus.send(*args)
        if self._left == 0:
            raise Killed
        return done


async def die(world: World, nth: int, *, after: bool) -> None:
    """Run the policies until the n-th command they send."""
    await world.policies.stop()
    runner = PolicyRunner(POLICIES, cast(CommandBus, Dying(world.bus, nth, after=after)), world.repository._codec)
    await runner.start()
    with pytest.raises(Killed):
        await to_the_end(runner)
    await runner.stop()


async def to_the_end(runner: PolicyRunner) -> None:
    while await runner.step():
        pass


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("nth", range(1, len(STEPS) + 2))
async def test_a_crash_at_any_step_is_resumed(tmp_path: Path, nth: int, after: bool) -> None:
    async with open_world(tmp_path, POLICIES) as world:
        await staff(world)
        lead = await qualified(world)
        await world.settle()
        await world.do("sales.ConvertLead", ALL_NEW, id=lead)
        await die(world, nth, after=after)
    async with open_world(tmp_path, POLICIES) as world:
        assert await live(world) == {"account": 1, "contact": 1, "opportunity": 1}
        document = await world.see("lead", lead)
        assert (document["status"], document["conversion"]["state"]) == ("converted", "done")
        deal = await world.types("opportunity", document["opportunity"])
        assert deal == ["OpportunityOpened", "OpportunityContactRoleSet"]
        assert (await world.types("lead", lead))[-2:] == ["LeadConversionStarted", "LeadConverted"]


# --- compensation -----------------------------------------------------------------------------------------------------


async def test_a_refused_step_takes_everything_back(world: World) -> None:
    twin = (await world.do("customer.CreateContact", {"family_name": "Li", "email": LEAD["email"]})).id
    await world.settle()
    lead = await qualified(world)
    document = await converted(world, lead)
    assert (document["status"], document["conversion"]["state"]) == ("qualified", "failed")
    assert "e-mail" in document["conversion"]["failed_reason"]
    assert await live(world) == {"account": 0, "contact": 1, "opportunity": 0}
    document = await converted(world, lead, contact=twin)  # and again, with what was in the way
    assert (document["status"], document["contact"]) == ("converted", twin)


async def test_a_contact_that_was_there_keeps_no_link_to_the_account_taken_back(world: World) -> None:
    contact = (await world.do("customer.CreateContact", {"family_name": "Li"})).id
    lead = await qualified(world)
    await world.do("sales.ConvertLead", {**ALL_NEW, "contact": contact, "pipeline": None}, id=lead)
    await world.settle()
    await world.do("sales.UndoConversion", id=lead)
    await world.settle()
    document = await world.see("contact", contact)
    assert (document["account_ids"], document["archived"]) == ([], False)


# 1 the account, 2 the refused contact, 3 FailConversion, 4–6 the archive commands, of which the last finds its record
@pytest.mark.parametrize(
    ("nth", "after"), [(1, True), (2, False), (3, False), (3, True), (4, False), (6, False), (6, True)]
)
async def test_a_crash_while_taking_back_is_resumed(tmp_path: Path, nth: int, after: bool) -> None:
    async with open_world(tmp_path, POLICIES) as world:
        await staff(world)
        await world.do("customer.CreateContact", {"family_name": "Li", "email": LEAD["email"]})
        lead = await qualified(world)
        await world.settle()
        await world.do("sales.ConvertLead", ALL_NEW, id=lead)
        await die(world, nth, after=after)
    async with open_world(tmp_path, POLICIES) as world:
        assert await live(world) == {"account": 0, "contact": 1, "opportunity": 0}
        document = await world.see("lead", lead)
        assert (document["status"], document["conversion"]["state"]) == ("qualified", "failed")
        assert (await world.types("lead", lead))[-2:] == ["LeadConversionStarted", "LeadConversionFailed"]


async def test_a_failed_conversion_does_not_go_on_when_its_start_is_read_again(world: World) -> None:
    twin = (await world.do("customer.CreateContact", {"family_name": "Li", "email": LEAD["email"]})).id
    lead = await qualified(world)
    await converted(world, lead)
    await world.do("customer.ArchiveContact", id=twin)  # what was in the way is gone
    world.policies.position = 0  # and the runner has lost its place
    await world.settle()
    assert await live(world) == {"account": 0, "contact": 0, "opportunity": 0}
    assert (await world.see("lead", lead))["conversion"]["state"] == "failed"


# --- undo -------------------------------------------------------------------------------------------------------------


async def test_undo_archives_what_was_created_and_gives_the_lead_back(world: World) -> None:
    lead = await qualified(world)
    first = await converted(world, lead)
    await world.do("sales.ChangeAmount", {"amount": "1"}, id=first["opportunity"])  # one's own work is no obstacle
    await world.do("sales.UndoConversion", id=lead)
    assert await live(world) == {"account": 0, "contact": 0, "opportunity": 0}
    document = await world.see("lead", lead)
    assert (document["status"], document["conversion"]["state"], document["account"]) == ("qualified", "undone", None)
    again = await converted(world, lead)
    assert again["status"] == "converted"
    assert again["account"] != first["account"]
    assert await live(world) == {"account": 1, "contact": 1, "opportunity": 1}


async def test_undo_is_refused_where_others_have_worked_since(world: World) -> None:
    lead = await qualified(world)
    document = await converted(world, lead)
    await world.do("customer.ChangeAccountDetails", {"city": "上海"}, document["account"], COLLEAGUE)
    with pytest.raises(Rejected) as refused:
        await world.do("sales.UndoConversion", id=lead)
    assert refused.value.extra["changes"] == [
        {"type": "account", "id": document["account"], "version": 2, "event": "customer.AccountDetailsChanged"}
    ]
    assert await live(world) == {"account": 1, "contact": 1, "opportunity": 1}


async def test_only_with_the_right_to_archive(world: World) -> None:
    lead = await qualified(world)
    await converted(world, lead)
    may_edit = Role("r", "", "", {"lead": {"*": Level.ALL}, "*": {"read": Level.ALL}})
    with pytest.raises(Forbidden):
        await world.do("sales.UndoConversion", id=lead, access=Access(TENANT, "boss", (may_edit,)))


@pytest.mark.parametrize("before", STEPS)
async def test_a_conversion_ends_with_an_erased_lead(
    world: World, before: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The erasure comes between two steps: nobody of that name is left, and nothing is called [erased]."""
    lead, send = await qualified(world), CommandBus.send

    async def erased_before(bus: CommandBus, name: str, body: Any, call: Call) -> Done:
        if name == before:
            await send(bus, "sales.EraseLead", {}, Call(access=BOSS, id=lead))
        return await send(bus, name, body, call)

    monkeypatch.setattr(CommandBus, "send", erased_before)
    document = await converted(world, lead)
    assert (document["erased"], document["conversion"]["state"]) == (True, "failed")
    counts = await live(world)
    assert (counts["account"], counts["opportunity"]) == (0, 0)
    contacts = [d async for _, _, d in world.views.scan("contacts", TENANT)]
    assert all(contact["erased"] for contact in contacts)
    assert "李雷" not in repr([contacts, await world.queries.history(world.aggregate("lead"), lead, BOSS)])


async def test_a_conversion_that_has_not_begun_makes_nothing_of_an_erased_lead(world: World) -> None:
    lead = await qualified(world)
    await world.do("sales.ConvertLead", ALL_NEW, id=lead)
    await world.do("sales.EraseLead", {}, lead)
    assert await live(world) == {"account": 0, "contact": 0, "opportunity": 0}
    assert (await world.see("lead", lead))["conversion"]["state"] == "failed"


# --- erasure ----------------------------------------------------------------------------------------------------------


async def test_an_erased_lead_is_masked_everywhere(world: World) -> None:
    lead = await qualified(world, description="met at the fair")
    await world.do("sales.ChangeLeadDetails", {"phone": "+861087654321", "source": "fair"}, id=lead)
    await world.settle()
    await world.do("sales.EraseLead", id=lead)
    await world.settle()
    document = await world.see("lead", lead)
    assert (document["name"], document["email"], document["phone"]) == ("[erased]", "", "")
    assert (document["description"], document["company"], document["source"]) == ("[erased]", "[erased]", "fair")
    state = await world.state("lead", lead)
    assert world.aggregate("lead").document(state) == document
    history = await world.queries.history(world.aggregate("lead"), lead, BOSS)
    assert "li@acme.example" not in str(history)
    with pytest.raises(Rejected):
        await world.do("sales.ConvertLead", ALL_NEW, id=lead)
