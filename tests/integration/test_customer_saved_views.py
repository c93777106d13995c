"""Saved views over real files: they fit their record type, and the rights of their owner."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from shared.errors import Forbidden, Invalid, NotFound
from shared.kernel.queries import Moment
from shared.security.permissions import Access, Level, Role
from shared.views.port import Query
from tests.support.roles import BUILT_IN
from tests.support.world import TENANT, World, open_world

CREATE = "customer.CreateSavedView"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as opened:
        yield opened


def someone(user: str, *roles: str | Role) -> Access:
    return Access(TENANT, user, tuple(BUILT_IN[r] if isinstance(r, str) else r for r in roles))


def deals(**more: Any) -> dict[str, Any]:
    return {"name": "Deals", "resource": "opportunity", **more}


def where(field: str, op: str, value: str) -> dict[str, str]:
    return {"field": field, "op": op, "value": value}


async def mistakes(world: World, body: dict[str, Any], **call: Any) -> list[str]:
    with pytest.raises(Invalid) as caught:
        await world.do(CREATE, body, **call)
    return [e.field for e in caught.value.errors]


async def test_a_list_as_it_could_be_asked_for_is_kept(world: World) -> None:
    await world.do("customer.DefineField", {"resource": "opportunity", "name": "region", "kind": "keyword"})
    await world.settle()
    filters = [
        where("status", "in", "open,won"),
        where("amount", "ge", "1000"),
        where("probability", "lt", "50"),
        where("close_date", "le", "2026-12-31"),
        where("owner", "empty", "true"),
        where("products", "contains", "p1"),
        where("custom.region", "eq", "East"),
    ]
    content = {"filters": filters, "order": "-amount", "columns": ["name", "lines", "custom.region"]}
    id = (await world.do(CREATE, deals(**content))).id
    await world.settle()
    seen = await world.see("saved_view", id)
    assert {name: seen[name] for name in content} == content
    found = await world.queries.find(world.aggregate("saved_view"), Query(text="deals"), someone("x", "administrator"))
    assert [d["id"] for d in found.items] == [id]


async def test_every_part_that_does_not_fit_is_named(world: World) -> None:
    filters = [
        where("status", "eq", "sleeping"),
        where("amount", "ge", "much"),
        where("close_date", "le", "2026-02-30"),
        where("amount", "contains", "1"),
        where("next_step", "eq", "call"),
        where("nothing", "eq", "x"),
        where("custom.region", "eq", "East"),
        where("status", "eq", "open"),
    ]
    body = deals(filters=filters, order="lines", columns=["name", "nothing", "custom.region"])
    wrong = [f"filters.{i}" for i in range(7)]
    assert await mistakes(world, body) == [*wrong, "order", "columns.1", "columns.2"]
    assert await mistakes(world, deals(order="-nothing")) == ["order"]
    assert await mistakes(world, {"name": "x", "resource": "nothing"}) == ["resource"]


async def test_a_tree_of_conditions_and_how_a_view_is_shown_are_kept(world: World) -> None:
    tree = {"any": [where("stage", "eq", "proposal"), {"none": [where("owner", "eq", "@me")]}]}
    content = {
        "kind": "board",
        "conditions": tree,
        "order": "-amount,close_date,name",
        "group": ["close_date:month", "stage"],
        "sums": ["amount", "weighted_amount"],
        "widths": {"name": 240},
        "density": "compact",
        "path": "0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11",
        "default": True,
    }
    id = (await world.do(CREATE, deals(**content))).id
    await world.settle()
    seen = await world.see("saved_view", id)
    assert {name: seen[name] for name in content} == content


async def test_what_does_not_fit_a_tree_or_how_a_view_is_shown_is_named(world: World) -> None:
    tree = {"any": [where("nothing", "eq", "x"), {"all": [where("status", "eq", "sleeping")]}]}
    much = {"none": [where("stage", "eq", "x"), {"all": [where("amount", "ge", "much")]}]}
    assert await mistakes(world, deals(conditions=much)) == ["conditions.none.1.all.0"]
    shown = {"group": ["nothing:month"], "sums": ["amount", "nothing"], "widths": {"nothing": 100}}
    wrong = ["conditions.any.0", "conditions.any.1.all.0", "order", "widths.nothing", "group.0", "sums.1"]
    assert await mistakes(world, deals(conditions=tree, order="name,-nothing", **shown)) == wrong
    assert await mistakes(world, deals(conditions={"any": [where("status", "in", "open" + ",open" * 5000)]})) == [
        "conditions"
    ]
    person = {"name": "Ann", "resource": "contact", "conditions": {"none": [where("name", "eq", "Ann Lee")]}}
    assert await mistakes(world, person) == ["conditions.none.0"]


async def test_a_change_is_held_to_the_same(world: World) -> None:
    id = (await world.do(CREATE, deals())).id
    with pytest.raises(Invalid) as caught:
        await world.do("customer.ChangeSavedView", {"columns": ["nothing"]}, id)
    assert [e.field for e in caught.value.errors] == ["columns.0"]
    await world.do("customer.ChangeSavedView", {"columns": ["name"]}, id)


async def test_values_of_personal_fields_are_not_kept(world: World) -> None:
    body = {"name": "Ann", "resource": "contact", "filters": [where("name", "eq", "Ann Lee")], "columns": ["name"]}
    assert await mistakes(world, body) == ["filters.0"]


@pytest.mark.parametrize("resource", ["contact", "lead", "activity"])
async def test_custom_values_of_persons_are_not_kept_unless_they_come_from_a_list(world: World, resource: str) -> None:
    for name, kind, more in (
        ("nickname", "text", {}),
        ("club", "keyword", {}),
        ("shoe", "integer", {}),
        ("anniversary", "date", {}),
        ("tier", "keyword", {"options": ["A", "B"]}),
        ("vip", "boolean", {}),
    ):
        await world.do("customer.DefineField", {"resource": resource, "name": name, "kind": kind, **more})
    await world.settle()
    values = {
        "nickname": "Zephyr",
        "club": "Chess",
        "shoe": "41",
        "anniversary": "2026-02-03",
        "tier": "A",
        "vip": "true",
    }
    filters = [where(f"custom.{name}", "eq", value) for name, value in values.items()]
    body = {"name": "Persons", "resource": resource}
    found = await mistakes(world, {**body, "filters": filters, "conditions": {"any": filters}})
    assert found == [f"filters.{n}" for n in range(4)] + [f"conditions.any.{n}" for n in range(4)]
    await world.do(CREATE, {**body, "filters": filters[4:], "conditions": {"any": filters[4:]}})


async def test_what_is_hidden_from_its_keeper_does_not_exist(world: World) -> None:
    blind = Role("blind", "", "", {}, {"opportunity": frozenset({"amount"})})
    access = someone("rep", "sales_representative", blind)
    body = deals(filters=[where("amount", "ge", "1")], order="amount", columns=["amount"])
    assert await mistakes(world, body, access=access) == ["filters.0", "order", "columns.0"]
    keeper = Role("keeper", "", "", {"saved_view": {"create": Level.ALL}})
    assert await mistakes(world, deals(), access=someone("none", keeper)) == ["resource"]


@pytest.mark.parametrize("role", [id for id in BUILT_IN if id != "administrator"])
async def test_every_role_keeps_its_own_and_leaves_those_of_others_alone(world: World, role: str) -> None:
    me, other = someone("me", role), someone("other", role)
    id = (await world.do(CREATE, {"name": "Mine", "resource": "product"}, access=me)).id
    await world.do("customer.ShareSavedView", id=id, access=me)
    await world.settle()
    assert (await world.see("saved_view", id, other))["shared"]
    for command in ("ShareSavedView", "ChangeSavedView", "ArchiveSavedView"):
        with pytest.raises(Forbidden):
            await world.do(f"customer.{command}", {}, id, other)
    await world.do("customer.ArchiveSavedView", {}, id, me)


async def readers(world: World, id: str, access: Access) -> set[str]:
    """The ways on which the caller finds a saved view."""
    aggregate, now = world.aggregate("saved_view"), Moment(occurred=world.clock.now())
    found = set()
    for way, moment in (("list", Moment()), ("past list", now)):
        page = await world.queries.find(aggregate, Query(text="secret"), access, moment)
        found |= {way} if id in {d["id"] for d in page.items} else set()
        found |= {f"{way} count"} if await world.queries.count(aggregate, Query(), access, moment) else set()
    for way, asked in (
        ("record", world.queries.get(aggregate, id, access)),
        ("past", world.queries.get(aggregate, id, access, moment=now)),
        ("raw", world.queries.raw(aggregate, id, access)),
        ("history", world.queries.history(aggregate, id, access)),
    ):
        with suppress(NotFound):
            assert await asked
            found.add(way)
    return found


@pytest.mark.parametrize("role", [id for id in BUILT_IN if id != "administrator"])
async def test_a_view_is_read_by_its_owner_alone_until_it_is_shared(world: World, role: str) -> None:
    me, other, boss = someone("me", role), someone("other", role), someone("boss", "administrator")
    body = {"name": "Secret", "resource": "product", "filters": [where("code", "eq", "T1")]}
    id = (await world.do(CREATE, body, access=me)).id
    await world.settle()
    every = await readers(world, id, me)
    assert every == {"list", "list count", "past list", "past list count", "record", "past", "raw", "history"}
    assert (await readers(world, id, other), await readers(world, id, boss)) == (set(), every)
    with pytest.raises(NotFound):
        await world.do("customer.ChangeSavedView", {"name": "Mine"}, id, other)
    await world.do("customer.ShareSavedView", id=id, access=me)
    await world.settle()
    assert await readers(world, id, other) == every
    await world.do("customer.UnshareSavedView", id=id, access=me)
    await world.settle()
    assert (await readers(world, id, other), await readers(world, id, me)) == (set(), every)
