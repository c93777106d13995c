"""How a record's fields are declared: once each, on its state; a collection adds what is computed and what all bear.

    industry: Annotated[Text, plain(Kind.TEXT, "行业", "Industry", indexed=True)] = ""

The annotation holds the type and the limits. `plain`: the create and edit commands take the field, too
(`class AccountDetails(CommandModel, plain=Account)`). `displayed`: commands of their own set it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from dataclasses import Field as DataclassField
from operator import getitem
from typing import Annotated, Any, Final, NamedTuple, TypedDict, Unpack, get_args, get_type_hints

from pydantic import Field as F

from shared.domain.types import VERBATIM, Names
from shared.events.common import USER
from shared.views.schema import Field, Key, Kind, Meaning

OWNER = Field("owner", Kind.KEYWORD, "负责人", "Owner", indexed=True, writable=False, ref=USER)

_MARKS = (
    Field("tags", Kind.KEYWORDS, "标签", "Tags", indexed=True, searchable=True, writable=False, key=Key.TAG),
    Field("archived", Kind.BOOLEAN, "已归档", "Archived", indexed=True, writable=False),
    Field("erased", Kind.BOOLEAN, "已抹除", "Erased", writable=False),
    Field("created_at", Kind.DATETIME, "创建时间", "Created", indexed=True, writable=False),
    Field("created_by", Kind.KEYWORD, "创建人", "Created by", writable=False, ref=USER),
    Field("updated_at", Kind.DATETIME, "更新时间", "Updated", indexed=True, writable=False),
    Field("updated_by", Kind.KEYWORD, "更新人", "Updated by", writable=False, ref=USER),
    Field("custom", Kind.JSON, "自定义字段", "Custom fields", entries=True, technical=True),
    Field(
        "custom_text",
        Kind.TEXT,
        "自定义文本",
        "Custom text",
        searchable=True,
        writable=False,
        sources=("custom",),
        technical=True,
    ),
    Field("formulas", Kind.JSON, "公式", "Formulas", writable=False, sources=("custom",), technical=True),
)


class Flags(TypedDict, total=False):
    """See `Field`."""

    indexed: bool
    searchable: bool
    personal: bool
    writable: bool
    required: bool
    options: tuple[str, ...]
    ref: str
    mixed: bool
    key: Key
    currency: str
    base: str
    price: bool
    meaning: Meaning
    technical: bool
    types: tuple[str, ...]
    known: tuple[str, ...]
    sensitive: bool


_OF_STATE: Final = object()


@dataclass(frozen=True, slots=True)
class Declared:
    """What the annotation of a state's field says of it. field: without its name. unset: its value in a command
    that does not name it, unless that is the state's default. shape: the type that a JSON value follows, where the
    annotation does not say it."""

    field: Field
    plain: bool = False
    unset: Any = _OF_STATE
    shape: Any = None


def displayed(kind: Kind, zh: str, en: str, *, shape: Any = None, **flags: Unpack[Flags]) -> Declared:
    """A field of the state that documents show. zh, en: its titles."""
    return Declared(Field("", kind, zh, en, **flags), shape=shape)


def plain(kind: Kind, zh: str, en: str, *, unset: Any = _OF_STATE, **flags: Unpack[Flags]) -> Declared:
    """The same for a field that the record's create and edit commands take as it is."""
    return Declared(Field("", kind, zh, en, **flags), plain=True, unset=unset)


def declared(state: type[Any]) -> dict[str, Declared]:
    """What a state declares, by field, in its order."""
    hints = get_type_hints(state, include_extras=True)
    return {f.name: said for f in fields(state) for said in get_args(hints[f.name])[1:] if isinstance(said, Declared)}


def shapes_of(state: type[Any]) -> dict[str, Any]:
    """The types that the JSON values of a state follow, by field."""
    hints, found = get_type_hints(state, include_extras=True), declared(state)
    return {n: said.shape or get_args(hints[n])[0] for n, said in found.items() if said.field.kind is Kind.JSON}


class BodyField(NamedTuple):
    """A field as commands take it: its type with the limits, and its value in a command that does not name it."""

    type: Any
    unset: Any


def fields_for(state: type[Any], also: Collection[str] = ()) -> dict[str, BodyField]:
    """The plain fields of a state and those of the names, in its order."""
    hints, found = get_type_hints(state, include_extras=True), dict[str, BodyField]()
    defaults = {f.name: f for f in fields(state)}
    for name, said in declared(state).items():
        if said.plain or name in also:
            type_, *limits = get_args(hints[name])
            limits.remove(said)
            bare = getitem(Annotated, (type_, *limits)) if limits else type_
            found[name] = BodyField(bare, _default(defaults[name]) if said.unset is _OF_STATE else said.unset)
    return found


def _default(of: DataclassField[Any]) -> Any:
    return F(default_factory=of.default_factory) if of.default_factory is not MISSING else of.default


def record_fields(
    state: type[Any],
    *computed: Field,
    after: Mapping[str, tuple[Field, ...]] | None = None,
    owned: bool = True,
    sources: Mapping[str, tuple[str, ...]] | None = None,
) -> tuple[Field, ...]:
    """The fields that a state declares, then computed ones, the owner (if there is one) and the marks all records bear.

    after: computed fields that follow a certain one; those after "" come first. sources: of the fields that show or
    tell the values of others (see Field.sources).
    """
    sources, after = sources or {}, after or {}
    own = [*after.get("", ())]
    hints = get_type_hints(state, include_extras=True)
    for name, said in declared(state).items():
        own += [_marked(replace(said.field, name=name), hints[name]), *after.get(name, ())]
    made = [replace(f, sources=sources[f.name]) if f.name in sources else f for f in (*own, *computed)]
    return (*made, *((OWNER,) if owned else ()), *_MARKS)


def _marked(field: Field, type_: Any) -> Field:
    """The field with what the marks of its type say of its meaning."""
    if field.kind is Kind.JSON:
        return field
    marks = [*_marks(type_)]
    found = field.meaning or next((m for m in marks if isinstance(m, Meaning)), None)
    if found is None and any(m is VERBATIM for m in marks):
        found = Meaning.MULTILINE
    types = next((m.types for m in marks if isinstance(m, Names)), field.types)
    return replace(field, meaning=found, types=types)


def _marks(type_: Any) -> Iterator[Any]:
    yield from getattr(type_, "__metadata__", ())
    for part in get_args(type_):
        if not isinstance(part, Declared):
            yield from _marks(part)
