"""What is on hold is not erased, by no way that there is; released, it is (ADR 41)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.audit.texts import refuse_held_texts
from services.sales.policies import POLICIES as SALES
from shared.clock import day_of
from shared.errors import Invalid, Rejected
from tests.support.world import TENANT, World, open_world

DAY = 86_400_000_000  # microseconds


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as opened:
        yield opened


async def person(world: World, name: str) -> str:
    return await world.make("customer.CreateContact", family_name=name, allow_duplicate=True)


async def note(world: World, *people: str) -> str:
    links = [{"type": "contact", "id": id} for id in people]
    return await world.make("customer.CreateActivity", kind="note", subject="said", links=links)


async def held(world: World, resource: str, record: str) -> str:
    return await world.make("audit.PlaceHold", resource=resource, record=record, cause="Case 1")


async def refused(world: World, command: str, id: str) -> None:
    with pytest.raises(Rejected) as error:
        await world.do(command, {}, id)
    assert error.value.extra["code"] == "on-hold"


async def test_a_person_on_hold_keeps_everything_until_the_release(world: World) -> None:
    ann, ben, cy = [await person(world, name) for name in ("Ann", "Ben", "Cy")]
    shared, own = await note(world, ann, ben), await note(world, ann)
    hold = await held(world, "contact", ann)
    await refused(world, "customer.EraseContact", ann)
    await refused(world, "customer.EraseActivity", own)
    await refused(world, "customer.EraseContact", ben)  # the note that both are in would go
    await world.do("customer.EraseContact", {}, cy)
    second = await held(world, "contact", ann)
    await world.do("audit.ReleaseHold", {}, hold)
    await refused(world, "customer.EraseContact", ann)
    await world.do("audit.ReleaseHold", {"cause": "settled"}, second)
    await world.do("customer.EraseContact", {}, ann)
    await world.settle()
    assert (await world.state("activity", shared)).erased
    with pytest.raises(Invalid):
        await held(world, "contact", ann)


async def test_a_hold_is_about_all_records_of_the_person(world: World) -> None:
    ann, twin = await person(world, "Ann"), await person(world, "Anne")
    await held(world, "contact", twin)
    await world.do("customer.MergeContacts", {"absorb": [twin]}, ann)
    await world.settle()
    await refused(world, "customer.EraseContact", ann)


async def test_a_link_that_was_taken_away_still_holds(world: World) -> None:
    ann, twin = await person(world, "Ann"), await person(world, "Anne")
    account = await world.make("customer.CreateAccount", name="Acme")
    links = [{"type": "contact", "id": ann}, {"type": "account", "id": account}]
    said = await world.make("customer.CreateActivity", kind="note", subject="said", links=links)
    await world.do("customer.MergeContacts", {"absorb": [twin]}, ann)
    await world.settle()
    await held(world, "contact", twin)
    matter = await held(world, "account", account)
    await world.do("customer.UnmergeContacts", {"release": [twin]}, ann)
    await world.do("customer.UnlinkActivity", {"id": account}, said)
    await world.settle()
    await refused(world, "customer.EraseContact", ann)
    await refused(world, "customer.EraseActivity", said)
    await world.do("audit.ReleaseHold", {}, matter)
    await refused(world, "customer.EraseContact", ann)


async def test_a_hold_deep_below_refuses_the_erasure_at_its_beginning(world: World) -> None:
    ann, ben = await person(world, "Ann"), await person(world, "Ben")
    said = await note(world, ann, ben)
    body = {"name": "a.txt", "sha256": "0" * 64, "content": "c", "size": 1, "media": "text/plain"}
    file = await world.make("customer.AttachFile", **body, record_type="activity", record=said)
    hold = await held(world, "attachment", file)
    await refused(world, "customer.EraseContact", ann)
    await world.do("audit.ReleaseHold", {}, hold)
    await world.do("customer.EraseContact", {}, ann)


async def test_what_a_hold_keeps_of_an_erasure_waits_and_the_rest_goes(world: World) -> None:
    """A hold that came in the very moment of an erasure refuses a part of it: that is parked, and done after it."""
    ann, ben = await person(world, "Ann"), await person(world, "Ben")
    shared, own = await note(world, ann, ben), await note(world, ann)
    await world.settle()
    await world.do("customer.EraseContact", {}, ann)
    hold = await held(world, "contact", ben)
    await world.settle()
    assert not (await world.state("activity", shared)).erased
    assert (await world.state("activity", own)).erased
    await world.do("audit.ReleaseHold", {}, hold)
    await world.settle()
    assert await world.policies.retry_parked() == 1
    assert (await world.state("activity", shared)).erased


async def test_a_lead_and_the_contact_it_became_are_one_person(tmp_path: Path) -> None:
    async with open_world(tmp_path, SALES) as world:
        await world.do("identity.ListUser", {"name": "Boss"}, new_id="boss")  # whose conversion it is
        lead = await world.make("sales.CaptureLead", name="Ann Bee", company="Acme", email="ann@acme.example")
        for step in ("StartWorking", "QualifyLead"):
            await world.do(f"sales.{step}", {}, lead)
        await world.do("sales.ConvertLead", {"account": "new", "contact": "new", "opportunity": "none"}, lead)
        await world.settle()
        contact = (await world.see("lead", lead))["contact"]
        hold = await held(world, "contact", contact)
        await refused(world, "sales.EraseLead", lead)
        await world.do("audit.ReleaseHold", {}, hold)
        hold = await held(world, "lead", lead)
        await refused(world, "customer.EraseContact", contact)
        await world.do("sales.UndoConversion", {}, lead)  # the contact is about the same person still
        await world.settle()
        assert (await world.see("lead", lead))["contact"] is None
        await refused(world, "customer.EraseContact", contact)
        await world.do("audit.ReleaseHold", {}, hold)
        await world.do("sales.EraseLead", {}, lead)
        await world.settle()
        assert (await world.state("contact", contact)).erased


async def test_the_text_of_a_day_stays_while_a_record_with_some_is_on_hold(world: World) -> None:
    account, today = await world.make("customer.CreateAccount", name="Acme"), day_of(world.clock.now())
    ann = await person(world, "Ann")
    world.clock.ahead += DAY
    hold = await held(world, "contact", ann)  # their text has a key of its own
    await world.settle()
    await refuse_held_texts(world.kernel, TENANT, today)
    with pytest.raises(Rejected):  # the hold says of which matter it is
        await refuse_held_texts(world.kernel, TENANT, day_of(world.clock.now()))
    await world.do("audit.ReleaseHold", {}, hold)
    await world.settle()
    await refuse_held_texts(world.kernel, TENANT, day_of(world.clock.now()))
    world.clock.ahead += DAY
    await world.do("identity.CreateOrganisation", {"name": "Acme"}, new_id=TENANT)
    await world.make("audit.OpenSubjectRequest", kind="access", person_type="contact", person=ann, note="by post")
    await world.settle()
    with pytest.raises(Rejected) as error:
        await refuse_held_texts(world.kernel, TENANT, day_of(world.clock.now()))
    assert error.value.extra["code"] == "open-request"
    await held(world, "account", account)
    await world.settle()
    with pytest.raises(Rejected):
        await refuse_held_texts(world.kernel, TENANT, today)
    await refuse_held_texts(world.kernel, TENANT, "2001-01-01")
