"""Opportunities: every arrow of the state machine, allowed and refused, by given/when/then."""

from __future__ import annotations

from typing import Any

import services.sales.catalogue  # noqa: F401  (registers every command)
from services.sales.opportunity import OPPORTUNITY
from services.sales.opportunity_details import Opening
from services.sales.pipeline import PIPELINE, Pipeline
from shared.clock import day_of, from_rfc3339
from shared.domain.calendar import Calendar
from shared.errors import Forbidden, Invalid, Rejected
from shared.events import sales as events
from shared.kernel.parsing import parse
from shared.kernel.preconditions import check
from shared.security.permissions import Access, Level, Role
from tests.unit.given import ME, NOW, Given, given

TODAY = day_of(NOW)
DAY = 86_400_000_000


def stage(key: str, probability: int, gate: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"key": key, "zh": key, "en": key, "probability": probability, "gate": gate, "retired": False}


def pipeline(*gates: tuple[str, dict[str, Any]], retired: str = "") -> Pipeline:
    """Three stages; the gates named stand before them."""
    stages = [stage("first", 10), stage("second", 50), stage("third", 80)]
    events_ = [events.PipelineDefined("P", stages), *(events.GateSet(k, g, None) for k, g in gates)]
    if retired:
        events_.append(events.StageRetired(retired))
    state: Pipeline = given(PIPELINE, *events_, id="p1").state
    return state


def gate(**wanted: Any) -> dict[str, Any]:
    return {"roles": [], "fields": [], "checklist": [], "back": None, **wanted}


def opened(stage: str = "first", **details: Any) -> Given:
    details = {"name": "Deal", "currency": "CNY", **details}
    return given(OPPORTUNITY, events.OpportunityOpened(details, ME, "p1", stage, 10, 5))


def won(**details: Any) -> Given:
    return opened(amount="100.00", **details).when("WinOpportunity").and_so()


def lost() -> Given:
    return opened(amount="100.00").when("LoseOpportunity", {"reason": "price"}).and_so()


def lost_in(stage: str) -> Given:
    return opened(stage, amount="100.00").when("LoseOpportunity", {"reason": "price"}).and_so()


def allowed(deal: Given, name: str, body: dict[str, Any], *locked: str) -> bool:
    """Whether the fields that a command writes are no obstacle to somebody for whom these are locked."""
    command = OPPORTUNITY.commands[f"sales.{name}"]
    bound = Access("t1", ME, (Role("r", "", "", ALL_DEALS, read_only={"opportunity": frozenset(locked)}),))
    try:
        check(OPPORTUNITY, command, parse(command, body), deal.state, bound, None)
    except Invalid as refusal:
        return [(e.field, e.code) for e in refusal.errors] != [(locked[0], "read-only")]
    return True


POINT = {"key": "k", "zh": "k", "en": "k"}
REOPEN_SECOND = {"reason": "x", "stage": "second"}
ALL_DEALS = {"opportunity": {"*": Level.ALL}}
MANAGER = Access("t1", ME, (Role("sales_manager", "", "", ALL_DEALS),))


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
            .when("ChangeStage", {"stage": "second"}, facts=pipeline())
            .then(events.OpportunityStageChanged("second", "first", 50, [], NOW))
        )
        assert second.state.probability == 50
        second.when("ChangeStage", {"stage": "first"}, facts=pipeline()).then(
            events.OpportunityStageChanged("first", "second", 10, [], NOW)
        )

    def test_standing_there_already(self) -> None:
        opened().when("ChangeStage", {"stage": "first"}, facts=pipeline()).then_nothing()

    def test_unknown_and_retired_stages(self) -> None:
        opened().when("ChangeStage", {"stage": "x"}, facts=pipeline()).then_rejected(Invalid, "stage", "unknown-stage")
        outcome = opened().when("ChangeStage", {"stage": "third"}, facts=pipeline(retired="third"))
        outcome.then_rejected(Invalid, "stage", "unknown-stage")

    def test_closed_and_archived_deals_do_not_move(self) -> None:
        for deal in (won(), lost()):
            deal.when("ChangeStage", {"stage": "second"}, facts=pipeline()).then_rejected(Rejected, code="closed")
        archived = opened().when("ArchiveOpportunity").and_so()
        archived.when("ChangeStage", {"stage": "second"}, facts=pipeline()).then_rejected(Rejected, code="archived")

    def test_a_gate_names_each_missing_field_and_point(self) -> None:
        points = [{"key": "budget", "zh": "预算", "en": "Budget"}, {"key": "need", "zh": "需求", "en": "Need"}]
        facts = pipeline(("second", gate(fields=["amount", "contact_roles"], checklist=points)))
        error = (
            opened()
            .when("ChangeStage", {"stage": "second", "checklist": ["need"]}, facts=facts)
            .then_rejected(Rejected, "amount", "required-by-stage")
        )
        assert [e.field for e in error.errors] == ["amount", "contact_roles", "checklist.budget"]
        assert error.type == "stage-gate"

    def test_ticks_are_kept(self) -> None:
        facts = pipeline(("second", gate(checklist=[{"key": "need", "zh": "需求", "en": "Need"}])))
        there = opened().when("ChangeStage", {"stage": "second", "checklist": ["need"]}, facts=facts).and_so()
        back = there.when("ChangeStage", {"stage": "first"}, facts=facts).and_so()
        back.when("ChangeStage", {"stage": "second"}, facts=facts).and_so()

    def test_a_gate_for_some_roles(self) -> None:
        facts = pipeline(("second", gate(roles=["sales_manager"])))

        def of(role: str) -> Access:
            return Access("t1", ME, (Role(role, "", "", {"*": {"*": Level.ALL}}),))

        move = {"stage": "second"}
        opened().when("ChangeStage", move, facts=facts, access=of("sales_manager")).and_so()
        outcome = opened().when("ChangeStage", move, facts=facts, access=of("sales_representative"))
        outcome.then_rejected(Forbidden, code="stage-role")

    def test_only_listed_moves_back(self) -> None:
        facts = pipeline(("third", gate(back=["second"])))
        third = opened("third")
        third.when("ChangeStage", {"stage": "second"}, facts=facts).and_so()
        third.when("ChangeStage", {"stage": "first"}, facts=facts).then_rejected(Rejected, code="no-way-back")


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
        state = opened(amount="1000.10").when("ChangeStage", {"stage": "second"}, facts=pipeline()).and_so().state
        document = OPPORTUNITY.document(state)
        assert (document["weighted_amount"], document["opened_on"], document["closed_on"]) == (
            "500.05",
            "1970-01-01",
            None,
        )
        assert OPPORTUNITY.restore(document) == state


class TestDays:
    """A deal is opened and closed on days of the organisation, whatever the caller's own zone is."""

    NEW_YORK, SHANGHAI = Calendar("America/New_York"), Calendar("Asia/Shanghai")
    LATE = from_rfc3339("2026-06-30T23:30:00-04:00")  # in UTC and in Shanghai it is July

    def test_a_deal_is_won_on_the_organisations_day(self) -> None:
        when = {"now": self.LATE, "calendar": self.NEW_YORK, "own_calendar": self.SHANGHAI}
        body = {"name": "Deal", "amount": "9.00"}
        open_deal = given(OPPORTUNITY).when("OpenOpportunity", body, facts=Opening(pipeline(), "USD"), **when).and_so()
        won_deal = open_deal.when("WinOpportunity", **when).and_so()
        shown = OPPORTUNITY.document(won_deal.state)
        assert (shown["opened_on"], shown["closed_on"], shown["close_date"]) == ("2026-06-30",) * 3
        assert shown["cycle_days"] == 0

    def test_a_deal_is_lost_on_the_organisations_day(self) -> None:
        when = {"now": self.LATE, "calendar": self.SHANGHAI, "own_calendar": self.NEW_YORK}
        shown = OPPORTUNITY.document(opened().when("LoseOpportunity", {"reason": "price"}, **when).and_so().state)
        assert (shown["closed_on"], shown["close_date"]) == ("2026-07-01",) * 2

    def test_deals_from_before_days_had_a_place_keep_their_day_in_utc(self) -> None:
        past = opened(amount="1.00").history[0].event
        without = events.OpportunityWon("1.00", "USD", "2026-06-30", "first", self.LATE)
        shown = OPPORTUNITY.document(given(OPPORTUNITY, past, without).state)
        assert (shown["opened_on"], shown["closed_on"]) == ("1970-01-01", "2026-07-01")
        assert shown["close_date"] == "2026-06-30"

    def test_a_reopened_deal_has_no_day_of_closing(self) -> None:
        again = won().when("ReopenOpportunity", {"reason": "a slip"}, facts=pipeline()).and_so().state
        assert (again.closed_on, OPPORTUNITY.document(again)["cycle_days"]) == (None, None)


class TestClosing:
    def test_winning_takes_the_day_it_happens(self) -> None:
        state = (
            opened(amount="100.00", close_date="2027-01-01")
            .when("WinOpportunity")
            .then(events.OpportunityWon("100.00", "CNY", TODAY, "first", NOW, TODAY))
            .state
        )
        assert (state.status, state.probability, state.closed_at, state.close_date) == ("won", 100, NOW, TODAY)
        assert state.stage == "first"

    def test_winning_with_amount_and_day(self) -> None:
        opened().when("WinOpportunity", {"amount": "7", "close_date": "2026-11-01"}).then(
            events.OpportunityWon("7.00", "CNY", "2026-11-01", "first", NOW, TODAY)
        )

    def test_winning_needs_an_amount(self) -> None:
        opened().when("WinOpportunity").then_rejected(Invalid, "amount", "not-positive")
        opened(amount="0.00").when("WinOpportunity").then_rejected(Invalid, "amount", "not-positive")

    def test_losing_needs_a_reason(self) -> None:
        opened().when("LoseOpportunity").then_rejected(Invalid, "reason")
        opened().when("LoseOpportunity", {"reason": " "}).then_rejected(Invalid, "reason")
        state = (
            opened()
            .when("LoseOpportunity", {"reason": "price"})
            .then(events.OpportunityLost("price", TODAY, "first", NOW, TODAY))
            .state
        )
        assert (state.status, state.probability, state.lost_reason) == ("lost", 0, "price")

    def test_closing_again_is_already_so_and_the_other_way_is_refused(self) -> None:
        won().when("WinOpportunity").then_nothing()
        lost().when("LoseOpportunity", {"reason": "price"}).then_nothing()
        won().when("LoseOpportunity", {"reason": "price"}).then_rejected(Rejected, code="closed")
        lost().when("WinOpportunity").then_rejected(Rejected, code="closed")

    def test_reopening(self) -> None:
        for deal, was in ((won(), "won"), (lost(), "lost")):
            state = (
                deal.when("ReopenOpportunity", {"reason": "a slip"}, facts=pipeline())
                .then(events.OpportunityReopened("first", 10, "a slip", was, NOW))
                .state
            )
            assert (state.status, state.closed_at, state.lost_reason) == ("open", 0, "")
        opened().when("ReopenOpportunity", {"reason": "x"}, facts=pipeline()).then_nothing()
        won().when("ReopenOpportunity", facts=pipeline()).then_rejected(Invalid, "reason")

    def test_reopening_with_what_the_deal_had(self) -> None:
        had = {"reason": "x", "probability": 35, "close_date": None}
        state = won().when("ReopenOpportunity", had, facts=pipeline()).and_so().state
        assert (state.probability, state.close_date) == (35, None)
        kept = won().when("ReopenOpportunity", {"reason": "x"}, facts=pipeline()).and_so().state
        assert (kept.probability, kept.close_date) == (10, won().state.close_date)

    def test_reopening_elsewhere_when_the_stage_is_gone(self) -> None:
        reopen = {"reason": "x"}
        state = won().when("ReopenOpportunity", reopen, facts=pipeline(retired="first")).and_so().state
        assert state.stage == "second"
        outcome = won().when("ReopenOpportunity", {**reopen, "stage": "first"}, facts=pipeline(retired="first"))
        outcome.then_rejected(Invalid, "stage", "unknown-stage")

    def test_reopening_in_another_stage_meets_its_gate(self) -> None:
        for wanted in (gate(roles=["administrator"]), gate(fields=["next_step"]), gate(checklist=[POINT])):
            gated = pipeline(("second", wanted))
            direct = opened().when("ChangeStage", {"stage": "second"}, facts=gated, access=MANAGER)
            refused = Forbidden if wanted["roles"] else Rejected
            code = direct.then_rejected(refused).extra.get("code")
            for deal in (won(), lost()):
                reopened = deal.when("ReopenOpportunity", REOPEN_SECOND, facts=gated, access=MANAGER)
                assert reopened.then_rejected(refused).extra.get("code") == code
        gated = pipeline(("second", gate(fields=["amount"])))
        assert won().when("ReopenOpportunity", REOPEN_SECOND, facts=gated).and_so().state.stage == "second"

    def test_reopening_is_no_way_back(self) -> None:
        held = pipeline(("third", gate(back=["first"])))
        deal = lost_in("third")
        deal.when("ReopenOpportunity", REOPEN_SECOND, facts=held).then_rejected(Rejected, code="no-way-back")
        assert (
            deal.when("ReopenOpportunity", {"reason": "x", "stage": "first"}, facts=held).and_so().state.stage
            == "first"
        )

    def test_reopening_where_it_stood_asks_for_nothing(self) -> None:
        for body in ({"reason": "x"}, {"reason": "x", "stage": "third"}):
            shut = pipeline(("third", gate(roles=["administrator"], fields=["next_step"], back=[])))
            state = lost_in("third").when("ReopenOpportunity", body, facts=shut, access=MANAGER).and_so().state
            assert state.stage == "third"

    def test_a_retired_stage_holds_no_deal_back(self) -> None:
        gone = pipeline(("third", gate(back=[])), retired="third")
        assert lost_in("third").when("ReopenOpportunity", {"reason": "x"}, facts=gone).and_so().state.stage == "first"

    def test_the_first_stage_in_place_of_a_retired_one_keeps_its_gate(self) -> None:
        gone = pipeline(("first", gate(roles=["administrator"])), retired="third")
        deal = lost_in("third").when("ReopenOpportunity", {"reason": "x"}, facts=gone, access=MANAGER)
        deal.then_rejected(Forbidden, code="stage-role")

    def test_winning_tells_nothing_of_a_hidden_amount(self) -> None:
        masked = Access("t1", ME, (Role("r", "", "", ALL_DEALS, hidden={"opportunity": frozenset({"amount"})}),))
        for deal in (opened(), opened(amount="0.00"), opened(amount="100.00")):
            deal.when("WinOpportunity", access=masked).then_rejected(Forbidden, code="amount-hidden")

    def test_what_follows_from_closing_and_reopening_is_no_write_of_a_field(self) -> None:
        assert allowed(opened(amount="100.00"), "WinOpportunity", {}, "amount", "probability", "close_date")
        assert allowed(opened(), "LoseOpportunity", {"reason": "x"}, "probability", "close_date")
        assert allowed(won(), "ReopenOpportunity", {"reason": "x"}, "stage", "probability", "lost_reason")

    def test_what_it_is_for_and_what_its_body_names_is_one(self) -> None:
        day = {"close_date": "2027-01-01"}
        for deal, name, body, locked in (
            (opened(amount="100.00"), "WinOpportunity", {}, "status"),
            (opened(amount="100.00"), "WinOpportunity", day, "close_date"),
            (opened(), "LoseOpportunity", {"reason": "x"}, "status"),
            (opened(), "LoseOpportunity", {"reason": "x", **day}, "close_date"),
            (won(), "ReopenOpportunity", {"reason": "x"}, "status"),
            (won(), "ReopenOpportunity", {"reason": "x", "stage": "first"}, "stage"),
        ):
            assert not allowed(deal, name, body, locked)


class TestCycle:
    def test_days_from_opening_to_closing_and_none_while_it_is_open(self) -> None:
        deal = given(OPPORTUNITY, events.OpportunityOpened({"amount": "1.00"}, ME, "p1", "first", 10, NOW - 3 * DAY))
        assert OPPORTUNITY.document(deal.state)["cycle_days"] is None
        closed = deal.when("WinOpportunity").and_so()
        assert OPPORTUNITY.document(closed.state)["cycle_days"] == 3
        reopened = closed.when("ReopenOpportunity", {"reason": "x"}, facts=pipeline()).and_so()
        assert OPPORTUNITY.document(reopened.state)["cycle_days"] is None


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
        moved = opened().when("ChangeStage", {"stage": "second"}, facts=pipeline()).and_so()
        state = moved.when("UndoOpportunityChange", {"version": 2}, facts=pipeline()).and_so().state
        assert (state.stage, state.probability) == ("first", 10)

    def test_closing_has_a_command_of_its_own_and_a_closed_deal_stays_as_it_is(self) -> None:
        reopened = won().when("ReopenOpportunity", {"reason": "x"}, facts=pipeline()).and_so()
        reopened.when("UndoOpportunityChange", {"version": 2}).then_rejected(Rejected, code="not-undoable")
        moved = opened().when("ChangeAmount", {"amount": "5"}).and_so().when("WinOpportunity").and_so()
        moved.when("UndoOpportunityChange", {"version": 2}).then_rejected(Rejected, code="closed")
