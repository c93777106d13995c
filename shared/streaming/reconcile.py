"""Log, keys and views agree on who is erased, before any request is answered.

They disagree after a crash between an erasure and its key, or when an older log, older views or older keys were
restored. A destroyed key stays destroyed: the missing erasure is written to the log, and the views are masked and
purged.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field

from shared.clock import Clock, Ids
from shared.domain.formula.formulas import without
from shared.events.codec import Codec
from shared.events.common import Erased
from shared.events.envelope import Metadata, category_of, id_of
from shared.events.registry import names_of
from shared.kernel.catalogue import AnyAggregate, Catalogue
from shared.kernel.repository import Repository
from shared.security.keyring import Checked, KeyRing, subject_hash
from shared.streaming.erasing import survivors_of
from shared.streaming.shares import reached
from shared.streaming.witness import Witness
from shared.views.capabilities import purge_files
from shared.views.paging import every
from shared.views.port import Checkpoint, Condition, Query, Scope, Views, Write

DESTROYED = (
    "reconciler:destroyed"  # the checkpoint of views: the number of the last destroyed key that they are masked for
)
PAGE = 1000
Person = tuple[str, str, str]  # tenant, category, id

log = logging.getLogger("crm.erasure")


@dataclass(slots=True)
class Reconciler:
    catalogue: Catalogue
    repository: Repository
    codec: Codec
    keys: KeyRing
    views: Views
    clock: Clock
    ids: Ids
    _people: dict[bytes, Person] = field(default_factory=dict)  # by subject hash

    async def run(self) -> bool:
        """Make them agree. True: the views must be rebuilt, as they may show erased text; call `note` after that."""
        head = await self.repository.store.head()
        checked = await self._checked(head)
        await self._carry_out(checked.position)
        seen = await self._seen()
        unknown = (await self.keys.destroyed_since(min(checked.destroyed, seen))).keys() - self._people.keys()
        if unknown:
            await self._find(unknown, head)
        written = sum([await self._write_erasure(person) for person in self._people.values()])
        destroyed = (await self.keys.destroyed_since(seen)).keys()
        masked = await self._mask(destroyed)
        if written or masked:
            log.warning("older files brought erased people back: %s written to the log, %s masked", written, masked)
        if destroyed - self._people.keys():
            log.warning("keys of texts were destroyed that the views may still show: they are rebuilt")
            return True
        await self.note()
        return False

    async def _checked(self, head: int) -> Checked:
        """How far they agreed last time; zero if that was another log."""
        known, store = await self.keys.log_head(), self.repository.store
        if known.position > head:
            found = f"ends at event {head}, but the keys knew event {known.position}"
        elif known.chain_hash and known.chain_hash != (await store.chain_hash(known.position)).hex():
            found = f"is not the one that the keys knew at event {known.position}"
        else:
            return await self.keys.checked()
        log.warning("events.db %s: it was brought back to an earlier day, or its end was cut off", found)
        return Checked()

    async def now(self) -> Checked:
        """On what they agree once every event up to its position is handled by views and policies.

        The keys come first: what destroyed them is in the log up to there, or comes later.
        """
        destroyed, head = await self.keys.destroyed(), await self.repository.store.head()
        return Checked(head, destroyed, (await self.repository.store.chain_hash(head)).hex())

    async def note(self, checked: Checked | None = None) -> None:
        """Record that they agree up to here, or up to the head. The next start checks only what came later.

        The log's head is noted second: after a crash before that, the next start still detects another log.
        """
        checked = checked or await self.now()
        if checked != await self.keys.checked():
            await self.keys.note_checked(checked)
        await Witness(self.repository.store, self.keys).note()
        if checked.destroyed != await self.views.checkpoint(DESTROYED):
            await self.views.write([], [Checkpoint(DESTROYED, checked.destroyed)])

    async def _seen(self) -> int:
        """The last destroyed key that the views know. Empty views show nothing: they are filled with this ring."""
        if not (await reached(self.views)).position:
            return await self.keys.destroyed()
        return await self.views.checkpoint(DESTROYED)

    async def _carry_out(self, after: int) -> None:
        """Destroy the keys of the people whose erasures the log has after a position."""
        erasures = names_of(Erased)
        names = [a.name for a in self.catalogue if a.erasure is not None]
        destroyed: Collection[bytes] | None = None
        while page := await self.repository.store.read_all(after, PAGE, categories=names):
            for one in page:
                if one.type in erasures:
                    destroyed = (await self.keys.destroyed_since(0)).keys() if destroyed is None else destroyed
                    id = id_of(one.stream)
                    hashed = subject_hash(one.tenant, id)
                    self._people[hashed] = (one.tenant, category_of(one.stream), id)
                    if hashed not in destroyed:
                        await self.keys.destroy(one.tenant, id)
            after = page[-1].position

    async def _find(self, unknown: Collection[bytes], head: int) -> None:
        """Find the records of destroyed keys: the ring keeps hashes, the log has the ids."""
        for aggregate in self.catalogue:
            if aggregate.erasure is not None:
                async for stream in self.repository.store.streams(aggregate.name, up_to=head):
                    tenant, id = stream[0].tenant, id_of(stream[0].stream)
                    if (hashed := subject_hash(tenant, id)) in unknown:
                        self._people[hashed] = (tenant, aggregate.name, id)

    async def _write_erasure(self, person: Person) -> int:
        """Write an erasure that the log lacks. Returns 1 if it was missing, else 0."""
        tenant, category, id = person
        aggregate = self.catalogue[category]
        state = await self.repository.load(aggregate, tenant, id)
        if state.erased or aggregate.erasure is None:
            return 0
        stream, event = aggregate.stream(id), aggregate.erasure(id)
        event_id = self.ids.new()
        encoded = await self.codec.encode(tenant, stream, [event], [event_id], self.clock.now())
        metadata = Metadata(
            actor="system", command=event_id, correlation_id=event_id, causation_id=event_id, reason="key destroyed"
        )
        await self.repository.store.append(tenant, stream, state.version, encoded, metadata)
        return 1

    async def _mask(self, hashes: Collection[bytes]) -> int:
        """Fold the documents of these people again and purge the files. Returns how many documents changed."""
        writes: list[Write] = []
        for hashed in hashes & self._people.keys():
            async for one in self._documents(*self._people[hashed]):
                writes.append(one)
        if writes:
            await self.views.write(writes)
            await purge_files(self.views)
        return len(writes)

    async def _documents(self, tenant: str, category: str, id: str) -> AsyncIterator[Write]:
        """The documents that show one person, folded again."""
        own = self.catalogue[category]
        held = [(own, one) for one in (id, *await survivors_of(self.repository, own, tenant, id))]
        mine = Query((Condition("owner", "eq", id),))
        for aggregate in (a for a in self.catalogue if a.about_owner):
            name = aggregate.collection.name
            held += [(aggregate, d["id"]) async for d in every(self.views, name, mine, Scope(tenant))]
        for aggregate, key in held:
            shown = await self.views.get(aggregate.collection.name, key, Scope(tenant))
            if shown is None:
                continue
            write = await self._rewritten(aggregate, tenant, key)
            if write.document != without(shown):
                yield write

    async def _rewritten(self, aggregate: AnyAggregate, tenant: str, id: str) -> Write:
        state = await self.repository.load(aggregate, tenant, id)
        return Write(aggregate.collection.name, tenant, id, aggregate.document(state), state.version, overwrite=True)
