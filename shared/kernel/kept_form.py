"""The form in which a field keeps a value that is asked for."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from shared.domain.fields import fields_for
from shared.domain.phones import known_phone
from shared.domain.record import Record
from shared.domain.types import Reading
from shared.views.port import Field, Key


def as_kept(state: type[Record], field: Field, value: Any, country: str = "") -> Any:
    """`Germany` → `DE`. What the field does not take stays as it is: nothing is found by it.

    state: of the record. country: whose national telephone numbers are meant.
    """
    if not isinstance(value, str) or not value:
        return value
    if field.key is not None:  # keys have a form of their own
        return known_phone(value, country) if field.key is Key.PHONE else value
    adapter = _adapters(state).get(field.name)  # type: ignore[arg-type]  # a class can be hashed
    try:
        kept = value if adapter is None else adapter.validate_python(value, context=Reading(country=country))
    except ValidationError:
        return value
    return kept if isinstance(kept, str) else value


@cache
def _adapters(state: type[Record]) -> dict[str, TypeAdapter[Any]]:
    """Of the fields that commands take as they are."""
    return {name: TypeAdapter(field.type) for name, field in fields_for(state).items()}
