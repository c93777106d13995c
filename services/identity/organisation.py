"""Organisation: the tenant itself. Its id is the tenant's id; set-up creates it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator
from pydantic import Field as F
from pydantic_core import PydanticCustomError

from shared.domain.aggregate import Aggregate
from shared.domain.command import CommandModel, Context
from shared.domain.fields import record_fields
from shared.domain.lifecycle import changed_fields
from shared.domain.record import Record
from shared.domain.types import Currency
from shared.events import identity as events
from shared.events.envelope import Event
from shared.views.port import Collection, Field, Kind

Language = Literal["zh", "en"]
Name = Annotated[str, F(min_length=1, max_length=200)]


def _time_zone(value: str) -> str:
    if value not in available_timezones():
        raise PydanticCustomError("time_zone", "use a time zone's IANA name, as in Asia/Shanghai")
    return value


TimeZone = Annotated[str, F(max_length=64), AfterValidator(_time_zone)]


# --- state ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Organisation(Record):
    name: str = ""
    language: str = "en"
    time_zone: str = "UTC"
    currency: str = ""


def evolve(state: Organisation, event: Event) -> None:
    match event:
        case events.OrganisationCreated(name=name, language=language, time_zone=time_zone, currency=currency):
            state.name, state.language, state.time_zone, state.currency = name, language, time_zone, currency


ORGANISATION = Aggregate(
    name="organisation",
    service="identity",
    noun="organisations",
    state=Organisation,
    evolve=evolve,
    collection=Collection(
        "organisations",
        1,
        record_fields(
            Field("name", Kind.TEXT, "名称", "Name", indexed=True, required=True),
            Field("language", Kind.KEYWORD, "语言", "Language", indexed=True, options=("zh", "en")),
            Field("time_zone", Kind.KEYWORD, "时区", "Time zone"),
            Field("currency", Kind.KEYWORD, "币种", "Currency"),
            owned=False,
        ),
        owner=None,
    ),
)


# --- commands and their decisions -------------------------------------------------------------------------------------


class CreateOrganisation(CommandModel):
    name: Name
    language: Language = "en"
    time_zone: TimeZone = "UTC"
    currency: Currency = "USD"


@ORGANISATION.command("CreateOrganisation", action="create", verb="", creates=True, hidden=True)
def create(cmd: CreateOrganisation, state: Organisation, ctx: Context) -> list[Event]:
    return [events.OrganisationCreated(cmd.name, cmd.language, cmd.time_zone, cmd.currency)]


class ChangeOrganisation(CommandModel):
    name: Name = ""
    language: Language = "en"
    time_zone: TimeZone = "UTC"
    currency: Currency = "USD"


@ORGANISATION.command("ChangeOrganisation", action="manage", verb="PATCH")
def change(cmd: ChangeOrganisation, state: Organisation, ctx: Context) -> list[Event]:
    changes = changed_fields(state, cmd.model_dump(exclude_unset=True))
    return [events.OrganisationChanged(changes)] if changes else []
