"""What a policy is, and what it may use when it reacts to an event."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from shared.clock import Clock
from shared.events.envelope import Recorded
from shared.kernel.bus import Call, CommandBus, Done
from shared.kernel.catalogue import Catalogue
from shared.kernel.repository import Repository
from shared.security.keycache import KeyCache
from shared.security.permissions import system_access
from shared.views.port import Views


class PastAway(Exception):
    """The process with the past is not reached, and a person stands in it who was erased: the reaction is parked, shown
    to operators and tried again, while all others go on."""


@dataclass(slots=True)
class Afterwards:
    """What a reaction leaves to be done, also where it is refused or fails after it asked for it.

    rewritten: records, by category and id, whose past is to be read again.
    """

    purge: bool = False
    rewritten: dict[tuple[str, str], None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a policy may use: commands caused by one event, sent as the system on behalf of its actor, and reads."""

    bus: CommandBus
    recorded: Recorded
    afterwards: Afterwards = field(default_factory=Afterwards)

    def purge(self) -> None:
        """Have the views' files purged once the page of events is through (see PurgesFiles): as often as it is asked
        for, it is done once, and before the events count as reacted to."""
        self.afterwards.purge = True

    def rewrite_past(self, category: str, id: str) -> None:
        """Have the past of a record read again (see PastUpkeep) before the event counts as reacted to."""
        self.afterwards.rewritten[category, id] = None

    @property
    def tenant(self) -> str:
        return self.recorded.tenant

    @property
    def catalogue(self) -> Catalogue:
        return self.bus.catalogue

    @property
    def records(self) -> Repository:
        """Records as the log has them."""
        return self.bus.repository

    @property
    def views(self) -> Views:
        """Records as the views show them: they may be behind the event."""
        return self.bus.views

    @property
    def keys(self) -> KeyCache:
        return self.bus.reservations.keys

    @property
    def clock(self) -> Clock:
        return self.bus.clock

    async def send(
        self,
        step: str,
        name: str,
        body: dict[str, Any],
        *,
        id: str | None = None,
        new_id: str | None = None,
        match: int | None = None,
    ) -> Done:
        """`step` names the command within this reaction: the same event and step happen once, however often tried.

        match: the version that the record must have, else PreconditionFailed.

        Raises LookupError for a command that the catalogue lacks: that is no refusal, and the reaction is parked.
        """
        if not self.catalogue.has_command(name):
            raise LookupError(f"there is no command {name}")
        event = self.recorded
        call = Call(
            access=system_access(event.tenant),
            id=id,
            if_match=match,
            new_id=new_id,
            key=f"policy/{event.event_id}/{step}",
            on_behalf_of=event.metadata.on_behalf_of or event.metadata.actor,
            correlation_id=event.metadata.correlation_id,
            causation_id=event.event_id,
        )
        return await self.bus.send(name, body, call)


@dataclass(frozen=True, slots=True)
class Policy:
    """What happens after certain events. react may be repeated and must be safe to repeat."""

    name: str
    handles: frozenset[type[Any]]
    react: Callable[[Reaction], Awaitable[None]]
