"""Repair: something of an account is mended. It is searched, shows on timelines, merges, takes custom fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from pydantic import Field as F

from shared.domain.aggregate import Aggregate
from shared.domain.command import CommandModel, Context
from shared.domain.fields import displayed, plain, record_fields
from shared.domain.lifecycle import Lifecycle, add_lifecycle, changed_fields, require_live
from shared.domain.record import MergeableRecord, fold_values
from shared.domain.timelines import OnTimelines
from shared.domain.types import Custom, Reference
from shared.events.envelope import Event
from shared.kernel.lookups import Lookups
from shared.security.permissions import Level
from shared.security.roles import grant
from shared.views.port import Collection, Field, Kind
from tests.support.workshop import events

Name = Annotated[str, F(min_length=1, max_length=200)]
Depth = Literal["inspection", "overhaul"]


@dataclass(slots=True)
class Repair(MergeableRecord):
    name: Annotated[Name, plain(Kind.TEXT, "名称", "Name", indexed=True, searchable=True, required=True)] = ""
    depth: Annotated[Depth, plain(Kind.KEYWORD, "程度", "Depth", indexed=True, options=get_args(Depth))] = "inspection"
    account: Annotated[str | None, displayed(Kind.KEYWORD, "客户", "Account", indexed=True, ref="account")] = None
    follows: Annotated[str | None, displayed(Kind.KEYWORD, "前次维修", "Follows", indexed=True, ref="repair")] = None
    at: Annotated[int, displayed(Kind.DATETIME, "时间", "At", indexed=True, writable=False)] = 0


def evolve(state: Repair, event: Event) -> None:
    match event:
        case events.RepairBooked(details=details, owner=owner, at=at):
            fold_values(state, details)
            state.owner, state.at = owner, at


REPAIR = Aggregate(
    name="repair",
    service="workshop",
    noun="repairs",
    state=Repair,
    evolve=evolve,
    looks_up=("account",),
    search_rank=70,
    on_timelines=OnTimelines(links="links", at="at", kind="depth"),
    grants={
        "sales_representative": grant(Level.OWN, "read", "create", "edit"),
        "read_only": grant(Level.ALL, "read"),
    },
    collection=Collection(
        "repairs",
        1,
        record_fields(
            Repair,
            Field(
                "links",
                Kind.KEYWORDS,
                "相关记录",
                "Links",
                indexed=True,
                writable=False,
                sources=("account",),
                ref="account",
            ),
            Field("merged_into", Kind.KEYWORD, "已合并至", "Merged into", indexed=True, writable=False, ref="repair"),
            Field("absorbed", Kind.KEYWORDS, "已并入", "Absorbed", indexed=True, writable=False),
        ),
    ),
    shown=lambda repair: {"links": [repair.account] if repair.account else []},
)

add_lifecycle(
    REPAIR,
    "Repair",
    Lifecycle(None, None, events.RepairArchived, events.RepairRestored, events.RepairChangeUndone),
)


class BookRepair(CommandModel, plain=Repair):
    name: Name
    account: Reference | None = None
    follows: Reference | None = None
    custom: Custom = F(default_factory=dict)


async def references_exist(cmd: BookRepair, lookups: Lookups) -> None:
    await lookups.exists("account", "account", cmd.account)


@REPAIR.command("BookRepair", action="create", verb="", creates=True, prepare=references_exist)
def book(cmd: BookRepair, state: Repair, ctx: Context) -> list[Event]:
    return [events.RepairBooked(cmd.model_dump(exclude_unset=True), ctx.actor, ctx.occurred_at)]


class ChangeRepairDetails(CommandModel, plain=Repair):
    pass


@REPAIR.command("ChangeRepairDetails", action="edit", verb="PATCH")
def change(cmd: ChangeRepairDetails, state: Repair, ctx: Context) -> list[Event]:
    require_live(state)
    changes = changed_fields(state, cmd.model_dump(exclude_unset=True))
    return [events.RepairDetailsChanged(changes)] if changes else []


class MergeRepairs(CommandModel):
    absorb: Reference


@REPAIR.command("MergeRepairs", action="merge", verb="merge")
def merge(cmd: MergeRepairs, state: Repair, ctx: Context) -> list[Event]:
    return [events.RepairsMerged([cmd.absorb], {}, {}, {})]
