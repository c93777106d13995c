"""Event → command: the other halves of merges, and erasing what an erased person left behind."""

from __future__ import annotations

from typing import Any

from services.customer import account, contact
from services.customer.account import ACCOUNT
from services.customer.contact import CONTACT
from services.customer.merging import MergeEvents
from shared.domain.aggregate import Aggregate
from shared.errors import NotFound, Rejected
from shared.events.customer_contacts import PersonErased
from shared.streaming.erasing import make_unreadable
from shared.streaming.policies import Policy, Reaction


def merging(aggregate: Aggregate[Any], title: str, events: MergeEvents) -> Policy:
    """Tell the others that they live on in the survivor, or stand by themselves again.

    One that cannot be absorbed any more is given up: the survivor lets it go.
    """

    async def absorb(reaction: Reaction, survivor: str, id: str) -> None:
        try:
            await reaction.send(f"absorb/{id}", f"customer.Absorb{title}", {"into": survivor}, id=id)
        except (Rejected, NotFound):
            await reaction.send(f"abandon/{id}", f"customer.Abandon{title}Merge", {"id": id}, id=survivor)

    async def react(reaction: Reaction) -> None:
        event, survivor = reaction.recorded.event, reaction.recorded.id
        if isinstance(event, events.merged):
            for id in event.absorbed:
                await absorb(reaction, survivor, id)
        else:
            for id in event.released:
                await reaction.send(f"release/{id}", f"customer.Release{title}", {"previous": survivor}, id=id)

    return Policy(f"{aggregate.name}-merges", frozenset({events.merged, events.unmerged}), react)


async def erase_person(reaction: Reaction) -> None:
    """Make the record unreadable, erase what it had absorbed, then purge the view's files."""
    person = await make_unreadable(reaction, CONTACT)
    for other in person.absorbed:
        await reaction.send(f"erase/{other}", "customer.EraseAbsorbedContact", {}, id=other)
    await reaction.bus.views.purge()


POLICIES = (
    merging(ACCOUNT, "Account", account.MERGES),
    merging(CONTACT, "Contact", contact.MERGES),
    Policy("erase-person", frozenset({PersonErased}), erase_person),
)
