"""Event → command: the other halves of merges, and erasing what an erased person left behind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from services.customer import account_tree, contact
from services.customer.account import ACCOUNT
from services.customer.activity import ACTIVITY, KINDS
from services.customer.contact import CONTACT
from services.customer.merging import MergeEvents
from shared.domain.aggregate import Aggregate
from shared.errors import Invalid, NotFound, Rejected
from shared.events.customer_activities import ActivityErased, ActivityLinked, Begun
from shared.events.customer_contacts import PersonErased
from shared.events.identity import UserErased
from shared.events.sales_leads import LeadErased
from shared.events.subjects import PERSONS
from shared.streaming.erasing import erase_each, make_unreadable, refresh_view, survivors_of, views_are_up_to
from shared.streaming.reaction import Policy, Reaction
from shared.views.paging import every
from shared.views.port import Condition, Query, Scope, Views


def merging(aggregate: Aggregate[Any], title: str, events: MergeEvents) -> Policy:
    """Tell the others that they live on in the survivor, or stand by themselves again.

    One that cannot be absorbed any more is given up: the survivor lets it go.
    """

    async def absorb(reaction: Reaction, survivor: str, id: str) -> None:
        try:
            await reaction.send(f"absorb/{id}", f"customer.Absorb{title}", {"into": survivor}, id=id)
        except (Rejected, NotFound):
            await forget_taken(reaction, id, survivor)
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
    """Make the record unreadable, erase what it had absorbed, then have the view's files purged."""
    person = await make_unreadable(reaction, CONTACT)
    reaction.purge()
    for survivor in await survivors_of(reaction.records, CONTACT, reaction.tenant, person.id):
        await forget_taken(reaction, person.id, survivor)
    await erase_each(reaction, "customer.EraseAbsorbedContact", person.absorbed, "erase")


async def forget_taken(reaction: Reaction, id: str, survivor: str) -> None:
    """Remove what a survivor took over from an erased person, from its view at once."""
    person = await reaction.records.load(CONTACT, reaction.tenant, id)
    if not person.erased:
        return
    await reaction.keys.destroy(reaction.tenant, id)
    step, command, body = f"forget/{id}/{survivor}", "customer.ForgetTakenContactValues", {"person": id}
    try:
        await reaction.send(step, command, body, id=survivor)
    except Invalid:  # another person was erased at this moment: the retry reads the record without their values
        await reaction.send(step, command, body, id=survivor)
    await refresh_view(reaction, CONTACT, survivor)
    reaction.purge()


async def erase_activity(reaction: Reaction) -> None:
    await make_unreadable(reaction, ACTIVITY)
    reaction.purge()


async def erase_what_was_said(reaction: Reaction) -> None:
    """An activity about several persons is erased with the first of them."""
    await views_are_up_to(reaction)
    about = [id async for id in _activities_of(reaction.views, reaction.tenant, reaction.recorded.id)]
    await erase_each(reaction, "customer.EraseActivity", about, "said")


async def _activities_of(views: Views, tenant: str, person: str) -> AsyncIterator[str]:
    query = Query((Condition("about", "contains", person),))
    async for document in every(views, ACTIVITY.collection.name, query, Scope(tenant)):
        yield document["id"]


async def erase_what_is_said(reaction: Reaction) -> None:
    """Erase an activity about a person erased at this moment: their own erasure ran too early to find it."""
    id = reaction.recorded.id
    for type_, person in _persons_in(reaction.recorded.event):
        if (await reaction.records.load(reaction.catalogue[type_], reaction.tenant, person)).erased:
            await erase_each(reaction, "customer.EraseActivity", [id], "said")


def _persons_in(event: Begun | ActivityLinked) -> list[tuple[str, str]]:
    """Type and id of each person whom an event brings into an activity."""
    if isinstance(event, ActivityLinked):
        found = [(event.type, event.id)]
    else:
        found = [(one["type"], one["id"]) for one in (*event.links, *event.participants)]
    return [one for one in found if one[0] in PERSONS]


POLICIES = (
    merging(ACCOUNT, "Account", account_tree.MERGES),
    merging(CONTACT, "Contact", contact.MERGES),
    Policy("erase-person", frozenset({PersonErased}), erase_person),
    Policy("erase-activity", frozenset({ActivityErased}), erase_activity),
    Policy("erase-what-was-said", frozenset({PersonErased, LeadErased, UserErased}), erase_what_was_said),
    Policy("erase-what-is-said", frozenset({*KINDS.values(), ActivityLinked}), erase_what_is_said),
)
