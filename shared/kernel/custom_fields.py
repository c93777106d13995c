"""Custom fields: defined per tenant and resource, checked in every command that carries `custom`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from shared.domain.command import CommandModel
from shared.domain.custom_values import BadValue, fault, fields_of, normal, path
from shared.errors import FieldError, Invalid
from shared.events.envelope import Stored
from shared.kernel.catalogue import Catalogue
from shared.messages import say, shown
from shared.views.port import Condition, Document, Field, Query, ReadableViews, Scope

MOST = 200  # custom fields of one resource

Exists = Callable[[str, str, str], Awaitable[None]]  # field, record type, id; raises Invalid


async def definitions(catalogue: Catalogue, views: ReadableViews, tenant: str, resource: str) -> dict[str, Document]:
    """The tenant's live custom fields of a resource by name: {resource, name, kind, options, required, …}."""
    if (definition := catalogue.field_definition) is None:
        return {}
    where = (Condition("resource", "eq", resource), Condition("archived", "eq", False))
    page = await views.find(definition.collection.name, Query(where=where, limit=MOST), Scope(tenant))
    return {d["name"]: d for d in page.items}


class CustomFields:
    """Checks the `custom` of commands. It keeps the definitions of a tenant until one of them changes."""

    def __init__(self, catalogue: Catalogue, views: ReadableViews) -> None:
        self._catalogue, self._views = catalogue, views
        self._kept: dict[tuple[str, str], dict[str, Document]] = {}
        self._marked: dict[tuple[str, str], tuple[str, ...]] = {}
        self._changes = 0

    def on_events(self, events: Sequence[Stored]) -> None:
        """Drop the definitions of the tenants where one changed."""
        definition = self._catalogue.field_definition
        for tenant in {e.tenant for e in events if definition is not None and e.category == definition.name}:
            self._changes += 1
            for key in [k for k in self._kept if k[0] == tenant]:
                del self._kept[key]
                self._marked.pop(key, None)

    def forget_all(self) -> None:
        """Drop all definitions."""
        self._changes += 1
        self._kept.clear()
        self._marked.clear()

    async def defined(self, tenant: str, resource: str) -> dict[str, Document]:
        """The live definitions of a record type by name."""
        found = self._kept.get((tenant, resource))
        return await self._load(tenant, resource) if found is None else found

    async def sensitive(self, tenant: str, resource: str) -> tuple[str, ...]:
        """The paths of the fields that the organisation marks as sensitive."""
        found = self._marked.get((tenant, resource))
        if found is None:
            defined = await self.defined(tenant, resource)
            found = tuple(path(name) for name, d in defined.items() if d.get("sensitive"))
            if self._kept.get((tenant, resource)) is defined:
                self._marked[tenant, resource] = found
        return found

    async def fields(self, tenant: str, resource: str) -> dict[str, Field]:
        """The fields by which custom values are asked, by their paths: `custom.<name>`."""
        found = await self.defined(tenant, resource)
        return {f.name: f for definition in found.values() for f in fields_of(definition)}

    async def entries(self, tenant: str, resource: str, names: Iterable[str]) -> tuple[Field, ...]:
        """The fields that names of the form `custom.<name>` stand for. Raises Invalid for one that is not defined."""
        wanted = dict.fromkeys(n for n in names if n.startswith("custom."))
        if not wanted:
            return ()
        known = await self.fields(tenant, resource)
        if unknown := [n for n in wanted if n not in known]:
            raise Invalid("no such custom field", errors=[_not_asked(n) for n in unknown])
        return tuple(known[n] for n in wanted)

    async def checked(
        self, tenant: str, resource: str, body: CommandModel, exists: Exists, *, complete: bool
    ) -> CommandModel:
        """The command with its custom values in the one form of their kinds.

        complete: fields that are needed must be there (a new record). Raises Invalid with an error per field.
        """
        custom: dict[str, Any] | None = getattr(body, "custom", None)
        if custom is None or not (custom or complete):
            return body
        defined = await self.defined(tenant, resource)
        errors, kept = list[FieldError](), dict[str, Any]()
        for name, value in custom.items():
            try:
                kept[name] = await _kept(defined.get(name), name, value, exists)
            except BadValue as bad:
                errors.append(fault(name, bad))
            except Invalid as invalid:
                errors += invalid.errors
        if complete and defined:
            errors += [_needed(name) for name, d in defined.items() if d["required"] and name not in custom]
        if errors:
            raise Invalid("custom fields are not valid", errors=errors)
        return body if kept == custom else body.model_copy(update={"custom": kept})

    async def _load(self, tenant: str, resource: str) -> dict[str, Document]:
        changes = self._changes
        found = await definitions(self._catalogue, self._views, tenant, resource)
        if changes == self._changes:  # none was projected while we read
            self._kept[tenant, resource] = found
        return found


async def _kept(definition: Document | None, name: str, value: Any, exists: Exists) -> Any:
    """The value as it is kept. Raises BadValue, Invalid for a reference to no record."""
    if definition is None:
        raise BadValue("unknown-field", "no such custom field is defined")
    if value is None and definition["kind"] != "formula":
        if definition["required"]:
            raise BadValue("required", "this field is needed")
        return None
    found = normal(definition, value)
    if definition["kind"] == "reference":
        await exists(path(name), definition["ref"], found)
    return found


def _needed(name: str) -> FieldError:
    return fault(name, BadValue("required", "this field is needed"))


def _not_asked(name: str) -> FieldError:
    message = say("{field} is no custom field that can be asked about", field=shown(name))
    return FieldError(name[:80], "bad-query", message)
