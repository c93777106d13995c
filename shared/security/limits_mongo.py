"""Limits in MongoDB, for all processes of an installation. Keys are hashed: they may hold addresses of people."""

from __future__ import annotations

import hashlib

from shared.clock import Clock
from shared.errors import Unavailable
from shared.mongo import Mongo, Row
from shared.security.limits import Limits

SWEEP_EVERY = 1_000  # writes of this process, until it removes what has expired
_TRIES = 5


class MongoLimits(Limits):
    """`limits_windows` {_id, moments, expires} · `limits_counters` {_id, count, expires}; each step is one update."""

    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        super().__init__()
        self._mongo, self._clock = mongo, clock
        self._windows, self._counters = mongo.docs("limits_windows"), mongo.docs("limits_counters")
        self._written = 0

    @classmethod
    async def open(cls, url: str, clock: Clock) -> MongoLimits:
        """Raises Unavailable."""
        limits = cls(Mongo(url, "CRM_LIMITS", Unavailable), clock)
        try:
            await limits._mongo.ping()
            for docs in (limits._windows, limits._counters):
                await docs.index("expires", [("expires", 1)])
        except BaseException:
            limits._mongo.close()
            raise
        return limits

    async def close(self) -> None:
        self._mongo.close()

    @property
    def base_exceptions(self) -> type[Exception]:
        return Unavailable

    def now(self) -> float:
        return self._clock.now() / 1e6

    async def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        await self._sweep()
        id, now = _id(key), self.now()
        for _ in range(_TRIES):
            added = await self._counters.swap(
                {"_id": id, "expires": {"$gt": now}}, {"$inc": {"count": amount}}, after=True
            )
            if added is not None:
                return int(added["count"])
            first: Row = {"$set": {"count": amount, "expires": now + expiry}}
            if await self._counters.swap({"_id": id, "expires": {"$lte": now}}, first, after=True, upsert=True):
                return amount
        raise Unavailable("a counter of limits is written by too many at once")

    async def get(self, key: str) -> int:
        return (await self._counter(key))[0]

    async def get_expiry(self, key: str) -> float:
        return (await self._counter(key))[1]

    async def clear(self, key: str) -> None:
        for docs in (self._windows, self._counters):
            await docs.remove({"_id": _id(key)})

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        if amount > limit:
            return False
        await self._sweep()
        id, now = _id(key), self.now()
        left = {"$pull": {"moments": {"$lte": now - expiry}}, "$max": {"expires": now + expiry}}
        await self._windows.update({"_id": id}, left, upsert=True)  # so that two first entries do not meet below
        room = {"_id": id, f"moments.{limit - amount}": {"$not": {"$gte": 0}}}  # that place is not taken
        return await self._windows.update(room, {"$push": {"moments": {"$each": [now] * amount}}})

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        found, now = await self._windows.get({"_id": _id(key)}), self.now()
        moments = sorted(m for m in (found or {}).get("moments", ()) if m > now - expiry)
        return (moments[0] if moments else now), len(moments)

    async def release_entry(self, key: str) -> None:
        await self._windows.update({"_id": _id(key)}, {"$pop": {"moments": 1}})

    async def check(self) -> bool:
        await self._mongo.ping()
        return True

    async def reset(self) -> int:
        removed = 0
        for docs in (self._windows, self._counters):
            removed += await docs.count({})
            await docs.remove({})
        return removed

    async def _counter(self, key: str) -> tuple[int, float]:
        now = self.now()
        found = await self._counters.get({"_id": _id(key), "expires": {"$gt": now}})
        return (int(found["count"]), float(found["expires"])) if found else (0, now)

    async def _sweep(self) -> None:
        self._written += 1
        if self._written % SWEEP_EVERY == 0:
            for docs in (self._windows, self._counters):
                await docs.remove({"expires": {"$lte": self.now()}})


def _id(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
