"""Which fields of a record type a caller's import may fill."""

from __future__ import annotations

from services.integration.mapping.prepared import may_import
from shared.domain.command import Command
from shared.errors import Invalid
from shared.kernel.catalogue import AnyAggregate
from shared.messages import say
from shared.messages.named import types_named
from shared.security.permissions import Access


def maker_of(aggregate: AnyAggregate) -> Command:
    """The command that makes a record from plain fields. Raises Invalid for a resource that has none."""
    makers = [c for c in aggregate.commands.values() if c.creates and may_import(c)]
    if not makers:
        why = say(
            "an import cannot make records of {resource}; name another record type",
            resource=types_named(aggregate.name),
        )
        raise Invalid.field("resource", "not-importable", why)
    return next((c for c in makers if not c.verb), makers[0])


def fields_of(aggregate: AnyAggregate, access: Access) -> list[str]:
    """The fields that the caller's import of this resource may fill, in the order of their declaration."""
    takes = maker_of(aggregate).model.model_fields
    declared = [f.name for f in aggregate.collection.fields if f.name in takes and f.name != "custom"]
    others = [name for name in takes if name not in declared and name not in ("custom", "allow_duplicate")]
    return [name for name in declared + others if access.may_write(aggregate.name, name)]
