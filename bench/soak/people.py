"""People at work: each with a role, a key ring of commands sent, and a way to go on when the suite was killed."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.support.journal import Journal
from tests.support.processes import PASSWORD
from tests.support.wire import Wire

PAUSE = 0.35  # seconds between two acts of one person, on average
RENEWED = 480.0  # seconds after which people sign in again: access tokens live ten minutes
STAFF = {
    "sales_representative": 9,
    "sales_manager": 3,
    "marketing": 3,
    "service_agent": 3,
    "read_only": 1,
    "administrator": 1,
}
ROLES = [role for role, number in STAFF.items() for _ in range(number)]
SQL = "SELECT stage, count() AS deals FROM opportunities GROUP BY stage"
ACCOUNTS, CONTACTS, DEALS = "/customer/accounts", "/customer/contacts", "/sales/opportunities"


@dataclass
class Office:
    """Where the suite is now (`url`; `open` is clear while it is not there), and the records people know of."""

    url: str = ""
    open: asyncio.Event = field(default_factory=asyncio.Event)
    accounts: list[str] = field(default_factory=list)
    deals: list[str] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)


class Person:
    def __init__(self, office: Office, email: str, role: str, journal: Journal, seed: int) -> None:
        self.office, self.email, self.role, self.journal = office, email, role, journal
        self._dice = random.Random(seed)
        self._token, self._signed_in_at = "", -RENEWED

    async def work(self) -> None:
        """Without end; a suite that is gone is waited for, and what was under way is asked for again."""
        while True:
            await self.office.open.wait()
            wire = Wire(self.office.url)
            try:
                wire = Wire(self.office.url, await self.sign_in(wire))
                await self.journal.settle(wire)
                while self._fresh:
                    await self._act(wire)
                    await asyncio.sleep(self._dice.expovariate(1 / PAUSE))
            except OSError:
                await asyncio.sleep(0.2)
            finally:
                wire.close()

    @property
    def _fresh(self) -> bool:
        return asyncio.get_running_loop().time() < self._signed_in_at + RENEWED

    async def sign_in(self, wire: Wire) -> str:
        """The person's access token. Raises OSError."""
        if not self._fresh:
            answer = await wire.ask("POST", "/identity/sessions", {"email": self.email, "password": PASSWORD})
            self._token = answer.json()["access_token"]
            self._signed_in_at = asyncio.get_running_loop().time()
        return self._token

    async def _act(self, wire: Wire) -> None:
        writes: list[Callable[[Wire], Awaitable[None]]] = [
            self._account,
            self._contact,
            self._deal,
            self._edit,
            self._win,
        ]
        if self._dice.random() < (0.0 if self.role == "read_only" else 0.6):
            await self._dice.choice(writes)(wire)
        else:
            await self._read(wire)

    async def _read(self, wire: Wire) -> None:
        path, share = self._dice.choice(
            [
                (f"{ACCOUNTS}?limit=25&sort=-updated_at", 1.0),
                (f"{DEALS}?status=open&limit=25", 1.0),
                (f"{DEALS}/board?by=stage&sum=amount", 1.0),
                (f"{ACCOUNTS}/count", 1.0),
                ("/search?q=Company", 1.0),
                (f"{ACCOUNTS}/export?format=csv", 0.05),
                ("", 0.3),
            ]
        )
        if self._dice.random() > share:
            return
        answer = await (wire.ask("GET", path) if path else wire.ask("POST", "/analytics/sql", {"sql": SQL}))
        self.office.answers[answer.status] += 1

    async def _send(
        self, wire: Wire, method: str, path: str, body: dict[str, Any], known: list[str] | None = None
    ) -> None:
        done = await self.journal.send(wire, method, path, body, changes=known is not None)
        self.office.answers[done.status] += 1
        if known is not None and done.acknowledged:
            known.append(done.id)
            del known[:-2000]

    async def _account(self, wire: Wire) -> None:
        await self._send(wire, "POST", ACCOUNTS, {"name": f"Company {self._dice.random()}"}, self.office.accounts)

    async def _contact(self, wire: Wire) -> None:
        n = self._dice.getrandbits(60)
        body = {"family_name": "王", "given_name": f"小明 {n}", "email": f"p{n}@example.com"}
        await self._send(wire, "POST", CONTACTS, body, [])

    async def _deal(self, wire: Wire) -> None:
        if self.office.accounts:
            account = self._dice.choice(self.office.accounts)
            body = {
                "name": "Seats",
                "account": account,
                "amount": f"{self._dice.randint(1, 9999)}.50",
                "currency": "CNY",
            }
            await self._send(wire, "POST", DEALS, body, self.office.deals)

    async def _edit(self, wire: Wire) -> None:
        if self.office.accounts:
            path = f"{ACCOUNTS}/{self._dice.choice(self.office.accounts)}"
            await self._send(wire, "PATCH", path, {"description": f"seen {self._dice.random()}"})

    async def _win(self, wire: Wire) -> None:
        if self.office.deals:
            await self._send(wire, "POST", f"{DEALS}/{self._dice.choice(self.office.deals)}/win", {})


async def hire(office: Office, admin: httpx.AsyncClient, tenant: str) -> list[Person]:
    """Twenty users with their roles and passwords."""
    people: list[Person] = []
    for n, role in enumerate(ROLES):
        email = f"{role}{n}@example.com"
        made = await admin.post("/identity/users", json={"name": email, "email": email, "roles": [role]})
        id = made.raise_for_status().json()["id"]
        link = (await admin.post(f"/identity/users/{id}/invitation")).raise_for_status().json()
        accepted = {"token": link["token"], "password": PASSWORD}
        (await admin.post("/identity/invitations/accept", json=accepted)).raise_for_status()
        people.append(Person(office, email, role, Journal(tenant, id), n))
    return people
