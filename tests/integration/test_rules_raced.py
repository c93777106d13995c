"""Rules over several records hold whatever runs at once, and whenever the process dies (ADR 8).

Commands run as tasks over the real store; before each of its calls a task waits for a number of turns that the seed
says, so that every seed is another interleaving. Then the process is killed between the append and the look at the
rules, or between that and the withdrawal, and a new one goes on.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Awaitable, Callable, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

from services.customer.policies import POLICIES as CUSTOMER
from services.identity.administrators import administers
from services.identity.policies import POLICIES as IDENTITY
from services.sales.policies import POLICIES as SALES
from shared.domain.rules import withdrawn_by
from shared.errors import CrmError
from shared.kernel.bus import Done
from tests.support.world import TENANT, World, line_above, open_world

ROUNDS = 200 if os.environ.get("CRM_PROVE") else 8
KILLS = ("command.appended", "command.breach_found")
STAGES = [{"key": key, "zh": key, "en": key, "probability": 10, "gate": None} for key in "abc"]
POLICIES = (*IDENTITY, *CUSTOMER, *SALES)
STORE_CALLS = ("append", "read", "slices")

Act = tuple[str, dict[str, Any], str | None]  # command, body, record
Holds = Callable[[World], Awaitable[None]]
Scenario = Callable[[World], Awaitable[tuple[Sequence[Act], Holds]]]


class Killed(Exception):
    """The process died here."""


def interleave(world: World, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let other tasks go first, a seeded number of times, before each call of the store."""
    turns = random.Random(seed)
    for name in STORE_CALLS:
        real = getattr(type(world.store), name)

        async def call(self: Any, *args: Any, real: Any = real, **given: Any) -> Any:
            for _ in range(turns.choice((0, 0, 1, 3, 12))):
                await asyncio.sleep(0)
            if turns.random() < 0.2:
                await asyncio.sleep(turns.random() / 500)
            return await real(self, *args, **given)

        monkeypatch.setattr(type(world.store), name, call)


async def race(world: World, acts: Sequence[Act]) -> list[Done | BaseException]:
    """All at once; when one is killed, all are."""
    tasks = {asyncio.create_task(world.do(name, body, id)): None for name, body, id in acts}
    running = set(tasks)
    while running:
        done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        if any(not task.cancelled() and isinstance(task.exception(), Killed) for task in done):
            for task in running:
                task.cancel()
    return await asyncio.gather(*tasks, return_exceptions=True)


# --- what races ---------------------------------------------------------------------------------------------------


def ring(resource: str, create: str, move: str, field: str, size: int) -> Scenario:
    """Records that each go below the next one at the same moment."""

    async def scenario(world: World) -> tuple[list[Act], Holds]:
        ids = [await world.make(create, name=f"{n}") for n in range(size)]
        acts = [(move, {field: ids[(n + 1) % size]}, id) for n, id in enumerate(ids)]

        async def holds(world: World) -> None:
            states = {id: await world.state(resource, id) for id in ids}
            for id in ids:
                line_above(states, id, attrgetter(field))

        return acts, holds

    return scenario


def entering(act: str) -> Scenario:
    """A deal comes into a stage, and onto an account, that go at the same moment."""

    async def scenario(world: World) -> tuple[list[Act], Holds]:
        pipeline = await world.make("sales.DefinePipeline", name="P", stages=STAGES)
        account = await world.make("customer.CreateAccount", name="A", allow_duplicate=True)
        comes = await DEALS[act](world, pipeline, account)
        await world.settle()
        acts: list[Act] = [
            comes,
            ("sales.RetireStage", {"key": "b"}, pipeline),
            ("customer.ArchiveAccount", {}, account),
        ]

        async def holds(world: World) -> None:
            stage = next(s for s in (await world.state("pipeline", pipeline)).stages if s["key"] == "b")
            gone = (await world.state("account", account)).archived
            async for _, id, document in world.views.scan("opportunities", TENANT):
                if document["pipeline"] == pipeline and document["status"] == "open" and not document["archived"]:
                    now = await world.state("opportunity", id)
                    assert not (now.stage == "b" and stage["retired"]), "an open deal in a retired stage"
                    assert not (now.account == account and gone), "an open deal on an archived account"

        return acts, holds

    return scenario


async def opened(world: World, pipeline: str, account: str) -> Act:
    return ("sales.OpenOpportunity", {"name": "D", "pipeline": pipeline, "account": account, "stage": "b"}, None)


async def there(world: World, pipeline: str, account: str | None, stage: str = "a") -> str:
    body = {"pipeline": pipeline, "stage": stage, "amount": "1", "currency": "CNY"}
    return await world.make("sales.OpenOpportunity", name="D", account=account, **body)


async def moved(world: World, pipeline: str, account: str) -> Act:
    deal = await there(world, pipeline, None)
    return ("sales.ChangeStage", {"stage": "b"}, deal)


async def moved_back(world: World, pipeline: str, account: str) -> Act:
    deal = await there(world, pipeline, None, "b")
    await world.do("sales.ChangeStage", {"stage": "a"}, deal)
    return ("sales.UndoOpportunityChange", {"version": 2}, deal)


async def given_account(world: World, pipeline: str, account: str) -> Act:
    deal = await there(world, pipeline, None)
    return ("sales.ChangeOpportunityDetails", {"account": account}, deal)


async def reopened(world: World, pipeline: str, account: str) -> Act:
    deal = await there(world, pipeline, account, "b")
    await world.do("sales.WinOpportunity", {}, deal)
    return ("sales.ReopenOpportunity", {"reason": "x"}, deal)


async def restored(world: World, pipeline: str, account: str) -> Act:
    deal = await there(world, pipeline, account, "b")
    await world.do("sales.ArchiveOpportunity", {}, deal)
    return ("sales.RestoreOpportunity", {}, deal)


DEALS: dict[str, Callable[[World, str, str], Awaitable[Act]]] = {
    "opened": opened,
    "moved": moved,
    "moved_back": moved_back,
    "given_account": given_account,
    "reopened": reopened,
    "restored": restored,
}


def demoting(command: str, body: dict[str, Any]) -> Scenario:
    """The only two administrators lose their rights at the same moment."""

    async def scenario(world: World) -> tuple[list[Act], Holds]:
        person = {"language": "en", "secret": "x"}
        two = [
            await world.make("identity.CreateAdministrator", name=f"A{n}", email=f"a{n}@example.com", **person)
            for n in range(2)
        ]
        await world.settle()

        async def holds(world: World) -> None:
            assert [id for id in two if administers(await world.state("user", id))], "no administrator is left"

        return [(command, body, id) for id in two], holds

    return scenario


def merging(resource: str, title: str, pairs: Sequence[tuple[int, int]]) -> Scenario:
    """Records that absorb one another at the same moment: (survivor, absorbed) each."""

    async def scenario(world: World) -> tuple[list[Act], Holds]:
        ids = [await world.make(f"customer.Create{title}", name=f"Mr. {n} Nobody") for n in range(3)]
        acts: list[Act] = [(f"customer.Merge{title}s", {"absorb": [ids[b]]}, ids[a]) for a, b in pairs]
        if resource == "account":
            acts.append(("customer.SetParentAccount", {"parent": ids[1]}, ids[0]))
            acts.append(("customer.SetParentAccount", {"parent": ids[0]}, ids[2]))

        async def holds(world: World) -> None:
            states = {id: await world.state(resource, id) for id in ids}
            roots = {}
            for id in ids:
                survivors = line_above(states, id, attrgetter("merged_into"))
                assert all(id in states[above].absorbed for above in survivors), "a survivor does not list a record"
                roots[id] = survivors[-1] if survivors else id
            for id, state in states.items():
                assert all(roots[other] == roots[id] for other in state.absorbed)
                if resource == "account":
                    line_above(states, id, lambda account: account.merged_into or account.parent)

        return acts, holds

    return scenario


SCENARIOS: dict[str, Scenario] = {
    "accounts": ring("account", "customer.CreateAccount", "customer.SetParentAccount", "parent", 2),
    "three accounts": ring("account", "customer.CreateAccount", "customer.SetParentAccount", "parent", 3),
    "teams": ring("team", "identity.CreateTeam", "identity.SetParentTeam", "parent", 2),
    "managers": ring("user", "identity.ListUser", "identity.SetManager", "manager", 3),
    **{f"deal {act}": entering(act) for act in DEALS},
    "administrators' roles": demoting("identity.AssignRoles", {"roles": []}),
    "administrators suspended": demoting("identity.SuspendUser", {}),
    "administrators deactivated": demoting("identity.DeactivateUser", {}),
    "accounts absorb one another": merging("account", "Account", [(0, 1), (1, 0)]),
    "an account absorbs an absorber": merging("account", "Account", [(0, 1), (1, 2)]),
    "contacts absorb one another": merging("contact", "Contact", [(0, 1), (1, 0)]),
    "a contact absorbs an absorber": merging("contact", "Contact", [(0, 1), (1, 2), (2, 0)]),
}


# --- what must be so afterwards ---------------------------------------------------------------------------------------


async def stands_or_says_so(world: World, acts: Sequence[Act], outcomes: Sequence[Done | BaseException]) -> None:
    """Acknowledged changes are in the log and stay; every other outcome is an error of ours or the kill."""
    for (name, _, _), outcome in zip(acts, outcomes, strict=True):
        if isinstance(outcome, Done):
            aggregate, _command = world.catalogue.command(name)
            history = await world.repository.events(aggregate, TENANT, outcome.id)
            written = history[outcome.version - 1]
            assert not outcome.changed or written.metadata.command_name == name
            if "Merge" not in name:
                assert withdrawn_by(history, outcome.version) is None, "what was acknowledged was taken back"
        else:
            assert isinstance(outcome, (CrmError, Killed, asyncio.CancelledError)), repr(outcome)


@pytest.mark.parametrize("name", SCENARIOS)
async def test_the_rule_holds_in_every_interleaving(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(ROUNDS):
        async with open_world(tmp_path / str(seed), POLICIES) as world:
            acts, holds = await SCENARIOS[name](world)
            with monkeypatch.context() as patch:
                interleave(world, seed, patch)
                outcomes = await race(world, acts)
            assert any(isinstance(outcome, Done) for outcome in outcomes), "the first in the log stays"
            await holds_before_the_policies(world, name, holds)
            await world.settle()
            await holds(world)
            await stands_or_says_so(world, acts, outcomes)


async def holds_before_the_policies(world: World, name: str, holds: Holds) -> None:
    """Commands hold the rules by themselves; merges are sagas, which policies carry on."""
    await world.projector.catch_up()
    if "absorb" not in name:
        await holds(world)


@pytest.mark.parametrize("point", KILLS)
@pytest.mark.parametrize("name", SCENARIOS)
async def test_the_rule_holds_after_a_kill(
    name: str, point: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(max(2, ROUNDS // 4)):
        folder = tmp_path / str(seed)
        async with open_world(folder, POLICIES) as world:
            acts, holds = await SCENARIOS[name](world)
            with monkeypatch.context() as patch:
                interleave(world, seed, patch)
                die_at(point, 1 + seed % 3, patch)
                outcomes = await race(world, acts)
        async with open_world(folder, POLICIES) as world:
            await world.settle()
            await holds(world)
            await stands_or_says_so(world, acts, outcomes)


def die_at(point: str, nth: int, patch: pytest.MonkeyPatch) -> None:
    left = [nth]

    def die(name: str) -> None:
        if name == point:
            left[0] -= 1
            if not left[0]:
                raise Killed(name)

    patch.setattr("shared.kernel.bus.crashpoint", die)
    patch.setattr("shared.kernel.rule_enforcement.crashpoint", die)
