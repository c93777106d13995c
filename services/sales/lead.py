"""Lead: a person who may want something from us, until it is clear what, and whether."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, get_args

from pydantic import Field as F

from services.sales.shapes import Conversion
from shared.clock import Micros, to_rfc3339
from shared.domain.aggregate import Aggregate, Unique
from shared.domain.command import VERBATIM, Context, live
from shared.domain.fields import displayed, plain, record_fields
from shared.domain.lifecycle import Lifecycle, Verb, add_lifecycle, require_live
from shared.domain.match import code_key
from shared.domain.record import Record, fold_values
from shared.domain.types import Amount, Country, Currency, Email, Phone, Text, Url
from shared.domain.undo import Reverse, Step, by
from shared.errors import Rejected
from shared.events import sales_leads as events
from shared.events.common import Changes
from shared.events.envelope import Event
from shared.events.sealing import ERASED
from shared.security.permissions import Level
from shared.security.roles import WORK, grant
from shared.views.port import Collection, Field, Key, Kind

Status = Literal["new", "assigned", "working", "qualified", "disqualified", "converted"]
PERSON = frozenset(
    {"name", "given_name", "family_name", "email", "phone", "company", "title", "website", "description", "external_id"}
    | {"salutation", "mobile", "wechat", "department", "address", "city", "region", "postcode"}
    | {"custom", "tags", "disqualified_reason"}
)  # every text that may identify the person; source and industry describe the sales chance


# --- state ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Lead(Record):
    """conversion: id, state (running, done, failed, undone), account, contact, opportunity, created, failed_reason.

    account, contact, opportunity: what a converted lead became. contacts_made: the contacts that any conversion made,
    undone ones too, which are the same person.
    """

    name: Annotated[Text, plain(Kind.TEXT, "姓名", "Name", indexed=True, searchable=True, personal=True)] = ""
    given_name: Annotated[str, F(max_length=100), plain(Kind.TEXT, "名", "Given name", indexed=True, personal=True)] = (
        ""
    )
    family_name: Annotated[
        str, F(max_length=100), plain(Kind.TEXT, "姓", "Family name", indexed=True, personal=True)
    ] = ""
    email: Annotated[
        Email, plain(Kind.KEYWORD, "邮箱", "E-mail", indexed=True, searchable=True, personal=True, key=Key.EMAIL)
    ] = ""
    phone: Annotated[
        Phone, plain(Kind.KEYWORD, "电话", "Phone", indexed=True, searchable=True, personal=True, key=Key.PHONE)
    ] = ""
    mobile: Annotated[
        Phone, plain(Kind.KEYWORD, "手机", "Mobile", indexed=True, searchable=True, personal=True, key=Key.PHONE)
    ] = ""
    wechat: Annotated[
        str, F(max_length=100), plain(Kind.KEYWORD, "微信", "WeChat", indexed=True, searchable=True, personal=True)
    ] = ""
    salutation: Annotated[str, F(max_length=40), plain(Kind.KEYWORD, "称谓", "Salutation", personal=True)] = ""
    company: Annotated[Text, plain(Kind.TEXT, "公司", "Company", indexed=True, searchable=True, personal=True)] = ""
    title: Annotated[Text, plain(Kind.TEXT, "职位", "Job title", searchable=True, personal=True)] = ""
    department: Annotated[Text, plain(Kind.TEXT, "部门", "Department", searchable=True, personal=True)] = ""
    industry: Annotated[Text, plain(Kind.TEXT, "行业", "Industry", indexed=True, searchable=True)] = ""
    website: Annotated[Url, plain(Kind.KEYWORD, "网址", "Website", searchable=True, personal=True)] = ""
    country: Annotated[Country, plain(Kind.KEYWORD, "国家/地区", "Country", indexed=True)] = ""
    region: Annotated[Text, plain(Kind.TEXT, "省/州", "State or province", indexed=True, personal=True)] = ""
    city: Annotated[Text, plain(Kind.TEXT, "城市", "City", indexed=True, searchable=True, personal=True)] = ""
    postcode: Annotated[str, F(max_length=20), plain(Kind.KEYWORD, "邮编", "Postcode", personal=True)] = ""
    address: Annotated[str, F(max_length=500), plain(Kind.TEXT, "地址", "Address", searchable=True, personal=True)] = ""
    employees: Annotated[
        int | None, F(ge=0, le=100_000_000), plain(Kind.INTEGER, "员工数", "Employees", indexed=True)
    ] = None
    annual_revenue: Annotated[
        Amount | None, plain(Kind.DECIMAL, "年营收", "Annual revenue", indexed=True, currency="currency")
    ] = None
    do_not_call: Annotated[bool, plain(Kind.BOOLEAN, "请勿致电", "Do not call", indexed=True)] = False
    do_not_email: Annotated[bool, plain(Kind.BOOLEAN, "请勿发邮件", "Do not e-mail", indexed=True)] = False
    source: Annotated[Text, plain(Kind.TEXT, "来源", "Source", indexed=True, searchable=True)] = ""
    status: Annotated[
        str, displayed(Kind.KEYWORD, "状态", "Status", indexed=True, writable=False, options=get_args(Status))
    ] = "new"
    score: Annotated[int | None, F(ge=0, le=100), plain(Kind.INTEGER, "评分", "Score", indexed=True)] = None
    description: Annotated[
        str, VERBATIM, F(max_length=10_000), plain(Kind.TEXT, "备注", "Description", searchable=True, personal=True)
    ] = ""
    amount: Annotated[
        Amount | None, plain(Kind.DECIMAL, "预估金额", "Estimated amount", indexed=True, currency="currency")
    ] = None
    currency: Annotated[Currency, plain(Kind.KEYWORD, "币种", "Currency", indexed=True)] = ""
    external_id: Annotated[
        str,
        F(max_length=100),
        plain(Kind.KEYWORD, "外部编号", "External id", indexed=True, searchable=True, personal=True, key=Key.CODE),
    ] = ""
    disqualified_reason: Annotated[
        str, displayed(Kind.TEXT, "淘汰原因", "Disqualified because", indexed=True, personal=True, writable=False)
    ] = ""
    conversion: Annotated[
        dict[str, Any] | None,
        displayed(Kind.JSON, "转化", "Conversion", writable=False, shape=Conversion | None, technical=True),
    ] = None
    contacts_made: Annotated[
        list[str],
        displayed(
            Kind.KEYWORDS,
            "转化时新建的联系人",
            "Contacts made by conversions",
            indexed=True,
            writable=False,
            ref="contact",
            technical=True,
        ),
    ] = field(default_factory=list)
    account: str | None = None
    contact: str | None = None
    opportunity: str | None = None
    converted_at: Annotated[
        Micros, displayed(Kind.DATETIME, "转化时间", "Converted at", indexed=True, writable=False)
    ] = 0


def evolve(state: Lead, event: Event) -> None:
    match event:
        case events.LeadCaptured(person=person, details=details, owner=owner):
            fold_values(state, {**person, **details})
            state.owner = owner
        case events.LeadAssigned(owner=owner):
            if owner is None and state.status in ("assigned", "working"):
                state.status = "new"
            elif owner is not None and state.status == "new":
                state.status = "assigned"
        case events.LeadWorkStarted():
            state.status = "working"
        case events.LeadQualified():
            state.status = "qualified"
        case events.LeadDisqualified(reason=reason):
            state.status, state.disqualified_reason = "disqualified", reason
        case events.LeadRecycled():
            state.status = "assigned" if state.owner else "new"
            state.disqualified_reason = ""
        case _:
            _evolve_conversion(state, event)


def _evolve_conversion(state: Lead, event: Event) -> None:
    match event:
        case events.LeadConversionStarted(conversion=id, account=account, contact=contact, opportunity=opportunity):
            state.conversion = {
                "id": id,
                "state": "running",
                "account": account,
                "contact": contact,
                "opportunity": opportunity,
                "created": event.created,
                "started_at": to_rfc3339(event.at),
                "failed_reason": "",
            }
            if contact is not None and "contact" in event.created:
                state.contacts_made = [*state.contacts_made, contact]
        case events.LeadConverted(at=at):
            state.status, state.converted_at = "converted", at
            _became(state, state.conversion or {})
            _conversion_is(state, "done")
        case events.LeadConversionFailed(reason=reason):
            _conversion_is(state, "failed", reason)
        case events.LeadConversionUndone():
            state.status, state.converted_at = "qualified", 0
            _became(state, {})
            _conversion_is(state, "undone")


def _conversion_is(state: Lead, now: str, reason: str = "") -> None:
    state.conversion = {**(state.conversion or {}), "state": now, "failed_reason": reason}


def forget(state: Lead) -> None:
    """Mask the reason of a failed conversion, which may name a person. A running conversion ends with the person."""
    if state.conversion is not None:
        reason, now = state.conversion["failed_reason"], state.conversion["state"]
        ended = {"state": "failed" if now == "running" else now, "failed_reason": reason and ERASED}
        state.conversion = {**state.conversion, **ended}


def _became(state: Lead, ids: dict[str, Any]) -> None:
    state.account, state.contact, state.opportunity = ids.get("account"), ids.get("contact"), ids.get("opportunity")


LEAD = Aggregate(
    name="lead",
    service="sales",
    noun="leads",
    finished=lambda lead: lead.status in ("converted", "disqualified"),
    looks_up=("account", "contact", "opportunity", "pipeline", "user"),
    state=Lead,
    evolve=evolve,
    evolves_shared=True,
    search_rank=30,
    became=("account", "contact", "opportunity", "contacts_made"),
    lasting=frozenset({"contacts_made"}),
    grants={
        "sales_manager": grant(Level.BELOW, *WORK),
        "sales_representative": grant(Level.OWN, "read", "create", "edit", "archive", "merge", "export"),
        "marketing": grant(Level.ALL, "read", "create", "edit", "assign", "export", "import"),
        "read_only": grant(Level.ALL, "read"),
    },
    collection=Collection(
        "leads",
        5,
        record_fields(
            Lead,
            *(
                Field(name, Kind.KEYWORD, f"转化的{zh}", f"Became {name}", indexed=True, writable=False, ref=name)
                for name, zh in (("account", "客户"), ("contact", "联系人"), ("opportunity", "商机"))
            ),
            sources={
                "name": ("given_name", "family_name"),
                "given_name": ("name",),
                "family_name": ("name",),
                "contacts_made": ("contact",),
            },
        ),
        totals=("owner",),
    ),
    erasure=events.LeadErased,
    person=True,
    not_undoable=frozenset(
        {
            "sales.LeadConversionStarted",
            "sales.LeadConverted",
            "sales.LeadConversionFailed",
            "sales.LeadConversionUndone",
            "sales.LeadArchived",
            "sales.LeadRestored",
            "sales.LeadErased",
        }
    ),
    uniques=(Unique("external_id", lambda lead: lead.external_id, code_key),),
    forget=forget,
)


def require_editable(state: Lead) -> None:
    """Raises Rejected for an archived or converted lead, and for one that is just being converted."""
    require_live(state)
    if state.status == "converted":
        raise Rejected("a converted lead is read-only; undo the conversion first", code="converted")
    if state.conversion is not None and state.conversion["state"] == "running":
        raise Rejected("the lead is being converted at this moment", code="converting")


def _editable(state: Lead, ctx: Context) -> None:
    require_editable(state)


def _split_undo(done: Event) -> list[Event]:
    """The undo of plain fields apart from that of personal ones: each lives as long as what it is about."""
    plain = {f: c for f, c in done.changes.items() if f.partition(".")[0] not in PERSON}
    personal = {f: c for f, c in done.changes.items() if f not in plain}
    about = (done.undone_version, done.undone_event)
    parts: list[Event] = [events.LeadChangeUndone(*about, plain)] if plain else []
    return [*parts, events.LeadPersonChangeUndone(done.subject_id, *about, personal)] if personal else parts


def _disqualification(back: Changes, state: Lead) -> list[Step]:
    """Recycled, if it was not disqualified before; the reason is never empty when it was."""
    reason = back["disqualified_reason"]["to"]
    return [("DisqualifyLead", {"reason": reason}) if reason else ("RecycleLead", {})]


EDITABLE = live(status=("new", "assigned", "working", "qualified", "disqualified"))
_EDITS: tuple[Verb, ...] = ("transfer", "tags", "archive", "undo")

add_lifecycle(
    LEAD,
    "Lead",
    Lifecycle(
        events.LeadAssigned,
        events.LeadTagsChanged,
        events.LeadArchived,
        events.LeadRestored,
        events.LeadPersonChangeUndone,
    ),
    reverses=(
        Reverse(("disqualified_reason",), _disqualification, along=("status",)),
        by("TransferLead", "owner", along=("status",)),
        Reverse(("status",), check=_editable),  # no command leads back from working or qualified
    ),
    before=dict.fromkeys(("transfer", "tags", "archive"), _editable),
    admits_undo=require_editable,
    when=dict.fromkeys(_EDITS, EDITABLE),
    split_undo=_split_undo,
)
