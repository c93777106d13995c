"""The right to move a checkpoint, held by one process at a time. A rebuild takes it over without waiting."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Protocol, TypeVar
from uuid import uuid4

from shared.clock import Clock, Micros, SystemClock
from shared.views.port import Lease, LeaseLost

T = TypeVar("T")

SECONDS = 10.0  # until another process may take over from one that was killed
ENOUGH = 0.75  # of its time that is left
WAIT_SECONDS = 0.1  # between two looks whether a turn is over
BEATS = 4  # a lease is prolonged so often in its time, while work goes on that is longer

log = logging.getLogger("crm.leases")


class Leases(Protocol):
    """The part of the views port that grants leases."""

    async def lease(self, name: str, holder: str, now: Micros, until: Micros, *, steal: bool = False) -> Lease | None:
        """See Views.lease."""
        ...


class LeaseHolder:
    """One holder of a lease, which expires SECONDS after its last sign of life.

    name: of the checkpoint that it protects. also: more leases, which it holds with the first or not at all.
    """

    def __init__(
        self,
        leases: Leases,
        name: str,
        clock: Clock | None = None,
        also: Sequence[str] = (),
    ) -> None:
        self.name, self._also = name, also
        self._leases, self._clock, self._seconds = leases, clock or SystemClock(), round(SECONDS * 1e6)
        self._id = str(uuid4())
        self._lease: Lease | None = None

    @property
    def held(self) -> bool:
        """Whether this holder has the lease, as far as it knows. Only a write with the lease can tell."""
        return self._lease is not None

    @property
    def token(self) -> int:
        """Higher with every new holder. Ask only while the lease is held."""
        return self.lease().token

    def lease(self) -> Lease:
        """The lease for a write. It prolongs it when much of its time is over: each time may be a write of its own."""
        assert self._lease is not None, "take the lease first"
        now = self._clock.now()
        if self._lease.expires - now < ENOUGH * self._seconds:
            self._lease = together(self._lease.each, now + self._seconds)
        return self._lease

    async def take(self, *, steal: bool = False, rest: float = 0.0) -> bool:
        """Take the lease, or prolong it. False: another process holds it. steal: take it all the same.

        rest: seconds until there is work again, which this process means to do.
        """
        now, taken = self._clock.now(), list[Lease]()
        until = now + round(rest * 1e6) + self._seconds
        for name in (self.name, *self._also):
            one = await self._leases.lease(name, self._id, now, until, steal=steal)
            if one is None:
                self._lease = together(taken, now) if taken else None
                await self.give_back()
                return False
            taken.append(one)
        self._lease = together(taken, until)
        return True

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Prolong the lease for as long as the block takes. Whether it is still held, the next write tells."""
        beating = asyncio.create_task(self._beat())
        try:
            yield
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)

    async def _beat(self) -> None:
        while (lease := self._lease) is not None:
            await asyncio.sleep(self._seconds / 1e6 / BEATS)
            for one in lease.each:
                now = self._clock.now()
                with suppress(Exception):  # the next write meets the same
                    await self._leases.lease(one.name, self._id, now, now + self._seconds)

    def lose(self) -> None:
        """A write was refused: another process has the lease."""
        self._lease = None

    async def give_back(self) -> None:
        """Let another process take the lease at once, also one whose clock is behind ours."""
        lease, self._lease = self._lease, None
        for one in lease.each if lease is not None else ():
            await self._leases.lease(one.name, self._id, self._clock.now(), 0)


def together(leases: Sequence[Lease], expires: Micros) -> Lease:
    """Several leases as one, which ends then."""
    first, *others = (Lease(one.name, one.token, expires) for one in leases)
    return replace(first, also=tuple(others))


@asynccontextmanager
async def in_turn(leases: Leases, name: str) -> AsyncIterator[bool]:
    """One process after another: waits for the one that has the turn. Yields whether there was one."""
    holder, waited = LeaseHolder(leases, name), False
    while not await holder.take():
        waited = True
        await asyncio.sleep(WAIT_SECONDS)
    try:
        async with holder.kept():
            yield waited
    finally:
        await holder.give_back()


@asynccontextmanager
async def taken_over(leases: Leases, name: str, also: Sequence[str] = ()) -> AsyncIterator[LeaseHolder]:
    """The lease, taken from its holder: that one's next write is refused, and it waits until the block ends.

    Writes in the block carry the lease: they raise LeaseLost when yet another process takes it.
    """
    holder = LeaseHolder(leases, name, also=also)
    await holder.take(steal=True)
    try:
        async with holder.kept():
            yield holder
    finally:
        await holder.give_back()


async def exclusively(
    leases: Leases, name: str, action: Callable[[LeaseHolder], Awaitable[T]], also: Sequence[str] = ()
) -> T:
    """Do what no other process may write meanwhile; again from the start when another takes a lease over."""
    while True:
        try:
            async with taken_over(leases, name, also) as holder:
                return await action(holder)
        except LeaseLost:
            log.warning("%s: another process has taken over; trying again", name)
            await asyncio.sleep(0.05 + secrets.randbelow(450) / 1000)  # of two, one comes first
