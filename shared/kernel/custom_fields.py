"""Custom fields: defined per tenant and resource, checked in every command that carries `custom`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from shared.clock import day
from shared.domain.command import CommandModel
from shared.domain.types import ExactNumber, decimal_key, decimal_of
from shared.errors import FieldError, Invalid
from shared.events.envelope import Stored
from shared.kernel.catalogue import Catalogue
from shared.views.port import Condition, Document, Kind, Query, Scope, Views

MOST = 200  # custom fields of one resource
_DIGITS, _PLACES = 38, 18  # of a decimal: in all, and after the point


async def definitions(catalogue: Catalogue, views: Views, tenant: str, resource: str) -> dict[str, Document]:
    """The tenant's live custom fields of a resource by name: {resource, name, kind, options, required, …}."""
    if (definition := catalogue.field_definition) is None:
        return {}
    where = (Condition("resource", "eq", resource), Condition("archived", "eq", False))
    page = await views.find(definition.collection.name, Query(where=where, limit=MOST), Scope(tenant))
    return {d["name"]: d for d in page.items}


class CustomFields:
    """Checks the `custom` of commands. It keeps the definitions of a tenant until one of them changes."""

    def __init__(self, catalogue: Catalogue, views: Views) -> None:
        self._catalogue, self._views = catalogue, views
        self._kept: dict[tuple[str, str], dict[str, Document]] = {}
        self._changes = 0

    def on_events(self, events: Sequence[Stored]) -> None:
        """Drop the definitions of the tenants where one changed."""
        definition = self._catalogue.field_definition
        for tenant in {e.tenant for e in events if definition is not None and e.category == definition.name}:
            self._changes += 1
            for key in [k for k in self._kept if k[0] == tenant]:
                del self._kept[key]

    def forget_all(self) -> None:
        """Drop all definitions."""
        self._changes += 1
        self._kept.clear()

    async def checked(self, tenant: str, resource: str, body: CommandModel, *, complete: bool) -> CommandModel:
        """The command with its custom decimals in their one form.

        complete: fields that are needed must be there (a new record). Raises Invalid with an error per field.
        """
        custom: dict[str, Any] | None = getattr(body, "custom", None)
        if custom is None or not (custom or complete):
            return body
        defined = self._kept.get((tenant, resource))
        if defined is None:
            defined = await self._load(tenant, resource)
        errors = [e for name, value in custom.items() if (e := _error(defined.get(name), name, value))]
        if complete and defined:
            errors += [_needed(name) for name, d in defined.items() if d["required"] and name not in custom]
        if errors:
            raise Invalid("custom fields are not valid", errors=errors)
        texts = {n: v for n, v in custom.items() if isinstance(v, str) and defined[n]["kind"] == Kind.DECIMAL}
        plain = {name: decimal_key(text) for name, text in texts.items()}
        return body.model_copy(update={"custom": {**custom, **plain}}) if plain else body

    async def _load(self, tenant: str, resource: str) -> dict[str, Document]:
        changes = self._changes
        found = await definitions(self._catalogue, self._views, tenant, resource)
        if changes == self._changes:  # none was projected while we read
            self._kept[tenant, resource] = found
        return found


async def by_number(catalogue: Catalogue, views: Views, tenant: str, resource: str, condition: Condition) -> Condition:
    """A condition on a custom field; on a decimal it asks for the number, however that is written."""
    name, _, text = str(condition.value).partition("=")
    number = decimal_key(text)
    if number is None or (definition := catalogue.field_definition) is None:
        return condition
    where = (("resource", resource), ("name", name), ("kind", Kind.DECIMAL), ("archived", False))
    query = Query(tuple(Condition(field, "eq", value) for field, value in where))
    is_decimal = await views.count(definition.collection.name, query, Scope(tenant)) > 0
    return replace(condition, value=f"{name}=={number}") if is_decimal else condition


def _needed(name: str) -> FieldError:
    return FieldError(f"custom.{name}", "required", "this field is needed")


def _error(definition: Document | None, name: str, value: Any) -> FieldError | None:
    if definition is None:
        return FieldError(f"custom.{name}", "unknown-field", "no such custom field is defined")
    if value is None:
        return _needed(name) if definition["required"] else None
    if _beyond(Kind(definition["kind"]), value):
        return FieldError(f"custom.{name}", "out-of-range", _RANGES[definition["kind"]])
    if not _fits(Kind(definition["kind"]), value):
        return FieldError(f"custom.{name}", "wrong-type", f"must be {definition['kind']}")
    if definition["options"] and value not in definition["options"]:
        return FieldError(f"custom.{name}", "not-an-option", "must be one of the listed options")
    return None


_RANGES: dict[str, str] = {
    Kind.INTEGER: "a whole number is less than 2^53 from zero",
    Kind.DECIMAL: f"a decimal has {_DIGITS} digits at most, {_PLACES} of them after the point",
}


def _beyond(kind: Kind, value: Any) -> bool:
    """Whether it is a number that would have to be rounded to be kept."""
    if kind is Kind.INTEGER:
        return isinstance(value, ExactNumber) and value.lstrip("-").isdigit()
    number = decimal_of(value) if kind is Kind.DECIMAL else None
    if number is None:
        return kind is Kind.DECIMAL and isinstance(value, ExactNumber)
    places = max(0, -int(number.as_tuple().exponent))
    return places > _PLACES or max(number.adjusted() + 1, 0) + places > _DIGITS


def _fits(kind: Kind, value: Any) -> bool:
    match kind:
        case Kind.TEXT | Kind.KEYWORD:
            return isinstance(value, str) and not isinstance(value, ExactNumber) and len(value) <= 2000
        case Kind.INTEGER:
            return isinstance(value, int) and not isinstance(value, bool)
        case Kind.BOOLEAN:
            return isinstance(value, bool)
        case Kind.DECIMAL:
            return isinstance(value, (str, int)) and decimal_of(value) is not None
        case Kind.DATE:
            return isinstance(value, str) and _is_day(value)
        case _:
            return False


def _is_day(text: str) -> bool:
    try:
        day(text)
    except ValueError:
        return False
    return True
