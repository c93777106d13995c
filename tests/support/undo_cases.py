"""Each command's body, what is done before it, and why there is no way back, for `test_undo_handles.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Doc = dict[str, Any]
Body = Doc | Callable[[Doc, Doc], Doc]  # or: (the record, ids of others by type) → the body


@dataclass(frozen=True)
class Case:
    """before: (verb, body) of what is done first. left: fields that do not come back."""

    body: Body = field(default_factory=dict)
    before: tuple[tuple[str, Body], ...] = ()
    left: tuple[str, ...] = ()


MAIL = {"email": "second@plain.example"}
PHONE = {"phone": "+861012345678"}
HOME = {"city": "北京", "country": "CN", "street": "长安街1号"}
STAGE = {"key": "talks", "zh": "洽谈", "en": "Talks", "probability": 30}
FRESH = ("PATCH", {"company": "Zenith 天顶", "email": "zenith@plain.example"})
DEAL_ONLY = {"account": "none", "contact": "none", "opportunity": "new"}
QUALIFIED: tuple[tuple[str, dict[str, Any]], ...] = (FRESH, ("start", {}), ("qualify", {}))
CASES: dict[str, Case] = {
    "audit.ExtendSubjectRequest": Case(lambda it, ids: {"due": it["received"], "cause": "many records"}),
    "audit.RefuseSubjectRequest": Case({"cause": "not our data"}, left=("status", "refusal")),
    "audit.FulfilSubjectRequest": Case(left=("status",)),
    "audit.ReopenSubjectRequest": Case(before=(("refuse", {"cause": "x"}),)),
    "audit.ChangeRetentionRule": Case({"days": 30, "notice_days": 20}),
    "audit.ActivateRetentionRule": Case(left=("activation",)),
    "audit.DeactivateRetentionRule": Case(before=(("activate", {}),), left=("activation",)),
    "audit.KeepRecord": Case({"cause": "a customer"}, left=("status",)),
    "audit.ReleaseRecord": Case(before=(("keep", {"cause": "a customer"}),)),
    "identity.ChangeOrganisation": Case({"currency": "CNY"}),
    "identity.ChangeProfile": Case({"phone": "+861012345678", "time_zone": "Asia/Shanghai"}),
    "identity.SetManager": Case(lambda it, ids: {"manager": ids["user"]}),
    "identity.AssignRoles": Case({"roles": ["read_only"]}),
    "identity.MoveToTeams": Case(lambda it, ids: {"teams": [ids["team"]]}),
    "identity.ChangeEmail": Case({"email": "other@plain.example"}),
    "identity.HandOverUser": Case(lambda it, ids: {"to": ids["user"]}),
    "identity.EraseUser": Case(before=(("deactivate", {}),)),
    "identity.ReactivateUser": Case(before=(("deactivate", {}),)),
    "identity.ChangeTeamDetails": Case({"name": "North"}),
    "identity.SetParentTeam": Case(lambda it, ids: {"parent": ids["team"]}),
    "identity.ChangeRole": Case({"en": "Partner manager", "description": "Partners"}),
    "identity.CorrectExchangeRate": Case({"rate": "0.0068"}),
    "customer.ChangeAccountDetails": Case({"industry": "banking", "phone": "+861012345678"}),
    "customer.RenameFile": Case({"name": "other.pdf"}),
    "customer.ChangeAccountType": Case({"type": "partner"}),
    "customer.GradeAccount": Case({"grade": "A"}),
    "customer.SetParentAccount": Case(lambda it, ids: {"parent": ids["account"]}),
    "customer.MergeAccounts": Case(
        lambda it, ids: {"absorb": [ids["account"]], "choices": {"industry": ids["account"]}}
    ),
    "customer.UnmergeAccounts": Case(
        lambda it, ids: {"release": [ids["account"]]}, (("merge", lambda it, ids: {"absorb": [ids["account"]]}),)
    ),
    "customer.MergeContacts": Case(lambda it, ids: {"absorb": [ids["contact"]]}),
    "customer.UnmergeContacts": Case(
        lambda it, ids: {"release": [ids["contact"]]}, (("merge", lambda it, ids: {"absorb": [ids["contact"]]}),)
    ),
    "customer.ChangeContactDetails": Case({"title": "CEO"}),
    "customer.AddContactEmail": Case(MAIL),
    "customer.RemoveContactEmail": Case(MAIL, (("add-email", MAIL),)),
    "customer.SetPrimaryEmail": Case(MAIL, (("add-email", MAIL),)),
    "customer.AddContactPhone": Case(PHONE),
    "customer.RemoveContactPhone": Case(PHONE, (("add-phone", PHONE),)),
    "customer.AddContactAddress": Case(HOME),
    "customer.RemoveContactAddress": Case(
        lambda it, ids: {"address": it["addresses"][0]["id"]}, (("add-address", HOME),)
    ),
    "customer.LinkToAccount": Case(lambda it, ids: {"account": ids["account"]}),
    "customer.EndAccountLink": Case(
        lambda it, ids: {"account": ids["account"]}, (("link-account", lambda it, ids: {"account": ids["account"]}),)
    ),
    "customer.ChangeActivityDetails": Case({"subject": "Send it again"}),
    "customer.RescheduleActivity": Case({"due": "2026-12-02T09:00:00+08:00"}),
    "customer.RespondToInvite": Case(
        lambda it, ids: {"response": "declined", "participant": it["participants"][0]["id"]},
        (("respond", lambda it, ids: {"response": "accepted", "participant": it["participants"][0]["id"]}),),
    ),
    "customer.LinkActivity": Case(lambda it, ids: {"type": "account", "id": ids["account"]}),
    "customer.UnlinkActivity": Case(
        lambda it, ids: {"id": ids["account"]},
        (("link", lambda it, ids: {"type": "account", "id": ids["account"]}),),
    ),
    "customer.ChangeFieldDefinition": Case({"en": "Level"}),
    "customer.ChangeSavedView": Case({"name": "Larger deals"}),
    "customer.UnshareSavedView": Case(before=(("share", {}),)),
    "sales.ConvertLead": Case({"account": "new", "contact": "new"}, QUALIFIED, left=("conversion",)),
    "sales.UndoConversion": Case(
        before=(*QUALIFIED, ("convert", {"account": "none", "contact": "none", "opportunity": "new"}))
    ),
    "sales.ChangeLeadDetails": Case({"source": "fair", "title": "CEO"}),
    "sales.QualifyLead": Case(before=(("start", {}),)),
    "sales.DisqualifyLead": Case({"reason": "no budget"}, (("transfer", lambda it, ids: {"owner": ids["user"]}),)),
    "sales.RecycleLead": Case(before=(("disqualify", {"reason": "no budget"}),)),
    "sales.AddLineItem": Case(lambda it, ids: {"product": ids["product"]}),
    "sales.ChangeLineItem": Case(
        lambda it, ids: {"line": it["lines"][0]["id"], "quantity": "3"},
        (("lines", lambda it, ids: {"product": ids["product"]}),),
    ),
    "sales.RemoveLineItem": Case(
        lambda it, ids: {"line": it["lines"][0]["id"]}, (("lines", lambda it, ids: {"product": ids["product"]}),)
    ),
    "sales.SetContactRole": Case(lambda it, ids: {"contact": ids["contact"], "role": "user"}),
    "sales.RemoveContactRole": Case(
        lambda it, ids: {"contact": ids["contact"]},
        (("contact-role", lambda it, ids: {"contact": ids["contact"], "role": "user"}),),
    ),
    "sales.ChangeOpportunityDetails": Case({"next_step": "call"}),
    "sales.ChangeStage": Case(
        {"stage": "proposal", "amount": "7000.00", "close_date": "2027-05-31", "next_step": "call", "source": "fair"}
    ),
    "sales.ChangeAmount": Case({"amount": "5000.00"}),
    "sales.ChangeCloseDate": Case({"close_date": "2027-04-30"}),
    "sales.SetForecastCategory": Case({"category": "commit"}),
    "sales.WinOpportunity": Case(left=("stage_since",)),
    "sales.LoseOpportunity": Case({"reason": "price"}, left=("stage_since",)),
    "sales.ReopenOpportunity": Case(
        {"reason": "again"}, (("win", {"close_date": "2026-11-20"}),), left=("closed_at", "stage_since")
    ),
    "sales.ChangePipelineDetails": Case({"name": "Upsales"}),
    "sales.AddStage": Case(STAGE, left=("stages",)),
    "sales.ReorderStages": Case({"keys": ["talks", "offer"]}, (("stages", STAGE),)),
    "sales.RenameStage": Case({"key": "offer", "en": "Quote"}),
    "sales.SetGate": Case({"key": "offer", "gate": {"fields": ["amount"]}}),
    "sales.RetireStage": Case({"key": "talks"}, (("stages", STAGE),)),
    "sales.ChangeProductDetails": Case({"category": "software"}),
    "sales.SetListPrice": Case({"list_price": "4900.00"}),
    "sales.ChangePriceBookDetails": Case({"description": "of all partners"}),
    "sales.SetPrice": Case(lambda it, ids: {"product": ids["product"], "price": "4000.00", "valid_from": "2026-01-01"}),
    "sales.RemovePrice": Case(
        lambda it, ids: {"product": ids["product"], "valid_from": "2026-01-01"},
        (("prices", lambda it, ids: {"product": ids["product"], "price": "4000.00", "valid_from": "2026-01-01"}),),
    ),
    "integration.ResumeImport": Case(before=(("pause", {}),)),
    "integration.RevertImport": Case(before=(("pause", {}),)),
    "integration.ResumeBulk": Case(before=(("pause", {}),)),
    "integration.RevertBulk": Case(before=(("pause", {}),)),
    "integration.ChangeImportMapping": Case({"description": "of the fair"}),
}
UNDONE = {"tags": ("tags", {"add": ["x"]})}
NONE: dict[str, str] = {
    "customer.EraseContact": "erased",
    "customer.EraseActivity": "erased",
    "customer.EraseFile": "erased",
    "sales.EraseLead": "erased",
    "identity.EraseUser": "erased",
    "integration.EraseImport": "erased",
    "integration.EraseBulk": "erased",
    "audit.ReleaseHold": "released",
    "audit.RemoveRetentionRule": "removed",
    "audit.CancelRetentionRun": "cancelled",
    "audit.ReleaseRecord": "released",
    **dict.fromkeys(
        (
            "audit.TakeUpSubjectRequest",
            "audit.ExtendSubjectRequest",
            "audit.ReopenSubjectRequest",
        ),
        "kept",
    ),
    "integration.CancelBulk": "not-undoable",
    "integration.RevertBulk": "not-undoable",
    "integration.RevertImport": "not-undoable",
    "identity.HandOverUser": "handed-over",
    "customer.UnmergeContacts": "choose-again",
    "sales.UndoConversion": "convert-again",
    "sales.MakeDefault": "make-another",
}
UNSENT = {  # each has a test of its own
    "identity.InviteListedUser",
    "sales.ApplyExchangeRate",
    "identity.SuspendUser",
    "identity.ResetSecondFactor",
    "audit.ApproveErasure",
}
OWN_MARKS = {"version", "updated_at", "updated_by", "epoch"}
