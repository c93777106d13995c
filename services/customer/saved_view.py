"""SavedView: a list that someone keeps: filters, order and columns over one record type.

It holds names of fields and values to look for, no records: a user who opens it sees what their own rights show.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, get_args

from pydantic import Field as F

from services.customer.shapes import SharedWith
from shared.domain.aggregate import Aggregate
from shared.domain.command import CommandModel, Context
from shared.domain.fields import displayed, record_fields
from shared.domain.lifecycle import Lifecycle, add_lifecycle, changed_fields, require_live
from shared.domain.record import Record, fold_values
from shared.domain.undo import Reverse, Step, restored
from shared.errors import FieldError, Invalid
from shared.events import customer_views as events
from shared.events.common import Changes
from shared.events.envelope import Event
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.kept_conditions import Askable
from shared.kernel.lookups import Lookups
from shared.messages import said
from shared.security.audience import named, token
from shared.security.permissions import Access, Level
from shared.security.roles import EVERY_ROLE, grant
from shared.views.filter_tree import fields_of
from shared.views.filters import condition
from shared.views.port import EVERYONE, Collection, Document, Field, Kind, Meaning, Op, Order, Query
from shared.views.query import validate
from shared.views.tree_model import Conditions

# --- state ------------------------------------------------------------------------------------------------------------


ViewKind = Literal["list", "board", "calendar"]
Density = Literal["compact", "normal", "comfortable"]


@dataclass(slots=True)
class SavedView(Record):
    """filters: {field, op, value}, values as text. conditions: a tree of such ones, which hold together with them.
    order: up to three fields, with - before one the other way round; "" = none. widths: of columns, in pixels. group:
    as in `by=`. path: of a board, the id of what defines its stages; "" = the default one. shared_with: {users, roles,
    teams}; {} while it is shared = with everyone. pinned, default: what its owner offers; what a reader pins is a
    preference of theirs.
    """

    name: Annotated[str, displayed(Kind.TEXT, "名称", "Name", indexed=True, searchable=True, required=True)] = ""
    resource: Annotated[
        str, displayed(Kind.KEYWORD, "记录类型", "Record type", indexed=True, writable=False, required=True)
    ] = ""
    filters: Annotated[list[dict[str, str]], displayed(Kind.JSON, "筛选条件", "Filters")] = field(default_factory=list)
    order: Annotated[str, displayed(Kind.KEYWORD, "排序", "Order")] = ""
    columns: Annotated[list[str], displayed(Kind.JSON, "列", "Columns")] = field(default_factory=list)
    kind: Annotated[str, displayed(Kind.KEYWORD, "展示方式", "Kind", options=get_args(ViewKind))] = "list"
    conditions: Annotated[
        dict[str, Any] | None,
        displayed(Kind.JSON, "条件组", "Conditions", shape=Conditions | None, meaning=Meaning.CONDITIONS),
    ] = None
    widths: Annotated[dict[str, int], displayed(Kind.JSON, "列宽", "Widths")] = field(default_factory=dict)
    group: Annotated[list[str], displayed(Kind.JSON, "分组", "Group")] = field(default_factory=list)
    sums: Annotated[list[str], displayed(Kind.JSON, "合计", "Sums")] = field(default_factory=list)
    density: Annotated[str, displayed(Kind.KEYWORD, "行高", "Density", options=get_args(Density))] = "normal"
    path: Annotated[str, displayed(Kind.KEYWORD, "看板路径", "Path of the board")] = ""
    pinned: Annotated[bool, displayed(Kind.BOOLEAN, "已置顶", "Pinned", indexed=True)] = False
    default: Annotated[bool, displayed(Kind.BOOLEAN, "默认", "Default", indexed=True)] = False
    shared: Annotated[bool, displayed(Kind.BOOLEAN, "已共享", "Shared", indexed=True, writable=False)] = False
    shared_with: Annotated[
        dict[str, list[str]],
        displayed(Kind.JSON, "共享对象", "Shared with", writable=False, shape=SharedWith),
    ] = field(default_factory=dict)


def evolve(state: SavedView, event: Event) -> None:
    match event:
        case events.SavedViewCreated(details=details, owner=owner):
            fold_values(state, details)
            state.owner = owner
        case events.SavedViewShared():
            state.shared, state.shared_with = True, {}
        case events.SavedViewSharedWith(users=users, roles=roles, teams=teams):
            state.shared, state.shared_with = True, {"users": users, "roles": roles, "teams": teams}
        case events.SavedViewWithdrawn():
            state.shared, state.shared_with = False, {}


def reader(state: SavedView) -> str | None:
    """Who reads it: its owner alone or, while it is shared, everyone or those whom it is shared with."""
    if not state.shared:
        return state.owner
    return token(state.shared_with, state.owner) if named(state.shared_with) else EVERYONE


def conceal(values: Document, record: Document, access: Access) -> Document:
    """Without the conditions, columns and order that name a field which is hidden from the caller."""

    def seen(name: str) -> bool:
        return access.may_see(str(record["resource"]), name)

    shown = dict(values)
    if values.get("filters"):
        shown["filters"] = [f for f in values["filters"] if seen(f["field"])]
    if values.get("columns"):
        shown["columns"] = [name for name in values["columns"] if seen(name)]
    if values.get("order") and not all(seen(o.field) for o in orders_of(values["order"])):
        shown["order"] = ""
    if values.get("conditions") and not all(seen(name) for _, name in fields_of(values["conditions"])):
        shown["conditions"] = None
    if values.get("widths"):
        shown["widths"] = {name: width for name, width in values["widths"].items() if seen(name)}
    for key in ("group", "sums"):
        if values.get(key):
            shown[key] = [name for name in values[key] if seen(name.partition(":")[0])]
    return shown


def orders_of(text: str) -> list[Order]:
    """The sort keys of `-amount,name`."""
    return [Order(name.removeprefix("-"), name.startswith("-")) for name in text.split(",")]


SAVED_VIEW = Aggregate(
    name="saved_view",
    service="customer",
    noun="saved-views",
    state=SavedView,
    evolve=evolve,
    shown=lambda view: {"reader": reader(view)},
    conceal=conceal,
    grants={EVERY_ROLE: {**grant(Level.OWN, "read", "edit", "archive"), "create": Level.ALL}},
    collection=Collection(
        "saved_views",
        5,
        record_fields(
            SavedView,
            Field(
                "reader",
                Kind.KEYWORD,
                "可见者",
                "Readable by",
                writable=False,
                sources=("owner", "shared", "shared_with"),
            ),
        ),
        owner="reader",
    ),
    offers=True,
    looks_up=("role", "team", "user"),
    not_undoable=frozenset({"customer.SavedViewArchived", "customer.SavedViewRestored"}),
)


def offer_back(back: Changes, state: SavedView) -> list[Step]:
    was = restored(back, state, "shared", "shared_with")
    return [("ShareSavedView", was["shared_with"]) if was["shared"] else ("UnshareSavedView", {})]


add_lifecycle(
    SAVED_VIEW,
    "SavedView",
    Lifecycle(
        events.SavedViewTransferred,
        None,
        events.SavedViewArchived,
        events.SavedViewRestored,
        events.SavedViewChangeUndone,
    ),
    reverses=(Reverse(("shared", "shared_with"), offer_back),),
)


# --- commands and their decisions -------------------------------------------------------------------------------------

Name = Annotated[str, F(min_length=1, max_length=200)]
FieldName = Annotated[str, F(max_length=80, pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){0,2}$")]

GroupName = Annotated[str, F(max_length=88, pattern=r"^[a-z][a-z0-9_.]*(:(day|week|month|quarter|year))?$")]
_SORTED = r"-?[a-z][a-z0-9_]*(\.[a-z0-9_.]+)?"


class Filter(CommandModel):
    """One condition of a list, as in its query string: `field[op]=value`."""

    field: FieldName
    op: Op
    value: Annotated[str, F(max_length=500)]


class SavedViewContent(CommandModel):
    filters: Annotated[list[Filter], F(max_length=20)] = F(default_factory=list)
    conditions: Conditions | None = None
    order: Annotated[str, F(max_length=245, pattern=rf"^({_SORTED}(,{_SORTED}){{0,2}})?$")] = ""
    columns: Annotated[list[FieldName], F(max_length=100)] = F(default_factory=list)
    kind: ViewKind = "list"
    widths: Annotated[dict[FieldName, Annotated[int, F(ge=20, le=2000)]], F(max_length=100)] = F(default_factory=dict)
    group: Annotated[list[GroupName], F(max_length=2)] = F(default_factory=list)
    sums: Annotated[list[FieldName], F(max_length=5)] = F(default_factory=list)
    density: Density = "normal"
    path: Annotated[str, F(max_length=64, pattern=r"^[A-Za-z0-9_-]*$")] = ""
    pinned: bool = False
    default: bool = False


class CreateSavedView(SavedViewContent):
    name: Name
    resource: Annotated[str, F(min_length=1, max_length=40)]

    model_config = {
        "json_schema_extra": {
            "examples": [
                {
                    "name": "Large open deals",
                    "resource": "opportunity",
                    "filters": [
                        {"field": "status", "op": "eq", "value": "open"},
                        {"field": "amount", "op": "ge", "value": "10000"},
                    ],
                    "order": "-amount",
                    "columns": ["name", "amount", "close_date"],
                }
            ]
        }
    }


async def fits_its_record_type(cmd: CreateSavedView, lookups: Lookups) -> None:
    """Raises Invalid unless the list could be asked for by the caller as it stands."""
    catalogue, access = lookups.catalogue, lookups.access
    if cmd.resource not in catalogue or access.level(cmd.resource, "read") is Level.NONE:
        raise Invalid.field("resource", "unknown-resource", "there is no record type of this name")
    await check_content(cmd, catalogue[cmd.resource], lookups)


async def still_fits(cmd: ChangeSavedView, lookups: Lookups) -> None:
    view = await lookups.state(SAVED_VIEW, lookups.id)
    await check_content(cmd, lookups.catalogue[view.resource], lookups)


async def check_content(cmd: SavedViewContent, aggregate: AnyAggregate, lookups: Lookups) -> None:
    """Raises Invalid with an error for each filter, column or order that its record type does not know."""
    askable = await Askable.of(aggregate, lookups, custom="custom." in cmd.model_dump_json())
    if errors := list(_mistakes(cmd, askable)):
        raise Invalid("the view does not fit its record type", errors=errors)


def _mistakes(cmd: SavedViewContent, askable: Askable) -> Iterator[FieldError]:
    for i, wanted in enumerate(cmd.filters):
        try:
            _check_filter(wanted, askable)
        except (ValueError, OverflowError) as error:
            yield FieldError(f"filters.{i}", "bad-filter", said(error))
    if cmd.conditions is not None:
        yield from askable.mistakes(cmd.conditions)
    orders = orders_of(cmd.order or "id")
    try:
        if any(order.field not in askable.seen for order in orders):
            raise ValueError("no such field to sort by")
        first, *then = orders
        validate(askable.collection, Query(sort=first.field, then=tuple(then), entries=tuple(askable.own.values())))
    except ValueError as error:
        yield FieldError("order", "bad-order", said(error))
    named = [(f"columns.{i}", name) for i, name in enumerate(cmd.columns)]
    named += [(f"widths.{name}", name) for name in cmd.widths]
    named += [(f"group.{i}", name.partition(":")[0]) for i, name in enumerate(cmd.group)]
    named += [(f"sums.{i}", name) for i, name in enumerate(cmd.sums)]
    for place, name in named:
        if name not in askable.seen:
            yield FieldError(place, "unknown-field", "no such field")


def _check_filter(wanted: Filter, askable: Askable) -> None:
    """Raises ValueError."""
    if wanted.field not in askable.seen:
        raise ValueError("no such field to filter by")
    askable.check(condition(askable.collection, f"{wanted.field}[{wanted.op}]", wanted.value))


@SAVED_VIEW.command("CreateSavedView", action="create", verb="", creates=True, prepare=fits_its_record_type)
def create(cmd: CreateSavedView, state: SavedView, ctx: Context) -> list[Event]:
    """It belongs to its creator, and nobody else reads it until it is shared."""
    return [events.SavedViewCreated(cmd.model_dump(exclude_unset=True), ctx.actor)]


class ChangeSavedView(SavedViewContent):
    name: Name = ""


@SAVED_VIEW.command("ChangeSavedView", action="edit", verb="PATCH", prepare=still_fits)
def change(cmd: ChangeSavedView, state: SavedView, ctx: Context) -> list[Event]:
    require_live(state)
    changes = changed_fields(state, cmd.model_dump(exclude_unset=True))
    return [events.SavedViewChanged(changes)] if changes else []
