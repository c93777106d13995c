"""Conditions that records keep, such as those of saved views: whether lists understand them, for who writes them.

A value of a personal field would outlive the person's erasure: it is not kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from shared.domain.calendar import UTC_CALENDAR
from shared.domain.custom_values import fields_of as custom_fields_of
from shared.domain.custom_values import path
from shared.errors import FieldError, Invalid
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.custom_fields import definitions
from shared.kernel.days import dated
from shared.kernel.lookups import Lookups
from shared.messages import said, say
from shared.views.filter_tree import fields_of, where_of
from shared.views.filters import typed
from shared.views.port import Collection, Condition, Field, Kind, Query, leaves
from shared.views.query import validate

MAX_TREE = 20_000  # bytes of JSON


@dataclass(frozen=True, slots=True)
class Askable:
    """What may be asked of a record type. seen: the fields that the caller sees; own: custom ones by their paths."""

    collection: Collection
    seen: frozenset[str]
    own: Mapping[str, Field]

    @classmethod
    async def of(cls, aggregate: AnyAggregate, lookups: Lookups, *, custom: bool) -> Askable:
        """custom: whether custom fields are asked about."""
        views, tenant, name = lookups.views, lookups.tenant, aggregate.name
        defined = await definitions(lookups.catalogue, views, tenant, name) if custom else {}
        own = {f.name: _as_kept(f, aggregate) for d in defined.values() for f in custom_fields_of(d)}
        known = {f.name for f in aggregate.collection.fields} | {"id"} | {path(one) for one in defined} | own.keys()
        return cls(aggregate.collection, frozenset(n for n in known if lookups.access.may_see(name, n)), own)

    def check(self, kept: Condition) -> None:
        """Raises ValueError."""
        if kept.field not in self.seen:
            raise ValueError("no such field to filter by")
        asked = self.collection.field(kept.field) or self.own.get(kept.field)
        if asked is not None and asked.personal:
            raise ValueError("values of personal fields are not kept")
        if asked is not None:
            kept = typed(asked, kept) if asked.is_entry else kept
            meant: Sequence[Condition] = dated(asked, kept, UTC_CALENDAR, 0)
        else:
            meant = (kept,)
        validate(self.collection, Query(where=tuple(meant), entries=tuple(self.own.values())))

    def mistakes(self, tree: dict[str, Any], place: str = "conditions") -> Iterator[FieldError]:
        """What is wrong with a tree of conditions."""
        if len(orjson.dumps(tree)) > MAX_TREE:
            yield FieldError(place, "too-long", say("at most {most} characters", most=MAX_TREE))
            return
        try:
            asked = list(leaves(where_of(self.collection, tree, place)))
        except Invalid as invalid:
            yield from invalid.errors
            return
        for (at, _), one in zip(fields_of(tree, place), asked, strict=True):
            try:
                self.check(one)
            except (ValueError, OverflowError) as error:
                yield FieldError(at, "bad-filter", said(error))


def _as_kept(field: Field, aggregate: AnyAggregate) -> Field:
    """A custom field of persons is personal, unless its values come from a list of the organisation's own."""
    of_person = aggregate.erasure is not None or aggregate.about_owner
    return replace(field, personal=of_person and not field.options and field.kind is not Kind.BOOLEAN)
