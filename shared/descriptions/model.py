"""The shape of `GET /meta`. What does not apply to a field or an input is left out."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from pydantic import Field as F
from typing_extensions import TypedDict

from shared.views.schema import Document

OptionLabels = Annotated[dict[str, str], F(description="option → label")]


class MetaField(TypedDict):
    name: str
    kind: str
    label: Annotated[str, F(description="In the language of the answer")]
    zh: str
    en: str
    filterable: bool
    sortable: bool
    searchable: bool
    writable: bool
    required: bool
    personal: bool
    options: list[str]
    option_labels: NotRequired[OptionLabels]
    ref: str | None
    currency: Annotated[str | None, F(description="Of an amount: the field that holds its currency")]


class MetaInput(TypedDict):
    """What a command takes and its record has no field for, or takes in another form."""

    label: str
    kind: str
    options: NotRequired[list[str]]
    option_labels: NotRequired[OptionLabels]


class MetaCommand(TypedDict):
    name: str
    label: str
    verb: str
    method: str
    path: str
    action: str
    allowed: bool
    fields: Annotated[dict[str, bool], F(description="field → whether it must be given")]
    inputs: Annotated[dict[str, MetaInput], F(description="Those of `fields` that are no fields of the record")]


class MetaType(TypedDict):
    name: str
    label: Annotated[str, F(description="One record, in the language of the answer")]
    plural: Annotated[str, F(description="Several records")]
    service: str
    path: Annotated[str, F(description="Where its records are")]
    title: Annotated[str, F(description="The field that names a record")]
    rights: Annotated[dict[str, str], F(description="action → none, own, team, below or all")]
    fields: list[MetaField]
    custom: Annotated[list[Document], F(description="The definitions of its custom fields")]
    commands: list[MetaCommand]


class Meta(TypedDict):
    language: Annotated[str, F(description="Of the labels: en, zh-CN or zh-TW")]
    types: list[MetaType]
    enumerations: dict[str, Any]
