"""Rules over several records: what a withdrawal leaves, what it costs, and data that broke a rule before."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from crm.verifying import advice, describe
from services.identity.policies import POLICIES
from shared.errors import CrmError, Invalid, Rejected
from shared.events import customer, identity, sales
from shared.events.envelope import Event, Metadata
from shared.streaming.settling import broken_rules
from tests.support.world import TENANT, World, line_above, open_world

STAGES = [{"key": key, "zh": key, "en": key, "probability": 10, "gate": None} for key in "ab"]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, POLICIES) as opened:
        yield opened


async def force(world: World, name: str, id: str, *events: Event) -> None:
    """Append events that no command decided: as a version before these rules, or a process that died, left them."""
    stream = world.aggregate(name).stream(id)
    state = await world.state(name, id)
    encoded = await world.bus.codec.encode(
        TENANT, stream, list(events), [world.bus.ids.new() for _ in events], world.clock.now()
    )
    await world.store.append(TENANT, stream, state.version, encoded, Metadata(actor="boss"))


async def two_accounts(world: World) -> tuple[str, str]:
    return await world.make("customer.CreateAccount", name="A"), await world.make("customer.CreateAccount", name="B")


async def test_a_move_that_a_killed_process_left_is_withdrawn_and_says_why(world: World) -> None:
    a, b = await two_accounts(world)
    await world.do("customer.SetParentAccount", {"parent": b}, a)
    await force(world, "account", b, customer.AccountParentSet(a, None))
    await world.settle()
    assert [(await world.state("account", id)).parent for id in (a, b)] == [b, None]
    history = await world.repository.events(world.aggregate("account"), TENANT, b)
    moved, back = history[-2:]
    assert isinstance(back.event, customer.AccountChangeUndone)
    assert (back.event.undone_version, back.event.undone_event) == (moved.version, moved.event_id)
    assert (back.metadata.reason, back.metadata.causation_id) == ("withdrawn: cycle", moved.event_id)
    await world.settle()
    assert (await world.state("account", b)).version == back.version  # once, however often it is looked at


async def test_a_withdrawal_that_makes_a_cycle_again_ends_at_the_top(world: World) -> None:
    a, b = await two_accounts(world)
    c = await world.make("customer.CreateAccount", name="C")
    await force(world, "account", a, customer.AccountParentSet(b, None))
    await force(world, "account", b, customer.AccountParentSet(a, None))  # broken, before anybody looks
    await force(world, "account", c, customer.AccountParentSet(a, None))
    await force(world, "account", a, customer.AccountParentSet(c, b))  # and its way back leads into the other cycle
    await world.settle()
    states = {id: await world.state("account", id) for id in (a, b, c)}
    for id in states:
        line_above(states, id, lambda state: state.parent)


async def test_a_new_deal_in_a_stage_that_is_gone_is_archived(world: World) -> None:
    pipeline = await world.make("sales.DefinePipeline", name="P", stages=STAGES)
    await world.do("sales.RetireStage", {"key": "b"}, pipeline)
    deal = world.bus.ids.new()
    await force(world, "opportunity", deal, sales.OpportunityOpened({"name": "D"}, "boss", pipeline, "b", 10, 1))
    await world.settle()
    last = (await world.repository.events(world.aggregate("opportunity"), TENANT, deal))[-1].event
    assert last == sales.OpportunityArchived("withdrawn: unknown-stage")


async def test_a_stage_retired_under_a_deal_is_open_again_whatever_came_after(world: World) -> None:
    pipeline = await world.make("sales.DefinePipeline", name="P", stages=STAGES)
    await world.make("sales.OpenOpportunity", name="D", pipeline=pipeline, stage="b")
    added = {**STAGES[0], "key": "c", "retired": False}
    await force(world, "pipeline", pipeline, sales.StageRetired("b"), sales.StageAdded(added, 2))
    await world.settle()
    stages = (await world.state("pipeline", pipeline)).stages
    assert [(s["key"], s["retired"]) for s in stages] == [("a", False), ("b", False), ("c", False)]


async def test_a_forced_archiving_stays_and_so_do_the_deals(world: World) -> None:
    account = await world.make("customer.CreateAccount", name="A")
    deal = await world.make("sales.OpenOpportunity", name="D", account=account)
    await world.settle()
    await world.do("customer.ArchiveAccount", {"force": True}, account, reason="bankrupt")
    await world.do("sales.ChangeOpportunityDetails", {"next_step": "call"}, deal)
    await world.settle()
    assert (await world.state("account", account)).archived
    assert (await world.state("opportunity", deal)).status == "open"
    await world.do("sales.LoseOpportunity", {"reason": "x"}, deal)
    with pytest.raises(Rejected) as refused:
        await world.do("sales.ReopenOpportunity", {"reason": "x"}, deal)
    assert refused.value.extra["code"] == "account-archived"


async def test_a_restored_deal_goes_on_in_the_first_stage_when_its_own_was_retired(world: World) -> None:
    pipeline = await world.make("sales.DefinePipeline", name="P", stages=STAGES)
    deal = await world.make("sales.OpenOpportunity", name="D", pipeline=pipeline, stage="b")
    await world.do("sales.ArchiveOpportunity", {}, deal)
    await world.settle()
    await world.do("sales.RetireStage", {"key": "b"}, pipeline)
    await world.do("sales.RestoreOpportunity", {}, deal)
    assert (await world.state("opportunity", deal)).stage == "a"
    assert await world.types("opportunity", deal) == [
        "OpportunityOpened", "OpportunityArchived", "OpportunityRestored", "OpportunityStageChanged",
    ]  # fmt: skip


async def test_the_last_administrator_gets_their_rights_back(world: World) -> None:
    who = {"name": "A", "email": "a@example.com", "language": "en", "secret": "x"}
    user = await world.make("identity.CreateAdministrator", **who)
    await force(world, "user", user, identity.UserRolesAssigned([], ["administrator"]))
    await force(world, "user", user, identity.UserSuspended())
    await world.settle()
    state = await world.state("user", user)
    assert (state.roles, state.status) == (["administrator"], "active")


async def test_a_repeated_request_answers_as_the_first_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command was withdrawn: its Idempotency-Key says so again, instead of a success."""
    pipeline = await world.make("sales.DefinePipeline", name="P", stages=STAGES)
    body = {"name": "D", "pipeline": pipeline, "stage": "b"}
    real, raced = type(world.store).append, False

    async def append(self: Any, tenant: str, stream: str, *args: Any) -> Any:
        nonlocal raced
        if stream.startswith("opportunity-") and not raced:
            raced = True
            await force(world, "pipeline", pipeline, sales.StageRetired("b"))
        return await real(self, tenant, stream, *args)

    monkeypatch.setattr(type(world.store), "append", append)
    for _ in range(2):
        with pytest.raises(Invalid) as refused:
            await world.do("sales.OpenOpportunity", body, key="k1")
        assert [e.code for e in refused.value.errors] == ["unknown-stage"]
    stages = [{**stage, "retired": False} for stage in STAGES]
    await force(world, "pipeline", pipeline, sales.PipelineChangeUndone(2, "e", {"stages": {"from": [], "to": stages}}))
    with pytest.raises(Invalid):
        await world.do("sales.OpenOpportunity", body, key="k1")


@pytest.mark.one_process
async def test_a_command_costs_one_append_as_before(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = await world.make("sales.DefinePipeline", name="P", stages=STAGES)
    account = await world.make("customer.CreateAccount", name="A")
    calls: dict[str, int] = {}
    for name in ("append", "read", "slices"):
        real = getattr(type(world.store), name)

        async def call(self: Any, *args: Any, real: Any = real, name: str = name, **given: Any) -> Any:
            calls[name] = calls.get(name, 0) + 1
            return await real(self, *args, **given)

        monkeypatch.setattr(type(world.store), name, call)

    async def cost(command: str, body: dict[str, Any], id: str | None = None) -> tuple[str, int, int]:
        calls.clear()
        done = await world.do(command, body, id)
        return done.id, calls["append"], calls.get("read", 0) + calls.get("slices", 0)

    world.bus.holds_rules = False
    body = {"name": "D", "pipeline": pipeline, "account": account}
    _, appends, reads = await cost("sales.OpenOpportunity", body)
    world.bus.holds_rules = True
    deal, *now = await cost("sales.OpenOpportunity", body)
    assert now == [appends, reads + 2]
    assert appends == 1
    for command, change, id in (
        ("sales.ChangeOpportunityDetails", {"next_step": "call"}, deal),
        ("customer.ChangeAccountDetails", {"city": "Ulm"}, account),
    ):
        _, appends, reads = await cost(command, change, id)
        assert (appends, reads) == (1, 1)  # the record itself is read, nothing else


async def test_no_walk_loops_on_data_that_broke_a_rule_before(world: World) -> None:
    a, b = await two_accounts(world)
    c = await world.make("customer.CreateAccount", name="C")
    await force(world, "account", a, customer.AccountParentSet(b, None))
    await force(world, "account", b, customer.AccountParentSet(a, None))
    await world.do("customer.SetParentAccount", {"parent": a}, c)  # below a cycle of old: no new breach
    for body, id in (({"parent": c}, a), ({"parent": b}, b)):
        with pytest.raises(CrmError):
            await world.do("customer.SetParentAccount", body, id)
    assert [broken async for broken in broken_rules(world.bus, None)] == [(TENANT, "account", b, "cycle", 2)]
    await world.do("customer.SetParentAccount", {"parent": None}, a)
    assert (await world.state("account", a)).parent is None
    assert [broken async for broken in broken_rules(world.bus, TENANT)] == []


def test_verify_says_which_records_break_a_rule() -> None:
    finding = {"tenant": TENANT, "resource": "account", "id": "a1", "rule": "cycle", "version": 2}
    rules = {"ok": False, "count": 1, "findings": [finding]}
    log = {"ok": True, "checked": "contents", "events": 2, "count": 0, "chained_later": 0, "findings": []}
    result = {"ok": False, "log": log, "views": [], "rules": rules}
    assert list(describe(result))[1:] == ["rules: 1 record breaks one", "  cycle: account a1"]
    assert advice(result).startswith("records named above break a rule")


@pytest.mark.parametrize(
    ("checked", "line"),
    [
        ("contents", "events: 2 are as they were written"),
        ("order", "events: 2 follow each other; the server keeps no hashes to compare their contents with"),
    ],
)
def test_verify_says_what_it_checked_of_the_log(checked: str, line: str) -> None:
    log = {"ok": True, "checked": checked, "events": 2, "count": 0, "chained_later": 0, "findings": []}
    assert list(describe({"ok": True, "log": log, "views": []})) == [line]
    apart = {"ok": True, "log": log, "views": [], "left_out": ["warehouse"]}
    assert list(describe(apart))[1:] == [
        "warehouse: not compared, as another process has it: crm verify --url URL asks that one"
    ]
