"""Refusals for a clash with another record tell that there is one, and nothing of it that the caller may not see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shared.domain.bus import Call
from shared.domain.uniqueness import Duplicate
from shared.security.permissions import Access, Level, Role, system_access
from tests.security.filled import fill
from tests.security.suite import Stage, open_stage

CREATOR = Role("c", "c", "c", {"*": {"*": Level.OWN}})


async def _clash(stage: Stage, name: str, body: dict[str, Any], access: Access, id: str | None = None) -> Duplicate:
    with pytest.raises(Duplicate) as caught:
        await stage.suite.platform.bus.send(name, body, Call(access, id, reason="a test"))
    return caught.value


async def test_a_duplicate_names_no_record_that_the_caller_does_not_see(tmp_path: Path) -> None:
    """Every creating command with the example of its route, which an administrator's record holds already."""
    async with open_stage(tmp_path) as stage:
        client = await stage.client(stage.acme.tenant, await stage.user("sales_representative"))
        await fill(stage)
        told, clashes = [], []
        for route in stage.routes:
            if route.method != "POST" or "{" in route.path or route.row in ("public", "self"):
                continue
            answer = await client.post(route.path, json=route.example)
            if answer.status_code == 409:
                clashes.append(route.path)
                told += [(route.path, id) for id in stage.ids.values() if id in answer.text]
        assert told == []
        assert {"/customer/accounts", "/customer/contacts"} <= set(clashes)


async def test_a_reservation_names_its_holder_to_those_who_see_it_alone(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        tenant, boss = stage.acme.tenant, system_access(stage.acme.tenant, stage.acme.user)
        unique = {"name": "Holder", "tax_id": "TAX-1", "owner": stage.acme.user}
        holder = (await stage.suite.platform.bus.send("customer.CreateAccount", unique, Call(boss))).id
        stranger = Access(tenant, await stage.user("sales_representative"), (CREATOR,))
        other = {"name": "Other", "tax_id": "tax-1"}
        assert (await _clash(stage, "customer.CreateAccount", other, boss)).extra == {"holder": holder}
        clash = await _clash(stage, "customer.CreateAccount", other, stranger)
        assert (clash.extra, [e.field for e in clash.errors]) == ({}, ["tax_id"])


async def test_a_clash_over_a_hidden_field_does_not_name_it(tmp_path: Path) -> None:
    """Restoring a record gives it back a value that another one has taken meanwhile."""
    async with open_stage(tmp_path) as stage:
        tenant, bus = stage.acme.tenant, stage.suite.platform.bus
        boss = system_access(tenant, stage.acme.user)
        first = (await bus.send("customer.CreateAccount", {"name": "First", "tax_id": "TAX-1"}, Call(boss))).id
        await bus.send("customer.ArchiveAccount", {}, Call(boss, first))
        await bus.send("customer.CreateAccount", {"name": "Second", "tax_id": "TAX-1"}, Call(boss))
        hidden = Role("h", "h", "h", {"*": {"*": Level.ALL}}, {"account": frozenset({"tax_id"})})
        clash = await _clash(stage, "customer.RestoreAccount", {}, Access(tenant, stage.acme.user, (hidden,)), first)
        assert clash.errors == ()
        assert "tax" not in clash.detail


async def test_another_organisations_sign_in_name_is_taken_and_that_is_all(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        client = await stage.client(stage.acme.tenant, stage.acme.user)
        invite = {"name": "X", "email": "UMA@umbrella.example", "roles": []}
        listed = (await client.post("/identity/users", json=invite | {"email": "x@acme.example"})).json()["id"]
        for answer in (
            await client.post("/identity/users", json=invite),
            await client.post(f"/identity/users/{listed}/email", json={"email": "uma@umbrella.example"}),
        ):
            assert answer.status_code == 409
            assert answer.json()["errors"] == [
                {"field": "email", "code": "duplicate", "message": "another user has this email"}
            ]
            for secret in (stage.umbrella.tenant, stage.umbrella.user, "Uma", "holder"):
                assert secret not in answer.text
