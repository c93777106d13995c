"""Opportunities: every arrow of the state machine, allowed and refused, by given/when/then."""

from __future__ import annotations

import services.sales.catalogue  # noqa: F401  (registers every command)
from services.sales.opportunity import OPPORTUNITY
from services.sales.opportunity_details import Opening
from services.sales.stage_entry import Entry, Fill
from shared.errors import Forbidden, Invalid, Rejected
from shared.events import sales as events
from shared.kernel.parsing import parse
from shared.security.permissions import Access, Level, Role
from tests.unit.deals import (
    TODAY,
    gate,
    lost,
    opened,
    pipeline,
    won,
)
from tests.unit.given import ME, NOW, given


class TestOpening:
    def test_it_stands_in_the_first_stage_and_belongs_to_whoever_opened_it(self) -> None:
        body = {"name": "Deal", "amount": "4800", "close_date": "2027-03-31"}
        given(OPPORTUNITY).when("OpenOpportunity", body, facts=Opening(pipeline(), "CNY")).then(
            events.OpportunityOpened(
                {"name": "Deal", "amount": "4800.00", "close_date": "2027-03-31", "currency": "CNY"},
                ME,
                "p1",
                "first",
                10,
                NOW,
                TODAY,
            )
        )

    def test_a_later_stage_and_a_probability_of_ones_own(self) -> None:
        body = {"name": "Deal", "stage": "second", "probability": 42}
        state = given(OPPORTUNITY).when("OpenOpportunity", body, facts=Opening(pipeline(), "CNY")).and_so().state
        assert (state.stage, state.probability, state.status, state.stage_since) == ("second", 42, "open", NOW)

    def test_a_stage_outside_the_pipeline_is_refused(self) -> None:
        for facts, key in ((pipeline(), "nowhere"), (pipeline(retired="second"), "second")):
            body = {"name": "Deal", "stage": key}
            outcome = given(OPPORTUNITY).when("OpenOpportunity", body, facts=Opening(facts, "CNY"))
            outcome.then_rejected(Invalid, "stage", "unknown-stage")

    def test_the_gate_of_the_first_stage_holds_too(self) -> None:
        facts = Opening(pipeline(("second", gate(fields=["amount", "close_date", "custom.region"]))), "CNY")
        outcome = given(OPPORTUNITY).when("OpenOpportunity", {"name": "D", "stage": "second"}, facts=facts)
        error = outcome.then_rejected(Rejected, "amount", "required-by-stage")
        assert [e.field for e in error.errors] == ["amount", "close_date", "custom.region"]

    def test_what_is_no_day_amount_or_currency_is_named(self) -> None:
        for field, value in (
            ("close_date", "2027-02-30"),
            ("close_date", "31.11.2027"),
            ("amount", "much"),
            ("amount", "-1"),
            ("currency", "XXY"),
            ("probability", 101),
            ("name", ""),
            ("colour", "red"),
        ):
            outcome = given(OPPORTUNITY).when(
                "OpenOpportunity", {"name": "Deal", field: value}, facts=Opening(pipeline(), "CNY")
            )
            outcome.then_rejected(Invalid, field)


class TestDetails:
    def test_only_what_differs_changes(self) -> None:
        opened().when("ChangeOpportunityDetails", {"name": "Deal", "next_step": "call"}).then(
            events.OpportunityDetailsChanged({"next_step": {"from": "", "to": "call"}})
        )
        opened().when("ChangeOpportunityDetails", {"name": "Deal"}).then_nothing()

    def test_a_closed_deal_keeps_its_probability_but_may_be_described(self) -> None:
        won().when("ChangeOpportunityDetails", {"probability": 20}).then_rejected(Rejected, code="closed")
        won().when("ChangeOpportunityDetails", {"description": "well done"}).and_so()


class TestStages:
    def test_forward_and_back(self) -> None:
        second = (
            opened()
            .when("ChangeStage", {"stage": "second"}, facts=Entry(pipeline()))
            .then(events.OpportunityStageChanged("second", "first", 50, [], NOW))
        )
        assert second.state.probability == 50
        second.when("ChangeStage", {"stage": "first"}, facts=Entry(pipeline())).then(
            events.OpportunityStageChanged("first", "second", 10, [], NOW)
        )

    def test_standing_there_already(self) -> None:
        opened().when("ChangeStage", {"stage": "first"}, facts=Entry(pipeline())).then_nothing()

    def test_unknown_and_retired_stages(self) -> None:
        opened().when("ChangeStage", {"stage": "x"}, facts=Entry(pipeline())).then_rejected(
            Invalid, "stage", "unknown-stage"
        )
        outcome = opened().when("ChangeStage", {"stage": "third"}, facts=Entry(pipeline(retired="third")))
        outcome.then_rejected(Invalid, "stage", "unknown-stage")

    def test_closed_and_archived_deals_do_not_move(self) -> None:
        for deal in (won(), lost()):
            deal.when("ChangeStage", {"stage": "second"}, facts=Entry(pipeline())).then_rejected(
                Rejected, code="closed"
            )
        archived = opened().when("ArchiveOpportunity").and_so()
        archived.when("ChangeStage", {"stage": "second"}, facts=Entry(pipeline())).then_rejected(
            Rejected, code="archived"
        )

    def test_a_gate_names_each_missing_field_and_point(self) -> None:
        points = [{"key": "budget", "zh": "预算", "en": "Budget"}, {"key": "need", "zh": "需求", "en": "Need"}]
        facts = pipeline(("second", gate(fields=["amount", "contact_roles"], checklist=points)))
        error = (
            opened()
            .when("ChangeStage", {"stage": "second", "checklist": ["need"]}, facts=Entry(facts))
            .then_rejected(Rejected, "amount", "required-by-stage")
        )
        assert [e.field for e in error.errors] == ["amount", "contact_roles", "checklist.budget"]
        assert error.type == "stage-gate"

    def test_what_is_filled_in_counts_for_the_gate_and_happens_before_the_move(self) -> None:
        amount = OPPORTUNITY.commands["sales.ChangeAmount"]
        fill = Fill(amount, parse(amount, {"amount": "5"}), None)
        facts = Entry(pipeline(("second", gate(fields=["amount"]))), (fill,))
        made = (
            events.OpportunityAmountChanged("5.00", None, "CNY"),
            events.OpportunityStageChanged("second", "first", 50, [], NOW),
        )
        opened().when("ChangeStage", {"stage": "second", "amount": "5"}, facts=facts).then(*made)
        there = opened("second").when("ChangeStage", {"stage": "second", "amount": "5"}, facts=facts)
        there.then(made[0])  # somebody else has moved it meanwhile

    def test_ticks_are_kept(self) -> None:
        facts = pipeline(("second", gate(checklist=[{"key": "need", "zh": "需求", "en": "Need"}])))
        there = opened().when("ChangeStage", {"stage": "second", "checklist": ["need"]}, facts=Entry(facts)).and_so()
        back = there.when("ChangeStage", {"stage": "first"}, facts=Entry(facts)).and_so()
        back.when("ChangeStage", {"stage": "second"}, facts=Entry(facts)).and_so()

    def test_a_gate_for_some_roles(self) -> None:
        facts = pipeline(("second", gate(roles=["sales_manager"])))

        def of(role: str) -> Access:
            return Access("t1", ME, (Role(role, "", "", {"*": {"*": Level.ALL}}),))

        move = {"stage": "second"}
        opened().when("ChangeStage", move, facts=Entry(facts), access=of("sales_manager")).and_so()
        outcome = opened().when("ChangeStage", move, facts=Entry(facts), access=of("sales_representative"))
        outcome.then_rejected(Forbidden, code="stage-role")

    def test_only_listed_moves_back(self) -> None:
        facts = pipeline(("third", gate(back=["second"])))
        third = opened("third")
        third.when("ChangeStage", {"stage": "second"}, facts=Entry(facts)).and_so()
        third.when("ChangeStage", {"stage": "first"}, facts=Entry(facts)).then_rejected(Rejected, code="no-way-back")


class TestMoney:
    def test_amount(self) -> None:
        opened().when("ChangeAmount", {"amount": "12.5"}).then(
            events.OpportunityAmountChanged("12.50", None, "CNY")
        ).when("ChangeAmount", {"amount": "12.50"}).then_nothing()
        won().when("ChangeAmount", {"amount": "1"}).then_rejected(Rejected, code="closed")

    def test_close_date(self) -> None:
        opened().when("ChangeCloseDate", {"close_date": "2027-01-31"}).then(
            events.OpportunityCloseDateMoved("2027-01-31", None)
        ).when("ChangeCloseDate", {"close_date": "2027-01-31"}).then_nothing()
        lost().when("ChangeCloseDate", {"close_date": None}).then_rejected(Rejected, code="closed")

    def test_documents_show_what_is_computed(self) -> None:
        state = (
            opened(amount="1000.10").when("ChangeStage", {"stage": "second"}, facts=Entry(pipeline())).and_so().state
        )
        document = OPPORTUNITY.document(state)
        assert (document["weighted_amount"], document["opened_on"], document["closed_on"]) == (
            "500.05",
            "1970-01-01",
            None,
        )
        assert OPPORTUNITY.restore(document) == state


class TestForecast:
    def test_a_deal_counts_as_pipeline_until_it_is_said_how_sure_it_is(self) -> None:
        assert opened().state.forecast_category == "pipeline"
        sure = (
            opened()
            .when("SetForecastCategory", {"category": "commit"})
            .then(events.OpportunityForecastCategorised("commit", "pipeline"))
        )
        sure.when("SetForecastCategory", {"category": "commit"}).then_nothing()
        assert sure.when("UndoOpportunityChange", {"version": 2}).and_so().state.forecast_category == "pipeline"

    def test_another_word_and_a_closed_deal_are_refused(self) -> None:
        opened().when("SetForecastCategory", {"category": "sure"}).then_rejected(Invalid, "category")
        won().when("SetForecastCategory", {"category": "omitted"}).then_rejected(Rejected, code="closed")

    def test_a_deal_closes_with_the_category_it_had(self) -> None:
        sure = opened(amount="1.00").when("SetForecastCategory", {"category": "best_case"}).and_so()
        assert sure.when("WinOpportunity").and_so().state.forecast_category == "best_case"


class TestUndo:
    def test_a_move_is_taken_back(self) -> None:
        moved = opened().when("ChangeStage", {"stage": "second"}, facts=Entry(pipeline())).and_so()
        state = moved.when("UndoOpportunityChange", {"version": 2}, facts=Entry(pipeline())).and_so().state
        assert (state.stage, state.probability) == ("first", 10)

    def test_closing_has_a_command_of_its_own_and_a_closed_deal_stays_as_it_is(self) -> None:
        reopened = won().when("ReopenOpportunity", {"reason": "x"}, facts=pipeline()).and_so()
        reopened.when("UndoOpportunityChange", {"version": 2}).then_rejected(Rejected, code="not-undoable")
        moved = opened().when("ChangeAmount", {"amount": "5"}).and_so().when("WinOpportunity").and_so()
        moved.when("UndoOpportunityChange", {"version": 2}).then_rejected(Rejected, code="closed")
