"""Any merges, un-merges and references in any order: every question has the answer of a model that keeps sets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.kernel.queries import NOW, Moment
from shared.security.permissions import Access, system_access
from shared.views.port import Condition, Op, Query
from tests.support.world import World, open_world

ACCOUNTS = range(5)
DEALS = range(3)
_account, _deal = st.sampled_from(ACCOUNTS), st.sampled_from(DEALS)
steps = st.one_of(
    st.tuples(st.just("merge"), _account, _account),
    st.tuples(st.just("unmerge"), _account, _account),
    st.tuples(st.just("name"), _deal, _account),
    st.tuples(st.just("link"), _deal, _account),
    st.tuples(st.just("unlink"), _deal, _account),
)


@dataclass
class Model:
    """into: absorbed → who absorbed it. deals: what each names. notes: what each is linked to."""

    into: dict[int, int] = field(default_factory=dict)
    deals: list[int] = field(default_factory=lambda: list(DEALS))
    notes: list[list[int]] = field(default_factory=lambda: [[n] for n in DEALS])

    def living(self, one: int) -> int:
        return self.living(self.into[one]) if one in self.into else one

    def same(self, one: int, other: int) -> bool:
        return self.living(one) == self.living(other)

    def linked(self, note: int, account: int) -> list[int]:
        return [one for one in self.notes[note] if self.same(one, account)]


@dataclass
class Run:
    world: World
    boss: Access
    model: Model = field(default_factory=Model)
    accounts: list[str] = field(default_factory=list)
    deals: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    async def do(self, name: str, body: dict[str, object], id: str | None = None) -> str:
        done = (await self.world.do(name, body, id, self.boss)).id
        await self.world.settle()
        return done

    async def begin(self) -> None:
        for n in ACCOUNTS:
            self.accounts.append(await self.do("customer.CreateAccount", {"name": f"Account {n}"}))
        for n in DEALS:
            body = {"name": f"Deal {n}", "account": self.accounts[n], "amount": f"{n + 1}.10", "currency": "USD"}
            self.deals.append(await self.do("sales.OpenOpportunity", body))
            link = {"type": "account", "id": self.accounts[n]}
            self.notes.append(
                await self.do("customer.CreateActivity", {"kind": "note", "subject": "n", "links": [link]})
            )

    async def step(self, kind: str, one: int, account: int) -> None:
        """What the model says is refused is left out: other tests hold the refusals."""
        model, id = self.model, self.accounts[account]
        match kind:
            case "merge" if one != account and not {one, account} & model.into.keys():
                await self.do("customer.MergeAccounts", {"absorb": [id]}, self.accounts[one])
                model.into[account] = one
            case "unmerge" if model.into.get(account) == one and one not in model.into:
                await self.do("customer.UnmergeAccounts", {"release": [id]}, self.accounts[one])
                del model.into[account]
            case "name":
                await self.do("sales.ChangeOpportunityDetails", {"account": id}, self.deals[one])
                if not model.same(model.deals[one], account):
                    model.deals[one] = model.living(account)
            case "link":
                await self.do("customer.LinkActivity", {"type": "account", "id": id}, self.notes[one])
                if not model.linked(one, account):
                    model.notes[one].append(model.living(account))
            case "unlink" if len(named := model.linked(one, account)) == 1:
                await self.do("customer.UnlinkActivity", {"id": id}, self.notes[one])
                model.notes[one].remove(named[0])

    async def found(self, type_: str, name: str, op: Op, value: object, moment: Moment = NOW) -> set[str]:
        query = Query((Condition(name, op, value),))
        page = await self.world.queries.find(self.world.aggregate(type_), query, self.boss, moment)
        return {document["id"] for document in page.items}

    async def check(self, moment: Moment = NOW) -> None:
        model = self.model
        for n, id in enumerate(self.accounts):
            deals = {self.deals[d] for d in DEALS if model.same(model.deals[d], n)}
            notes = {self.notes[d] for d in DEALS if model.linked(d, n)}
            assert await self.found("opportunity", "account", "eq", id, moment) == deals
            assert await self.found("opportunity", "account", "ne", id, moment) == set(self.deals) - deals
            assert await self.found("activity", "links", "contains", id, moment) == notes
            assert await self.found("activity", "links", "ne", id, moment) == set(self.notes) - notes
        pair = [self.accounts[0], self.accounts[1]]
        either = {self.deals[d] for d in DEALS if any(model.same(model.deals[d], n) for n in (0, 1))}
        assert await self.found("opportunity", "account", "in", pair, moment) == either
        groups = await self.world.queries.totals(
            self.world.aggregate("opportunity"), Query(), self.boss, ("account",), "amount", moment
        )
        expected: dict[str, list[int]] = {}
        for d in DEALS:
            expected.setdefault(self.accounts[model.living(model.deals[d])], []).append(d)
        assert {g.keys[0]: (g.count, g.sum) for g in groups} == {
            id: (len(some), f"{sum(d + 1.1 for d in some):.2f}") for id, some in expected.items()
        }


def on_loop(loop: asyncio.AbstractEventLoop, run: Run) -> Callable[[list[tuple[str, int, int]]], None]:
    async def all_of(history: list[tuple[str, int, int]]) -> None:
        await run.begin()
        for one in history:
            await run.step(*one)
        await run.check()
        run.world.kernel.bus.merges.forget_all()  # as after a start
        await run.check()

    return lambda history: asyncio.run_coroutine_threadsafe(all_of(history), loop).result(120)


async def test_any_history_gives_the_answers_of_the_model(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    async with open_world(tmp_path) as world:
        numbers = iter(range(1000))

        @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.lists(steps, min_size=6, max_size=16))
        def agree(history: list[tuple[str, int, int]]) -> None:
            run = Run(world, system_access(f"organisation-{next(numbers)}", "boss"))
            on_loop(loop, run)(history)

        await asyncio.to_thread(agree)


async def test_the_past_is_asked_of_the_customers_of_today(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        run = Run(world, system_access("t1", "boss"))
        await run.begin()
        before_the_merges = Moment(occurred=world.clock.now())
        for one in (("merge", 1, 2), ("merge", 0, 1)):
            await run.step(*one)
        await run.check(before_the_merges)
        await run.step("unmerge", 0, 1)
        await run.check(before_the_merges)
