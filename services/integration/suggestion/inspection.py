"""What a file holds and how it may be brought in: its record type, a field for each column, and a mapping."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Any

from services.integration.suggestion.columns import LOOKED_AT, Profile, profiles
from services.integration.suggestion.draft import draft
from services.integration.suggestion.expressions import code_of
from services.integration.suggestion.further import Sample
from services.integration.suggestion.headings import meanings, words
from services.integration.suggestion.matching import Choice, match
from services.integration.suggestion.persons import of_persons
from services.integration.suggestion.targets import Targets, targets_of
from services.integration.suggestion.value_maps import Stage
from shared.errors import Forbidden
from shared.kernel.kernel import Kernel
from shared.messages import say
from shared.messages.languages import Language, in_language
from shared.security.permissions import Access
from shared.tabular.contact_cards import COLUMNS
from shared.tabular.table import Facts, read_rows
from shared.views.port import Condition, Query

Custom = list[tuple[str, list[str]]]
# Without one of these sets of fields no record of the type can be made.
_NEEDS: dict[str, tuple[frozenset[str], ...]] = {
    "account": (frozenset({"name"}),),
    "contact": (frozenset({"name"}), frozenset({"family_name"}), frozenset({"given_name"}), frozenset({"email"})),
    "lead": (frozenset({"status"}), frozenset({"company"})),
    "opportunity": (
        frozenset({"name", "stage"}),
        frozenset({"account", "stage"}),
        frozenset({"name", "close_date"}),
        frozenset({"stage", "amount"}),
    ),
    "activity": (frozenset({"subject"}),),
    "product": (frozenset({"name", "list_price"}), frozenset({"code"})),
}
RECORD_TYPES = tuple(_NEEDS)
_NAMED, _OWN = 0.25, 0.1  # in favour of a type that the file's name, and that headings name
_SURE = 0.7  # confidence of the fields that a record cannot be without
_MONTH_FIRST = ("US", "PH", "FM", "MH", "PW")
_NAMELESS = 0.3  # against persons without names
_GREETED = 0.2  # in favour of persons whose addresses begin with their names
_PERSONS = frozenset({"name", "given_name", "family_name"})


@dataclass(frozen=True, slots=True)
class Proposal:
    """resource: "" = no record type suits. suggestion: a mapping, {} where there is none."""

    resource: str
    fields: list[str]
    choices: list[Choice]
    profiles: list[Profile]
    suggestion: dict[str, Any]

    def matches(self, language: Language) -> Iterator[dict[str, Any]]:
        """Each column with what it becomes, the reason in a language."""
        for choice, profile in zip(self.choices, self.profiles, strict=True):
            yield {
                "column": choice.column,
                "samples": profile.samples,
                "field": choice.field.partition("#")[0],
                "confidence": choice.confidence,
                "reason": in_language(choice.reason, language),
            }


async def propose(kernel: Kernel, access: Access, facts: Facts, resource: str, today: date) -> Proposal:
    """resource: "" = the one that suits best. Raises Forbidden, NotFound, Invalid for a resource that is none."""
    rows = await asyncio.to_thread(_head, facts)
    found = await asyncio.to_thread(profiles, facts.columns, ([row[c] for c in facts.columns] for row in rows))
    if _day_comes_first(found, await kernel.directory.country(access.tenant)):
        for profile in found:
            profile.put_day_first()
    if facts.columns == COLUMNS:  # of cards, which have no headings of their own
        for profile in found:
            profile.certain = True
    if not resource:
        possible = [targets_of(kernel.catalogue[n], access) for n in RECORD_TYPES if _may_import(kernel, access, n)]
        resource = await asyncio.to_thread(likeliest, possible, found, rows, facts.name)
    if not resource:
        return Proposal("", [], [Choice.none(p.column) for p in found], found, {})
    access.scope(resource, "import")
    targets = targets_of(kernel.catalogue[resource], access)
    custom = await _custom(kernel, access, resource)
    choices = await asyncio.to_thread(match, targets, found, custom)
    stages = await _stages(kernel, access) if resource == "opportunity" else []
    companies = _may_import(kernel, access, "account")
    sample = Sample(facts.name, found, rows, today)
    mapping = draft(targets, sample, choices, stages, companies=companies)
    return Proposal(resource, list(targets.fields), _used(choices, mapping), found, mapping)


def _used(choices: list[Choice], mapping: Mapping[str, Any]) -> list[Choice]:
    """When records were made is taken where every cell says it: else the column is left out, and its match says so."""
    if any("at" in step for step in mapping["steps"]):
        return choices
    why = say("left out: not every cell says a day that has been")
    return [replace(choice, field="", reason=why) if choice.field == "at" else choice for choice in choices]


def _head(facts: Facts) -> list[dict[str, str]]:
    cells = (row.cells for row in read_rows(facts) if not row.problem)
    return [dict(zip(facts.columns, row, strict=True)) for row in islice(cells, LOOKED_AT)]


def _day_comes_first(found: Sequence[Profile], home: str) -> bool:
    """Whether 3/4/2026 is in April: nearly everywhere, if the file or the organisation says where we are."""
    named = Counter(code for p in found if p.share("country") > _SURE for text in p.values if (code := code_of(text)))
    country = named.most_common(1)[0][0] if named else home
    return bool(country) and country not in _MONTH_FIRST


def likeliest(
    possible: Sequence[Targets], found: Sequence[Profile], rows: Sequence[Mapping[str, str]], file: str
) -> str:
    """The record type that takes most columns, with regard to what headings and the file call it; "" = none."""
    named = {m.about for m in meanings(file.rpartition(".")[0])} | _objects_in(file)
    best, most = "", 0.0
    for targets in possible:
        choices = [c for c in match(targets, found) if c.field]
        name = targets.aggregate.name
        have = {c.field for c in choices if c.confidence >= _SURE}
        if not any(needed <= have for needed in _NEEDS[name]):
            continue
        own = sum(m.about == name for p in found for m in meanings(p.column)[:1])
        score = (sum(c.confidence for c in choices) + own * _OWN) / len(found) + (name in named) * _NAMED
        if name == "contact" and not have & _PERSONS:
            score -= _NAMELESS
        if name == "contact":
            score += _GREETED * _share_of_persons(choices, rows)
        if score > most:
            best, most = name, score
    return best


def _share_of_persons(choices: Sequence[Choice], rows: Sequence[Mapping[str, str]]) -> float:
    columns = {c.field: c.column for c in choices}
    return of_persons(rows, columns["name"], columns["email"]) if {"name", "email"} <= columns.keys() else 0.0


def _objects_in(file: str) -> set[str]:
    """The record types that a file's name names, in one or many."""
    text = file.casefold()
    return {name for word, name in words().objects.items() if len(word) > 1 and word in text}


def _may_import(kernel: Kernel, access: Access, resource: str) -> bool:
    try:
        access.scope(resource, "import")
    except Forbidden:
        return False
    return resource in kernel.catalogue


async def _custom(kernel: Kernel, access: Access, resource: str) -> Custom:
    defined = await kernel.bus.custom.defined(access.tenant, resource)
    return [(name, [str(d.get("zh", "")), str(d.get("en", ""))]) for name, d in defined.items()]


async def _stages(kernel: Kernel, access: Access) -> list[Stage]:
    """The open stages of the pipeline that deals come into where none is named."""
    try:
        scope = access.scope("pipeline")
    except Forbidden:
        return []
    query = Query(where=(Condition("archived", "eq", False),), sort="default_since", descending=True, limit=1)
    page = await kernel.views.find(kernel.catalogue["pipeline"].collection.name, query, scope)
    return [s for d in page.items for s in d["stages"] if not s["retired"]]
