"""What one process writes acts in another: permissions, custom fields, names, erasures, and reads of own writes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from services.analytics.views.people import People
from services.audit.replays import verify, views_named
from services.identity.attempts import Device
from services.identity.authentication import Authentication
from services.identity.policies import POLICIES as IDENTITY_POLICIES
from shared.errors import Invalid, ProjectionBehind, TooManyRequests, Unauthenticated, Unavailable
from shared.kernel import lookups
from shared.kernel.queries import Moment
from shared.security.passwords import Passwords
from shared.security.permissions import Level
from shared.security.quota import LONG_BODIES
from shared.security.tokens import Claims
from shared.views.port import Query
from tests.support.identity_suite import QUICK
from tests.support.two_kernels import TwoKernels, open_two_kernels
from tests.support.world import BOSS, TENANT, joined

PERSON = {"given_name": "Grace", "family_name": "Hopper"}


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[TwoKernels]:
    async with open_two_kernels(tmp_path) as opened:
        yield opened


async def user(two: TwoKernels, name: str = "Ann") -> str:
    """An active user whom both kernels know."""
    body = {"name": name, "email": f"{name.lower()}@acme.example", "roles": ["sales_representative"]}
    id = await joined(two.writer.bus, BOSS, body)
    await two.settle()
    return id


async def test_changed_permissions_act_in_the_other_process(two: TwoKernels) -> None:
    ann = await user(two)
    directory = two.reader.kernel.directory
    before = await directory.access(TENANT, ann)
    assert before is not None
    assert before.level("user", "manage") is Level.NONE
    await two.writer.do("identity.AssignRoles", {"roles": ["administrator"]}, ann)
    await two.settle()
    after = await directory.access(TENANT, ann)
    assert after is not None
    assert after.level("user", "manage") is Level.ALL


async def test_a_suspended_user_is_refused_before_the_views_show_it(two: TwoKernels) -> None:
    ann = await user(two)
    directory = two.reader.kernel.directory
    access = await directory.access(TENANT, ann)
    assert access is not None
    claims = Claims(ann, TENANT, "s1", access.epoch, 0, "token")
    assert await directory.caller(claims) is not None
    await two.writer.do("identity.SuspendUser", {}, ann)
    await two.follow()
    assert await directory.caller(claims) is None
    await two.settle()
    assert await directory.caller(claims) is None


async def test_a_new_custom_field_is_accepted_by_the_other_process(two: TwoKernels) -> None:
    body = {"name": "Acme", "custom": {"size": 3}}
    with pytest.raises(Invalid):
        await two.reader.do("customer.CreateAccount", body)
    field = {"resource": "account", "name": "size", "kind": "integer"}
    await two.writer.do("customer.DefineField", field)
    await two.settle()
    assert (await two.reader.do("customer.CreateAccount", body)).version == 1


async def test_names_of_people_follow_a_change(two: TwoKernels) -> None:
    ann = await user(two)
    people = People(two.reader.kernel.directory)
    assert await people.names(BOSS) == ([ann], ["Ann"])
    await two.writer.do("identity.ChangeProfile", {"name": "Anna"}, ann)
    await two.settle()
    assert await people.names(BOSS) == ([ann], ["Anna"])


async def test_an_erased_person_leaves_states_and_past_lists_of_the_other_process(
    two: TwoKernels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.security.keycache.FRESH_SECONDS", 0.0)
    grace = await two.writer.make("customer.CreateContact", **PERSON)
    await two.settle()
    moment = Moment(occurred=two.writer.clock.now())
    contact = two.reader.aggregate("contact")
    assert (await two.reader.state("contact", grace)).family_name == "Hopper"
    page = await two.reader.queries.find(contact, Query(), BOSS, moment)
    assert [d["family_name"] for d in page.items] == ["Hopper"]
    await two.writer.do("customer.EraseContact", {}, grace)
    await two.settle()
    assert (await two.reader.state("contact", grace)).family_name != "Hopper"
    page = await two.reader.queries.find(contact, Query(), BOSS, moment)
    assert "Hopper" not in str(page.items)


async def test_a_reader_waits_for_what_it_wrote_until_the_other_process_shows_it(
    two: TwoKernels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.kernel.queries.WAIT_SECONDS", 0.1)
    acme = await two.reader.do("customer.CreateAccount", {"name": "Acme"})
    account = two.reader.aggregate("account")
    with pytest.raises(ProjectionBehind):
        await two.reader.queries.get(account, acme.id, BOSS, min_version=1)
    monkeypatch.setattr("shared.kernel.queries.WAIT_SECONDS", 60.0)
    monkeypatch.setattr("shared.kernel.queries.LOOK_SECONDS", 60.0)
    reading = asyncio.create_task(two.reader.queries.get(account, acme.id, BOSS, min_version=1))
    await asyncio.sleep(0.01)
    await two.settle()
    assert (await reading)["name"] == "Acme"


async def test_a_process_without_projector_and_warehouse_verifies_the_views_and_names_what_it_leaves_out(
    two: TwoKernels,
) -> None:
    await two.writer.make("customer.CreateAccount", name="Acme")
    await two.settle()
    kernel = two.reader.kernel
    report = await verify(kernel, TENANT, kernel.open_scratch, lambda _: None)
    assert (report["ok"], report["left_out"]) == (True, ["warehouse"])
    assert {line["view"]: line["documents"] for line in report["views"]}["accounts"] == 1


async def test_what_only_another_process_can_fill_is_refused(two: TwoKernels) -> None:
    assert views_named(two.reader.kernel, ["accounts"]) == ([two.reader.aggregate("account")], False)
    with pytest.raises(Unavailable, match="role warehouse"):
        views_named(two.reader.kernel, ["accounts", "warehouse"])


async def test_a_key_destroyed_elsewhere_leaves_lists_of_the_past_even_without_an_event(
    two: TwoKernels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.security.keycache.FRESH_SECONDS", 0.0)
    grace = await two.writer.make("customer.CreateContact", **PERSON)
    await two.settle()
    moment, contact = Moment(occurred=two.writer.clock.now()), two.reader.aggregate("contact")
    page = await two.reader.queries.find(contact, Query(), BOSS, moment)
    assert [d["family_name"] for d in page.items] == ["Hopper"]
    await two.writer.kernel.keys.destroy(TENANT, grace)
    page = await two.reader.queries.find(contact, Query(), BOSS, moment)
    assert len(page.items) == 1
    assert "Hopper" not in str(page.items)


async def test_failed_sign_ins_and_quotas_are_counted_over_both_processes(two: TwoKernels) -> None:
    kernels = (two.writer.kernel, two.reader.kernel)
    desks = [Authentication(kernel, Passwords(QUICK)) for kernel in kernels]
    for n in range(5):
        with pytest.raises(Unauthenticated):
            await desks[n % 2].sign_in("ann@acme.example", "a wrong password", Device(f"192.0.2.{n}", ""))
    for desk in desks:
        with pytest.raises(TooManyRequests):
            await desk.sign_in("ann@acme.example", "a wrong password", Device("198.51.100.1", ""))
    for n in range(10):
        await LONG_BODIES.take(kernels[n % 2].limits, "ann")
    for kernel in kernels:
        with pytest.raises(TooManyRequests):
            await LONG_BODIES.take(kernel.limits, "ann")


async def test_work_that_the_views_do_not_show_yet_is_handed_over_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookups, "WAITS", 1)
    async with open_two_kernels(tmp_path, IDENTITY_POLICIES) as two:
        ann, bob = await user(two), await user(two, "Bob")
        account = (await two.writer.do("customer.CreateAccount", {"name": "Acme", "owner": ann})).id
        await two.writer.do("identity.HandOverUser", {"to": bob}, ann)
        with suppress(Unavailable):
            await two.writer.policies.step()
        await two.settle()
        assert (await two.writer.state("account", account)).owner == bob
