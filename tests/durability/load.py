"""Eight people at work at the same time: accounts, contacts and deals are made, changed, won, merged and erased."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.support.journal import Journal
from tests.support.wire import Wire

WRITERS = 8
ACCOUNTS, CONTACTS, DEALS = "/customer/accounts", "/customer/contacts", "/sales/opportunities"


@dataclass
class Office:
    """What the writers know of the records they work on. The dice are seeded: so is the order of their work."""

    journal: Journal
    dice: random.Random
    accounts: list[str] = field(default_factory=list)
    contacts: list[str] = field(default_factory=list)
    deals: list[str] = field(default_factory=list)

    async def act(self, wire: Wire) -> None:
        """One command, or one of each kind in turn while there is little to work on. Raises OSError."""
        if len(self.deals) < 3 or len(self.contacts) < 3:
            await self._account(wire)
            await self._contact(wire)
            await self._deal(wire)
            return
        acts = (self._account, self._contact, self._deal, self._edit, self._transfer, self._win, self._merge)
        [act] = self.dice.choices((*acts, self._erase), (15, 10, 15, 25, 10, 15, 7, 3))
        await act(wire)

    async def _send(self, wire: Wire, path: str, body: dict[str, Any], method: str = "POST") -> None:
        await self.journal.send(wire, method, path, body)

    async def _made(self, wire: Wire, path: str, body: dict[str, Any], known: list[str]) -> None:
        done = await self.journal.send(wire, "POST", path, body, changes=True)
        if done.acknowledged:
            known.append(done.id)

    async def _account(self, wire: Wire) -> None:
        body = {"name": f"Account {self.dice.random()} 有限公司", "allow_duplicate": True}
        await self._made(wire, ACCOUNTS, body, self.accounts)

    async def _contact(self, wire: Wire) -> None:
        n = self.dice.getrandbits(60)
        body = {"family_name": "王", "given_name": f"小明 {n}", "email": f"p{n}@example.com"}
        await self._made(wire, CONTACTS, body, self.contacts)

    async def _deal(self, wire: Wire) -> None:
        account = self.dice.choice(self.accounts) if self.accounts else None
        body = {"name": "Seats", "account": account, "amount": f"{self.dice.randint(1, 9999)}.50", "currency": "CNY"}
        await self._made(wire, DEALS, body, self.deals)

    async def _edit(self, wire: Wire) -> None:
        path = f"{ACCOUNTS}/{self.dice.choice(self.accounts)}"
        await self._send(wire, path, {"description": f"seen {self.dice.random()}"}, "PATCH")

    async def _transfer(self, wire: Wire) -> None:
        owner = self.dice.choice([None, self.journal.user])
        await self._send(wire, f"{ACCOUNTS}/{self.dice.choice(self.accounts)}/transfer", {"owner": owner})

    async def _win(self, wire: Wire) -> None:
        await self._send(wire, f"{DEALS}/{self.dice.choice(self.deals)}/win", {})

    async def _merge(self, wire: Wire) -> None:
        one, other = self.dice.sample(self.accounts, 2)
        await self._send(wire, f"{ACCOUNTS}/{one}/merge", {"absorb": [other]})

    async def _erase(self, wire: Wire) -> None:
        await self._send(wire, f"{CONTACTS}/{self.dice.choice(self.contacts)}/erase", {})


@asynccontextmanager
async def at_work(office: Office, url: str, token: str) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Eight writers until the block ends, or until the suite is gone."""

    async def write() -> None:
        wire = Wire(url, token)
        try:
            while True:
                await office.act(wire)
        except OSError:
            return
        finally:
            wire.close()

    tasks = [asyncio.create_task(write()) for _ in range(WRITERS)]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome
