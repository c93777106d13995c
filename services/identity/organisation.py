"""Organisation: the tenant itself. Its id is the tenant's id; set-up creates it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from pydantic import Field as F

from shared.domain.aggregate import Aggregate
from shared.domain.command import CommandModel, Context
from shared.domain.fields import plain, record_fields
from shared.domain.lifecycle import changed_fields
from shared.domain.record import Record, fold_values
from shared.domain.types import Country, Currency, TimeZone
from shared.domain.ways_back import FORMER_VALUES
from shared.errors import Invalid
from shared.events import identity as events
from shared.events.envelope import Event
from shared.kernel.lookups import Lookups
from shared.views.port import Collection, Kind, Meaning

Language = Literal["zh", "en"]
Name = Annotated[str, F(min_length=1, max_length=200)]


Month = Annotated[int, F(ge=1, le=12)]
Days = Annotated[int, F(ge=1, le=90)]
SecondFactor = Literal["optional", "administrators", "everybody"]


# --- state ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Organisation(Record):
    """time_zone: where its days, months and quarters are. fiscal_year_start: the month in which its fiscal years begin.
    country: the one of phone numbers that are written without a country code; "" = none. request_days: until a request
    of a person about their data is due. erase_by_request: nobody erases a person but by a request that two approved.
    second_factor: who needs one; administrators are all who may manage users.
    """

    name: Annotated[Name, plain(Kind.TEXT, "名称", "Name", indexed=True, required=True)] = ""
    language: Annotated[
        Language, plain(Kind.KEYWORD, "语言", "Language", indexed=True, options=("zh", "en"), meaning=Meaning.LANGUAGE)
    ] = "en"
    time_zone: Annotated[TimeZone, F(min_length=1), plain(Kind.KEYWORD, "时区", "Time zone")] = "UTC"
    currency: Annotated[Currency, plain(Kind.KEYWORD, "币种", "Currency", unset="USD")] = ""
    fiscal_year_start: Annotated[
        Month,
        plain(Kind.INTEGER, "财年起始月份", "First month of the fiscal year", indexed=True, meaning=Meaning.MONTH),
    ] = 1
    country: Annotated[Country, plain(Kind.KEYWORD, "国家/地区", "Country", indexed=True)] = ""
    request_days: Annotated[
        Days, plain(Kind.INTEGER, "个人信息请求答复天数", "Days to answer people's requests", meaning=Meaning.DAYS)
    ] = 30
    erase_by_request: Annotated[
        bool, plain(Kind.BOOLEAN, "抹除须两人批准", "Two people approve each erasure of a person")
    ] = False
    second_factor: Annotated[
        SecondFactor,
        plain(Kind.KEYWORD, "须使用两步验证的人", "Who needs a second factor", options=get_args(SecondFactor)),
    ] = "optional"


def evolve(state: Organisation, event: Event) -> None:
    match event:
        case events.OrganisationCreated(name=name, language=language, time_zone=time_zone, currency=currency):
            fold_values(state, {"name": name, "language": language, "time_zone": time_zone, "currency": currency})
            state.fiscal_year_start, state.country = event.fiscal_year_start, event.country


ORGANISATION = Aggregate(
    name="organisation",
    service="identity",
    noun="organisations",
    looks_up=("user",),
    state=Organisation,
    evolve=evolve,
    collection=Collection(
        "organisations",
        4,
        record_fields(
            Organisation,
            owned=False,
        ),
        owner=None,
    ),
)


# --- commands and their decisions -------------------------------------------------------------------------------------


class CreateOrganisation(
    CommandModel, plain=Organisation, required=("name",), without=("request_days", "erase_by_request", "second_factor")
):
    pass


@ORGANISATION.command("CreateOrganisation", action="create", verb="", creates=True, hidden=True)
def create(cmd: CreateOrganisation, state: Organisation, ctx: Context) -> list[Event]:
    new = cmd.onto(Organisation())
    return [
        events.OrganisationCreated(
            new.name, new.language, new.time_zone, new.currency, new.fiscal_year_start, new.country
        )
    ]


class ChangeOrganisation(CommandModel, plain=Organisation):
    pass


async def caller_has_a_factor(cmd: ChangeOrganisation, lookups: Lookups) -> bool:
    """Whether the caller signs in by a second factor; the suite itself, which is no user, needs none."""
    user = await lookups.record("user", lookups.access.user)
    return user.version == 0 or bool(getattr(user, "second_factor", False))


@ORGANISATION.command(
    "ChangeOrganisation", action="manage", verb="PATCH", prepare=caller_has_a_factor, when={}, back=FORMER_VALUES
)
def change(cmd: ChangeOrganisation, state: Organisation, ctx: Context[bool]) -> list[Event]:
    """Who asks others for a second factor has one: so nobody finds out alone what it takes."""
    changes = changed_fields(state, cmd.model_dump(exclude_unset=True))
    if changes.get("second_factor", {}).get("to", "optional") != "optional" and not ctx.facts:
        raise Invalid.field("second_factor", "second-factor-needed-first", "set up your own second factor first")
    return [events.OrganisationChanged(changes)] if changes else []
