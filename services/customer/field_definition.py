"""FieldDefinition: a custom field of a record type, for one organisation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, get_args

from pydantic import Field as F

from shared.domain.aggregate import Aggregate, Unique
from shared.domain.command import CommandModel, Context
from shared.domain.custom_values import FieldKind
from shared.domain.fields import displayed, plain, record_fields
from shared.domain.formula.formulas import MOST as MOST_FORMULAS
from shared.domain.formula.formulas import checked
from shared.domain.formula.syntax import LONGEST, BadFormula
from shared.domain.lifecycle import Lifecycle, add_lifecycle, changed_fields, require_live
from shared.domain.match import code_key
from shared.domain.record import Record
from shared.domain.types import Text, Titles
from shared.errors import Invalid
from shared.events import customer as events
from shared.events.envelope import Event
from shared.kernel.custom_fields import MOST
from shared.kernel.lookups import Lookups
from shared.messages import say, shown
from shared.security.roles import SEEN_BY_ALL
from shared.views.port import Collection, Condition, Kind, Query, Scope

Option = Annotated[str, F(min_length=1, max_length=100)]
OptionTitles = Annotated[dict[Option, Titles], F(max_length=200)]


# --- state ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class FieldDefinition(Record):
    resource: Annotated[
        str, displayed(Kind.KEYWORD, "记录类型", "Record type", indexed=True, writable=False, required=True)
    ] = ""
    name: Annotated[
        str, displayed(Kind.KEYWORD, "标识", "Name", indexed=True, searchable=True, writable=False, required=True)
    ] = ""
    kind: Annotated[
        str, displayed(Kind.KEYWORD, "类型", "Kind", indexed=True, writable=False, options=get_args(FieldKind))
    ] = "text"
    zh: Annotated[Text, plain(Kind.TEXT, "中文名", "Chinese label", indexed=True, searchable=True)] = ""
    en: Annotated[Text, plain(Kind.TEXT, "英文名", "English label", indexed=True, searchable=True)] = ""
    options: Annotated[list[Option], F(max_length=200), plain(Kind.JSON, "选项", "Options")] = field(
        default_factory=list
    )
    titles: Annotated[Titles, plain(Kind.JSON, "各语言名称", "Titles")] = field(default_factory=dict)
    option_titles: Annotated[OptionTitles, plain(Kind.JSON, "各语言选项名称", "Titles of options")] = field(
        default_factory=dict
    )
    required: Annotated[bool, plain(Kind.BOOLEAN, "必填", "Required", indexed=True)] = False
    sensitive: Annotated[bool, plain(Kind.BOOLEAN, "敏感", "Sensitive")] = False
    ref: Annotated[str, displayed(Kind.KEYWORD, "引用类型", "Refers to", indexed=True, writable=False)] = ""
    formula: Annotated[Text, F(max_length=LONGEST), plain(Kind.TEXT, "公式", "Formula")] = ""
    result: Annotated[str, displayed(Kind.KEYWORD, "结果类型", "Result", writable=False)] = ""


def evolve(state: FieldDefinition, event: Event) -> None:
    match event:
        case events.FieldDefined():
            state.resource, state.name, state.kind = event.resource, event.name, event.kind
            state.zh, state.en, state.options, state.required = event.zh, event.en, event.options, event.required
            state.ref, state.formula, state.result = event.ref, event.formula, event.result
            state.titles, state.option_titles = event.titles, event.option_titles
            state.sensitive = event.sensitive


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
        5,
        record_fields(
            FieldDefinition,
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


class Place(CommandModel):
    """What never changes: values are stored under it."""

    resource: Annotated[str, F(min_length=1, max_length=40)]
    name: Annotated[str, F(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    kind: FieldKind
    ref: Annotated[str, F(max_length=40)] = ""


class DefineField(Place, plain=FieldDefinition):
    """A new custom field `custom.<name>`. options: the only values allowed, for text, keyword and keywords (several
    values). ref: the record type that a reference names. formula: how a field of kind formula is computed.
    titles: what it is called in a language, before zh and en. option_titles: option → what that is called.
    sensitive: the log keeps who was shown its values."""

    model_config = {
        "json_schema_extra": {
            "examples": [{"resource": "account", "name": "tier", "kind": "keyword", "options": ["A", "B", "C"]}]
        }
    }


async def before_define(cmd: DefineField, lookups: Lookups) -> str:
    """The kind of a formula's result, else "". Raises Invalid for a record type that is unknown, or takes no custom
    fields, or has too many of them."""
    commands = lookups.catalogue[cmd.resource].commands.values() if cmd.resource in lookups.catalogue else ()
    if not any(c.creates and "custom" in c.model.model_fields for c in commands):
        raise Invalid.field("resource", "unknown-resource", "there is no record type of this name with custom fields")
    if (cmd.kind == "reference") != bool(cmd.ref) or (cmd.ref and not _nameable(cmd.ref, lookups)):
        raise Invalid.field("ref", "unknown-resource", "a reference, and nothing else, names a record type")
    where = (Condition("resource", "eq", cmd.resource), Condition("archived", "eq", False))
    if await lookups.views.count(FIELD_DEFINITION.collection.name, Query(where=where), Scope(lookups.tenant)) >= MOST:
        raise Invalid.field("resource", "too-many", say("a record type has {most} custom fields at most", most=MOST))
    return await result_of(cmd.kind, cmd.resource, cmd.name, cmd.onto(FieldDefinition()).formula, lookups)


def _nameable(ref: str, lookups: Lookups) -> bool:
    """Whether a field may name records of the type: not where their rights are those of other records."""
    return ref in lookups.catalogue and lookups.catalogue[ref].belongs_to is None


async def result_of(kind: str, resource: str, name: str, formula: str, lookups: Lookups) -> str:
    """The kind of a formula's result, "" where the field is none. Raises Invalid for a text that is no formula."""
    if kind != "formula":
        if formula:
            raise Invalid.field("formula", "not-for-this-kind", "only fields of kind formula have one")
        return ""
    defined = await lookups.defined(resource)
    if sum(d["kind"] == "formula" for d in defined.values() if d["name"] != name) >= MOST_FORMULAS:
        raise Invalid.field("formula", "too-many", say("a record type has {most} formulas at most", most=MOST_FORMULAS))
    try:
        return checked(formula, name, lookups.catalogue[resource].collection, defined)
    except BadFormula as bad:
        raise Invalid.field("formula", bad.code, bad.message) from None


@FIELD_DEFINITION.command("DefineField", action="create", verb="", creates=True, prepare=before_define)
def define(cmd: DefineField, state: FieldDefinition, ctx: Context[str]) -> list[Event]:
    new = cmd.onto(FieldDefinition())
    require_options_fit(cmd.kind, new.options)
    require_labelled(new.options, new.option_titles)
    if cmd.kind == "formula" and new.required:
        raise Invalid.field("required", "not-for-this-kind", "a formula is computed: it cannot be needed")
    zh, en = new.zh or new.en or cmd.name, new.en or new.zh or cmd.name
    options = unique(new.options)
    return [
        events.FieldDefined(
            *(cmd.resource, cmd.name, cmd.kind, zh, en, options, new.required, cmd.ref, new.formula, ctx.facts),
            *(new.titles, new.option_titles, new.sensitive),
        )
    ]


def require_options_fit(kind: str, options: list[str]) -> None:
    if options and kind not in ("text", "keyword", "keywords"):
        raise Invalid.field("options", "not-for-this-kind", "only texts and choices have options")


def require_labelled(options: list[str], titles: dict[str, Any]) -> None:
    """Raises Invalid for a label of what is no option."""
    if unknown := [option for option in titles if option not in options]:
        message = say("{value} is none of the options: {options}", value=shown(unknown[0]), options=", ".join(options))
        raise Invalid.field("option_titles", "not-an-option", message)


def unique(options: list[str]) -> list[str]:
    return list(dict.fromkeys(options))


class ChangeFieldDefinition(CommandModel, plain=FieldDefinition):
    """Name and kind never change: values are stored under them."""

    zh: Annotated[Text, F(min_length=1)] = ""
    en: Annotated[Text, F(min_length=1)] = ""


async def before_change(cmd: ChangeFieldDefinition, lookups: Lookups) -> str:
    """As before_define."""
    was: FieldDefinition = await lookups.state(FIELD_DEFINITION, lookups.id)
    return await result_of(was.kind, was.resource, was.name, cmd.onto(was).formula, lookups)


@FIELD_DEFINITION.command("ChangeFieldDefinition", action="edit", verb="PATCH", prepare=before_change)
def change(cmd: ChangeFieldDefinition, state: FieldDefinition, ctx: Context[str]) -> list[Event]:
    """The result of a formula stays of its kind: lists and saved views may ask for it."""
    require_live(state)
    wanted = cmd.model_dump(exclude_unset=True)
    if ctx.facts != state.result:
        message = say(
            "the result was of kind {was} and would be {now}: define another field", was=state.result, now=ctx.facts
        )
        raise Invalid.field("formula", "other-kind", message)
    if state.kind == "formula" and wanted.get("required"):
        raise Invalid.field("required", "not-for-this-kind", "a formula is computed: it cannot be needed")
    if "options" in wanted:
        require_options_fit(state.kind, wanted["options"])
        wanted["options"] = unique(wanted["options"])
    if "option_titles" in wanted:
        require_labelled(wanted.get("options", state.options), wanted["option_titles"])
    changes = changed_fields(state, wanted)
    return [events.FieldDefinitionChanged(changes)] if changes else []
