"""Erasing a person: masked everywhere, finished after a crash, no plain text left in any file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.customer.contact import CONTACT
from shared.clock import SystemClock
from shared.errors import Invalid, Rejected
from shared.events.sealing import ERASED
from shared.eventstore.sqlite import SqliteEventStore
from shared.kernel.lookups import Lookups
from shared.kernel.queries import Moment
from shared.kernel.timeline import timeline
from shared.views.capabilities import PurgesFiles
from shared.views.port import Condition, Query, Scope
from tests.support.leaks import files_with
from tests.support.world import BOSS, TENANT, World, open_world

SECRETS = ("Zephyrine", "Quillfeather", "zephyrine@example.org", "+86105550199", "1971-03-04", "Nachtigallenweg")
FULL = {
    "given_name": "Zephyrine",
    "family_name": "Quillfeather",
    "email": "zephyrine@example.org",
    "phone": "+86 10 555 0199",
    "birthday": "1971-03-04",
    "description": "likes Zephyrine roses",
    "title": "Chief Quillfeather",
}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as opened:
        yield opened


async def person(world: World, **fields: Any) -> str:
    """Somebody with an address, a changed name and a link."""
    acme = (await world.do("customer.CreateAccount", {"name": "Acme", "allow_duplicate": True})).id
    id = (await world.do("customer.CreateContact", {**FULL, "account": acme, "role": "buyer", **fields})).id
    await world.do("customer.AddContactAddress", {"street": "Nachtigallenweg 3", "city": "Bonn"}, id)
    await world.do("customer.ChangeContactDetails", {"middle_name": "Quillfeather", "department": "Zephyrine"}, id)
    await world.do("customer.AddContactEmail", {"email": "zephyrine2@example.org"}, id)
    return id


def plain(value: object) -> list[str]:
    text = repr(value).casefold()
    return [s for s in SECRETS if s.casefold() in text]


async def test_every_way_to_see_the_person_gives_a_mask(world: World) -> None:
    id = await person(world)
    await world.settle()
    before = Moment(occurred=SystemClock().now())
    early = await world.queries.find(CONTACT, Query(), BOSS, before)  # keeps a snapshot
    assert plain(early)
    await world.do("customer.EraseContact", {}, id)
    await world.settle()

    now = await world.see("contact", id)
    assert (now["name"], now["given_name"], now["erased"]) == (ERASED, ERASED, True)
    assert (now["emails"], now["email"], now["birthday"], now["match_key"]) == ([], "", "", "")
    assert [(a["role"], a["active"]) for a in now["accounts"]] == [(ERASED, True)]
    views = (
        now,
        await world.see("contact", id, moment=Moment(version=1)),
        await world.see("contact", id, moment=Moment(version=3)),
        await world.queries.find(CONTACT, Query(), BOSS),
        await world.queries.find(CONTACT, Query(), BOSS, before),
        await world.queries.history(CONTACT, id, BOSS),
        (await timeline(world.queries, world.catalogue, CONTACT, id, BOSS)).items,
        await world.repository.events(CONTACT, TENANT, id),
    )
    assert [plain(v) for v in views] == [[]] * len(views)
    for text in ("zephyrine", "quillfeather", "nachtigallenweg"):
        assert not (await world.queries.find(CONTACT, Query(text=text), BOSS)).items
    where = (Condition("email_keys", "contains", "zephyrine@example.org"),)
    assert not (await world.queries.find(CONTACT, Query(where=where), BOSS)).items
    assert await live_is_fold(world, id)


async def live_is_fold(world: World, id: str) -> bool:
    """The view's document is what a fold from the first event gives now."""
    seen = await world.views.get("contacts", id, Scope(TENANT))
    folded = CONTACT.fold(await world.repository.events(CONTACT, TENANT, id))
    return seen == CONTACT.document(folded)


async def test_an_erased_person_takes_no_commands_but_may_be_erased_again(world: World) -> None:
    id = await person(world)
    await world.do("customer.EraseContact", {}, id)
    for name, body in (
        ("ChangeContactDetails", {"title": "x"}),
        ("AddContactEmail", {"email": "a@example.com"}),
        ("TagContact", {"add": ["x"]}),
        ("ArchiveContact", {}),
        ("UndoContactChange", {"version": 2}),
        ("TransferContact", {"owner": None}),
    ):
        with pytest.raises(Rejected) as refused:
            await world.do(f"customer.{name}", body, id)
        assert refused.value.extra["code"] == "erased"
    assert not (await world.do("customer.EraseContact", {}, id)).changed


async def test_the_e_mail_address_is_free_again(world: World) -> None:
    id = await person(world)
    await world.do("customer.EraseContact", {}, id)
    await world.settle()
    assert (await world.do("customer.CreateContact", FULL)).changed


async def test_records_that_lived_on_in_the_person_go_too(world: World) -> None:
    id = await person(world)
    twin = (await world.do("customer.CreateContact", {"name": "Z. Quillfeather", "email": "z@example.org"})).id
    await world.do("customer.MergeContacts", {"absorb": [twin]}, id)
    await world.settle()
    with pytest.raises(Rejected):
        await world.do("customer.EraseContact", {}, twin)
    await world.do("customer.EraseContact", {}, id)
    await world.settle()
    assert plain(await world.see("contact", twin)) == []
    assert (await world.state("contact", twin)).erased
    assert await live_is_fold(world, twin)


async def said(world: World, *people: str, participants: tuple[str, ...] = ()) -> str:
    """A note about people (`contact/<id>` or `lead/<id>`) that quotes Zephyrine."""
    links, invited = (
        [dict(zip(("type", "id"), p.split("/"), strict=True)) for p in them] for them in (people, participants)
    )
    words = {"subject": "Zephyrine called", "body": "Quillfeather!", "recipients": ["zephyrine@example.org"]}
    return (
        await world.do("customer.CreateActivity", {"kind": "note", **words, "links": links, "participants": invited})
    ).id


async def test_what_was_said_goes_with_the_first_one_it_is_about(world: World) -> None:
    id = await person(world)
    other = (await world.do("customer.CreateContact", {"name": "Otto Plain"})).id
    lead = (await world.do("sales.CaptureLead", {"name": "Zephyrine Quillfeather"})).id
    alone, shared = (
        await said(world, f"contact/{id}"),
        await said(world, f"contact/{id}", participants=(f"contact/{other}",)),
    )
    twice, of_none = await said(world, f"lead/{lead}", participants=(f"contact/{id}",)), await said(world)
    await world.do("customer.EraseContact", {}, id)
    await world.settle()
    gone = await world.see("activity", alone)
    assert (gone["subject"], gone["body"], gone["recipients"], gone["erased"]) == (ERASED, ERASED, [], True)
    assert [link["id"] for link in gone["linked_to"]] == [id]
    assert plain(await world.queries.history(world.catalogue["activity"], alone, BOSS)) == []
    assert [plain(await world.see("activity", also)) for also in (shared, twice)] == [[], []]
    assert plain(await world.see("activity", of_none))
    with pytest.raises(Rejected):
        await world.do("customer.ChangeActivityDetails", {"body": "x"}, alone)
    await world.do("customer.EraseActivity", {}, of_none)
    await world.do("sales.EraseLead", {}, lead)
    await world.settle()
    assert files_with(world.folder, SECRETS) == {}


async def test_what_was_said_goes_although_it_is_linked_no_more(world: World) -> None:
    id = await person(world)
    undone, unlinked = await said(world), await said(world, f"contact/{id}")
    await world.do("customer.LinkActivity", {"type": "contact", "id": id}, undone)
    await world.do("customer.UndoActivityChange", {"version": 2}, undone)
    await world.do("customer.UnlinkActivity", {"id": id}, unlinked)
    await world.settle()
    assert [(await world.see("activity", one))["links"] for one in (undone, unlinked)] == [[], []]
    await world.do("customer.EraseContact", {}, id)
    await world.settle()
    assert [plain(await world.see("activity", one)) for one in (undone, unlinked)] == [[], []]
    assert files_with(world.folder, SECRETS) == {}


async def test_nothing_more_is_linked_to_an_erased_person(world: World) -> None:
    id = await person(world)
    await world.do("customer.EraseContact", {}, id)
    free = await said(world)
    with pytest.raises(Invalid):
        await said(world, f"contact/{id}")
    with pytest.raises(Invalid):
        await said(world, participants=(f"contact/{id}",))
    with pytest.raises(Invalid):
        await world.do("customer.LinkActivity", {"type": "contact", "id": id}, free)


async def test_what_is_said_at_the_moment_of_the_erasure_goes_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look at the person came before the erasure, the append after it."""
    id, other = await person(world), await person(world, email="", phone="", name="Otto", allow_duplicate=True)
    free = await said(world)
    exists = Lookups.exists

    async def then_erased(self: Lookups, field: str, resource: str, one: str | None) -> None:
        await exists(self, field, resource, one)
        if one in (id, other):
            await world.do("customer.EraseContact", {}, one)
            await world.settle()

    monkeypatch.setattr(Lookups, "exists", then_erased)
    await world.do("customer.LinkActivity", {"type": "contact", "id": other}, free)
    written = await said(world, f"contact/{id}")
    await world.settle()
    assert [plain(await world.see("activity", one)) for one in (free, written)] == [[], []]
    assert files_with(world.folder, SECRETS) == {}


async def test_what_was_said_with_a_user_goes_with_them(world: World) -> None:
    await world.do("identity.ListUser", {"name": "Zephyrine"}, new_id="guest")
    id = await said(world, participants=("user/guest",))
    await world.do("identity.EraseUser", {}, "guest")
    await world.settle()
    assert plain(await world.see("activity", id)) == []


async def test_no_plain_text_is_left_in_any_file(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        id = await person(world)
        await world.settle()
        assert files_with(tmp_path, SECRETS, "views.db*")
        await world.do("customer.EraseContact", {}, id)
        await world.settle()
    assert files_with(tmp_path, SECRETS) == {}


class Killed(BaseException):
    """The process dies here."""


async def erase_and_settle(world: World, id: str) -> None:
    await world.do("customer.EraseContact", {}, id)
    await world.settle()


@pytest.mark.parametrize("dies_before", ["destroy", "write", "purge"])
async def test_a_crash_in_the_middle_is_finished_after_the_next_start(tmp_path: Path, dies_before: str) -> None:
    async def dies(*args: object) -> None:
        raise Killed

    async with open_world(tmp_path) as world:
        id = await person(world)
        await world.settle()
        part = world.keys if dies_before == "destroy" else world.views
        setattr(part, dies_before, dies)
        with pytest.raises(Killed):
            await erase_and_settle(world, id)
    async with open_world(tmp_path) as world:
        await world.settle()
        assert await world.keys.key(TENANT, id) is None
        assert plain(await world.see("contact", id)) == []
        assert await live_is_fold(world, id)
    assert files_with(tmp_path, SECRETS) == {}


async def test_a_verification_bears_an_erasure_that_the_view_has_yet_to_come_to(world: World) -> None:
    id = await person(world)
    await world.settle()
    seen = world.projector.position
    await world.do("customer.EraseContact", {}, id)
    assert plain(await world.views.get("contacts", id, Scope(TENANT)))
    assert (await world.verdict(CONTACT, seen)).ok
    missed = await world.verdict(CONTACT, await world.store.head())  # the view says that it has been there
    assert missed.different == [id]
    await world.settle()
    assert (await world.verdict(CONTACT, await world.store.head())).ok


async def test_the_files_are_purged_once_for_all_who_are_erased_together(world: World) -> None:
    ids = [(await world.do("customer.CreateContact", {"family_name": "Quillfeather"})).id for _ in range(3)]
    await world.settle()
    views = world.views
    assert isinstance(views, PurgesFiles)
    purged, purge = [], views.purge

    async def counted() -> None:
        purged.append(len([id for id in ids if plain(await world.see("contact", id))]))
        await purge()

    views.purge = counted  # type: ignore[method-assign]
    for id in ids:
        await world.do("customer.EraseContact", {}, id)
    await world.settle()
    assert purged == [0]  # once, and nobody could be read any more


async def test_the_events_of_an_erased_person_stay_readable(world: World) -> None:
    id = await person(world)
    await world.do("customer.EraseContact", {}, id)
    store: SqliteEventStore = world.store
    stored = await store.read(TENANT, CONTACT.stream(id))
    assert [(await world.bus.codec.decode(s)).version for s in stored] == list(range(1, len(stored) + 1))
