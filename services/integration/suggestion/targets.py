"""What a column may fill: plain fields of the command that makes a record, and what further commands of it set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.integration.mapping.prepared import may_import
from services.integration.suggestion.fields import fields_of
from shared.domain.command import Command
from shared.kernel.catalogue import AnyAggregate
from shared.security.permissions import Access

# What a further command sets: head of the field → the verb of its command, the field of it that holds the value.
BY_COMMAND = {
    "tags": ("tags", "add"),
    "grade": ("grade", "grade"),
    "parent": ("parent", "parent"),
    "emails": ("add-email", "email"),
    "phones": ("add-phone", "phone"),
    "addresses": ("add-address", ""),
    "contact": ("contact-role", "contact"),
    "links": ("link", "id"),
}
_LIFE = {"lead": "start", "opportunity": "win"}  # record type → the verb of the first command that changes its status
OF_COMPANY = tuple(f"account.{name}" for name in ("name", "external_id", "website", "industry", "employees", "tax_id"))


@dataclass(frozen=True, slots=True)
class Targets:
    """fields: plain ones that the caller may fill. at: when the record was made can be said."""

    aggregate: AnyAggregate
    fields: tuple[str, ...]
    access: Access

    def has(self, field: str) -> bool:
        """Whether a column may fill the field; `#2` and what follows the head of a name are not looked at."""
        field = field.partition("#")[0]
        head = field.partition(".")[0]
        if field in self.fields or field == "at" or head == "custom":
            return True
        if "." in field and head == "account":
            return field in OF_COMPANY and "account" in self.fields
        if field == "status" or field == "lost_reason":
            return self.command(_LIFE.get(self.aggregate.name, "-")) is not None and self._may(field)
        return head in BY_COMMAND and self.command(BY_COMMAND[head][0]) is not None and self._may(head)

    def _may(self, name: str) -> bool:
        name = {"contact": "contact_roles", "links": "links"}.get(name, name)
        return self.access.may_write(self.aggregate.name, name)

    def command(self, verb: str) -> Command | None:
        return next((c for c in self.aggregate.commands.values() if c.verb == verb and may_import(c)), None)

    def named(self, verb: str) -> str:
        """The name of a command that there is."""
        command = self.command(verb)
        assert command is not None, verb
        return command.name


def targets_of(aggregate: AnyAggregate, access: Access) -> Targets:
    """Raises Invalid for a record type that no import can make."""
    return Targets(aggregate, tuple(fields_of(aggregate, access)), access)


def own_titles(targets: Targets, custom: Sequence[tuple[str, Sequence[str]]]) -> Iterator[tuple[str, str]]:
    """Every title of the suite itself with its field."""
    for name in targets.fields:
        declared = targets.aggregate.collection.field(name)
        for title in (name, declared.zh, declared.en) if declared is not None else (name,):
            yield title, name
    for name, titles in custom:
        for title in (f"custom.{name}", name, *titles):
            yield title, f"custom.{name}"
