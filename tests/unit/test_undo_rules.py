"""Every change that can be undone is undone by the rules of the commands that have the same effect.

A new event type fails here until it is in the table, in its record type's `not_undoable`, or among those that begin a
record or have no undo.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.audit.catalogue import AGGREGATES as AUDIT
from services.customer.account import ACCOUNT
from services.customer.activity import ACTIVITY, KINDS
from services.customer.catalogue import AGGREGATES as CUSTOMER
from services.customer.contact import CONTACT
from services.customer.field_definition import FIELD_DEFINITION
from services.customer.saved_view import SAVED_VIEW
from services.identity.catalogue import AGGREGATES as IDENTITY
from services.identity.exchange_rate import EXCHANGE_RATE
from services.identity.role import ROLE
from services.identity.team import TEAM
from services.identity.user import USER
from services.integration.catalogue import AGGREGATES as INTEGRATION
from services.integration.import_mapping import IMPORT_MAPPING
from services.sales.catalogue import AGGREGATES as SALES
from services.sales.lead import LEAD
from services.sales.opportunity import OPPORTUNITY
from services.sales.pipeline import PIPELINE
from services.sales.price_book import PRICE_BOOK
from services.sales.product import PRODUCT
from shared.domain.aggregate import Aggregate
from shared.domain.record import differences
from shared.errors import Rejected
from shared.events import customer, identity, integration, sales
from shared.events import customer_activities as act
from shared.events import customer_contacts as con
from shared.events import customer_views as seen
from shared.events import identity_rates as rates
from shared.events import sales_leads as led
from shared.events import sales_products as sold
from shared.events.envelope import Event
from shared.events.registry import type_of
from tests.golden.catalogue import every_type
from tests.unit.given import ID, ME, Given, given

NAMED = {"name": {"from": "", "to": "New"}}
LABEL = {"en": {"from": "Tier", "to": "T"}}
SOURCE = {"source": {"from": "", "to": "x"}}
ACCOUNT_SET = {"account": {"from": None, "to": "a"}}
SURER = {"probability": {"from": 10, "to": 5}}
GATE = {"roles": ["x"], "fields": [], "checklist": [], "back": None}
LINE = {
    "id": "l1", "product": "p1", "name": "GTX", "quantity": "1.00", "unit_price": "5.00", "discount_percent": "0.00",
    "tax_percent": "0.00", "amount": "5.00",
}  # fmt: skip
STAGES = [
    {"key": key, "zh": key, "en": key, "probability": 10, "gate": None, "retired": False} for key in ("first", "second")
]
MAIL = {"email": "a@example.com", "kind": "work", "primary": True}
CALL = {"phone": "+861012345678", "kind": "work", "primary": True}
HOME = {"kind": "work", "street": "长安街1号", "city": "北京", "region": "", "postcode": "", "country": "CN"}
OPENED = sales.OpportunityOpened({"name": "Deal"}, ME, "p1", "first", 10, 1)
CAPTURED = led.LeadCaptured(ID, {"name": "李雷", "phone": "+861012345678"}, {"company": "Acme"}, ME)
TASK = act.TaskPlanned(ID, {"subject": "Call"}, {}, [], [{"type": "user", "id": ME, "response": ""}], ME)
BORN: dict[str, Event] = {
    "account": customer.AccountCreated({"name": "Acme"}, ME),
    "activity": TASK,
    "contact": con.ContactCreated(ID, {"family_name": "王", "emails": [MAIL]}, [], ME),
    "field_definition": customer.FieldDefined("account", "tier", "keyword", "级", "Tier", [], False),
    "saved_view": seen.SavedViewCreated({"name": "Mine", "resource": "account"}, ME),
    "role": identity.RoleDefined("员", "Clerk", "", {}, {}, {}),
    "team": identity.TeamCreated({"name": "East"}),
    "user": identity.UserInvited(ID, {"name": "Ann", "email": "ann@example.com"}, [], [], None),
    "import_mapping": integration.ImportMappingSaved("Fair", "", "name: x", ME),
    "lead": CAPTURED,
    "opportunity": OPENED,
    "pipeline": sales.PipelineDefined("Standard", STAGES),
    "exchange_rate": rates.ExchangeRateSet("JPY", "USD", "2026-11-24", "0.0067"),
    "price_book": sold.PriceBookCreated("Book", "CNY", "", {}),
    "product": sold.ProductAdded({"name": "GTX"}),
}

# (record type, events after its birth, of which the last one is undone, the commands whose rules the undo obeys)
TABLE: list[tuple[Aggregate[Any], list[Event], list[str]]] = [
    (EXCHANGE_RATE, [rates.ExchangeRateCorrected("0.0066", "0.0067")], ["CorrectExchangeRate"]),
    (
        EXCHANGE_RATE,
        [
            rates.ExchangeRateCorrected("0.0066", "0.0067"),
            rates.ExchangeRateChangeUndone(2, "e", {"rate": {"from": "0.0066", "to": "0.0067"}}),
        ],
        ["CorrectExchangeRate"],
    ),
    (ACCOUNT, [customer.AccountDetailsChanged({"city": {"from": "", "to": "Ulm"}})], ["ChangeAccountDetails"]),
    (ACCOUNT, [customer.AccountDetailsChanged({"currency": {"from": "", "to": "CNY"}})], ["ChangeAccountDetails"]),
    (ACCOUNT, [customer.AccountDetailsChanged({"custom.a": {"from": None, "to": 1}})], ["ChangeAccountDetails"]),
    (ACCOUNT, [customer.AccountParentSet("p", None)], ["SetParentAccount"]),
    (ACCOUNT, [customer.AccountTypeChanged("partner", "prospect")], ["ChangeAccountType"]),
    (ACCOUNT, [customer.AccountGraded("A", "")], ["GradeAccount"]),
    (ACCOUNT, [customer.AccountTransferred("you", ME)], ["TransferAccount"]),
    (ACCOUNT, [customer.AccountTagsChanged(["a"], [])], ["TagAccount"]),
    (
        ACCOUNT,
        [customer.AccountChangeUndone(1, "e", {"parent": {"from": None, "to": "p"}, **NAMED})],
        ["SetParentAccount", "ChangeAccountDetails"],
    ),
    (
        FIELD_DEFINITION,
        [customer.FieldDefinitionChanged(LABEL)],
        ["ChangeFieldDefinition"],
    ),
    (
        FIELD_DEFINITION,
        [customer.FieldDefinitionChangeUndone(1, "e", LABEL)],
        ["ChangeFieldDefinition"],
    ),
    (SAVED_VIEW, [seen.SavedViewChanged(NAMED)], ["ChangeSavedView"]),
    (SAVED_VIEW, [seen.SavedViewChangeUndone(1, "e", NAMED)], ["ChangeSavedView"]),
    (SAVED_VIEW, [seen.SavedViewShared()], ["UnshareSavedView"]),
    (SAVED_VIEW, [seen.SavedViewShared(), seen.SavedViewWithdrawn()], ["ShareSavedView"]),
    (SAVED_VIEW, [seen.SavedViewSharedWith(["u"], [], []), seen.SavedViewShared()], ["ShareSavedView"]),
    (SAVED_VIEW, [seen.SavedViewSharedWith(["u"], [], [])], ["UnshareSavedView"]),
    (SAVED_VIEW, [seen.SavedViewTransferred("you", ME)], ["TransferSavedView"]),
    (ACTIVITY, [act.ActivityDetailsChanged(ID, {"body": {"from": "", "to": "x"}})], ["ChangeActivityDetails"]),
    (
        ACTIVITY,
        [act.ActivityChangeUndone(ID, 1, "e", {"body": {"from": "", "to": "x"}})],
        ["ChangeActivityDetails"],
    ),
    (ACTIVITY, [act.ActivityTagsChanged(["a"], [])], ["TagActivity"]),
    (ACTIVITY, [act.ActivityTransferred("you", ME)], ["TransferActivity"]),
    (ACTIVITY, [act.ActivityLinked("account", "a1")], ["UnlinkActivity"]),
    (
        ACTIVITY,
        [act.ActivityLinked("account", "a1"), act.ActivityUnlinked("account", "a1")],
        ["LinkActivity"],
    ),
    (ACTIVITY, [act.ActivityRescheduled(5, 9, 0, 0)], ["RescheduleActivity"]),
    (ACTIVITY, [act.ActivityCompleted(5)], []),
    (ACTIVITY, [act.ActivityCancelled()], []),
    (ACTIVITY, [act.InviteAnswered(ME, "accepted", "")], []),
    (CONTACT, [con.ContactDetailsChanged(ID, {"title": {"from": "", "to": "x"}})], ["ChangeContactDetails"]),
    (
        CONTACT,
        [con.ContactChangeUndone(ID, 1, "e", {"title": {"from": "", "to": "x"}})],
        ["ChangeContactDetails"],
    ),
    (CONTACT, [con.ContactTagsChanged(["a"], [])], ["TagContact"]),
    (CONTACT, [con.ContactTransferred("you", ME)], ["TransferContact"]),
    (CONTACT, [con.ContactEmailAdded(ID, "b@example.com", "work", False)], ["RemoveContactEmail"]),
    (CONTACT, [con.ContactEmailRemoved(ID, MAIL["email"])], ["AddContactEmail"]),
    (
        CONTACT,
        [
            con.ContactEmailAdded(ID, "b@example.com", "work", False),
            con.PrimaryEmailSet(ID, "b@example.com", str(MAIL["email"])),
        ],
        ["SetPrimaryEmail"],
    ),
    (CONTACT, [con.ContactPhoneAdded(ID, **CALL)], ["RemoveContactPhone"]),
    (
        CONTACT,
        [con.ContactPhoneAdded(ID, **CALL), con.ContactPhoneRemoved(ID, CALL["phone"])],
        ["AddContactPhone"],
    ),
    (CONTACT, [con.ContactAddressAdded(ID, "a1", "work", HOME)], ["RemoveContactAddress"]),
    (
        CONTACT,
        [con.ContactAddressAdded(ID, "a1", "work", HOME), con.ContactAddressRemoved("a1")],
        ["AddContactAddress"],
    ),
    (CONTACT, [con.ContactLinkedToAccount("a1", "CEO", True)], ["EndAccountLink"]),
    (
        CONTACT,
        [con.ContactLinkedToAccount("a1", "", True), con.ContactAccountLinkEnded("a1")],
        ["LinkToAccount"],
    ),
    (ROLE, [identity.RoleTagsChanged(["a"], [])], ["TagRole"]),
    (ROLE, [identity.RoleChangeUndone(1, "e", {"tags": {"from": [], "to": ["a"]}})], ["TagRole"]),
    (TEAM, [identity.TeamDetailsChanged(NAMED)], ["ChangeTeamDetails"]),
    (TEAM, [identity.TeamDetailsChanged({"leads": {"from": [], "to": ["u"]}})], ["ChangeTeamDetails"]),
    (TEAM, [identity.TeamChangeUndone(1, "e", NAMED)], ["ChangeTeamDetails"]),
    (TEAM, [identity.TeamTagsChanged(["a"], [])], ["TagTeam"]),
    (USER, [identity.UserProfileChanged(ID, NAMED)], ["ChangeProfile"]),
    (USER, [identity.UserChangeUndone(ID, 1, "e", NAMED)], ["ChangeProfile"]),
    (USER, [identity.UserTagsChanged(["a"], [])], ["TagUser"]),
    (IMPORT_MAPPING, [integration.ImportMappingChanged(NAMED)], ["ChangeImportMapping"]),
    (IMPORT_MAPPING, [integration.ImportMappingChangeUndone(1, "e", NAMED)], ["ChangeImportMapping"]),
    (IMPORT_MAPPING, [integration.ImportMappingTagsChanged(["a"], [])], ["TagImportMapping"]),
    (IMPORT_MAPPING, [integration.ImportMappingTransferred("you", ME)], ["TransferImportMapping"]),
    (LEAD, [led.LeadDetailsChanged({"source": {"from": "", "to": "web"}})], ["ChangeLeadDetails"]),
    (LEAD, [led.LeadDetailsChanged({"currency": {"from": "", "to": "CNY"}})], ["ChangeLeadDetails"]),
    (LEAD, [led.LeadPersonChanged(ID, {"title": {"from": "", "to": "x"}})], ["ChangeLeadDetails"]),
    (LEAD, [led.LeadChangeUndone(1, "e", SOURCE)], ["ChangeLeadDetails"]),
    (LEAD, [led.LeadPersonChangeUndone(ID, 1, "e", {"title": {"from": "", "to": "x"}})], ["ChangeLeadDetails"]),
    (LEAD, [led.LeadTagsChanged(["a"], [])], ["TagLead"]),
    (LEAD, [led.LeadAssigned("you", ME)], ["TransferLead"]),
    (LEAD, [led.LeadWorkStarted()], []),
    (LEAD, [led.LeadWorkStarted(), led.LeadQualified()], []),
    (LEAD, [led.LeadDisqualified("no budget")], ["RecycleLead"]),
    (LEAD, [led.LeadDisqualified("no budget"), led.LeadRecycled("")], ["DisqualifyLead"]),
    (
        OPPORTUNITY,
        [sales.OpportunityDetailsChanged(ACCOUNT_SET)],
        ["ChangeOpportunityDetails"],
    ),
    (
        OPPORTUNITY,
        [sales.OpportunityDetailsChanged(SURER)],
        ["ChangeOpportunityDetails"],
    ),
    (
        OPPORTUNITY,
        [sales.OpportunityChangeUndone(1, "e", SOURCE)],
        ["ChangeOpportunityDetails"],
    ),
    (
        OPPORTUNITY,
        [sales.OpportunityChangeUndone(1, "e", {"stage": {"from": "first", "to": "second"}})],
        ["ChangeStage"],
    ),
    (OPPORTUNITY, [sales.OpportunityStageChanged("second", "first", 20, ["a"], 2)], ["ChangeStage"]),
    (OPPORTUNITY, [sales.OpportunityAmountChanged("5.00", None, "CNY")], ["ChangeAmount"]),
    (OPPORTUNITY, [sales.OpportunityCloseDateMoved("2027-01-01", None)], ["ChangeCloseDate"]),
    (OPPORTUNITY, [sales.OpportunityForecastCategorised("commit", "pipeline")], ["SetForecastCategory"]),
    (OPPORTUNITY, [sales.OpportunityLineItemAdded(LINE)], ["RemoveLineItem"]),
    (
        OPPORTUNITY,
        [sales.OpportunityLineItemAdded(LINE), sales.OpportunityLineItemChanged({**LINE, "name": "x"}, LINE)],
        ["ChangeLineItem"],
    ),
    (
        OPPORTUNITY,
        [sales.OpportunityLineItemAdded(LINE), sales.OpportunityLineItemRemoved(LINE)],
        ["AddLineItem"],
    ),
    (OPPORTUNITY, [sales.OpportunityContactRoleSet("c1", "user", None)], ["RemoveContactRole"]),
    (
        OPPORTUNITY,
        [sales.OpportunityContactRoleSet("c1", "user", None), sales.OpportunityContactRoleRemoved("c1", "user")],
        ["SetContactRole"],
    ),
    (OPPORTUNITY, [sales.OpportunityTagsChanged(["a"], [])], ["TagOpportunity"]),
    (OPPORTUNITY, [sales.OpportunityTransferred("you", ME)], ["TransferOpportunity"]),
    (PIPELINE, [sales.PipelineDetailsChanged(NAMED)], ["ChangePipelineDetails"]),
    (PIPELINE, [sales.PipelineTagsChanged(["a"], [])], ["TagPipeline"]),
    (
        PIPELINE,
        [sales.GateSet("first", GATE, None)],
        ["SetGate"],
    ),
    (PIPELINE, [sales.StageRenamed("first", "一", "One", 5, {})], ["RenameStage"]),
    (PIPELINE, [sales.StagesReordered(["second", "first"], ["first", "second"])], ["ReorderStages"]),
    (PIPELINE, [sales.StageRetired("first")], []),
    (
        PIPELINE,
        [
            sales.StageRetired("first"),
            sales.PipelineChangeUndone(
                2, "e", {"stages": {"from": [{**STAGES[0], "retired": True}, STAGES[1]], "to": STAGES}}
            ),
        ],
        ["RetireStage"],
    ),
    (PRICE_BOOK, [sold.PriceBookDetailsChanged(NAMED)], ["ChangePriceBookDetails"]),
    (PRICE_BOOK, [sold.PriceBookChangeUndone(1, "e", NAMED)], ["ChangePriceBookDetails"]),
    (PRICE_BOOK, [sold.PriceBookTagsChanged(["a"], [])], ["TagPriceBook"]),
    (PRICE_BOOK, [sold.PriceSet("p", "1.00", "2026-01-01", None)], ["RemovePrice"]),
    (
        PRICE_BOOK,
        [
            sold.PriceSet("p", "1.00", "2026-01-01", None),
            sold.PriceRemoved("p", "1.00", "2026-01-01"),
        ],
        ["SetPrice"],
    ),
    (PRODUCT, [sold.ProductDetailsChanged(NAMED)], ["ChangeProductDetails"]),
    (PRODUCT, [sold.ProductChangeUndone(1, "e", NAMED)], ["ChangeProductDetails"]),
    (PRODUCT, [sold.ProductTagsChanged(["a"], [])], ["TagProduct"]),
    (PRODUCT, [sold.ListPriceSet("5.00", "CNY", None)], ["SetListPrice"]),
]

READ_LOG = (
    "audit.AccessRefused", "audit.DataExported", "audit.ExportEnded", "audit.LogSearched", "audit.QuestionAsked",
    "audit.ReadsDropped", "audit.RecordsRead",
)  # fmt: skip
WITHOUT_UNDO = (
    *READ_LOG,
    "audit.Checkpoint",
    "audit.SystemRestored",
    "customer.File",
    "identity.Organisation",
    "identity.SecondFactorUsed",
    "identity.SetUp",
    "identity.SignIn",
    "integration.Import",
    "integration.Bulk",
    "shared.",
)
NO_EFFECT = {"identity.UserWorkHandedOver"}  # changes other records, not this one


def name_of(case: tuple[Aggregate[Any], list[Event], list[str]]) -> str:
    return f"{type_of(type(case[1][-1])).name}-{'-'.join(case[2])}"


def past(aggregate: Aggregate[Any], events: list[Event]) -> tuple[Given, dict[str, Any], str]:
    """The record, the body of the undo of its last event, and the name of that command."""
    undo = next(name for name, command in aggregate.commands.items() if command.verb == "undo")
    return given(aggregate, BORN[aggregate.name], *events), {"version": 1 + len(events)}, undo


@pytest.mark.parametrize("case", TABLE, ids=name_of)
def test_an_undo_decides_as_the_commands_with_its_effect(
    case: tuple[Aggregate[Any], list[Event], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    aggregate, events, names = case
    record, body, undo = past(aggregate, events)
    decided: list[str] = []
    for full, command in list(aggregate.commands.items()):
        if full != undo:
            spy = replace(command, decide=lambda cmd, state, ctx, full=full: decided.append(full.split(".")[1]) or [])
            monkeypatch.setitem(aggregate.commands, full, spy)
    before = aggregate.fold(record.history[:-1])
    undone = record.when(undo, body).and_so()
    assert decided == names
    assert differences(aggregate.dump(before), aggregate.dump(undone.state)) == {}


@pytest.mark.parametrize("case", [case for case in TABLE if case[2]], ids=name_of)
def test_a_refusal_of_such_a_command_refuses_the_undo(
    case: tuple[Aggregate[Any], list[Event], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    aggregate, events, names = case
    record, body, undo = past(aggregate, events)

    def refuse(cmd: Any, state: Any, ctx: Any) -> list[Event]:
        raise Rejected("no", code="of-the-command")

    full = f"{aggregate.service}.{names[0]}"
    monkeypatch.setitem(aggregate.commands, full, replace(aggregate.commands[full], decide=refuse))
    record.when(undo, body).then_rejected(Rejected, code="of-the-command")


def test_every_event_that_can_be_undone_is_in_the_table() -> None:
    aggregates = (*AUDIT, *CUSTOMER, *IDENTITY, *SALES, *INTEGRATION)
    refused = set().union(*(a.not_undoable for a in aggregates)) | NO_EFFECT
    born = [*map(type, BORN.values()), *KINDS.values(), identity.UserListed]
    births = {type_of(kind).name for kind in born}
    every = {t.name for t in every_type()}
    others = {n for n in every if n.startswith(WITHOUT_UNDO) and not n.startswith("integration.ImportMapping")}
    listed = {type_of(type(events[-1])).name for _, events, _ in TABLE}
    assert every - refused - births - others - listed == set()
    assert listed & refused == set()
