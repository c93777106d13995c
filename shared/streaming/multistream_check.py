"""The check of a multi-stream projection: its live documents == those computed from zero."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from shared.events.codec import Codec
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.repository import Repository
from shared.streaming.multistream import MultiStreamProjection, fold_all
from shared.streaming.verify import Verdict, digest
from shared.views.port import Views

TRIES = 5  # while source records change, what is compared is of two moments
LOOKS, LOOK_SECONDS = 100, 0.1  # for the live documents to show the last event


async def verify_projection(
    projection: MultiStreamProjection,
    aggregate: AnyAggregate,
    repository: Repository,
    views: Views,
    codec: Codec,
    progress: Callable[[int], None],
    *,
    tenant: str | None = None,
) -> Verdict:
    """Compare, and again while source records change meanwhile. A document that differs for this reason is noted after
    the last try, too: ask again when there is less to do."""
    for _ in range(TRIES):
        head = await _caught_up(projection, repository, views)
        verdict = await _compare(projection, aggregate, repository, views, codec, progress, head, tenant)
        if verdict.ok or not await repository.store.read_all(head, 1, categories=[aggregate.name]):
            break
    return verdict


async def _caught_up(projection: MultiStreamProjection, repository: Repository, views: Views) -> int:
    """The head of the log, once the live documents show it or have had their time."""
    for _ in range(LOOKS):
        shown = await views.checkpoint(projection.checkpoint)
        if not await repository.store.read_all(shown, 1, categories=[projection.source]):
            break
        await asyncio.sleep(LOOK_SECONDS)
    return await repository.store.head()


async def _compare(
    projection: MultiStreamProjection,
    aggregate: AnyAggregate,
    repository: Repository,
    views: Views,
    codec: Codec,
    progress: Callable[[int], None],
    head: int,
    tenant: str | None,
) -> Verdict:
    verdict = Verdict(projection.collection.name)
    changes = await fold_all(projection, aggregate, repository, codec, progress, up_to=head, tenant=tenant)
    expected = {key: document for key in changes.parts if (document := changes.document(projection, key)) is not None}
    verdict.documents, verdict.parked = len(expected), len(changes.failed)
    async for owner, id, document in views.scan(projection.collection.name, tenant):
        found = expected.pop((owner, id), None)
        if found is None or digest(found) != digest(document):
            verdict.note("surplus" if found is None else "different", id)
    for _, id in expected:
        verdict.note("missing", id)
    return verdict
