"""What the policies of all erasures have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from shared.domain.aggregate import Aggregate
from shared.errors import Rejected
from shared.events.common import Absorbed
from shared.faults import crashpoint
from shared.kernel.lookups import views_reach
from shared.kernel.repository import Repository
from shared.streaming.reaction import Reaction
from shared.views.port import Write


class NotErased(Exception):
    """What an erasure leads to was refused: the reaction is parked, shown to operators and tried again."""


async def erase_each(reaction: Reaction, command: str, ids: Iterable[str], step: str) -> None:
    """Erase what goes with an erased record; a refused one, by a hold or otherwise, keeps no other from going.

    step: of the command for an id is `<step>/<id>`. Raises NotErased at the end where one was refused: it is no
    outcome that something of an erased person stays.
    """
    refused = []
    for id in ids:
        try:
            await reaction.send(f"{step}/{id}", command, {}, id=id)
        except Rejected as error:
            refused.append(f"{id} ({error.extra.get('code', '')})")
    if refused:
        raise NotErased(f"{command}: {', '.join(refused)}")


async def make_unreadable(reaction: Reaction, aggregate: Aggregate[Any]) -> Any:
    """Destroy the key of the record the event is about and mask its view; returns its state.

    The command destroys the key too, unless the process died in between. `reaction.purge()` comes after all masks.
    """
    id = reaction.recorded.id
    await reaction.keys.destroy(reaction.tenant, id)
    crashpoint("erasure.key_destroyed")
    return await refresh_view(reaction, aggregate, id)


async def refresh_view(reaction: Reaction, aggregate: Aggregate[Any], id: str) -> Any:
    """Fold a record again and write its view, and its past once the reaction is over; returns its state."""
    records, tenant = reaction.records, reaction.tenant
    records.forget(aggregate, tenant, id)
    state = await records.load(aggregate, tenant, id)
    name, document = aggregate.collection.name, aggregate.document(state)
    await reaction.views.write([Write(name, tenant, id, document, state.version, overwrite=True)])
    reaction.rewrite_past(aggregate.name, id)
    return state


async def survivors_of(repository: Repository, aggregate: Aggregate[Any], tenant: str, id: str) -> list[str]:
    """The records that ever absorbed one, directly or through others."""
    looked = [id]
    for one in looked:
        events = [recorded.event for recorded in await repository.events(aggregate, tenant, one)]
        into = dict.fromkeys(event.into for event in events if isinstance(event, Absorbed))
        looked += [survivor for survivor in into if survivor not in looked]
    return looked[1:]


async def views_are_up_to(reaction: Reaction) -> None:
    """The views show what came before the event: what they do not find is not there. Raises Unavailable: not yet."""
    await views_reach(reaction.views, reaction.recorded.position)
