"""FieldDefinition: a custom field of a record type, for one organisation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal, get_args

from pydantic import Field as F

from shared.domain.aggregate import Aggregate, Unique
from shared.domain.command import CommandModel, Context
from shared.domain.fields import record_fields
from shared.domain.lifecycle import Lifecycle, add_lifecycle, changed_fields, require_live
from shared.domain.match import code_key
from shared.domain.record import Record
from shared.domain.types import Text
from shared.errors import Invalid
from shared.events import customer as events
from shared.events.envelope import Event
from shared.kernel.custom_fields import MOST
from shared.kernel.lookups import Lookups
from shared.security.roles import SEEN_BY_ALL
from shared.views.port import Collection, Condition, Field, Kind, Query, Scope

FieldKind = Literal["text", "keyword", "integer", "decimal", "date", "boolean"]
Option = Annotated[str, F(min_length=1, max_length=100)]


# --- state ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class FieldDefinition(Record):
    resource: str = ""
    name: str = ""
    kind: str = "text"
    zh: str = ""
    en: str = ""
    options: list[str] = field(default_factory=list)
    required: bool = False


def evolve(state: FieldDefinition, event: Event) -> None:
    match event:
        case events.FieldDefined():
            state.resource, state.name, state.kind = event.resource, event.name, event.kind
            state.zh, state.en, state.options, state.required = event.zh, event.en, event.options, event.required


FIELD_DEFINITION = Aggregate(
    name="field_definition",
    service="customer",
    noun="field-definitions",
    state=FieldDefinition,
    evolve=evolve,
    grants=SEEN_BY_ALL,
    defines_fields=True,
    collection=Collection(
        "field_definitions",
        1,
        record_fields(
            Field("resource", Kind.KEYWORD, "记录类型", "Record type", indexed=True, writable=False, required=True),
            Field("name", Kind.KEYWORD, "标识", "Name", indexed=True, searchable=True, writable=False, required=True),
            Field("kind", Kind.KEYWORD, "类型", "Kind", indexed=True, writable=False, options=get_args(FieldKind)),
            Field("zh", Kind.TEXT, "中文名", "Chinese label", indexed=True, searchable=True),
            Field("en", Kind.TEXT, "英文名", "English label", indexed=True, searchable=True),
            Field("options", Kind.JSON, "选项", "Options"),
            Field("required", Kind.BOOLEAN, "必填", "Required", indexed=True),
            owned=False,
        ),
        owner=None,
    ),
    not_undoable=frozenset({"customer.FieldRetired", "customer.FieldReinstated"}),
    uniques=(Unique("name", lambda d: f"{d.resource}.{d.name}" if d.name else "", code_key),),
)

add_lifecycle(
    FIELD_DEFINITION,
    "FieldDefinition",
    Lifecycle(None, None, events.FieldRetired, events.FieldReinstated, events.FieldDefinitionChangeUndone),
)


# --- commands and their decisions -------------------------------------------------------------------------------------


class DefineField(CommandModel):
    """A new custom field `custom.<name>`. options: the only values allowed, for text and keywords."""

    resource: Annotated[str, F(min_length=1, max_length=40)]
    name: Annotated[str, F(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    kind: FieldKind
    zh: Text = ""
    en: Text = ""
    options: Annotated[list[Option], F(max_length=200)] = F(default_factory=list)
    required: bool = False

    model_config = {
        "json_schema_extra": {
            "examples": [{"resource": "account", "name": "tier", "kind": "keyword", "options": ["A", "B", "C"]}]
        }
    }


async def resource_has_room(cmd: DefineField, lookups: Lookups) -> None:
    """Raises Invalid for a record type that is unknown, or takes no custom fields, or has too many of them."""
    commands = lookups.catalogue[cmd.resource].commands.values() if cmd.resource in lookups.catalogue else ()
    if not any(c.creates and "custom" in c.model.model_fields for c in commands):
        raise Invalid.field("resource", "unknown-resource", "there is no record type of this name with custom fields")
    where = (Condition("resource", "eq", cmd.resource), Condition("archived", "eq", False))
    if await lookups.views.count(FIELD_DEFINITION.collection.name, Query(where=where), Scope(lookups.tenant)) >= MOST:
        raise Invalid.field("resource", "too-many", f"a record type has {MOST} custom fields at most")


@FIELD_DEFINITION.command("DefineField", action="create", verb="", creates=True, prepare=resource_has_room)
def define(cmd: DefineField, state: FieldDefinition, ctx: Context) -> list[Event]:
    require_options_fit(cmd.kind, cmd.options)
    zh, en = cmd.zh or cmd.en or cmd.name, cmd.en or cmd.zh or cmd.name
    return [events.FieldDefined(cmd.resource, cmd.name, cmd.kind, zh, en, unique(cmd.options), cmd.required)]


def require_options_fit(kind: str, options: list[str]) -> None:
    if options and kind not in ("text", "keyword"):
        raise Invalid.field("options", "not-for-this-kind", "only texts and keywords have options")


def unique(options: list[str]) -> list[str]:
    return list(dict.fromkeys(options))


class ChangeFieldDefinition(CommandModel):
    """Name and kind stay for ever: values are stored under them."""

    zh: Annotated[str, F(min_length=1, max_length=200)] = ""
    en: Annotated[str, F(min_length=1, max_length=200)] = ""
    options: Annotated[list[Option], F(max_length=200)] = F(default_factory=list)
    required: bool = False


@FIELD_DEFINITION.command("ChangeFieldDefinition", action="edit", verb="PATCH")
def change(cmd: ChangeFieldDefinition, state: FieldDefinition, ctx: Context) -> list[Event]:
    require_live(state)
    require_options_fit(state.kind, cmd.options)
    wanted = cmd.model_dump(exclude_unset=True)
    if "options" in wanted:
        wanted["options"] = unique(cmd.options)
    changes = changed_fields(state, wanted)
    return [events.FieldDefinitionChanged(changes)] if changes else []
