"""What a merge took over from a person goes with that person: from the survivor, its past, its views and all files."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.customer.contact import CONTACT
from shared.errors import CrmError
from shared.kernel.queries import Moment
from shared.kernel.timeline import timeline
from shared.streaming.reconcile import Reconciler
from tests.support.leaks import files_with
from tests.support.world import BOSS, TENANT, World, open_world

SECRETS = ("zephyrine@example.org", "Chief Quillfeather", "+86105550199", "roses")
TAKEN = {"email": SECRETS[0], "title": SECRETS[1], "phone": SECRETS[2], "description": SECRETS[3]}
CHOICES = ("title", "description")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as opened:
        yield opened


async def pair(world: World) -> tuple[str, str]:
    """A survivor to be, and the person whose values it takes."""
    survivor = (await world.do("customer.CreateContact", {"name": "Otto Plain", "email": "otto@example.org"})).id
    return survivor, (await world.do("customer.CreateContact", {"name": "Z. Quill", **TAKEN})).id


async def merge(world: World, survivor: str, *others: str) -> None:
    choices = dict.fromkeys(CHOICES, others[0])
    await world.do("customer.MergeContacts", {"absorb": list(others), "choices": choices}, survivor)


async def shown(world: World, id: str) -> str:
    """Everything that can be seen of a contact, now and then."""
    versions = range(1, (await world.see("contact", id))["version"] + 1)
    past = [await world.see("contact", id, moment=Moment(version=version)) for version in versions]
    history = await world.queries.history(CONTACT, id, BOSS)
    return repr((past, history, await timeline(world.queries, world.catalogue, CONTACT, id, BOSS)))


def left(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


async def is_whole(world: World) -> bool:
    return (await world.verdict(CONTACT, await world.store.head())).ok


async def test_what_was_taken_from_a_released_person_goes_with_them(world: World) -> None:
    survivor, person = await pair(world)
    await merge(world, survivor, person)
    await world.settle()
    await world.do("customer.UnmergeContacts", {"release": [person]}, survivor)
    await world.settle()
    assert left(await shown(world, survivor)) == list(SECRETS)
    await world.do("customer.EraseContact", {}, person)
    await world.settle()
    assert left(await shown(world, survivor)) == []
    now = await world.see("contact", survivor)
    assert (now["name"], now["email"], now["title"]) == ("Otto Plain", "otto@example.org", "")
    assert await is_whole(world)
    assert files_with(world.folder, SECRETS) == {}


async def test_what_stayed_with_the_survivor_goes_too_and_what_is_of_others_stays(world: World) -> None:
    survivor, person = await pair(world)
    third = (await world.do("customer.CreateContact", {"name": "Tess", "email": "tess@example.org"})).id
    await merge(world, survivor, person, third)
    await world.do("customer.AddContactEmail", {"email": "later@example.org"}, survivor)
    await world.settle()
    await world.do("customer.UnmergeContacts", {"release": [person]}, survivor)
    await world.settle()
    assert SECRETS[0] in repr(await world.see("contact", survivor)), "the e-mails were changed since, so they stay"
    await world.do("customer.EraseContact", {}, person)
    await world.settle()
    assert left(await shown(world, survivor)) == []
    emails = [entry["email"] for entry in (await world.see("contact", survivor))["emails"]]
    assert emails == ["otto@example.org", "tess@example.org", "later@example.org"]
    assert await is_whole(world)
    assert files_with(world.folder, SECRETS) == {}


async def test_a_survivor_of_the_survivor_forgets_as_well(world: World) -> None:
    survivor, person = await pair(world)
    top = (await world.do("customer.CreateContact", {"name": "Tess", "email": "tess@example.org"})).id
    await merge(world, survivor, person)
    await world.settle()
    await merge(world, top, survivor)
    await world.settle()
    assert left(await shown(world, top)) == list(SECRETS)
    await world.do("customer.UnmergeContacts", {"release": [survivor]}, top)
    await world.settle()
    await world.do("customer.UnmergeContacts", {"release": [person]}, survivor)
    await world.settle()
    await world.do("customer.EraseContact", {}, person)
    await world.settle()
    assert [left(await shown(world, id)) for id in (survivor, top)] == [[], []]
    assert await is_whole(world)


@pytest.mark.parametrize("turn", range(4))
async def test_merged_and_erased_at_once(world: World, turn: int) -> None:
    """Whichever comes first, the values are gone and nobody lives on in somebody else."""
    survivor, person = await pair(world)
    await world.settle()

    async def erased() -> None:
        for _ in range(turn):
            await asyncio.sleep(0)
        await world.do("customer.EraseContact", {}, person)

    both = await asyncio.gather(merge(world, survivor, person), erased(), return_exceptions=True)
    assert all(result is None or isinstance(result, CrmError) for result in both)
    await world.settle()
    assert both[1] is None
    assert left(await shown(world, survivor)) == []
    assert (await world.see("contact", survivor))["absorbed"] == []
    assert await is_whole(world)
    assert files_with(world.folder, SECRETS) == {}


async def test_a_person_erased_between_a_merge_and_its_other_half(world: World) -> None:
    survivor, person = await pair(world)
    await merge(world, survivor, person)
    await world.projector.catch_up()
    await world.do("customer.EraseContact", {}, person)
    await world.settle()
    assert left(await shown(world, survivor)) == []
    assert (await world.see("contact", survivor))["absorbed"] == []
    assert await is_whole(world)
    assert files_with(world.folder, SECRETS) == {}


async def test_views_from_before_the_erasure_are_masked_before_the_first_answer(world: World) -> None:
    survivor, person = await pair(world)
    await merge(world, survivor, person)
    await world.do("customer.AddContactEmail", {"email": "later@example.org"}, survivor)
    await world.settle()
    await world.do("customer.UnmergeContacts", {"release": [person]}, survivor)
    await world.settle()
    assert left(repr(await world.see("contact", survivor)))
    await world.keys.destroy(TENANT, person)
    world.repository.forget_all()
    parts = (world.catalogue, world.repository, world.bus.codec, world.keys, world.views, world.clock, world.bus.ids)
    await Reconciler(*parts).run()
    assert left(repr(await world.see("contact", survivor))) == []


async def test_who_lives_on_in_an_erased_survivor_leaves_nothing_either(world: World) -> None:
    survivor, person = await pair(world)
    await merge(world, survivor, person)
    await world.settle()
    await world.do("customer.EraseContact", {}, survivor)
    await world.settle()
    assert [left(await shown(world, id)) for id in (survivor, person)] == [[], []]
    assert await is_whole(world)
    assert files_with(world.folder, SECRETS) == {}
