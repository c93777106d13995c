"""Account: a company or household we deal with, in a hierarchy without cycles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import Field as F

from shared.domain.aggregate import Aggregate, Unique
from shared.domain.command import VERBATIM, CommandModel, Context
from shared.domain.fields import displayed, plain, record_fields
from shared.domain.lifecycle import Archive, Lifecycle, add_lifecycle, changed_fields, require_live
from shared.domain.match import code_key, company_key, mail_site, site_of, tax_key
from shared.domain.money import fit
from shared.domain.record import MergeableRecord, fold_values
from shared.domain.types import Amount, Country, Currency, Custom, Email, Phone, Reference, Text, Url, Year
from shared.domain.undo import by
from shared.errors import Invalid, Rejected
from shared.events import customer as events
from shared.events.envelope import Event
from shared.kernel.lookups import Lookups
from shared.kernel.uniqueness import Duplicate
from shared.messages import say
from shared.messages.named import field_named
from shared.security.permissions import Level
from shared.security.roles import WORK, grant
from shared.views.port import MAX_PAGE, Collection, Condition, Document, Field, Key, Kind, Query

Name = Annotated[str, F(min_length=1, max_length=200)]
AccountType = Literal["prospect", "customer", "partner", "supplier", "competitor", "other"]
Grade = Literal["", "A", "B", "C", "D"]
UNGRADED = ("supplier", "competitor")  # we sell nothing to them


# --- state ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Account(MergeableRecord):
    name: Annotated[Name, displayed(Kind.TEXT, "名称", "Name", indexed=True, searchable=True, required=True)] = ""
    type: Annotated[str, displayed(Kind.KEYWORD, "类型", "Type", indexed=True, options=get_args(AccountType))] = (
        "prospect"
    )
    grade: Annotated[
        str, displayed(Kind.KEYWORD, "客户等级", "Grade", indexed=True, writable=False, options=get_args(Grade)[1:])
    ] = ""
    parent: Annotated[
        Reference | None, displayed(Kind.KEYWORD, "上级客户", "Parent", indexed=True, writable=False, ref="account")
    ] = None
    industry: Annotated[Text, plain(Kind.TEXT, "行业", "Industry", indexed=True, searchable=True)] = ""
    website: Annotated[Url, plain(Kind.KEYWORD, "网址", "Website", searchable=True)] = ""
    email: Annotated[Email, plain(Kind.KEYWORD, "邮箱", "E-mail", indexed=True, searchable=True, key=Key.EMAIL)] = ""
    phone: Annotated[Phone, plain(Kind.KEYWORD, "电话", "Phone", indexed=True, searchable=True, key=Key.PHONE)] = ""
    fax: Annotated[Phone, plain(Kind.KEYWORD, "传真", "Fax", key=Key.PHONE)] = ""
    tax_id: Annotated[
        str, F(max_length=40), plain(Kind.KEYWORD, "税号", "Tax id", indexed=True, searchable=True, key=Key.TAX)
    ] = ""
    country: Annotated[Country, plain(Kind.KEYWORD, "国家/地区", "Country", indexed=True)] = ""
    city: Annotated[Text, plain(Kind.TEXT, "城市", "City", indexed=True, searchable=True)] = ""
    region: Annotated[Text, plain(Kind.TEXT, "省/州", "State or province", indexed=True, searchable=True)] = ""
    postcode: Annotated[str, F(max_length=20), plain(Kind.KEYWORD, "邮编", "Postcode", indexed=True)] = ""
    address: Annotated[str, F(max_length=500), plain(Kind.TEXT, "地址", "Address", searchable=True)] = ""
    employees: Annotated[
        int | None, F(ge=0, le=100_000_000), plain(Kind.INTEGER, "员工数", "Employees", indexed=True)
    ] = None
    annual_revenue: Annotated[
        Amount | None, plain(Kind.DECIMAL, "年营收", "Annual revenue", indexed=True, currency="currency")
    ] = None
    currency: Annotated[Currency | None, plain(Kind.KEYWORD, "币种", "Currency", indexed=True, unset=None)] = ""
    founded: Annotated[Year | None, plain(Kind.INTEGER, "成立年份", "Founded", indexed=True)] = None
    source: Annotated[Text, plain(Kind.TEXT, "来源", "Source", indexed=True, searchable=True)] = ""
    external_id: Annotated[
        str,
        F(max_length=100),
        plain(Kind.KEYWORD, "外部编号", "External id", indexed=True, searchable=True, key=Key.CODE),
    ] = ""
    description: Annotated[
        str, VERBATIM, F(max_length=10_000), plain(Kind.TEXT, "备注", "Description", searchable=True)
    ] = ""


def evolve(state: Account, event: Event) -> None:
    match event:
        case events.AccountCreated(details=details, owner=owner):
            fold_values(state, details)
            state.owner = owner
        case events.AccountParentSet(parent=parent):
            state.parent = parent
        case events.AccountTypeChanged(type=type_):
            state.type = type_
        case events.AccountGraded(grade=grade):
            state.grade = grade


def shown(state: Account) -> Document:
    return {
        "match_key": company_key(state.name),
        "site_key": site_of(state.website) or mail_site(state.email),
        "key_account": state.grade == "A" and state.type not in UNGRADED,
    }


ACCOUNT = Aggregate(
    name="account",
    service="customer",
    noun="accounts",
    looks_up=("opportunity", "user"),
    state=Account,
    evolve=evolve,
    search_rank=10,
    grants={
        "sales_manager": grant(Level.BELOW, *WORK),
        "sales_representative": {
            "read": Level.TEAM,
            "create": Level.ALL,
            **grant(Level.OWN, "edit", "archive", "export"),
        },
        "marketing": grant(Level.ALL, "read"),
        "service_agent": grant(Level.ALL, "read", "edit"),
        "read_only": grant(Level.ALL, "read"),
    },
    collection=Collection(
        "accounts",
        6,
        record_fields(
            Account,
            Field(
                "merged_into",
                Kind.KEYWORD,
                "已合并至",
                "Merged into",
                indexed=True,
                writable=False,
                ref="account",
                technical=True,
            ),
            Field(
                "absorbed",
                Kind.KEYWORDS,
                "已并入",
                "Absorbed",
                indexed=True,
                writable=False,
                types=("account",),
                technical=True,
            ),
            Field("match_key", Kind.KEYWORD, "查重键", "Match key", indexed=True, writable=False, technical=True),
            Field("site_key", Kind.KEYWORD, "域名查重键", "Site key", indexed=True, writable=False, technical=True),
            Field("key_account", Kind.BOOLEAN, "重点客户", "Key account", indexed=True, writable=False),
            sources={"match_key": ("name",), "site_key": ("website", "email"), "key_account": ("grade", "type")},
        ),
        totals=("owner",),
    ),
    not_undoable=frozenset(
        {
            "customer.AccountsMerged",
            "customer.AccountsUnmerged",
            "customer.AccountAbsorbed",
            "customer.AccountReleased",
            "customer.AccountArchived",
            "customer.AccountRestored",
        }
    ),
    uniques=(
        Unique("tax_id", lambda a: a.tax_id, tax_key),
        Unique("external_id", lambda a: a.external_id, code_key),
    ),
    shown=shown,
)


class ArchiveAccount(Archive):
    """force: even with open opportunities; say why in X-Reason."""

    force: bool = False


async def open_opportunities(cmd: ArchiveAccount, lookups: Lookups) -> tuple[int, bool]:
    """How many open opportunities the account has, and whether that is to be overlooked."""
    return await count_open(await lookups.state(ACCOUNT, lookups.id), lookups), cmd.force


async def count_open(account: Account, lookups: Lookups) -> int:
    """The number of open opportunities of an account: the views find them, the log confirms each."""
    mine = [account.id, *account.absorbed]
    where = (
        Condition("account", "one_of", mine),
        Condition("status", "eq", "open"),
        Condition("archived", "eq", False),
    )
    shown = await lookups.find("opportunities", Query(where=where, limit=MAX_PAGE))
    deals: list[Any] = [await lookups.record("opportunity", d["id"]) for d in shown]
    return sum(d.status == "open" and not d.archived and d.account in mine for d in deals)


def may_archive(state: Account, ctx: Context[tuple[int, bool]]) -> None:
    count, force = ctx.facts
    if count and not force:
        raise Rejected(
            "the account has open deals; close them first, or archive it all the same and say why",
            code="open-opportunities",
            count=count,
        )
    if count and not ctx.reason:
        raise Invalid.field("force", "reason-needed", "say why: this needs a reason")


def archived(cmd: ArchiveAccount) -> Event:
    return events.AccountArchived(cmd.cause, forced=cmd.force)


add_lifecycle(
    ACCOUNT,
    "Account",
    Lifecycle(
        events.AccountTransferred,
        events.AccountTagsChanged,
        events.AccountArchived,
        events.AccountRestored,
        events.AccountChangeUndone,
    ),
    reverses=(by("SetParentAccount", "parent"), by("ChangeAccountType", "type"), by("GradeAccount", "grade")),
    before={"archive": may_archive},
    look={"archive": open_opportunities},
    archive_model=ArchiveAccount,
    archived=archived,
)


# --- commands and their decisions -------------------------------------------------------------------------------------


class AccountDetails(CommandModel, plain=Account):
    """The plain fields, all optional: in a PATCH only those sent change."""

    custom: Custom = F(default_factory=dict)


class CreateAccount(AccountDetails):
    name: Name
    type: AccountType = "prospect"
    parent: Reference | None = None
    owner: Reference | None = None
    allow_duplicate: bool = False

    model_config = {
        "json_schema_extra": {"examples": [{"name": "Acme 有限公司", "industry": "retail", "country": "CN"}]}
    }


async def before_create(cmd: CreateAccount, lookups: Lookups) -> None:
    await lookups.exists("parent", "account", cmd.parent)
    await lookups.owner(cmd.owner)
    if not cmd.allow_duplicate:
        await refuse_duplicate("name", "match_key", company_key(cmd.name), lookups)
        wanted = cmd.onto(Account())
        site = site_of(wanted.website) or mail_site(wanted.email)
        await refuse_duplicate("website" if wanted.website else "email", "site_key", site, lookups)


async def refuse_duplicate(field: str, key_field: str, key: str, lookups: Lookups) -> None:
    """Raises Duplicate when a live account has the same key, or one merged into it had; `candidates` lists those the
    caller sees."""
    found = await lookups.alike("account", Condition(key_field, "eq", key), 5) if key else []
    if found:
        seen = [d["id"] for d in found if lookups.sees("account", d["owner"])]
        message = say(
            "there is an account with this {field}; create it all the same if it is another one",
            field=field_named("account", field),
        )
        raise Duplicate.of(field, message, candidates=seen)


@ACCOUNT.command("CreateAccount", action="create", verb="", creates=True, prepare=before_create)
def create(cmd: CreateAccount, state: Account, ctx: Context) -> list[Event]:
    """A new account, owned by its creator unless said otherwise."""
    wanted = cmd.model_dump(exclude_unset=True, exclude={"owner", "allow_duplicate"})
    details = fit(ACCOUNT.collection, wanted, state)
    return [events.AccountCreated(details, cmd.owner if "owner" in cmd.model_fields_set else ctx.actor)]


class ChangeAccountDetails(AccountDetails):
    name: Name = ""


@ACCOUNT.command("ChangeAccountDetails", action="edit", verb="PATCH")
def change_details(cmd: ChangeAccountDetails, state: Account, ctx: Context) -> list[Event]:
    require_live(state)
    changes = changed_fields(state, fit(ACCOUNT.collection, cmd.model_dump(exclude_unset=True), state))
    return [events.AccountDetailsChanged(changes)] if changes else []


class ChangeAccountType(CommandModel):
    type: AccountType


@ACCOUNT.command("ChangeAccountType", action="edit", verb="type", edits=("type",))
def change_type(cmd: ChangeAccountType, state: Account, ctx: Context) -> list[Event]:
    require_live(state)
    return [] if cmd.type == state.type else [events.AccountTypeChanged(cmd.type, state.type)]


class GradeAccount(CommandModel):
    """How much it matters to us; "" takes the grade away."""

    grade: Grade


@ACCOUNT.command("GradeAccount", action="edit", verb="grade", edits=("grade",))
def grade(cmd: GradeAccount, state: Account, ctx: Context) -> list[Event]:
    require_live(state)
    if cmd.grade and state.type in UNGRADED:
        raise Rejected("an account of this type has no grade", code="not-graded")
    return [] if cmd.grade == state.grade else [events.AccountGraded(cmd.grade, state.grade)]
