"""The shape of `GET /meta`. What does not apply to a field or an input is left out, and what is false or empty, too,
unless no language is asked for."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from pydantic import Field as F
from typing_extensions import TypedDict

from shared.messages.languages import Language
from shared.security.permissions import ACTIONS, Level
from shared.views.schema import PLAIN, Document, Kind, Meaning

OptionLabels = Annotated[dict[str, str], F(description="option → label")]


KindText = Annotated[str, F(json_schema_extra={"enum": [*Kind]})]
MeaningText = Annotated[
    str,
    F(
        description="What a value means to people, where kind, options and types do not say it all",
        json_schema_extra={"enum": [m for m in Meaning if m not in PLAIN]},
    ),
]
ActionText = Annotated[str, F(json_schema_extra={"enum": [*ACTIONS]})]
LevelText = Annotated[str, F(json_schema_extra={"enum": [level.name.lower() for level in Level]})]


class MetaPart(TypedDict):
    """A value that is no field of the record: a part of a command's body, or of a JSON value."""

    label: NotRequired[Annotated[str, F(description="Of a list and what it holds: the list's")]]
    kind: KindText
    meaning: NotRequired[MeaningText]
    options: NotRequired[list[str]]
    option_labels: NotRequired[OptionLabels]
    types: NotRequired[Annotated[list[str], F(description="The record types whose ids it holds")]]
    items: NotRequired[Annotated[MetaPart, F(description="Of a list: what it holds")]]
    values: NotRequired[Annotated[MetaPart, F(description="Of an object: what it holds under any name")]]
    parts: NotRequired[Annotated[dict[str, MetaPart], F(description="Of an object: what it holds under each name")]]
    field: NotRequired[Annotated[str, F(description="The field of the record that it sets")]]


class MetaField(TypedDict):
    name: str
    kind: KindText
    meaning: NotRequired[MeaningText]
    technical: NotRequired[Annotated[bool, F(description="For programs, not for people")]]
    label: Annotated[str, F(description="In the language of the answer")]
    zh: NotRequired[Annotated[str, F(description="Where no language was asked for, as is `en`")]]
    en: NotRequired[str]
    filterable: NotRequired[bool]
    sortable: NotRequired[bool]
    searchable: NotRequired[bool]
    writable: NotRequired[Annotated[bool, F(description="Whether PATCH takes it from this caller")]]
    edited_by: NotRequired[Annotated[str, F(description="The command that changes it, where PATCH does not")]]
    required: NotRequired[bool]
    personal: NotRequired[bool]
    sensitive: NotRequired[Annotated[bool, F(description="The log keeps who is shown its values")]]
    options: NotRequired[list[str]]
    option_labels: NotRequired[OptionLabels]
    ref: NotRequired[Annotated[str | None, F(description="The record type whose ids it holds")]]
    types: NotRequired[Annotated[list[str], F(description="Those, where they are several")]]
    shape: NotRequired[Annotated[MetaPart, F(description="Of a JSON value: what it holds")]]
    currency: NotRequired[Annotated[str | None, F(description="Of an amount: the field that holds its currency")]]


class MetaCommand(TypedDict):
    name: str
    label: str
    method: Annotated[str, F(json_schema_extra={"enum": ["POST", "PATCH"]})]
    path: str
    action: ActionText
    allowed: bool
    in_bulk: NotRequired[Annotated[str, F(description="The word by which it is sent to many records at once")]]
    fields: Annotated[dict[str, bool], F(description="field → whether it must be given")]
    along: NotRequired[
        Annotated[list[str], F(description="Fields of the record that it changes in the same act, where they are sent")]
    ]
    when: NotRequired[Annotated[dict[str, list[Any]], F(description="field → the values with which it applies")]]
    inputs: NotRequired[
        Annotated[dict[str, MetaPart], F(description="Those of `fields` that are no fields of the record")]
    ]


class MetaSection(TypedDict):
    label: str
    fields: list[str]


class MetaLayouts(TypedDict):
    """Names of fields, in order. The small ones are for a telephone."""

    list: list[str]
    list_small: list[str]
    detail: list[MetaSection]
    detail_small: list[str]
    create: Annotated[list[str], F(description="What the creating command takes")]
    create_small: list[str]


class MetaRelation(TypedDict):
    """A list of other records that name this one: `GET {path of type}?{field}={id}`."""

    type: str
    field: str
    label: str


class MetaStages(TypedDict):
    """The path that a record takes: `field` holds the key of one of the `entries` of the record that `by` names."""

    field: str
    type: str
    by: str
    entries: str


class MetaGroup(TypedDict):
    name: str
    label: str


class MetaType(TypedDict):
    name: str
    label: Annotated[str, F(description="One record, in the language of the answer")]
    plural: Annotated[str, F(description="Several records")]
    service: str
    path: Annotated[str, F(description="Where its records are")]
    title: Annotated[str, F(description="The field that names a record")]
    subtitle: Annotated[list[str], F(description="Fields that tell records of one name apart")]
    icon: Annotated[str, F(description="A name of the Tabler icons")]
    group: Annotated[str, F(description="Of the side bar; `groups` has their labels")]
    board: Annotated[str | None, F(description="The field whose values are the columns of a board")]
    stages: MetaStages | None
    rights: Annotated[dict[str, LevelText], F(description="By action")]
    fields: list[MetaField]
    custom: Annotated[
        list[Document], F(description="The definitions of its custom fields, which stand among `fields`, too")
    ]
    commands: list[MetaCommand]
    related: list[MetaRelation]
    layouts: MetaLayouts


class Meta(TypedDict):
    language: Annotated[Language, F(description="Of the labels")]
    groups: list[MetaGroup]
    types: list[MetaType]
    enumerations: dict[str, Any]
    sandbox: NotRequired[Annotated[str, F(description="As of which moment this suite is a copy to try things in")]]
