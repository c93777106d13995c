"""Opportunities that are won, lost and reopened: on which day, by which rules, and how long they took."""

from __future__ import annotations

import services.sales.catalogue  # noqa: F401  (registers every command)
from services.sales.opportunity import OPPORTUNITY
from services.sales.opportunity_details import Opening
from services.sales.stage_entry import Entry
from shared.clock import from_rfc3339
from shared.domain.calendar import Calendar
from shared.errors import Forbidden, Invalid, Rejected
from shared.events import sales as events
from shared.security.permissions import Access, Role
from tests.unit.deals import (
    ALL_DEALS,
    DAY,
    MANAGER,
    POINT,
    REOPEN_SECOND,
    TODAY,
    allowed,
    gate,
    lost,
    lost_in,
    opened,
    pipeline,
    won,
)
from tests.unit.given import ME, NOW, given


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
            direct = opened().when("ChangeStage", {"stage": "second"}, facts=Entry(gated), access=MANAGER)
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
