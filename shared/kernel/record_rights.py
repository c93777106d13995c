"""What a caller may do with one record now: by role, by scope and by the state that the record is in."""

from __future__ import annotations

from shared.domain.command import Command
from shared.kernel.catalogue import AnyAggregate
from shared.security.permissions import Access
from shared.views.port import Document


def rights_of(aggregate: AnyAggregate, document: Document, access: Access) -> Document:
    """`{read, edit, fields, commands}` of a record that the caller sees. document: whole, nothing left out.

    fields: those that some command sets and that the caller cannot change now. commands: by name, whether the caller
    may send it and the record's state admits it; rules that look further may still refuse it.
    """
    owner = document.get("owner") if aggregate.collection.owner is not None else ""
    open_ = {c.name: c for c in aggregate.commands.values() if not (c.hidden or c.creates)}
    commands = {name: _may(aggregate, c, document, access, owner) for name, c in open_.items()}
    set_by_any = {f for c in open_.values() for f in _fields(c)}
    settable = {f for name, c in open_.items() if commands[name] for f in _fields(c)}
    names = [*(f.name for f in aggregate.collection.fields if f.name in set_by_any), *_locked_custom(aggregate, access)]
    seen = [name for name in names if access.may_see(aggregate.name, name)]
    fixed = [n for n in seen if n.partition(".")[0] not in settable or not access.may_write(aggregate.name, n)]
    edit = next((commands[name] for name, c in open_.items() if c.verb == "PATCH"), False)
    return {"read": True, "edit": edit, "fields": fixed, "commands": commands}


def _locked_custom(aggregate: AnyAggregate, access: Access) -> list[str]:
    return sorted(name for name in access.locked(aggregate.name) if name.startswith("custom."))


def _may(aggregate: AnyAggregate, command: Command, document: Document, access: Access, owner: str | None) -> bool:
    resource = aggregate.name
    if not access.allows(resource, command.action, owner):
        return False
    if document.get("erased") and command.action != "erase":
        return False
    if not all(access.may_write(resource, name) for name in command.sets):
        return False
    # a hidden field is no reason: the answer would show its value
    return all(document.get(n) in values for n, values in command.when.items() if access.may_see(resource, n))


def _fields(command: Command) -> tuple[str, ...]:
    """The fields of the record whose values a form changes by the command."""
    return tuple(command.model.model_fields) if command.verb == "PATCH" else command.edits
