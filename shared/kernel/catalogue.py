"""All record types of a process, by resource name: filled once by the composition root."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from shared.domain.aggregate import Aggregate
from shared.domain.command import Command
from shared.errors import NotFound
from shared.labels.words import ResourceWords, TypeWords
from shared.messages import say, shown
from shared.messages.named import bring
from shared.security.permissions import Role
from shared.security.roles import Resource, with_grants
from shared.views.port import Collection

if TYPE_CHECKING:
    from shared.streaming.multistream import MultiStreamProjection

AnyAggregate = Aggregate[Any]


class Catalogue:
    """roles: the built-in ones by id, with what the services grant them; none where none were given.

    resources: what rights are granted on in addition to record types. streams: the categories of streams that are no
    records. projections: those of many streams.
    field_definition: the record type whose records define custom fields, None where there is none. holds: that of legal
    holds, likewise.
    """

    def __init__(
        self,
        aggregates: Iterable[AnyAggregate],
        roles: Iterable[Role] = (),
        resources: Iterable[Resource] = (),
        streams: Iterable[str] = (),
        projections: Iterable[MultiStreamProjection] = (),
    ) -> None:
        """Raises ValueError for a grant to an unknown role, TypeError for commands that no service includes."""
        self._by_name = {a.name: a for a in aggregates}
        self.projections = tuple(projections)
        self.field_definition = next((a for a in self if a.defines_fields), None)
        self.holds = next((a for a in self if a.holds is not None), None)
        forgotten = [(a.name, one.module) for a in self for one in a.expected]
        if forgotten:
            raise TypeError(f"no catalogue includes these commands: {forgotten}")
        resources = tuple(resources)
        others = {r.name: r.grants for r in resources}
        for one in self:
            bring(one.name, TypeWords(one))
        for resource in resources:
            bring(resource.name, ResourceWords(resource.title))
        self.resources, self.streams = frozenset(others), frozenset(streams)
        granted = [*((a.name, a.grants) for a in self), *others.items()]
        self.roles = with_grants(roles, granted) if (roles := tuple(roles)) else {}
        self._commands = {name: (a, c) for a in self._by_name.values() for name, c in a.commands.items()}

    def __iter__(self) -> Iterator[AnyAggregate]:
        return iter(self._by_name.values())

    def __getitem__(self, name: str) -> AnyAggregate:
        """Raises NotFound for a name nothing is registered under."""
        if name not in self._by_name:
            raise NotFound(say("there is no record type {name}", name=shown(name)))
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    @property
    def collections(self) -> list[Collection]:
        """What the views must hold."""
        return [*(a.collection for a in self), *(p.collection for p in self.projections)]

    def has_command(self, name: str) -> bool:
        return name in self._commands

    def command(self, name: str) -> tuple[AnyAggregate, Command]:
        """The command of a full name such as "customer.CreateAccount". Raises NotFound."""
        if name not in self._commands:
            raise NotFound(say("there is no command {name}", name=shown(name)))
        return self._commands[name]

    def check_lookups(self) -> None:
        """Raises ValueError when a record type looks up another one that is not here: its rules could not hold."""
        for one in self:
            if missing := sorted(set(one.looks_up) - self._by_name.keys()):
                raise ValueError(f"{one.name} looks up {', '.join(missing)}, which the catalogue lacks")
