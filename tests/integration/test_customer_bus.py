"""The command bus over real files: idempotency, retries, preconditions, times, owners, reservations."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from shared.errors import Conflict, CrmError, Forbidden, Invalid, KeyReused, NotFound, PreconditionFailed, Unavailable
from shared.kernel.bus import Call, Done
from shared.kernel.uniqueness import GRACE, Duplicate
from shared.security.permissions import Access, Level, Role
from tests.support.roles import BUILT_IN
from tests.support.world import BOSS, TENANT, World, open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as opened:
        yield opened


async def account(world: World, name: str = "Acme", **fields: Any) -> str:
    return (await world.do("customer.CreateAccount", {"name": name, **fields})).id


async def outcomes(*calls: Any) -> tuple[list[Done], list[BaseException]]:
    results = await asyncio.gather(*calls, return_exceptions=True)
    return [r for r in results if isinstance(r, Done)], [r for r in results if isinstance(r, BaseException)]


# --- idempotency ------------------------------------------------------------------------------------------------------


async def test_the_same_key_and_body_give_the_same_answer(world: World) -> None:
    first = await world.do("customer.CreateAccount", {"name": "Acme", "tax_id": "T1"}, key="k")
    again = await world.do("customer.CreateAccount", {"name": "Acme", "tax_id": "T1"}, key="k")
    assert (again.id, again.version, again.position) == (first.id, first.version, first.position)
    assert (first.changed, again.changed) == (True, False)
    assert await world.types("account", first.id) == ["AccountCreated"]


async def test_twins_that_run_at_the_same_time_do_it_once(world: World) -> None:
    body = {"name": "Acme", "tax_id": "T1"}
    done, errors = await outcomes(*(world.do("customer.CreateAccount", body, key="k") for _ in range(16)))
    assert not errors
    assert len({d.id for d in done}) == 1
    assert [d.changed for d in done].count(True) == 1


async def test_the_same_key_with_another_body_is_refused_even_when_it_would_fail(world: World) -> None:
    await world.do("customer.CreateAccount", {"name": "Acme"}, key="k")
    with pytest.raises(KeyReused):
        await world.do("customer.CreateAccount", {"name": "Other"}, key="k")
    with pytest.raises(KeyReused):
        await world.do("customer.CreateAccount", {"name": "Acme", "parent": "nobody"}, key="k")


async def test_a_repeat_is_answered_although_the_record_has_moved_on(world: World) -> None:
    id = await account(world)
    first = await world.do("customer.ChangeAccountDetails", {"city": "Bonn"}, id, key="k", if_match=1)
    await world.do("customer.ArchiveAccount", {}, id)
    again = await world.do("customer.ChangeAccountDetails", {"city": "Bonn"}, id, key="k", if_match=1)
    assert again.version == first.version == 2


async def test_a_command_that_changes_nothing_is_remembered_too(world: World) -> None:
    id = await account(world, city="Bonn")
    assert (await world.do("customer.ChangeAccountDetails", {"city": "Bonn"}, id, key="k")).version == 1
    await world.do("customer.ChangeAccountDetails", {"city": "Ulm"}, id)
    assert (await world.do("customer.ChangeAccountDetails", {"city": "Bonn"}, id, key="k")).version == 1
    assert (await world.state("account", id)).city == "Ulm"


async def test_a_refused_command_can_be_sent_again_with_its_key(world: World) -> None:
    with pytest.raises(Invalid):
        await world.do("customer.CreateAccount", {"name": "Acme", "parent": "nobody"}, key="k")
    assert (await world.do("customer.CreateAccount", {"name": "Acme"}, key="k")).changed


# --- conflicts and preconditions --------------------------------------------------------------------------------------


async def test_sixteen_writers_on_one_record_all_get_through(world: World) -> None:
    id = await account(world)
    tags = [f"t{n:02}" for n in range(16)]
    done, errors = await outcomes(*(world.do("customer.TagAccount", {"add": [t]}, id) for t in tags))
    assert not errors
    assert sorted(d.version for d in done) == list(range(2, 18))
    assert (await world.state("account", id)).tags == tags


async def test_if_match_lets_one_writer_through(world: World) -> None:
    id = await account(world)
    calls = (world.do("customer.TagAccount", {"add": [t]}, id, if_match=1) for t in "abcd")
    done, errors = await outcomes(*calls)
    assert [d.version for d in done] == [2]
    assert all(isinstance(e, PreconditionFailed) and e.extra["expected"] == 1 for e in errors)
    assert len(errors) == 3
    with pytest.raises(PreconditionFailed) as refused:
        await world.do("customer.TagAccount", {"add": ["x"]}, id, if_match=7)
    assert refused.value.extra == {"expected": 7, "actual": 2}


async def test_retries_end_in_a_conflict(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    id, other = await account(world), await account(world, "Other")
    real, tries = world.store.append, []

    async def always_second(tenant: str, stream: str, *args: Any) -> Any:
        if stream.endswith(id):
            tries.append(stream)
            stale = (args[0] - 1, *args[1:])
            return await real(tenant, stream, *stale)
        return await real(tenant, stream, *args)

    monkeypatch.setattr(world.store, "append", always_second)
    with pytest.raises(Conflict):
        await world.do("customer.TagAccount", {"add": ["x"]}, id)
    assert len(tries) == 5
    assert (await world.do("customer.TagAccount", {"add": ["x"]}, other)).changed


# --- times ------------------------------------------------------------------------------------------------------------


async def test_what_happened_is_never_in_the_future_nor_before_the_last_event(world: World) -> None:
    now = world.clock.now()
    id = (await world.do("customer.CreateAccount", {"name": "Acme"}, occurred_at=now - 1000)).id
    for moment, code in ((now + 60_000_000, "in-the-future"), (now - 1001, "before-last")):
        with pytest.raises(Invalid) as refused:
            await world.do("customer.TagAccount", {"add": ["x"]}, id, occurred_at=moment)
        assert refused.value.errors[0].code == code
    await world.do("customer.TagAccount", {"add": ["x"]}, id, occurred_at=now - 500)
    events = await world.repository.events(world.aggregate("account"), TENANT, id)
    assert [e.occurred_at for e in events] == [now - 1000, now - 500]
    assert all(e.recorded_at >= now for e in events)


async def test_a_clock_that_jumps_back_never_reorders_a_record(world: World) -> None:
    id = await account(world)
    world.clock.ahead = -3_600_000_000
    await world.do("customer.TagAccount", {"add": ["x"]}, id)
    first, second = await world.repository.events(world.aggregate("account"), TENANT, id)
    assert first.occurred_at <= second.occurred_at
    assert first.recorded_at <= second.recorded_at


# --- rights -----------------------------------------------------------------------------------------------------------


def person(user: str, role: str, team: tuple[str, ...] = ()) -> Access:
    return Access(TENANT, user, (BUILT_IN[role],), frozenset(team))


async def test_the_owner_is_the_creator_or_one_he_may_assign_to(world: World) -> None:
    rep = person("ann", "sales_representative")
    mine = await world.do("customer.CreateAccount", {"name": "Mine"}, access=rep)
    assert (await world.state("account", mine.id)).owner == "ann"
    for owner in ("bob", None):
        with pytest.raises(Invalid) as refused:
            await world.do("customer.CreateAccount", {"name": "His", "owner": owner}, access=rep)
        assert refused.value.errors[0].field == "owner"
    nobody = await world.do("customer.CreateAccount", {"name": "Nobody's", "owner": None})
    assert (await world.state("account", nobody.id)).owner is None


async def test_invisible_and_foreign_records_answer_alike(world: World) -> None:
    id = await account(world)
    for access in (person("ann", "sales_representative"), Access("t2", "eve", BOSS.roles)):
        with pytest.raises(NotFound) as hidden:
            await world.do("customer.TagAccount", {"add": ["x"]}, id, access=access)
        with pytest.raises(NotFound) as unknown:
            await world.do("customer.TagAccount", {"add": ["x"]}, "unknown", access=access)
        assert str(hidden.value) == str(unknown.value)


async def test_a_right_to_read_is_none_to_write(world: World) -> None:
    id = await account(world)
    with pytest.raises(Forbidden):
        await world.do("customer.TagAccount", {"add": ["x"]}, id, access=person("ann", "read_only"))


async def test_locked_fields_are_refused_by_name(world: World) -> None:
    clerk = Role("clerk", "", "", {"account": {"*": Level.ALL}}, read_only={"account": frozenset({"tax_id"})})
    with pytest.raises(Invalid) as refused:
        await world.do("customer.CreateAccount", {"name": "A", "tax_id": "1"}, access=Access(TENANT, "ann", (clerk,)))
    assert refused.value.errors[0].field == "tax_id"


async def test_undoing_a_transfer_takes_the_right_to_assign(world: World) -> None:
    owner = (await world.do("identity.ListUser", {"name": "Ann"})).id
    id = await account(world, owner=owner)
    await world.do("customer.TransferAccount", {"owner": None}, id)
    editor = Role("editor", "", "", {"account": {"read": Level.ALL, "edit": Level.ALL}})
    with pytest.raises(Forbidden):
        await world.do("customer.UndoAccountChange", {"version": 2}, id, access=Access(TENANT, "ann", (editor,)))
    await world.do("customer.UndoAccountChange", {"version": 2}, id)
    assert (await world.state("account", id)).owner == owner


# --- unique values ----------------------------------------------------------------------------------------------------


async def test_sixteen_writers_of_one_unique_value_leave_one_record(world: World) -> None:
    bodies = [{"name": f"Acme {n}", "tax_id": "DE 42", "allow_duplicate": False} for n in range(16)]
    done, errors = await outcomes(*(world.do("customer.CreateAccount", b) for b in bodies))
    assert len(done) == 1
    assert all(isinstance(e, Duplicate) and e.extra["holder"] == done[0].id for e in errors)
    assert len(errors) == 15


async def test_of_edits_at_the_same_moment_one_gets_the_unique_value(world: World) -> None:
    ids = [await account(world, f"A{n}") for n in range(8)]
    edits = (world.do("customer.ChangeAccountDetails", {"tax_id": "DE 43"}, id) for id in ids)
    results = await asyncio.gather(*edits, return_exceptions=True)
    assert sum(isinstance(r, Duplicate) for r in results) == 7, results
    held = [(await world.state("account", id)).tax_id for id in ids]
    assert sorted(held) == [""] * 7 + ["DE 43"]


async def test_a_value_is_taken_back_by_one_of_those_who_want_it_at_the_same_moment(world: World) -> None:
    """The first one reserved it long ago, and gave it up."""
    ids = [await account(world, f"A{n}", tax_id="DE 43" if n == 0 else "") for n in range(8)]
    await world.do("customer.ChangeAccountDetails", {"tax_id": "DE 44"}, ids[0])
    world.clock.ahead = 60_000_000
    edits = (world.do("customer.ChangeAccountDetails", {"tax_id": "DE 43"}, id) for id in ids)
    results = await asyncio.gather(*edits, return_exceptions=True)
    assert sum(isinstance(r, Duplicate) for r in results) == 7, results
    held = [(await world.state("account", id)).tax_id for id in ids]
    assert held.count("DE 43") == 1


async def test_a_value_given_up_is_free_and_an_archived_record_holds_none(world: World) -> None:
    first, second = await account(world, "A", tax_id="1"), await account(world, "B")
    await world.do("customer.ChangeAccountDetails", {"tax_id": "2"}, first)
    await world.do("customer.ChangeAccountDetails", {"tax_id": "1"}, second)
    await world.do("customer.ArchiveAccount", {}, second)
    await world.do("customer.ChangeAccountDetails", {"tax_id": "1"}, first)
    with pytest.raises(Duplicate):
        await world.do("customer.RestoreAccount", {}, second)


async def test_undo_reserves_the_value_again(world: World) -> None:
    first, second = await account(world, "A", tax_id="1"), await account(world, "B")
    await world.do("customer.ChangeAccountDetails", {"tax_id": "2"}, first)
    await world.do("customer.UndoAccountChange", {"version": 2}, first)
    with pytest.raises(Duplicate):
        await world.do("customer.ChangeAccountDetails", {"tax_id": "1"}, second)
    await world.do("customer.ChangeAccountDetails", {"tax_id": "3"}, first)
    await world.do("customer.ChangeAccountDetails", {"tax_id": "1"}, second)
    with pytest.raises(Duplicate):
        await world.do("customer.UndoAccountChange", {"version": 4}, first)


async def test_an_override_needs_a_reason(world: World) -> None:
    await account(world, "A", tax_id="1")
    body = {"name": "B", "tax_id": "1", "allow_duplicate": True}
    with pytest.raises(Invalid) as refused:
        await world.do("customer.CreateAccount", body)
    assert refused.value.errors[0].code == "reason-needed"
    assert (await world.do("customer.CreateAccount", body, reason="two branches share it")).changed


async def test_a_crash_between_reservation_and_record_heals(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real = world.store.append

    async def dies_on_accounts(tenant: str, stream: str, *args: Any) -> Any:
        if stream.startswith("account-"):
            raise ConnectionAbortedError
        return await real(tenant, stream, *args)

    body = {"name": "Acme", "tax_id": "1"}
    monkeypatch.setattr(world.store, "append", dies_on_accounts)
    with pytest.raises(ConnectionAbortedError):
        await world.do("customer.CreateAccount", body)
    monkeypatch.setattr(world.store, "append", real)
    monkeypatch.setattr("shared.kernel.uniqueness.PAUSE", 0.0)
    with pytest.raises(Unavailable):  # for all we know, its record is on its way
        await world.do("customer.CreateAccount", body)
    world.clock.ahead = GRACE + 1
    assert (await world.do("customer.CreateAccount", body)).changed


async def test_reservations_tell_nothing_in_plain_text(world: World) -> None:
    await account(world, tax_id="DE-SECRET-42")
    stored = await world.store.read_all(0, 100)
    reserved = [s for s in stored if s.stream.startswith("reservation-")]
    assert len(reserved) == 1
    assert "secret" not in repr(reserved).casefold()


async def test_wrong_bodies_sent_from_within_name_the_field(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        await world.bus.send("customer.CreateAccount", {"name": "", "colour": "red"}, Call(access=BOSS))
    assert {e.field for e in refused.value.errors} == {"name", "colour"}
    with pytest.raises(CrmError):
        await world.bus.send("customer.Nothing", {}, Call(access=BOSS))
