"""The sales service over real files: pipelines and their default, deals of the past, prices, references."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.sales.pipeline import standard_id
from services.sales.policies import POLICIES
from shared.clock import start_of_day
from shared.errors import Invalid, Rejected
from shared.kernel.queries import Moment
from shared.kernel.timeline import timeline
from shared.kernel.uniqueness import Duplicate
from tests.support.world import BOSS, TENANT, World, open_world

STAGES = [
    {"key": "prospecting", "zh": "接洽", "en": "Prospecting", "probability": 10},
    {"key": "engaging", "zh": "洽谈", "en": "Engaging", "probability": 50},
]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, POLICIES) as opened:
        yield opened


async def deal(world: World, name: str = "Deal", **fields: Any) -> str:
    occurred_at = fields.pop("occurred_at", None)
    return (await world.do("sales.OpenOpportunity", {"name": name, **fields}, occurred_at=occurred_at)).id


class TestPipelines:
    async def test_a_new_organisation_has_the_standard_one(self, world: World) -> None:
        await world.do("identity.CreateOrganisation", {"name": "Acme", "currency": "EUR"}, new_id=TENANT)
        await world.settle()
        pipeline = await world.see("pipeline", standard_id(TENANT))
        assert (pipeline["default"], len(pipeline["stages"])) == (True, 4)
        state = await world.state("opportunity", await deal(world, amount="10"))
        assert (state.pipeline, state.stage, state.probability) == (standard_id(TENANT), "prospecting", 10)
        assert state.currency == "EUR"

    async def test_deals_open_even_before_any_pipeline_is_there(self, world: World) -> None:
        first = await deal(world)
        await world.do("sales.ChangeStage", {"stage": "proposal"}, id=first)
        state = await world.state("opportunity", first)
        assert (state.pipeline, state.stage, state.probability) == (standard_id(TENANT), "proposal", 50)

    async def test_the_latest_default_counts_at_once_and_is_the_only_one(self, world: World) -> None:
        ids = [
            (await world.do("sales.DefinePipeline", {"name": n, "stages": STAGES, "default": True})).id for n in "ABC"
        ]
        await world.projector.catch_up()
        assert (await world.state("opportunity", await deal(world))).pipeline == ids[2]
        await world.settle()
        assert [(await world.see("pipeline", id))["default"] for id in ids] == [False, False, True]
        await world.do("sales.MakeDefault", id=ids[0])
        await world.settle()
        assert [(await world.see("pipeline", id))["default"] for id in ids] == [True, False, False]
        world.policies.position = 0  # every event once more
        await world.settle()
        assert [(await world.see("pipeline", id))["default"] for id in ids] == [True, False, False]

    async def test_a_stage_with_open_deals_is_not_retired(self, world: World) -> None:
        pipeline = (await world.do("sales.DefinePipeline", {"name": "P", "stages": STAGES})).id
        standing = await deal(world, pipeline=pipeline, stage="engaging", amount="1")
        await world.settle()
        with pytest.raises(Rejected, match="1 open deals"):
            await world.do("sales.RetireStage", {"key": "engaging"}, id=pipeline)
        await world.do("sales.WinOpportunity", id=standing)
        await world.settle()
        await world.do("sales.RetireStage", {"key": "engaging"}, id=pipeline)
        with pytest.raises(Invalid):
            await deal(world, pipeline=pipeline, stage="engaging")

    async def test_an_unknown_or_archived_one_is_named(self, world: World) -> None:
        pipeline = (await world.do("sales.DefinePipeline", {"name": "P", "stages": STAGES})).id
        standing = await deal(world, pipeline=pipeline)
        await world.do("sales.ArchivePipeline", id=pipeline)
        for unknown in (pipeline, "nowhere"):
            with pytest.raises(Invalid, match="pipeline"):
                await deal(world, pipeline=unknown)
        await world.do("sales.ChangeStage", {"stage": "engaging"}, id=standing)  # who stands in it may go on


class TestDeals:
    async def test_the_past_comes_in_by_its_own_days(self, world: World) -> None:
        pipeline = (await world.do("sales.DefinePipeline", {"name": "P", "stages": STAGES})).id
        engaged, closed = start_of_day("2016-10-20"), start_of_day("2017-03-01")
        old = await deal(world, pipeline=pipeline, stage="engaging", external_id="1C1I7A6R", occurred_at=engaged)
        await world.do("sales.WinOpportunity", {"amount": "1054"}, id=old, occurred_at=closed)
        await world.settle()
        document = await world.see("opportunity", old)
        assert (document["opened_on"], document["closed_on"]) == ("2016-10-20", "2017-03-01")
        assert (document["close_date"], document["amount"], document["status"]) == ("2017-03-01", "1054.00", "won")
        before = await world.see("opportunity", old, moment=Moment(occurred=start_of_day("2017-01-01")))
        assert (before["status"], before["amount"], before["closed_on"]) == ("open", None, None)

    async def test_external_ids_are_unique_per_record_type(self, world: World) -> None:
        await deal(world, external_id="X-1")
        await world.do("sales.AddProduct", {"name": "GTX", "external_id": "X-1"})
        await world.do("sales.CaptureLead", {"name": "Li", "external_id": "X-1"})
        for name in ("OpenOpportunity", "AddProduct", "CaptureLead"):
            with pytest.raises(Duplicate, match="external id"):
                await world.do(f"sales.{name}", {"name": "Other", "external_id": "x-1"})

    async def test_references_must_lead_somewhere(self, world: World) -> None:
        for field in ("account", "product", "price_book", "owner", "lead"):
            with pytest.raises(Invalid) as refused:
                await deal(world, **{field: "nowhere"})
            assert refused.value.errors[0].field == field

    async def test_a_line_is_priced_by_the_book_of_the_deal(self, world: World) -> None:
        product = (await world.do("sales.AddProduct", {"name": "GTX", "list_price": "550", "currency": "CNY"})).id
        book = (await world.do("sales.CreatePriceBook", {"name": "Partners", "currency": "CNY"})).id
        await world.do("sales.SetPrice", {"product": product, "price": "500", "valid_from": "2026-01-01"}, id=book)
        priced = await deal(world, product=product, price_book=book)
        await world.do("sales.AddLineItem", {"product": product, "quantity": "2"}, id=priced)
        await world.do("sales.AddLineItem", {"product": product, "unit_price": "1"}, id=priced)
        plain = await deal(world, product=product)
        await world.do("sales.AddLineItem", {"product": product}, id=plain)
        await world.settle()
        document = await world.see("opportunity", priced)
        assert (document["amount"], document["currency"], document["products"]) == ("1001.00", "CNY", [product])
        assert (await world.see("opportunity", plain))["amount"] == "550.00"

    async def test_what_was_done_about_the_lead_is_in_the_timeline(self, world: World) -> None:
        lead = (await world.do("sales.CaptureLead", {"name": "Li", "email": "li@acme.example", "owner": None})).id
        note = {"kind": "note", "subject": "Called back", "links": [{"type": "lead", "id": lead}], "owner": None}
        await world.do("customer.CreateActivity", note)
        await world.do("identity.ListUser", {"name": "Boss"}, new_id="boss")
        await world.do("sales.TransferLead", {"owner": "boss"}, id=lead)
        await world.do("sales.StartWorking", id=lead)
        await world.do("sales.QualifyLead", id=lead)
        await world.do("sales.ConvertLead", id=lead)
        await world.settle()
        contact = (await world.see("lead", lead))["contact"]
        entries = await timeline(world.queries, world.catalogue, world.aggregate("contact"), contact, BOSS)
        assert [i["record"]["subject"] for i in entries.items if i["kind"] == "activity"] == ["Called back"]
