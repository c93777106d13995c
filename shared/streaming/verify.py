"""The master check: live view == view rebuilt from zero == fold of the events, document by document."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

import orjson

from shared.domain.formula.formulas import without
from shared.events.codec import Codec, Undecodable
from shared.events.common import Erased
from shared.events.envelope import id_of
from shared.events.registry import names_of
from shared.eventstore.port import EventStore
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.repository import Repository
from shared.past.port import Differing
from shared.security.keyring import KeyMissing
from shared.streaming.folding import fold_stream
from shared.views.port import Document, Views, Write

BATCH = 1000
SHOWN = 20  # differing ids a report names
Key = tuple[str, str]  # tenant, id
Progress = Callable[[int], None]  # called with the number of documents folded so far


@dataclass(slots=True)
class Verdict:
    """The result of a view's check. The four lists hold record ids, 20 at most; the counts are whole.

    keyless: records that cannot be read because a person's key is missing, which no rebuild repairs.
    """

    view: str
    documents: int = 0
    parked: int = 0
    missing_count: int = 0
    surplus_count: int = 0
    different_count: int = 0
    keyless_count: int = 0
    missing: list[str] = field(default_factory=list)
    surplus: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)
    keyless: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not (self.missing_count or self.surplus_count or self.different_count or self.keyless_count)

    def note(self, kind: str, id: str) -> None:
        setattr(self, f"{kind}_count", getattr(self, f"{kind}_count") + 1)
        if len(listed := getattr(self, kind)) < SHOWN:
            listed.append(id)

    def add(self, past: Differing) -> None:
        """What a check of the past of the same record type has found."""
        self.different_count += past.different_count
        self.missing_count += past.missing_count
        self.different = [*self.different, *past.different][:SHOWN]
        self.missing = [*self.missing, *past.missing][:SHOWN]


async def verify_view(
    aggregate: AnyAggregate,
    store: EventStore,
    views: Views,
    codec: Codec,
    scratch: Views,
    *,
    position: int,
    tenant: str | None = None,
    progress: Progress = lambda _: None,
) -> Verdict:
    """Compare one live collection with a fold of the events and with a rebuild written into `scratch`.

    position: how far the live view has come when this begins. A record that grows meanwhile is folded up to the
    version its document shows; of one that is erased meanwhile, what its document shows can be folded no more.
    """
    verdict = Verdict(aggregate.collection.name)
    await scratch.declare([aggregate.collection])
    target = await scratch.begin_rebuild(aggregate.collection)  # without indexes, which nobody asks here
    folded, keyless = await _fold(aggregate, store, codec, scratch, target, position, tenant, verdict, progress)
    await _compare_rebuilt(scratch, target, folded, verdict)
    repository = Repository(store, codec)
    async for owner, key, document in views.scan(aggregate.collection.name, tenant):
        if (owner, key) in keyless:
            continue
        expected = folded.pop((owner, key), None)
        if expected is not None and expected == digest(document):
            continue
        grown = await _grown(aggregate, repository, owner, document, position)
        if not grown and not await _erased_meanwhile(aggregate, store, owner, document, position):
            verdict.note("surplus" if expected is None else "different", key)
    for _, key in folded:
        verdict.note("missing", key)
    return verdict


def digest(document: Document) -> bytes:
    """SHA-256 of the document's canonical JSON, without what formulas added."""
    return hashlib.sha256(orjson.dumps(without(document), option=orjson.OPT_SORT_KEYS)).digest()


async def _fold(
    aggregate: AnyAggregate,
    store: EventStore,
    codec: Codec,
    scratch: Views,
    target: str,
    position: int,
    tenant: str | None,
    verdict: Verdict,
    progress: Progress,
) -> tuple[dict[Key, bytes], set[Key]]:
    """The digests of the records' documents, and the records of which a key is missing."""
    folded: dict[Key, bytes] = {}
    keyless: set[Key] = set()
    writes: list[Write] = []
    async for stream in store.streams(aggregate.name, up_to=position, tenant=tenant):
        try:
            known = await fold_stream(aggregate, codec, stream)
        except KeyMissing:
            verdict.note("keyless", id_of(stream[0].stream))
            keyless.add((stream[0].tenant, id_of(stream[0].stream)))
            continue
        verdict.parked += known.bad is not None
        for write in known.write(target, stream[0].tenant):
            folded[write.tenant, write.key] = digest(write.document or {})
            writes.append(write)
        if len(writes) >= BATCH:
            await scratch.write(writes)
            writes = []
            progress(len(folded))
    await scratch.write(writes)
    verdict.documents = len(folded)
    progress(len(folded))
    return folded, keyless


async def _compare_rebuilt(scratch: Views, target: str, folded: dict[Key, bytes], verdict: Verdict) -> None:
    async for owner, key, document in scratch.scan(target):
        if folded[owner, key] != digest(document):
            verdict.note("different", key)


async def _grown(
    aggregate: AnyAggregate, repository: Repository, tenant: str, document: Document, position: int
) -> bool:
    """Whether the record has events after `position` and its document equals their fold up to its own version."""
    try:
        events = await repository.events(aggregate, tenant, document["id"], document["version"])
    except Undecodable:
        return False
    newer = bool(events) and events[-1].position > position
    return newer and digest(aggregate.document(aggregate.fold(events))) == digest(document)


async def _erased_meanwhile(
    aggregate: AnyAggregate, store: EventStore, tenant: str, document: Document, position: int
) -> bool:
    """Whether the key of what the document shows is destroyed by an event that the view has yet to come to."""
    later = await store.read(tenant, aggregate.stream(document["id"]), after=document["version"])
    erasures = names_of(Erased)
    return any(one.position > position and one.type in erasures for one in later)
