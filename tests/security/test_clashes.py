"""Refusals for a clash with another record say that there is one, and show nothing that the caller may not see."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from services.sales.stage_gate import StageGate, check_gate
from shared.domain.undo import UndoClash
from shared.kernel.bus import Call
from shared.kernel.uniqueness import Duplicate
from shared.security.permissions import Access, Level, Role, system_access
from tests.security.filled import fill
from tests.security.suite import Stage, open_stage

ON_THE_STAGE = pytest.mark.asyncio(loop_scope="module")
CREATOR = Role("c", "c", "c", {"*": {"*": Level.OWN}})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path_factory.mktemp("clashes")) as opened:
        await fill(opened)
        yield opened


async def _clash(stage: Stage, name: str, body: dict[str, Any], access: Access, id: str | None = None) -> Duplicate:
    with pytest.raises(Duplicate) as caught:
        await stage.suite.kernel.bus.send(name, body, Call(access, id, reason="a test"))
    return caught.value


@ON_THE_STAGE
async def test_a_duplicate_names_no_record_that_the_caller_does_not_see(stage: Stage) -> None:
    """Every creating command with the example of its route, which an administrator's record holds already."""
    client = await stage.client(stage.acme.tenant, await stage.user("sales_representative"))
    leaked, clashes = [], []
    for route in stage.routes:
        if route.method != "POST" or "{" in route.path or route.row in ("public", "self"):
            continue
        answer = await client.post(route.path, json=route.example)
        if answer.status_code == 409:
            clashes.append(route.path)
            leaked += [(route.path, id) for id in stage.ids.values() if id in answer.text]
    assert leaked == []
    assert {"/customer/accounts", "/customer/contacts"} <= set(clashes)


@ON_THE_STAGE
async def test_a_reservation_names_its_holder_to_those_who_see_it_alone(stage: Stage) -> None:
    tenant, boss = stage.acme.tenant, system_access(stage.acme.tenant, stage.acme.user)
    unique = {"name": "Holder", "tax_id": "TAX-1", "owner": stage.acme.user}
    holder = (await stage.suite.kernel.bus.send("customer.CreateAccount", unique, Call(boss))).id
    stranger = Access(tenant, await stage.user("sales_representative"), (CREATOR,))
    other = {"name": "Other", "tax_id": "tax-1"}
    assert (await _clash(stage, "customer.CreateAccount", other, boss)).extra == {"holder": holder}
    clash = await _clash(stage, "customer.CreateAccount", other, stranger)
    assert (clash.extra, [e.field for e in clash.errors]) == ({}, ["tax_id"])


@ON_THE_STAGE
async def test_a_clash_over_a_hidden_field_does_not_name_it(stage: Stage) -> None:
    """Restoring a record gives it back a value that another one has taken meanwhile."""
    tenant, bus = stage.acme.tenant, stage.suite.kernel.bus
    boss = system_access(tenant, stage.acme.user)
    first = (await bus.send("customer.CreateAccount", {"name": "First", "tax_id": "TAX-2"}, Call(boss))).id
    await bus.send("customer.ArchiveAccount", {}, Call(boss, first))
    await bus.send("customer.CreateAccount", {"name": "Second", "tax_id": "TAX-2"}, Call(boss))
    hidden = Role("h", "h", "h", {"*": {"*": Level.ALL}}, {"account": frozenset({"tax_id"})})
    clash = await _clash(stage, "customer.RestoreAccount", {}, Access(tenant, stage.acme.user, (hidden,)), first)
    assert clash.errors == ()
    assert "tax" not in clash.detail


@ON_THE_STAGE
async def test_another_organisations_sign_in_name_is_taken_and_that_is_all(stage: Stage) -> None:
    client = await stage.client(stage.acme.tenant, stage.acme.user)
    invite = {"name": "X", "email": "UMA@umbrella.example", "roles": []}
    listed = (await client.post("/identity/users", json=invite | {"email": "x@acme.example"})).json()["id"]
    params = {"resource": "user", "field": "e-mail"}  # as people call them
    for answer in (
        await client.post("/identity/users", json=invite),
        await client.post(f"/identity/users/{listed}/email", json={"email": "uma@umbrella.example"}),
    ):
        assert answer.status_code == 409
        assert answer.json()["errors"] == [
            {"field": "email", "code": "duplicate", "message": "another user has this e-mail", "params": params}
        ]
        for secret in (stage.umbrella.tenant, stage.umbrella.user, "Uma", "holder"):
            assert secret not in answer.text


@ON_THE_STAGE
async def test_an_undo_that_clashes_names_no_hidden_field(stage: Stage) -> None:
    tenant, bus = stage.acme.tenant, stage.suite.kernel.bus
    boss = system_access(tenant, stage.acme.user)
    id = (await bus.send("customer.CreateAccount", {"name": "Undone", "city": "A", "tax_id": "TAX-3"}, Call(boss))).id
    for turn in ("B", "C"):
        body = {"city": turn, "tax_id": f"TAX-3{turn}"}
        await bus.send("customer.ChangeAccountDetails", body, Call(boss, id))
    hidden = Role("h", "h", "h", {"*": {"*": Level.ALL}}, {"account": frozenset({"tax_id"})})
    access = Access(tenant, stage.acme.user, (hidden,))
    with pytest.raises(UndoClash) as caught:
        await bus.send("customer.UndoAccountChange", {"version": 2}, Call(access, id))
    assert [e.field for e in caught.value.errors] == caught.value.extra["fields"] == ["city"]


def test_a_stages_gate_names_no_hidden_field() -> None:
    gate = {"roles": [], "fields": ["amount", "next_step"], "checklist": [], "back": None}
    hidden = Role("h", "h", "h", {"*": {"*": Level.ALL}}, {"opportunity": frozenset({"amount"})})
    access = Access("t", "u", (hidden,))
    for values, named in (({}, ["next_step"]), ({"next_step": "call"}, [])):
        with pytest.raises(StageGate) as caught:
            check_gate({"key": "s", "gate": gate}, values, (), access)
        assert [e.field for e in caught.value.errors] == named
    check_gate({"key": "s", "gate": gate}, {"amount": "1.00", "next_step": "call"}, (), access)
