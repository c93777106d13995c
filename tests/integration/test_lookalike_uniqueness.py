"""Values that look alike never have two holders: in a race, over HTTP, and where the first is older than the rule."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import pytest

from crm.compose import Suite
from crm.settings import Settings
from services.customer.account import ACCOUNT
from services.customer.contact import CONTACT
from services.identity.authentication import Authentication
from services.identity.setup import set_up
from services.identity.user import USER
from services.sales.product import PRODUCT
from shared.domain.aggregate import Aggregate
from shared.kernel.bus import Call, Done
from shared.kernel.rekeying import renew_reservations
from shared.kernel.uniqueness import Duplicate, former_key
from shared.security.passwords import Passwords
from shared.security.permissions import Access, system_access
from tests.support.suite import PASSWORD, QUICK
from tests.support.world import World, open_world

ALIKE = (
    "de-1",
    "DE-1",
    "ＤＥ-1",
    "D\u200bE-1",
    "\u202eDE-1",
    "DЕ-1",
    "de-１",
    "DE-1\u2060",
)  # the sixth has a Cyrillic Е
CHANGED: tuple[Aggregate[Any], ...] = (USER, CONTACT, ACCOUNT, PRODUCT)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as opened:
        yield opened


async def test_of_many_writers_of_look_alikes_one_wins(world: World) -> None:
    made = (
        ("customer.CreateAccount", "tax_id", ALIKE),
        ("customer.CreateAccount", "external_id", ALIKE),
        ("customer.CreateContact", "external_id", ALIKE),
        ("sales.AddProduct", "code", ALIKE),
        ("customer.CreateContact", "email", [f"{a.replace('DЕ', 'DE')}@Example.com" for a in ALIKE]),
    )
    for name, field, values in made:
        bodies = [{"name": f"{field} {n}", field: value} for n, value in enumerate(values * 4)]
        results = await asyncio.gather(*(world.do(name, body) for body in bodies), return_exceptions=True)
        assert [type(r) for r in results if not isinstance(r, Duplicate)] == [Done], field


@contextmanager
def before_the_rule() -> Iterator[None]:
    """The program as it was: texts as they came, one key for all kinds."""
    with ExitStack() as stack:
        for aggregate in CHANGED:
            former = tuple(replace(unique, key=former_key) for unique in aggregate.uniques)
            stack.enter_context(patch.object(aggregate, "uniques", former))
        stack.enter_context(patch("shared.domain.types.address", lambda text: unicodedata.normalize("NFC", text)))
        stack.enter_context(patch("shared.domain.command.clean_line", lambda text: text))
        stack.enter_context(patch("services.identity.setup.email_key", former_key))
        stack.enter_context(patch("shared.views.text.VERSION", 1))
        yield


OLD = {
    "customer.CreateAccount": {"name": "Old", "tax_id": "ＤＥ-1"},
    "customer.CreateContact": {"name": "Old", "email": "\u200bann@example.com"},
    "sales.AddProduct": {"name": "Old", "code": "А-1"},
}
NEW = {
    "customer.CreateAccount": {"name": "New", "tax_id": "de-1"},
    "customer.CreateContact": {"name": "New", "email": "Ann@example.com"},
    "sales.AddProduct": {"name": "New", "code": "A-1"},
}


async def test_values_reserved_before_the_rule_are_held_after_the_next_start(tmp_path: Path) -> None:
    with before_the_rule():
        suite = await Suite.open(Settings(tmp_path))
        args = "Org", "Ada", "ａda@acme.example", PASSWORD, "en"
        done = await set_up(suite.kernel, *args, Passwords(QUICK))
        access = system_access(done.tenant, done.user)
        for name, body in OLD.items():
            await suite.kernel.bus.send(name, body, Call(access))
        await suite.kernel.projector.catch_up()
        await suite.close()
    suite = await Suite.open(Settings(tmp_path))
    try:
        await _holds(suite, access)
        store, bus = suite.kernel.store, suite.kernel.bus
        head = await store.head()
        for aggregate in CHANGED:
            assert await renew_reservations(aggregate, store, bus.codec, bus.reservations) == 1
        assert await store.head() == head  # a second time changes nothing
    finally:
        await suite.close()


async def _holds(suite: Suite, access: Access) -> None:
    bus = suite.kernel.bus
    for name, body in NEW.items():
        with pytest.raises(Duplicate):
            await bus.send(name, body, Call(access))
    with pytest.raises(Duplicate):
        await bus.send("identity.InviteUser", {"name": "Eve", "email": "ada@acme.example"}, Call(access))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(suite.app), base_url="http://crm.test") as http:
        for email in ("ａda@acme.example", "ada@acme.example", "ADA@ACME.EXAMPLE", "a\u200bda@acme.example"):
            answer = await http.post("/identity/sessions", json={"email": email, "password": PASSWORD})
            assert answer.status_code == 201, (email, answer.text)


async def test_two_who_looked_alike_before_the_rule_keep_their_value_and_no_third_comes(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        with before_the_rule():
            one = await world.do("customer.CreateAccount", {"name": "One", "tax_id": "ＤＥ1"})
            two = await world.do("customer.CreateAccount", {"name": "Two", "tax_id": "DE1"})
        unique = ACCOUNT.uniques[0]
        reservations = world.bus.reservations
        held = await reservations.holders(ACCOUNT, unique, "ＤＥ1", "t1")
        assert held[0] == ("t1", one.id)  # by its text first
        assert (await reservations.holders(ACCOUNT, unique, "de1", "t1"))[0] == ("t1", two.id)
        assert await renew_reservations(ACCOUNT, world.store, world.bus.codec, reservations) == 1
        for text in ("ＤＥ1", "de1", "D\u200bE1"):
            with pytest.raises(Duplicate):
                await world.do("customer.CreateAccount", {"name": "Three", "tax_id": text})
        await world.do("customer.ChangeAccountDetails", {"city": "Ulm"}, one.id)


async def test_the_same_text_is_held_even_before_reservations_are_renewed(world: World) -> None:
    with before_the_rule():
        first = await world.do("customer.CreateAccount", {"name": "One", "tax_id": "ＤＥ-1"})
    with pytest.raises(Duplicate) as caught:
        await world.do("customer.CreateAccount", {"name": "Two", "tax_id": "ＤＥ-1"})
    assert caught.value.extra["holder"] == first.id


async def test_two_sign_in_names_that_looked_alike_before_the_rule_each_find_their_own(tmp_path: Path) -> None:
    with before_the_rule():
        suite = await Suite.open(Settings(tmp_path))
        one = await set_up(suite.kernel, "Org", "Ada", "ａda@acme.example", PASSWORD, "en", Passwords(QUICK))
        two = await set_up(suite.kernel, "Org 2", "Ada", "ada@acme.example", PASSWORD, "en", Passwords(QUICK))
        await suite.close()
    suite = await Suite.open(Settings(tmp_path))
    try:
        authentication = Authentication(suite.kernel, Passwords(QUICK))
        for email, done in (("ａda@acme.example", one), ("ada@acme.example", two), ("a\u200bda@acme.example", two)):
            known = await authentication.find(email)
            assert known is not None
            assert known.user.id == done.user
    finally:
        await suite.close()
