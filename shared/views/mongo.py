"""Views in MongoDB, for several processes at once. See mongo_table.py for what lies there.

Documents are written by guarded updates, in any order; then the checkpoints, under the lease. A batch that broke off is
written again: what is there is skipped. All is acknowledged by the majority, so that a checkpoint never outlives the
documents before it when another server takes over.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence

import orjson

from shared.clock import Micros
from shared.faults import crashpoint
from shared.mongo import Mongo, Update
from shared.views.mongo_catalogue import MongoCatalogue
from shared.views.mongo_read import Reader
from shared.views.mongo_table import Places
from shared.views.mongo_totals import totals
from shared.views.port import (
    By,
    Checkpoint,
    Collection,
    Document,
    Lease,
    Page,
    Query,
    Scope,
    Total,
    ViewsUnavailable,
    Write,
)
from shared.views.stored import newest

AT_ONCE = 1000  # updates in one message
SCANNED_AT_ONCE = 500


class MongoViews:
    """The cluster's adapter of the views port."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._catalogue = MongoCatalogue(mongo)
        self._places = Places()

    @classmethod
    async def open(cls, url: str, installation: str = "") -> MongoViews:
        """installation: whose they must be; "" = anybody's.

        Raises ViewsUnavailable: one sentence that names the setting and the remedy.
        """
        mongo = Mongo(url, "CRM_VIEWS", ViewsUnavailable)
        views = cls(mongo)
        try:
            await mongo.ping()
            await views._catalogue.check_format()
            if installation:
                await views._catalogue.belong_to(installation)
        except BaseException:
            mongo.close()
            raise
        return views

    async def declare(self, collections: Sequence[Collection]) -> list[str]:
        return await self._catalogue.declare(collections)

    async def write(
        self, writes: Sequence[Write], checkpoints: Sequence[Checkpoint] = (), lease: Lease | None = None
    ) -> None:
        updates = self._updates(writes)
        await self._catalogue.prolong(lease)
        for docs, some in updates.items():
            for n in range(0, len(some), AT_ONCE):
                await self._mongo.docs(docs).bulk(some[n : n + AT_ONCE])
        crashpoint("views.before_checkpoint")
        if updates and checkpoints:
            await self._catalogue.prolong(lease)
        await self._catalogue.keep(checkpoints, lease)

    def _updates(self, writes: Sequence[Write]) -> dict[str, list[Update]]:
        """By collection. Raises ValueError before anything is written."""
        found: dict[str, list[Update]] = {}
        for (collection, _), group in newest(writes).items():
            table = self._catalogue.table(collection)
            some = found.setdefault(table.docs, [])
            some += [table.update(one, self._places.next()) for one in group]
        return found

    async def lease(self, name: str, holder: str, now: Micros, until: Micros, *, steal: bool = False) -> Lease | None:
        return await self._catalogue.take(name, holder, now, until, steal=steal)

    async def checkpoint(self, projection: str) -> int:
        return (await self._catalogue.checkpoint(projection)).position

    async def checkpoints(self, prefix: str) -> dict[str, Checkpoint]:
        return await self._catalogue.checkpoints(prefix)

    async def chain_hash(self, projection: str) -> bytes:
        return (await self._catalogue.checkpoint(projection)).chain_hash

    async def get(self, collection: str, key: str, scope: Scope) -> Document | None:
        found = await self.get_raw(collection, key, scope)
        return None if found is None else _loaded([found])[0]

    async def get_raw(self, collection: str, key: str, scope: Scope) -> bytes | None:
        return (await (await self._reader(collection, scope)).bodies([key])).get(key)

    async def get_many(self, collection: str, keys: Sequence[str], scope: Scope) -> dict[str, Document]:
        found = await (await self._reader(collection, scope)).bodies(keys)
        return dict(zip(found, _loaded(found.values()), strict=True))

    async def find(self, collection: str, query: Query, scope: Scope) -> Page:
        bodies, following, levels = await (await self._reader(collection, scope)).page(query)
        return Page(_loaded(bodies), following, levels)

    async def find_raw(self, collection: str, query: Query, scope: Scope) -> tuple[list[bytes], str | None]:
        bodies, following, _ = await (await self._reader(collection, scope)).page(query)
        return bodies, following

    async def count(self, collection: str, query: Query, scope: Scope) -> int:
        return await (await self._reader(collection, scope)).count(query)

    async def totals(
        self,
        collection: str,
        query: Query,
        scope: Scope,
        by: tuple[By, ...],
        sum: str | None = None,
        more: tuple[str, ...] = (),
    ) -> list[Total]:
        sums = more if sum is None else (sum, *more)
        return await totals(await self._reader(collection, scope), query, by, sums)

    async def scan(self, collection: str, tenant: str | None = None) -> AsyncIterator[tuple[str, str, Document]]:
        docs = self._catalogue.docs(self._catalogue.table(collection))
        tenants = [tenant] if tenant is not None else sorted(t for t in await docs.distinct("t") if t is not None)
        for one in tenants:
            after = ""
            while rows := await (await self._reader(collection, Scope(one))).after(after, SCANNED_AT_ONCE):
                for (key, _), document in zip(rows, _loaded(body for _, body in rows), strict=True):
                    yield one, key, document
                after = rows[-1][0]

    async def begin_rebuild(self, collection: Collection) -> str:
        return await self._catalogue.begin_rebuild(collection)

    async def prepare(self, rebuilt: str) -> None:
        """Build the indexes of what is filled: quicker than to keep them while it is."""
        await self._catalogue.build(self._catalogue.building[rebuilt])

    async def swap(self, rebuilt: str, checkpoints: Sequence[Checkpoint] = (), lease: Lease | None = None) -> None:
        await self.prepare(rebuilt)
        await self._catalogue.prolong(lease)
        await self._catalogue.swap(rebuilt)
        crashpoint("views.swapped")
        await self._catalogue.keep(checkpoints, lease)

    async def drop_all(self) -> None:
        """Throw everything away, as a damaged file is. Raises ViewsUnavailable."""
        await self._catalogue.drop_all()

    async def release(self) -> None:
        """Nothing is kept here."""

    async def close(self) -> None:
        self._mongo.close()

    async def _reader(self, collection: str, scope: Scope) -> Reader:
        await self._catalogue.refresh()
        table = self._catalogue.table(collection)
        return Reader(self._catalogue.docs(table), table, scope)


def _loaded(bodies: Iterable[bytes]) -> list[Document]:
    return [orjson.loads(body) for body in bodies]
