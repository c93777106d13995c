"""Exchange rates over real files: which one a deal takes, what it keeps of it, and what happens without one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.sales.policies import POLICIES
from shared.clock import start_of_day
from shared.errors import Forbidden, Invalid, Rejected
from shared.kernel.uniqueness import Duplicate
from shared.security.permissions import Access
from tests.support.roles import BUILT_IN
from tests.support.world import TENANT, World, open_world

RATES = [("JPY", "2026-01-01", "0.0070"), ("JPY", "2026-03-01", "0.0067"), ("KWD", "2026-01-01", "3.25")]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, POLICIES) as opened:
        await opened.do("identity.CreateOrganisation", {"name": "Acme", "currency": "USD"}, new_id=TENANT)
        await opened.settle()
        yield opened


async def rates(world: World) -> list[str]:
    return [(await world.do("identity.SetExchangeRate", {"currency": c, "day": d, "rate": r})).id for c, d, r in RATES]


async def deal(world: World, day: str, **body: Any) -> str:
    made = await world.do("sales.OpenOpportunity", {"name": "Deal", **body}, occurred_at=start_of_day(day))
    return made.id


async def exchange(world: World, id: str) -> tuple[Any, ...]:
    state = await world.state("opportunity", id)
    return state.base_amount, state.base_currency, state.exchange_rate, state.rate_day


TAKEN = [
    ("2026-02-28", "100000", "JPY", ("700.00", "USD", "0.007", "2026-01-01")),
    ("2026-03-01", "100000", "JPY", ("670.00", "USD", "0.0067", "2026-03-01")),
    ("2026-04-05", "100000", "JPY", ("670.00", "USD", "0.0067", "2026-03-01")),  # until the next one
    ("2026-04-05", "1.234", "KWD", ("4.01", "USD", "3.25", "2026-01-01")),  # 4.0105
    ("2026-04-05", "99.50", "USD", ("99.50", "USD", "1", "2026-04-05")),
    ("2025-12-31", "100000", "JPY", (None, "", None, None)),  # before the first rate
    ("2026-04-05", "10", "EUR", (None, "", None, None)),
]


async def test_a_deal_takes_the_rate_of_its_day(world: World) -> None:
    await rates(world)
    for day, amount, currency, kept in TAKEN:
        assert await exchange(world, await deal(world, day, amount=amount, currency=currency)) == kept, (day, currency)


async def test_the_rate_of_winning_stays_whatever_becomes_of_it(world: World) -> None:
    _, march, _ = await rates(world)
    id = await deal(world, "2026-02-01", amount="100000", currency="JPY")
    assert (await exchange(world, id))[0] == "700.00"
    await world.do("sales.WinOpportunity", {}, id=id, occurred_at=start_of_day("2026-03-10"))
    won = ("670.00", "USD", "0.0067", "2026-03-01")
    assert await exchange(world, id) == won
    await world.do("identity.CorrectExchangeRate", {"rate": "0.0066"}, id=march)
    await world.do("identity.SetExchangeRate", {"currency": "JPY", "day": "2026-03-10", "rate": "0.0065"})
    assert await exchange(world, id) == won
    last = (await world.repository.events(world.aggregate("opportunity"), TENANT, id))[-1].event
    assert last.exchange == {"amount": "670.00", "currency": "USD", "rate": "0.0067", "day": "2026-03-01"}
    await world.do("sales.ApplyExchangeRate", {}, id=id)
    assert await exchange(world, id) == ("650.00", "USD", "0.0065", "2026-03-10")
    assert not (await world.do("sales.ApplyExchangeRate", {}, id=id)).changed


async def test_lines_and_their_undo_are_exchanged_with_the_amount(world: World) -> None:
    await rates(world)
    product = await world.make("sales.AddProduct", name="Screw", list_price="0.25", currency="JPY")
    id = await deal(world, "2026-02-01", currency="JPY")
    await world.do("sales.AddLineItem", {"product": product, "quantity": "10000"}, id=id)
    assert (await exchange(world, id))[0] == "16.75"
    line = (await world.state("opportunity", id)).lines[0]["id"]
    await world.do("sales.ChangeLineItem", {"line": line, "quantity": "20000"}, id=id)
    assert (await exchange(world, id))[0] == "33.50"
    await world.do("sales.UndoOpportunityChange", {"version": 3}, id=id)
    assert (await exchange(world, id))[0] == "16.75"
    await world.do("sales.RemoveLineItem", {"line": line}, id=id)
    assert await exchange(world, id) == (None, "", None, None)
    await world.do("sales.ChangeAmount", {"amount": "1000"}, id=id)
    done = await world.do("sales.ChangeAmount", {"amount": "2000"}, id=id)
    assert (await exchange(world, id))[0] == "13.40"
    await world.do("sales.UndoOpportunityChange", {"version": done.version}, id=id)
    assert (await exchange(world, id))[0] == "6.70"
    await world.projector.catch_up()
    shown = await world.see("opportunity", id)
    assert (shown["base_amount"], shown["weighted_base_amount"]) == ("6.70", "0.67")


async def test_a_missing_rate_is_said_and_can_be_brought_in_later(world: World) -> None:
    id = await deal(world, "2026-02-01", amount="100000", currency="JPY")
    with pytest.raises(Invalid) as refused:
        await world.do("sales.ApplyExchangeRate", {}, id=id)
    assert refused.value.errors[0].code == "no-rate"
    await rates(world)
    await world.do("sales.ApplyExchangeRate", {}, id=id)
    assert (await exchange(world, id))[0] == "670.00"  # an open deal: today's
    with pytest.raises(Rejected):
        await world.do("sales.ApplyExchangeRate", {}, id=await deal(world, "2026-02-01"))


async def test_a_day_has_one_rate_and_only_some_may_set_it(world: World) -> None:
    first, *_ = await rates(world)
    again = {"currency": "JPY", "day": "2026-01-01", "rate": "0.008"}
    with pytest.raises(Duplicate):
        await world.do("identity.SetExchangeRate", again)
    await world.do("identity.SetExchangeRate", {**again, "into": "EUR"})
    with pytest.raises(Invalid):
        await world.do("identity.SetExchangeRate", {**again, "currency": "USD"})
    seller = Access(TENANT, "u", (BUILT_IN["sales_representative"],))
    with pytest.raises(Forbidden):
        await world.do("identity.SetExchangeRate", {**again, "day": "2026-01-02"}, access=seller)
    await world.do("identity.ArchiveExchangeRate", {}, id=first)
    assert (await exchange(world, await deal(world, "2026-02-01", amount="1000", currency="JPY")))[0] is None
    await world.do("identity.SetExchangeRate", again)
    assert (await exchange(world, await deal(world, "2026-02-01", amount="1000", currency="JPY")))[0] == "8.00"


async def test_what_is_no_rate(world: World) -> None:
    body = {"currency": "JPY", "day": "2026-01-01"}
    for rate in ("0", "-1", "x", "1e12", "0.0000000000001", True):
        with pytest.raises(Invalid) as refused:
            await world.do("identity.SetExchangeRate", {**body, "rate": rate})
        assert [e.field for e in refused.value.errors] == ["rate"]
