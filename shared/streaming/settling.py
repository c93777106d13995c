"""Enforces rules over several records for commands whose process died, and checks old data."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import NamedTuple

from shared.domain.rules import standing_breaches
from shared.events.codec import Undecodable
from shared.kernel.bus import CommandBus
from shared.kernel.catalogue import Catalogue
from shared.security.permissions import system_access
from shared.streaming.reaction import Policy, Reaction


def rules_policy(catalogue: Catalogue) -> Policy:
    """After every event that may break a rule: look, and withdraw it if it does."""
    handled = frozenset(kind for aggregate in catalogue for rule in aggregate.rules for kind in rule.after)

    async def settle(reaction: Reaction) -> None:
        await reaction.bus.enforce(reaction.recorded)

    return Policy("rules", handled, settle)


class Broken(NamedTuple):
    """A rule that a record breaks, since the event of this version."""

    tenant: str
    resource: str
    id: str
    rule: str
    version: int


async def broken_rules(bus: CommandBus, tenant: str | None) -> AsyncIterator[Broken]:
    """The standing breaches of an organisation (None = of all): data from before the rules."""
    store = bus.repository.store
    head = await store.head()
    for aggregate in (a for a in bus.catalogue if a.rules):
        async for stored in store.streams(aggregate.name, up_to=head, tenant=tenant):
            try:
                history = await bus.repository.decoded(stored)
            except Undecodable:
                continue  # parked, and counted with its view
            lookups = bus.lookups(system_access(history[0].tenant), aggregate, history[0].id)
            for rule, last in await standing_breaches(aggregate, history, lookups):
                yield Broken(last.tenant, aggregate.name, last.id, rule.code, last.version)
