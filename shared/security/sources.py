"""The source fields of each field, by record type: a field is hidden with any of its sources.

`Field.sources` names every field whose value it shows, or whose value can be computed from it: direct sources only.
Two fields with the same content name each other. `Aggregate` declares them, once, when it is made.
"""

from __future__ import annotations

from collections.abc import Collection as Names
from collections.abc import Iterable, Mapping

from shared.views.port import Field

Derived = dict[str, dict[str, tuple[str, ...]]]  # record type → field that an organisation defined → its sources

_SOURCES: dict[str, dict[str, tuple[str, ...]]] = {}


def declare_sources(resource: str, fields: Iterable[Field], kept: Names[str]) -> None:
    """kept: the fields that the record's state holds. Raises TypeError for another one that names no source, and for a
    source that is no field.
    """
    declared = {f.name: f.sources for f in fields}
    for name, sources in declared.items():
        if unknown := [s for s in sources if s not in declared and s != "id"]:
            raise TypeError(f"{resource}.{name}: there is no field {unknown[0]!r} that it could be made of")
        if not sources and name not in kept:
            raise TypeError(f"{resource}.{name} is computed: name its sources")
    _SOURCES[resource] = declared


def has_records(resource: str) -> bool:
    """Whether rights on it are rights on records of that type."""
    return resource in _SOURCES


def with_derived(resource: str, denied: frozenset[str]) -> frozenset[str]:
    """The denied fields (`custom.<name>` too), and those that show one of them."""
    if not denied:
        return denied
    shown_by = {
        name
        for name, sources in _SOURCES.get(resource, {}).items()
        if any(overlap(source, one) for source in sources for one in denied)
    }
    return denied | shown_by


def with_formulas(denied: frozenset[str], formulas: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """The same for the formulas of an organisation, at any remove. denied: with what is derived from it."""
    found = set(denied)
    for _ in range(len(formulas)):
        more = {
            name
            for name, sources in formulas.items()
            if name not in found and any(overlap(source, one) for source in sources for one in found)
        }
        if not more:
            break
        found |= more
    return frozenset(found)


def overlap(one: str, other: str) -> bool:
    """Whether two paths have a field in common: they are the same, or one lies within the other."""
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")


def within(path: str, names: Names[str]) -> bool:
    """Whether a path (`custom.<name>`, a part of a nested field or list) is one of the names or lies within one."""
    while path:
        if path in names:
            return True
        path = path.rpartition(".")[0]
    return False
