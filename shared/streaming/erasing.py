"""What the policies of all erasures have in common."""

from __future__ import annotations

from typing import Any

from shared.domain.aggregate import Aggregate
from shared.domain.lookups import views_reach
from shared.faults import crashpoint
from shared.streaming.policies import Reaction
from shared.views.port import Write


async def make_unreadable(reaction: Reaction, aggregate: Aggregate[Any]) -> Any:
    """Destroy the key of the record the event is about and mask its view; returns its state.

    The command destroys the key too, unless the process died in between. `reaction.purge()` comes after all masks.
    """
    bus, tenant, id = reaction.bus, reaction.recorded.tenant, reaction.recorded.id
    await bus.reservations.keys.destroy(tenant, id)
    crashpoint("erasure.key_destroyed")
    bus.repository.forget(aggregate, tenant, id)
    state = await bus.repository.load(aggregate, tenant, id)
    await bus.views.write([Write(aggregate.collection.name, tenant, id, aggregate.document(state), state.version)])
    return state


async def views_are_up_to(reaction: Reaction) -> None:
    """The views show what came before the event: what they do not find is not there. Raises Unavailable: not yet."""
    await views_reach(reaction.bus.views, reaction.recorded.position)
