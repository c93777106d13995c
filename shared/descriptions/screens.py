"""How the records of a type are laid out where the client has no better idea: lists, pages, forms.

A service says in `screens.yaml`, next to its record types, what should not follow from the declaration alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shared.domain.aggregate import Aggregate
from shared.labels import package_of, read
from shared.views.schema import Field, Kind, Meaning

FILE: Final = "screens.yaml"
OTHER: Final = "other"
_COLUMNS, _COLUMNS_SMALL, _FACTS_SMALL = 6, 3, 6
_MARKS: Final = ("created_at", "created_by", "updated_at", "updated_by", "archived", "erased")
_SHORT: Final = frozenset(
    {Meaning.TEXT, Meaning.CODE, Meaning.OPTION, Meaning.REFERENCE, Meaning.MONEY, Meaning.PERCENT, Meaning.NUMBER}
    | {Meaning.DAY, Meaning.MOMENT, Meaning.TRUTH, Meaning.EMAIL, Meaning.PHONE}
)  # fit into a column
_LONG: Final = frozenset({Meaning.MULTILINE, Meaning.STRUCTURE, Meaning.CONDITIONS})


@dataclass(frozen=True, slots=True)
class Screens:
    """detail: the sections of a record's page, with their fields. stages: of a field that is a path through stages.
    board: the field whose values are columns; None = no board."""

    icon: str
    group: str
    subtitle: tuple[str, ...]
    list: tuple[str, ...]
    detail: Mapping[str, tuple[str, ...]]
    create: tuple[str, ...]
    create_small: tuple[str, ...]
    board: str | None
    stages: Mapping[str, str] | None

    @property
    def list_small(self) -> tuple[str, ...]:
        return self.list[:_COLUMNS_SMALL]

    @property
    def detail_small(self) -> tuple[str, ...]:
        return next(iter(self.detail.values()), ())[:_FACTS_SMALL]


def said_of(aggregate: Aggregate[Any]) -> dict[str, Any]:
    """What the service says of a record type; nothing = all follows from the declaration."""
    found: dict[str, Any] = read(package_of(aggregate), FILE).get(aggregate.name, {})
    return found


def screens_of(aggregate: Aggregate[Any], hidden: Iterable[str]) -> Screens:
    """hidden: the fields that the caller does not see; they are left out everywhere."""
    said, unseen = said_of(aggregate), frozenset(hidden)
    fields = [f for f in aggregate.collection.fields if not f.technical and f.name not in unseen]
    seen = {f.name for f in fields}

    def shown(names: Iterable[str]) -> tuple[str, ...]:
        return tuple(name for name in names if name in seen)

    taken = _taken_at_creation(aggregate)
    form = [n for n in said.get("create", ()) if n in taken and n not in unseen]
    form += [n for n in taken if n not in form and n not in unseen and (taken[n] or (not form and n in seen))]
    board, stages = said.get("board") or _board(aggregate, fields), said.get("stages")
    return Screens(
        icon=said.get("icon", "file"),
        group=said.get("group", OTHER),
        subtitle=shown(said.get("subtitle", ())),
        list=shown(said.get("list", ()) or _columns(aggregate.collection.title, fields)),
        detail=_sections({name: shown(names) for name, names in said.get("detail", {}).items()}, fields),
        create=tuple(form),
        create_small=tuple([n for n in form if taken[n]] or form[:1]),
        board=board if board in seen else None,
        stages=stages if stages and stages["field"] in seen else None,
    )


def _taken_at_creation(aggregate: Aggregate[Any]) -> dict[str, bool]:
    """What the creating command takes: name → whether it must be given."""
    creating = next((c for c in aggregate.commands.values() if c.creates and not c.hidden), None)
    return {n: f.is_required() for n, f in creating.model.model_fields.items()} if creating else {}


def _columns(title: str, fields: Sequence[Field]) -> list[str]:
    """The title, then short fields that may be sorted by, in the order of their declaration."""
    others = [f.name for f in fields if f.indexed and f.means in _SHORT and f.name not in (title, *_MARKS)]
    return [*[title, *others][: _COLUMNS - 1], "updated_at"]


def _sections(said: Mapping[str, tuple[str, ...]], fields: Sequence[Field]) -> dict[str, tuple[str, ...]]:
    """All fields in sections: those that are said, the rest, and the marks that all records bear."""
    placed = {name for names in said.values() for name in names}
    rest = [f for f in fields if f.name not in placed and f.name not in _MARKS]
    found = {**said}
    short, long = "other" if said else "main", "description"
    found[short] = (*found.get(short, ()), *(f.name for f in rest if f.means not in _LONG))
    found[long] = (*found.get(long, ()), *(f.name for f in rest if f.means in _LONG))
    found["system"] = tuple(f.name for f in fields if f.name in _MARKS)
    return {name: names for name, names in found.items() if names}


def _board(aggregate: Aggregate[Any], fields: Sequence[Field]) -> str | None:
    """Of what people search for: the first field of a closed set that the record moves through."""
    if aggregate.search_rank is None:
        return None
    return next((f.name for f in fields if f.options and f.indexed and f.kind is Kind.KEYWORD), None)
