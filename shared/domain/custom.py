"""Custom fields: defined per tenant and resource, checked in every command that carries `custom`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from shared.domain.aggregate import CommandModel
from shared.errors import FieldError, Invalid
from shared.views.port import Condition, Document, Kind, Query, Scope, Views

DEFINITIONS = "field_definitions"  # collection: resource, name, kind, options, required, archived


async def definitions(views: Views, tenant: str, resource: str) -> dict[str, Document]:
    """The tenant's live custom fields of a resource by name."""
    where = (Condition("resource", "eq", resource), Condition("archived", "eq", False))
    page = await views.find(DEFINITIONS, Query(where=where, limit=200), Scope(tenant))
    return {d["name"]: d for d in page.items}


async def check_custom(views: Views, tenant: str, resource: str, body: CommandModel) -> None:
    """Check the `custom` of a command against the definitions. Raises Invalid with an error per field."""
    custom: dict[str, Any] | None = getattr(body, "custom", None)
    if not custom:
        return
    defined = await definitions(views, tenant, resource)
    errors = [e for name, value in custom.items() if (e := _error(defined.get(name), name, value))]
    if errors:
        raise Invalid("custom fields are not valid", errors=errors)


def _error(definition: Document | None, name: str, value: Any) -> FieldError | None:
    if definition is None:
        return FieldError(f"custom.{name}", "unknown-field", "no such custom field is defined")
    if value is None:
        return FieldError(f"custom.{name}", "required", "this field is needed") if definition["required"] else None
    if not _fits(Kind(definition["kind"]), value):
        return FieldError(f"custom.{name}", "wrong-type", f"must be {definition['kind']}")
    if definition["options"] and value not in definition["options"]:
        return FieldError(f"custom.{name}", "not-an-option", "must be one of the listed options")
    return None


def _fits(kind: Kind, value: Any) -> bool:
    match kind:
        case Kind.TEXT | Kind.KEYWORD:
            return isinstance(value, str) and len(value) <= 2000
        case Kind.INTEGER:
            return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53
        case Kind.BOOLEAN:
            return isinstance(value, bool)
        case Kind.DECIMAL:
            return isinstance(value, (str, int)) and not isinstance(value, bool) and _is_decimal(str(value))
        case Kind.DATE:
            return isinstance(value, str) and _is_date(value)
        case _:
            return False


def _is_decimal(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
