"""The shape of a filter tree, for descriptions and schemas. `filter_tree` reads it, and says what is wrong with one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal, NotRequired

from pydantic import ConfigDict, TypeAdapter
from pydantic import Field as F
from typing_extensions import TypeAliasType, TypedDict

from shared.views.query_model import Op
from shared.views.schema import MEANING, Meaning

Scalar = str | int | float | bool
_STRICT = ConfigDict(extra="forbid")
_EXAMPLE = {"field": "external_id", "op": "in", "value": ["A-17", "A-18"]}


class ConditionOfSeveral(TypedDict):
    """One of several values."""

    __pydantic_config__ = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})  # type: ignore[misc]
    field: str
    op: Literal["in"]
    value: list[Scalar]


class ConditionOfOne(TypedDict):
    """`op` left out: `eq`."""

    __pydantic_config__ = _STRICT  # type: ignore[misc]
    field: str
    op: NotRequired[Op]
    value: Scalar


class AllConditions(TypedDict):
    """All of them hold."""

    __pydantic_config__ = _STRICT  # type: ignore[misc]
    all: Annotated[list[ConditionTree], F(min_length=1, max_length=50)]


class AnyCondition(TypedDict):
    """At least one of them holds."""

    __pydantic_config__ = _STRICT  # type: ignore[misc]
    any: Annotated[list[ConditionTree], F(min_length=1, max_length=50)]


class NoCondition(TypedDict):
    """None of them holds."""

    __pydantic_config__ = _STRICT  # type: ignore[misc]
    none: Annotated[list[ConditionTree], F(min_length=1, max_length=50)]


ConditionTree = TypeAliasType(
    "ConditionTree", "ConditionOfSeveral | ConditionOfOne | AllConditions | AnyCondition | NoCondition"
)


class _Described:
    """In schemas the tree, whatever the annotated type takes."""

    def __get_pydantic_json_schema__(self, core: Any, handler: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        return {**handler(TypeAdapter(ConditionTree).core_schema), MEANING: Meaning.CONDITIONS.value}


Conditions = Annotated[dict[str, Any], _Described()]  # decoded JSON, to be read by `where_of`
