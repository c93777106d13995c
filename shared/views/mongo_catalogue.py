"""What the database holds of views: its collections and rebuilds, the checkpoints, the leases.

Several processes share it. Each step is one update of one document, or one that may be made again; none needs a
transaction.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import uuid4

from shared.clock import Micros
from shared.mongo import Docs, Mongo, Row, Update, count, look
from shared.views.mongo_table import Table
from shared.views.port import Checkpoint, Collection, Lease, LeaseLost, ViewsUnavailable
from shared.views.stored import dump, load, same_shape

FORMAT: Final = 1
LIVE: Final = "view_"  # of the documents' collections; `views_…` are the records about them
MAX_INDEXES: Final = 63  # that a collection may have next to the one of `_id`
FRESH_SECONDS: Final = 2.0
_NEXT: Final = "_next_"
_LAST: Final = "\U0010ffff"  # behind every name that begins so


class MongoCatalogue:
    """tables: the live collections by name. building: unfinished rebuilds of this process by their temporary name."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._about = mongo.docs("views_collections")
        self._checkpoints = mongo.docs("views_checkpoints")
        self._leases = mongo.docs("views_leases")
        self.tables: dict[str, Table] = {}
        self.building: dict[str, Table] = {}
        self._declared: dict[str, Collection] = {}
        self._stamps: dict[str, str] = {}  # of the collections as they were looked at last
        self._looked = 0.0
        self._refused: dict[str, tuple[Row, float]] = {}  # leases of others as they were seen, and since when

    def table(self, name: str) -> Table:
        """A live collection or an unfinished rebuild. Raises KeyError."""
        return self.building[name] if name in self.building else self.tables[name]

    def docs(self, table: Table) -> Docs:
        return self._mongo.docs(table.docs)

    async def check_format(self) -> None:
        """Raises ViewsUnavailable: a newer program keeps its views here."""
        found = await self._about.get({"_id": "~format"})
        if found is None:
            await self._about.insert({"_id": "~format", "format": FORMAT})
        elif found["format"] > FORMAT:
            raise ViewsUnavailable(
                f"CRM_VIEWS: the views in {self._mongo.name} have format {found['format']}, this program knows formats "
                f"up to {FORMAT}: upgrade the program, or name another database"
            )

    async def belong_to(self, installation: str) -> None:
        """Raises ViewsUnavailable: another installation keeps its views here. Where nobody does, this one begins."""
        await self._about.insert({"_id": "~installation", "installation": installation})
        found = await self._about.get({"_id": "~installation"})
        if found is not None and found["installation"] != installation:
            raise ViewsUnavailable(
                f"CRM_VIEWS: the views in {self._mongo.name} belong to installation {found['installation']}, the "
                f"events to {installation}: name another database"
            )

    async def declare(self, collections: Sequence[Collection]) -> list[str]:
        """See Views.declare. Every index that is missing is built."""
        wanted = [c.name for c in collections if await self._declare(c)]
        self._looked = time.monotonic()
        return wanted

    async def _declare(self, declared: Collection) -> bool:
        self._declared[declared.name] = declared
        found = await self._about.get({"_id": declared.name})
        if found is None:
            wanted = await self._has_history()
            row: Row = {"_id": declared.name, "declaration": dump(declared), "wanted": wanted, "stamp": uuid4().hex}
            is_new = await self._about.insert(row)
            found = row if is_new else await self._about.get({"_id": declared.name})
            assert found is not None
        else:
            is_new = False
        table = self._know(declared, found["declaration"], found["stamp"])
        if table.stale:
            return True
        if found["declaration"] != dump(declared):
            await self._about.update({"_id": declared.name}, {"$set": {"declaration": dump(declared)}})
        await self.docs(table).create()
        await self.build(table)
        return is_new or bool(found["wanted"])

    def _know(self, declared: Collection, stored: bytes, stamp: str) -> Table:
        """Take a live collection as it is stored."""
        docs, stale = f"{LIVE}{declared.name}", not same_shape(stored, declared)
        table = Table(load(stored) if stale else declared, docs, stale=stale)
        self.tables[declared.name], self._stamps[declared.name] = table, stamp
        return table

    async def refresh(self) -> None:
        """Notice what other processes swapped more than FRESH_SECONDS ago."""
        if time.monotonic() - self._looked < FRESH_SECONDS:
            return
        self._looked = time.monotonic()
        for row in await self._about.find({"stamp": {"$ne": None}}, ["stamp"]):
            name = row["_id"]
            if name in self._declared and self._stamps[name] != row["stamp"]:
                found = await self._about.get({"_id": name})
                if found is not None:
                    self._know(self._declared[name], found["declaration"], found["stamp"])

    async def _has_history(self) -> bool:
        """Whether events were projected already, so that a new collection needs more than what is to come."""
        return await self._checkpoints.get({"position": {"$gt": 0}}, ["position"]) is not None

    async def build(self, table: Table) -> None:
        """Build the indexes that are missing. Raises ViewsUnavailable, which names the one that cannot be built."""
        wanted = table.indexes()
        if len(wanted) > MAX_INDEXES:
            raise ViewsUnavailable(
                f"CRM_VIEWS: {table.docs} would have {len(wanted)} indexes, MongoDB allows {MAX_INDEXES}: declare "
                "fewer indexed fields"
            )
        docs = self.docs(table)
        there = await docs.indexes()
        for name, keys in wanted.items():
            if there.get(name) != list(keys):
                if name in there:
                    await docs.drop_index(name)
                await docs.index(name, keys)

    async def begin_rebuild(self, declared: Collection) -> str:
        """See Views.begin_rebuild. Indexes are built when it is filled."""
        await self._give_up(declared.name)
        token = uuid4().hex[:8]
        name, table = f"{declared.name}~{token}", Table(declared, f"{LIVE}{declared.name}{_NEXT}{token}")
        await self._about.insert({"_id": name, "of": declared.name, "docs": table.docs, "begun": int(time.time())})
        await self.docs(table).create()
        self.building[name] = table
        return name

    async def _give_up(self, name: str) -> None:
        """Drop the unfinished rebuilds of a collection. A process that stood still may go on to fill one of them, which
        makes it again: first it is noted that no swap may follow.
        """
        await self._about.update_all({"of": name}, {"$set": {"given_up": True}})
        there = [docs for docs in await self._mongo.names() if docs.startswith(f"{LIVE}{name}{_NEXT}")]
        rows = await self._about.find({"of": name}, ["docs", "given_up"])
        begun_since = {row["docs"] for row in rows if "given_up" not in row}
        for docs in there:
            if docs not in begun_since:
                await self._mongo.docs(docs).drop()
        for row in rows:
            if "given_up" in row:
                await self._about.remove({"_id": row["_id"]})
                self.building.pop(row["_id"], None)

    async def swap(self, rebuilt: str) -> None:
        """Make the rebuilt collection the live one. After a crash in between the next start rebuilds once more.

        Raises ViewsUnavailable: another process has begun to rebuild it, and dropped what was in this one.
        """
        table = self.building[rebuilt]
        declared = table.declaration
        if not await self._about.update({"_id": rebuilt, "given_up": None}, {"$set": {"filled": True}}):
            await self.docs(table).drop()
            del self.building[rebuilt]
            raise ViewsUnavailable(f"another process has begun to rebuild {declared.name}")
        live = Table(declared, f"{LIVE}{declared.name}")
        await self.docs(table).rename(live.docs)
        stamp = uuid4().hex
        changed = {"declaration": dump(declared), "wanted": False, "stamp": stamp}
        await self._about.update({"_id": declared.name}, {"$set": changed}, upsert=True)
        await self._about.remove({"_id": rebuilt})
        del self.building[rebuilt]
        self.tables[declared.name], self._stamps[declared.name] = live, stamp
        self._declared[declared.name] = declared

    async def checkpoint(self, projection: str) -> Checkpoint:
        found = await self._checkpoints.get({"_id": projection}) or {}
        return Checkpoint(projection, found.get("position", 0), found.get("chain_hash", b""))

    async def checkpoints(self, prefix: str) -> dict[str, Checkpoint]:
        """See Views.checkpoints."""
        rows = await self._checkpoints.find({"_id": {"$gte": prefix, "$lt": prefix + _LAST}})
        return {r["_id"]: Checkpoint(r["_id"], r["position"], r["chain_hash"]) for r in rows}

    async def keep(self, checkpoints: Sequence[Checkpoint], lease: Lease | None) -> None:
        """Write checkpoints, with a lease only while no later holder has written one. Raises LeaseLost.

        A holder that was overtaken between its last look at the lease and this may still write one that is true: its
        documents are there.
        """
        if not checkpoints:
            return
        named = {} if lease is None else {one.name: one for one in lease.each}
        if await self._kept_together(checkpoints, named):
            return
        updates = [_kept(c, named.get(c.projection, lease)) for c in checkpoints]
        if await self._checkpoints.bulk(updates) < len(updates) and lease is not None:
            raise _lost(lease)

    async def _kept_together(self, checkpoints: Sequence[Checkpoint], named: Mapping[str, Lease]) -> bool:
        """Write those that move to one place by one update. It is so mostly: the shares of a projector go on together.

        False: they do not, or another holder wrote one of them last.
        """
        first = checkpoints[0]
        together = all((c.position, c.chain_hash) == (first.position, first.chain_hash) for c in checkpoints)
        if len(checkpoints) == 1 or not together or any(c.projection not in named for c in checkpoints):
            return False
        mine = [{"_id": c.projection, "lease": c.projection, "token": named[c.projection].token} for c in checkpoints]
        values = {"position": first.position, "chain_hash": first.chain_hash}
        return await self._checkpoints.update_all({"$or": mine}, {"$set": values}) == len(checkpoints)

    async def take(self, name: str, holder: str, now: Micros, until: Micros, *, steal: bool) -> Lease | None:
        """See Views.lease."""
        times = {"expires": until, "term": max(0, until - now)}
        mine = await self._leases.swap({"_id": name, "holder": holder}, {"$set": times}, after=True)
        if mine is None:
            free = {"_id": name, "holder": {"$ne": holder}, **({} if steal else {"expires": {"$lte": now}})}
            update = {"$set": {"holder": holder, **times}, "$inc": {"token": 1}}
            mine = await self._leases.swap(free, update, after=True, upsert=True)
            if mine is None and (outlived := await self._outlived(name)) is not None:
                mine = await self._leases.swap(outlived, update, after=True)
        if mine is None:
            return None
        self._refused.pop(name, None)
        return Lease(name, mine["token"], until)

    async def _outlived(self, name: str) -> Row | None:
        """The lease of another holder, if it was not prolonged for as long as it was given, as time passes here.

        The clock of its holder may go ahead of ours, or ours have been set back since: `expires` may be far off.
        """
        found = await self._leases.get({"_id": name}, ["token", "expires", "term"])
        seen, since = self._refused.get(name, (None, 0.0))
        if found is None or "term" not in found:  # it is gone; a program of an earlier day has it
            return None
        if found != seen:
            self._refused[name] = found, time.monotonic()
            return None
        return found if time.monotonic() - since > found["term"] / 1e6 else None

    async def prolong(self, lease: Lease | None) -> None:
        """Put off the end of a lease, with all that it holds also. Raises LeaseLost: one has another holder.

        A projector has twelve, and looks at them with every batch: only what changes is written.
        """
        if lease is None:
            return
        there = {row["_id"]: row for row in await self._leases.find({"_id": {"$in": [one.name for one in lease.each]}})}
        if any(one.name not in there or there[one.name]["token"] != one.token for one in lease.each):
            raise _lost(lease)
        updates: list[Update] = [
            ({"_id": one.name, "token": one.token}, {"$set": {"expires": one.expires}})
            for one in lease.each
            if there[one.name]["expires"] < one.expires
        ]
        if updates and await self._leases.bulk(updates, upsert=False) < len(updates):
            raise _lost(lease)

    async def drop_all(self) -> None:
        """Remove all views and their records: they are filled from the events again."""
        for name in await self._mongo.names():
            if name.startswith((LIVE, "views_")):
                await self._mongo.docs(name).drop()


def _kept(c: Checkpoint, lease: Lease | None) -> Update:
    """The update that writes a checkpoint, guarded by a lease."""
    values = {"position": c.position, "chain_hash": c.chain_hash}
    if lease is None:
        return {"_id": c.projection}, {"$set": values}
    guard = [{"lease": {"$ne": lease.name}}, {"token": {"$lte": lease.token}}]
    return {"_id": c.projection, "$or": guard}, {"$set": {**values, "lease": lease.name, "token": lease.token}}


def _lost(lease: Lease) -> LeaseLost:
    return LeaseLost(f"{lease.name}: another process has taken over")


def checkpoints_at(url: str) -> dict[str, Checkpoint]:
    """The checkpoints of views that are not opened. Raises ViewsUnavailable."""
    with look(url, "CRM_VIEWS", ViewsUnavailable) as ask:
        return {r["_id"]: Checkpoint(r["_id"], r["position"], r["chain_hash"]) for r in ask("views_checkpoints", {})}


def counts_at(url: str, collections: Sequence[str]) -> dict[str, int]:
    """How many documents each of these collections has. Raises ViewsUnavailable."""
    found = count(url, "CRM_VIEWS", ViewsUnavailable, [f"{LIVE}{one}" for one in collections])
    return {name.removeprefix(LIVE): number for name, number in found.items()}
