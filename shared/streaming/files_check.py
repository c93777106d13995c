"""Compares what records say is in the blob store with what is there: every byte is read and authenticated."""

from __future__ import annotations

from collections.abc import Callable

from shared.blobs.port import BlobDamaged, BlobMissing, Blobs
from shared.blobs.sealed import FILES, UPLOADS, SealedContent
from shared.events.codec import Codec
from shared.events.envelope import id_of
from shared.eventstore.port import EventStore
from shared.kernel.catalogue import AnyAggregate
from shared.security.keycache import KeyCache
from shared.security.keyring import KeyMissing
from shared.streaming.folding import fold_stream
from shared.streaming.verify import Verdict


async def verify_files(
    aggregate: AnyAggregate,
    store: EventStore,
    codec: Codec,
    blobs: Blobs,
    keys: KeyCache,
    *,
    tenant: str | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Verdict:
    """Of a record type with `contents`. Named are `<record>/<content>`.

    missing: bytes that are not there. different: bytes that are not those that were written. surplus: bytes of no
    record and of no upload under way. keyless: records whose key is missing.
    """
    verdict, known = Verdict(FILES), set[tuple[str, str, str]]()
    stored = {_place(key) for key in await blobs.keys(f"{FILES}/{tenant}" if tenant else FILES)}
    uploads = {_part(key, 3) for key in await blobs.keys(f"{UPLOADS}/{tenant}" if tenant else UPLOADS)}
    async for stream in store.streams(aggregate.name, up_to=await store.head(), tenant=tenant):
        of, id = stream[0].tenant, id_of(stream[0].stream)
        try:
            state = (await fold_stream(aggregate, codec, stream)).state
        except KeyMissing:
            verdict.note("keyless", id)
            known |= {place for place in stored if place[:2] == (of, id)}
            continue
        key = None if state.erased else await keys.key(of, id)
        for content, size in aggregate.contents(state) if key and aggregate.contents else ():
            assert key is not None
            known.add((of, id, content))
            if kind := await _fault(SealedContent(blobs, key, of, id, content), size):
                verdict.note(kind, f"{id}/{content}")
            verdict.documents += 1
            progress(verdict.documents)
    for _, id, content in sorted(stored - known):
        if content not in uploads:
            verdict.note("surplus", f"{id}/{content}")
    return verdict


async def _fault(content: SealedContent, size: int) -> str:
    """What is wrong with the bytes: `missing`, `different`, or nothing."""
    read = 0
    try:
        async for part in content.read(0, size - 1):
            read += len(part)
    except BlobMissing:
        return "missing"
    except BlobDamaged:
        return "different"
    return "" if read == size else "different"


def _place(key: str) -> tuple[str, str, str]:
    """Organisation, record and content that a blob belongs to."""
    return _part(key, 1), _part(key, 2), _part(key, 3)


def _part(key: str, number: int) -> str:
    return [*key.split("/"), "", "", ""][number]
