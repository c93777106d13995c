"""When a command applies is declared with it, and its decision agrees: tried in each state that a record can be in."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from itertools import product
from typing import Any, NamedTuple

import pytest

from services.audit.approving import Erasure
from services.audit.retention_rule_commands import Approvals
from services.customer.merging import Others
from services.identity.membership import Standing
from services.sales.lead_conversion import Prepared
from services.sales.opportunity_lines import Offer
from services.sales.pipeline import Pipeline
from services.sales.product import Product
from services.sales.stage_entry import Entry
from shared.domain.calendar import UTC_CALENDAR
from shared.domain.command import Command, Context
from shared.domain.exchange import Rate
from shared.domain.undo import Plan, Undoing
from shared.errors import CrmError
from shared.events.customer import AccountGraded
from shared.events.envelope import Event
from shared.kernel.catalogue import AnyAggregate
from shared.security.permissions import system_access
from tests.support.roles import CATALOGUE
from tests.unit.given import ID, ME, NOW, record

OTHER = "01936f00-0000-7000-8000-0000000000bb"
STAGES = [
    {"key": key, "zh": key, "en": key, "probability": chance, "gate": None, "retired": False}
    for key, chance in (("first", 10), ("second", 20))
]
PIPELINE = Pipeline(id="p", version=1, stages=STAGES)
LINE = {"id": "l1", "product": OTHER, "name": "Seat", "quantity": "1", "unit_price": "5.00", "amount": "5.00"}
LINE |= {"tax_percent": "0", "discount_percent": "0"}
DEAL = {"stage": "first", "currency": "CNY", "amount": "10.00"}
EMAIL, PHONE = "a@acme.example", "+861012345678"


CONVERSION = {"id": "c1", "state": "done", "created": [], "account": OTHER}


class Case(NamedTuple):
    """body: changes something. facts: what `prepare` would find. has: what the record has to work on."""

    body: dict[str, Any] = {}
    facts: Any = None
    has: dict[str, Any] = {}


GOVERNS = Standing(())
ARCHIVED_TOO = {"archived": True}
CASES = {
    "ChangeOrganisation": Case({"name": "New"}),
    "ChangeProfile": Case({"name": "New"}),
    "SetManager": Case({"manager": OTHER}, []),
    "AssignRoles": Case({"roles": ["read_only"]}, GOVERNS),
    "MoveToTeams": Case({"teams": [OTHER]}),
    "InviteListedUser": Case({"email": EMAIL}, GOVERNS),
    "ChangeEmail": Case({"email": EMAIL}, GOVERNS),
    **dict.fromkeys(("SuspendUser", "ReactivateUser", "DeactivateUser", "EraseUser"), Case(facts=GOVERNS)),
    "ResetSecondFactor": Case(facts=GOVERNS, has={"second_factor": True}),
    **dict.fromkeys(("ArchiveUser", "RestoreUser"), Case(facts=GOVERNS)),
    "HandOverUser": Case({"to": OTHER}),
    "ChangeTeamDetails": Case({"name": "New"}),
    "SetParentTeam": Case({"parent": OTHER}, []),
    "ChangeRole": Case({"zh": "新"}),
    "ExtendSubjectRequest": Case({"due": "2026-12-31", "cause": "x"}, has={"received": "2026-11-20"}),
    "ApproveErasure": Case(has={"kind": "erasure"}, facts=Erasure({}, [])),
    "FulfilSubjectRequest": Case(has={"kind": "rectification"}),
    "RefuseSubjectRequest": Case({"cause": "x"}),
    "CorrectExchangeRate": Case({"rate": "8"}, has={"rate": "7"}),
    "ArchiveAccount": Case(facts=(0, False)),
    "ChangeAccountDetails": Case({"name": "New"}),
    "ChangeAccountType": Case({"type": "partner"}),
    "GradeAccount": Case({"grade": "A"}),
    "SetParentAccount": Case({"parent": OTHER}, []),
    **{
        f"Merge{plural}": Case({"absorb": [OTHER]}, Others({OTHER: CATALOGUE[name].state(id=OTHER, version=1)}, {}))
        for plural, name in (("Accounts", "account"), ("Contacts", "contact"))
    },
    "ChangeContactDetails": Case({"given_name": "New"}),
    "AddContactEmail": Case({"email": EMAIL}),
    "RemoveContactEmail": Case({"email": EMAIL}, has={"emails": [{"email": EMAIL, "kind": "work", "primary": True}]}),
    "SetPrimaryEmail": Case({"email": EMAIL}, has={"emails": [{"email": EMAIL, "kind": "work", "primary": False}]}),
    "AddContactPhone": Case({"phone": PHONE}),
    "RemoveContactPhone": Case({"phone": PHONE}, has={"phones": [{"phone": PHONE, "kind": "work", "primary": True}]}),
    "AddContactAddress": Case({"city": "上海"}),
    "RemoveContactAddress": Case({"address": "a1"}, has={"addresses": [{"id": "a1", "kind": "work", "city": "上海"}]}),
    "LinkToAccount": Case({"account": OTHER}),
    "EndAccountLink": Case(
        {"account": OTHER}, has={"accounts": [{"account": OTHER, "role": "", "primary": True, "active": True}]}
    ),
    "ChangeActivityDetails": Case({"subject": "New"}),
    "RescheduleActivity": Case({"start": "2026-12-01T09:00:00Z"}),
    "RespondToInvite": Case(
        {"response": "accepted"}, has={"participants": [{"type": "user", "id": ME, "response": ""}]}
    ),
    "LinkActivity": Case({"type": "account", "id": OTHER}),
    "UnlinkActivity": Case({"id": OTHER}, has={"linked_to": [{"type": "account", "id": OTHER}]}),
    "RenameFile": Case({"name": "New"}),
    "ChangeFieldDefinition": Case({"en": "New"}, ""),
    "ChangeSavedView": Case({"name": "New"}),
    "ShareSavedView": Case({"users": [OTHER]}),
    "ConvertLead": Case({"opportunity": "none"}, Prepared({}), {"email": EMAIL, "company": "Acme"}),
    "UndoConversion": Case(facts=[], has={"conversion": CONVERSION}),
    "ChangeLeadDetails": Case({"industry": "retail"}),
    "StartWorking": Case(has={"owner": ME}),
    "DisqualifyLead": Case({"reason": "no budget"}),
    "ApplyExchangeRate": Case(facts=Rate("CNY", "USD", "0.14", "2026-11-24")),
    "AddLineItem": Case({"product": OTHER}, Offer(Product(id=OTHER, list_price="5.00", tax_percent="0"), None)),
    "ChangeLineItem": Case({"line": "l1", "quantity": "3"}, has={"lines": [LINE]}),
    "RemoveLineItem": Case({"line": "l1"}, has={"lines": [LINE]}),
    "SetContactRole": Case({"contact": OTHER, "role": "user"}),
    "RemoveContactRole": Case({"contact": OTHER}, has={"contact_roles": [{"contact": OTHER, "role": "user"}]}),
    "ChangeOpportunityDetails": Case({"next_step": "call"}),
    "ChangeStage": Case({"stage": "second"}, Entry(PIPELINE)),
    "ChangeAmount": Case({"amount": "11.00"}),
    "ChangeCloseDate": Case({"close_date": "2027-01-01"}),
    "SetForecastCategory": Case({"category": "commit"}),
    "LoseOpportunity": Case({"reason": "price"}),
    "ReopenOpportunity": Case({"reason": "new budget"}, PIPELINE),
    "RestoreOpportunity": Case(facts=PIPELINE),
    "ChangePipelineDetails": Case({"name": "New"}),
    "MakeDefault": Case(facts=[]),
    "AddStage": Case({"key": "third", "zh": "三", "en": "Third", "probability": 30}),
    "ReorderStages": Case({"keys": ["second", "first"]}),
    "RenameStage": Case({"key": "first", "en": "New"}),
    "SetGate": Case({"key": "first", "gate": {}}),
    "RetireStage": Case({"key": "first"}, 0),
    "ChangeProductDetails": Case({"code": "X1"}),
    "SetListPrice": Case({"list_price": "5.00", "currency": "CNY"}),
    "ChangePriceBookDetails": Case({"name": "New"}),
    "SetPrice": Case({"product": OTHER, "price": "5", "valid_from": "2026-01-01"}),
    "RemovePrice": Case(
        {"product": OTHER, "valid_from": "2026-01-01"},
        has={"entries": {OTHER: [{"price": "5.00", "valid_from": "2026-01-01"}]}},
    ),
    "ChangeImportMapping": Case({"name": "New"}),
    "ChangeRetentionRule": Case({"name": "New"}),
    "ActivateRetentionRule": Case(facts=Approvals(2, [])),
    "KeepRecord": Case({"cause": "a customer again"}),
}
UNDOABLE = Plan(record("x-1", (AccountGraded("A", ""),))[0], {"tags": {"from": [], "to": ["x"]}}, [], [])
GENERIC = {
    "transfer": Case({"owner": OTHER}),
    "tags": Case({"add": ["vip"]}),
    "undo": Case({"version": 1}, Undoing(UNDOABLE)),
}
HAS = {
    "opportunity": DEAL,
    "pipeline": {"stages": STAGES},
    "price_book": {"currency": "CNY"},
    "exchange_rate": {"currency": "CNY", "into": "USD"},
    "contact": {"family_name": "李"},
    "lead": {"owner": ME, "name": "李雷"},
}
SEVERAL = {  # the values that fields have in turn, where these are no closed sets of their own
    "archived": (False, True),
    "erased": (False, True),
    "shared": (False, True),
    "default_since": (0, 1),
}
BY_OTHER_MEANS = {"UnmergeAccounts", "UnmergeContacts"}  # needs a merge in the past; and why

COMMANDS = [
    (a, c)
    for a in CATALOGUE
    for c in a.commands.values()
    if not c.hidden and not c.creates and c.name.partition(".")[2] not in BY_OTHER_MEANS
]


def states(aggregate: AnyAggregate, has: dict[str, Any]) -> Iterator[Any]:
    """The record in each state that `when` may speak of."""
    known = aggregate.state.__dataclass_fields__
    turns = {name: values for name, values in SEVERAL.items() if name in known}
    status = aggregate.collection.field("status")
    turns |= {"status": status.options} if status is not None else {}
    for values in product(*turns.values()):
        state = aggregate.state(id=ID, version=1, created_by=ME)
        now = {**HAS.get(aggregate.name, {}), **deepcopy(has), **dict(zip(turns, values, strict=True))}
        for name, value in now.items():
            setattr(state, name, value)
        yield state


def case_of(command: Command) -> Case:
    return CASES.get(command.name.partition(".")[2]) or GENERIC.get(command.verb) or Case()


def decided(command: Command, state: Any, case: Case) -> list[Event] | CrmError:
    access = system_access("t1", ME)
    ctx = Context("t1", ID, ME, NOW, NOW, access, lambda: "new", case.facts, "why", UTC_CALENDAR, UTC_CALENDAR)
    try:
        return command.decide(command.adapter.validate_python(case.body), state, ctx)
    except CrmError as error:
        return error


@pytest.mark.parametrize(("aggregate", "command"), COMMANDS, ids=[c.name for _, c in COMMANDS])
def test_a_command_applies_when_it_says_so(aggregate: AnyAggregate, command: Command) -> None:
    case, tried = case_of(command), 0
    for state in states(aggregate, case.has):
        document = aggregate.document(state)
        applies = all(document[name] in values for name, values in command.when.items())
        outcome = decided(command, state, case)
        changed = isinstance(outcome, list) and bool(outcome)
        assert changed is applies, (document.get("status"), state.archived, state.erased, outcome)
        tried += applies
    assert tried > 0


@pytest.mark.parametrize("aggregate", CATALOGUE, ids=lambda a: a.name)
def test_conditions_name_fields_and_their_options(aggregate: AnyAggregate) -> None:
    for command in aggregate.commands.values():
        for name, values in command.when.items():
            field = aggregate.collection.field(name)
            assert field is not None
            assert set(values) <= set(field.options or (False, True)), (command.name, name)


def test_every_command_on_a_record_says_when_it_applies() -> None:
    """But for the two that apply in every state."""
    bare = {
        command.name
        for aggregate in CATALOGUE
        for command in aggregate.commands.values()
        if not (command.hidden or command.creates or command.when)
    }
    assert bare == {"identity.ChangeOrganisation", "identity.HandOverUser"}
