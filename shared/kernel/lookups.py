"""What a command's `prepare` may ask before the decision: strong reads from the store, wide ones from the views."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from shared.clock import Clock, Ids
from shared.domain.aggregate import Aggregate
from shared.domain.command import Command, CommandModel, Context
from shared.domain.record import Record
from shared.errors import Invalid, Unavailable
from shared.events.common import USER
from shared.events.envelope import Event, Recorded
from shared.kernel.catalogue import AnyAggregate, Catalogue
from shared.kernel.custom_fields import CustomFields
from shared.kernel.merges import Merges
from shared.kernel.parsing import parse
from shared.kernel.preconditions import check
from shared.kernel.repository import Repository
from shared.messages import say
from shared.messages.named import type_named
from shared.security.directory import Directory, Places
from shared.security.permissions import Access
from shared.streaming.shares import reached
from shared.views.port import Condition, Document, Query, ReadableViews, Scope, Views

S = TypeVar("S", bound=Record)
WAITS, PAUSE = 200, 0.01  # seconds each


@dataclass(frozen=True, slots=True)
class Sources:
    """Where lookups look. reach: returns once the views have come to a position of the log."""

    catalogue: Catalogue
    repository: Repository
    views: ReadableViews
    directory: Directory
    custom: CustomFields
    merges: Merges
    reach: Callable[[int], Awaitable[None]]
    clock: Clock
    ids: Ids


class Lookups:
    """Bound to one tenant and one command's target: the record `id` of a type. It reads the types that this one names
    in `looks_up`; for another one its methods raise LookupError, so that a kernel knows at its start what it needs.

    position: records as they were there in the log; None = now. day: of the command, where the organisation is.
    """

    def __init__(
        self,
        access: Access,
        aggregate: AnyAggregate,
        id: str,
        sources: Sources,
        position: int | None = None,
        day: str = "",
    ) -> None:
        self.access, self.id, self.position, self.day = access, id, position, day
        self._target = aggregate
        self.tenant = access.tenant
        self.catalogue, self.views, self.reach = sources.catalogue, sources.views, sources.reach
        self._repository, self._sources = sources.repository, sources

    def at(self, position: int) -> Lookups:
        """The same look-ups, with records as of a position of the log. `find` still asks the present views."""
        return Lookups(self.access, self._target, self.id, self._sources, position, self.day)

    def by(self, access: Access) -> Lookups:
        """The same, asked by somebody else."""
        return Lookups(access, self._target, self.id, self._sources, self.position, self.day)

    async def state(self, aggregate: Aggregate[S], id: str) -> S:
        """A record's state, folded from the store. version 0 = unknown."""
        self._known(aggregate.name)
        return await self._state(aggregate, id)

    async def _state(self, aggregate: Aggregate[S], id: str) -> S:
        if self.position is None:
            return await self._repository.load(aggregate, self.tenant, id)
        return aggregate.fold(self._until(await self._repository.events(aggregate, self.tenant, id)))

    async def record(self, resource: str, id: str) -> Record:
        """The same by resource name: for references across services."""
        return await self.state(self._known(resource), id)

    async def living(self, resource: str, id: str) -> Record:
        """The record, or the one that it lives on in after all merges."""
        self._known(resource)
        return await self._living(resource, id)

    async def _living(self, resource: str, id: str) -> Record:
        record: Record = await self._state(self.catalogue[resource], id)
        into = getattr(record, "merged_into", None)
        return record if into is None else await self._living(resource, into)

    async def same(self, resource: str, id: str) -> list[str]:
        """The ids of all records that are the same one by now."""
        record = await self.living(resource, id)
        return list(dict.fromkeys((record.id or id, *getattr(record, "absorbed", ()), id)))

    async def events(self, resource: str, id: str) -> list[Recorded]:
        return self._until(await self._repository.events(self._known(resource), self.tenant, id))

    async def history(self, aggregate: AnyAggregate, id: str) -> list[Recorded]:
        """The events of a record of any type."""
        return self._until(await self._repository.events(aggregate, self.tenant, id))

    def _until(self, events: list[Recorded]) -> list[Recorded]:
        return events if self.position is None else [e for e in events if e.position <= self.position]

    async def each(self, aggregate: Aggregate[S]) -> AsyncIterator[S]:
        """Every record of a type, read from the store. Complete but slow: for rare checks."""
        self._known(aggregate.name)
        store = self._repository.store
        up_to = await store.head() if self.position is None else self.position
        async for stored in store.streams(aggregate.name, up_to=up_to, tenant=self.tenant):
            yield aggregate.fold(await self._repository.decoded(stored))

    async def exists(self, field: str, resource: str, id: str | None) -> None:
        """Raises Invalid naming the field unless the record exists, is neither archived nor erased, and is visible to
        the caller. A merged one does where the one it lives on in does."""
        if id is None:
            return
        await self._existing(field, resource, id)

    async def _existing(self, field: str, resource: str, id: str) -> Record:
        record = await self.living(resource, id)
        if _is_gone(record) or not self.sees(resource, record.owner):
            raise _unknown(field, resource)
        return record

    async def owner(self, id: str | None, field: str = "owner") -> None:
        """Raises Invalid naming the field unless the user exists, is visible, and may be given records: nobody who has
        left."""
        if id is not None and not self._known(USER).may_own(await self._existing(field, USER, id)):
            raise Invalid.field(field, "deactivated", "this user is deactivated; choose one who is active")

    async def named(self, field: str, resource: str, id: str) -> None:
        """As `exists`, for a reference that the organisation defined: any record type may be named by it."""
        if (await self._seen(field, resource, await self._living(resource, id))).archived:
            raise _unknown(field, resource)

    async def there(self, field: str, resource: str, id: str) -> Record:
        """The record of any type, archived or merged ones too. Raises Invalid naming the field unless the caller sees
        it and it is not erased."""
        if resource not in self.catalogue:
            raise Invalid.field("resource", "unknown-resource", "there is no record type of this name")
        state: Record = await self._repository.load(self.catalogue[resource], self.tenant, id)
        return await self._seen(field, resource, state)

    async def _seen(self, field: str, resource: str, state: Record) -> Record:
        owners = self.access.owners(self.access.level(resource, "read"))
        owned = self.catalogue[resource].collection.owner is not None
        unseen = owners is not None and (not owners or (owned and state.owner not in owners))
        if state.version == 0 or state.erased or unseen:
            raise _unknown(field, resource)
        return state

    async def defined(self, resource: str) -> dict[str, Document]:
        """The organisation's custom fields of a record type, by name."""
        return await self._sources.custom.defined(self.tenant, resource)

    async def admit(self, command: Command, body: dict[str, Any], id: str | None = None) -> Any:
        """Run the checks and look-ups of another command before its decision; returns its facts.

        id: its record; None = this one. Raises the same errors as the command itself.
        """
        _, facts = await self._admitted(command, body, id)
        return facts

    async def _admitted(self, command: Command, body: dict[str, Any], id: str | None) -> tuple[CommandModel, Any]:
        aggregate, command = self.catalogue.command(command.name)
        target = self if id is None else self._for(aggregate, id)
        parsed = await self.allow(command.name, body, await self.state(aggregate, target.id))
        return parsed, None if command.prepare is None else await command.prepare(parsed, target)

    async def try_out(self, command: Command, body: dict[str, Any], id: str) -> list[Event]:
        """What another command on a record would decide for the caller now; nothing of it happens. Raises as it would.

        Holds, and what the kernel refuses after a decision, are for the caller to ask.
        """
        aggregate, command = self.catalogue.command(command.name)
        parsed, facts = await self._admitted(command, body, id)
        state, now, source = await self.state(aggregate, id), self._sources.clock.now(), self._sources
        calendars = [await source.directory.calendar(self.tenant, user) for user in ("", self.access.user)]
        context = Context(
            self.tenant, id, self.access.user, now, now, self.access, source.ids.new, facts, "", *calendars
        )
        events: list[Event] = command.decide(parsed, state, context)
        return events

    async def access_of(self, user: str) -> Access | None:
        """An active user's rights now; None for anyone else."""
        return await self._sources.directory.access(self.tenant, user)

    async def allow(self, name: str, body: dict[str, Any], state: Record) -> CommandModel:
        """The command parsed, once its form, rights and fields pass on a record of this state. Raises as it would."""
        aggregate, command = self.catalogue.command(name)
        parsed = parse(command, body)
        check(aggregate, command, parsed, state, self.access, None)
        return await self._sources.custom.checked(self.tenant, aggregate.name, parsed, self.named, complete=False)

    def _for(self, aggregate: AnyAggregate, id: str) -> Lookups:
        return Lookups(self.access, aggregate, id, self._sources, self.position, self.day)

    def _known(self, resource: str) -> AnyAggregate:
        """Raises LookupError for a type that the target's does not declare to look up."""
        if resource != self._target.name and resource not in self._target.looks_up:
            raise LookupError(f"{self._target.name} looks up {resource}, and does not say so in `looks_up`")
        return self.catalogue[resource]

    def sees(self, resource: str, owner: str | None) -> bool:
        """Whether the caller may read a record of that owner."""
        if self._known(resource).collection.owner is None:
            return True
        owners = self.access.owners(self.access.level(resource, "read"))
        return owners is None or owner in owners

    async def places(self) -> Places:
        """Teams, managers and roles of the people of the organisation."""
        return await self._sources.directory.places(self.tenant)

    def unowned(self) -> frozenset[str]:
        """The record types without owners: rights on them are the same at every level."""
        return frozenset(a.name for a in self.catalogue if a.collection.owner is None)

    async def find(self, collection: str, query: Query) -> list[Document]:
        """From the views, all owners of the tenant: may lag by milliseconds, so never the guard of an invariant."""
        return (await self.views.find(collection, query, Scope(self.tenant))).items

    async def alike(self, resource: str, condition: Condition, limit: int) -> list[Document]:
        """Live records that meet a condition, as `find`; in place of a merged one that does, the one it lives on in."""
        collection = self._known(resource).collection.name
        live = Condition("archived", "eq", False)
        found = {d["id"]: d for d in await self.find(collection, Query((condition, live), limit=limit))}
        if survivors := await self._sources.merges.of(self.tenant):
            merged = Query((condition, Condition("merged_into", "empty", False)), limit=limit)
            for id in {survivors.living(d["id"]) for d in await self.find(collection, merged)} - found.keys():
                document = await self.get(collection, id)
                if document is not None and not document["archived"]:
                    found[id] = document
        return list(found.values())

    async def caught_up(self) -> None:
        """Return once the views show what is in the log now. Raises Unavailable after two seconds."""
        await self.reach(await self._repository.store.head())

    async def settled(self) -> None:
        """The same, but after two seconds return all the same: they are behind then."""
        with suppress(Unavailable):
            await self.caught_up()

    async def get(self, collection: str, id: str) -> dict[str, Any] | None:
        return await self.views.get(collection, id, Scope(self.tenant))


def _is_gone(record: Record) -> bool:
    """Whether nothing new may name it."""
    return record.version == 0 or record.archived or record.erased


def _unknown(field: str, resource: str) -> Invalid:
    return Invalid.field(
        field, "unknown-reference", say("there is no {resource} with this id", resource=type_named(resource))
    )


async def views_reach(views: Views, position: int) -> None:
    """Return once the views have come to a position of the log. Raises Unavailable when they do not in time."""
    for _ in range(WAITS):
        if (await reached(views)).position >= position:
            return
        await asyncio.sleep(PAUSE)
    raise Unavailable("the views are behind")
