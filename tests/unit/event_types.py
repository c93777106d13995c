"""Event types that only one module's tests know, and stored events of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import orjson
import pytest

from shared.events import registry
from shared.events.envelope import Metadata, NewEvent, Stored

Types = dict[str, dict[Any, Any]]
METADATA = Metadata(actor="u1", command="c1", reason="因为")


@contextmanager
def own_types() -> Iterator[Types]:
    """Types that are registered inside go into the result alone; see `know`."""
    types = no_types()
    with pytest.MonkeyPatch.context() as patch:
        know(types, patch)
        yield types


def no_types() -> Types:
    return {"_by_name": {}, "_by_class": {}, "_upcasters": {}}


def know(types: Types, patch: pytest.MonkeyPatch) -> None:
    """Make these the registered types."""
    for part, known in types.items():
        patch.setattr(registry, part, known)


def stored(new: NewEvent, tenant: str = "t1", stream: str = "contact-1", **changed: Any) -> Stored:
    head = (7, tenant, stream, 2, new.event_id, new.type, new.schema_version, new.occurred_at, 99)
    return Stored(*head, new.data, orjson.dumps(asdict(METADATA)))._replace(**changed)
