"""Reactions to events of identity: hand work over, erase users completely."""

from __future__ import annotations

from collections.abc import AsyncIterator

from services.identity.membership import transfers
from services.identity.preferences import PREFERENCES
from services.identity.recents import RECENTS
from services.identity.session import SESSION
from services.identity.user import USER
from shared.domain.command import Command
from shared.errors import CrmError, PreconditionFailed, passes
from shared.events import identity as events
from shared.kernel.catalogue import AnyAggregate
from shared.streaming.erasing import make_unreadable, refresh_view, views_are_up_to
from shared.streaming.reaction import Policy, Reaction
from shared.views.paging import every
from shared.views.port import Condition, Query, Scope


async def _transfer_work(reaction: Reaction) -> None:
    """Every live record of every type that has owners goes to the successor, unless its work is finished."""
    event: events.UserWorkHandedOver = reaction.recorded.event
    await views_are_up_to(reaction)
    for aggregate, transfer in transfers(reaction.catalogue):
        async for id in _owned(reaction, aggregate):
            try:
                await _transfer(reaction, aggregate, transfer, id, event.to)
            except CrmError as error:
                if passes(error):
                    raise  # the runner tries again; what is done is not done twice


async def _transfer(reaction: Reaction, aggregate: AnyAggregate, transfer: Command, id: str, owner: str) -> None:
    """Give an open record to another owner, as it was when it was looked at: a deal that is won meanwhile stays."""
    while not aggregate.finished(state := await reaction.records.load(aggregate, reaction.tenant, id)):
        step = f"{aggregate.name}/{id}/{state.version}"
        try:
            await reaction.send(step, transfer.name, {"owner": owner}, id=id, match=state.version)
            return
        except PreconditionFailed:
            continue


async def _owned(reaction: Reaction, aggregate: AnyAggregate) -> AsyncIterator[str]:
    where = (Condition("owner", "eq", reaction.recorded.id), Condition("archived", "eq", False))
    views, scope = reaction.views, Scope(reaction.tenant)
    async for document in every(views, aggregate.collection.name, Query(where), scope):
        yield document["id"]


async def _erase_user(reaction: Reaction) -> None:
    """Sessions go with them, each of which tells a device and an address, and what they set and opened."""
    await make_unreadable(reaction, USER)
    await views_are_up_to(reaction)
    async for id in _owned(reaction, SESSION):
        await reaction.send(f"end/{id}", "identity.RevokeSession", {}, id=id)
        await refresh_view(reaction, SESSION, id)
    for aggregate in (PREFERENCES, RECENTS):
        if await reaction.views.get(aggregate.collection.name, reaction.recorded.id, Scope(reaction.tenant)):
            await refresh_view(reaction, aggregate, reaction.recorded.id)
    reaction.purge()


POLICIES: tuple[Policy, ...] = (
    Policy("hand-over", frozenset({events.UserWorkHandedOver}), _transfer_work),
    Policy("erase-user", frozenset({events.UserErased}), _erase_user),
)
