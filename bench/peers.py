"""What a user could pick instead: Tryton from PyPI on SQLite, same machine, same work, in turn within one run.

The work: create a customer with name, address and e-mail; list the first 25 of 12,000 by name. Tryton runs its own
threaded server (`trytond`) with its own SQLite settings (WAL, `synchronous=NORMAL`: a power cut may lose what was
acknowledged) and is asked by JSON-RPC, `model.party.party.create` and `search_read`, as its administrator with a
session; its server closes the connection after every answer, and with several clients it refuses some creations for a
code given twice: only those done are counted. Ours is `crm run` as it comes (WAL, `synchronous=FULL`: acknowledged is
on the disk), asked over kept connections as an organisation's administrator with a token. Both check the session and
access rights at every call. Tryton answers when the rows can be read; our command answers when the event is durable,
before the list shows it: `python -m bench lag` says how long that takes. Both hold as many customers at the start and
grow as they are asked; each side's load comes from another process than its server.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from bench import data, tryton
from bench.client import Load, Order, send
from bench.figures import Figure, at_least, interleaved, show
from bench.start import served, settle

CUSTOMERS = 12_000
CLIENTS = (1, 8)
SECONDS = {"create": 2.0, "list": 2.0}
GOALS = {"create": 25, "list": 50}
NAMES = {"create": "create a customer", "list": "page of 25 by name"}
PAGE = "/customer/accounts?sort=name&limit=25"
BODY = orjson.dumps(
    {
        "name": "Party {n}",
        "address": "{n} Long Road",
        "city": "Shanghai",
        "email": "info{n}@example.com",
        "allow_duplicate": True,
    }
).decode()


def run(rounds: int = 5, customers: int = CUSTOMERS) -> list[Figure]:
    ready = data.accounts(customers)
    with TemporaryDirectory(prefix="crm-bench-") as folder:
        shutil.copytree(ready, Path(folder) / "ours")
        with tryton.served(Path(folder), customers) as theirs, served(Path(folder) / "ours") as (_, url, _):
            rate, refused = _measure(theirs, _Ours(url), rounds)
    versions = f"{tryton.versions()}; {refused} of Tryton's creations refused"
    return [
        at_least(
            f"{NAMES[what]}, {clients} client{'s' * (clients > 1)}, against Tryton",
            rate[f"ours {what} {clients}"] / rate[f"tryton {what} {clients}"],
            GOALS[what],
            "×",
            f"{rate[f'ours {what} {clients}']:,.0f}/s against {rate[f'tryton {what} {clients}']:,.1f}/s ({versions})",
        )
        for what in NAMES
        for clients in CLIENTS
    ]


def _measure(theirs: tryton.Tryton, ours: _Ours, rounds: int) -> tuple[dict[str, float], int]:
    numbers = count(10_000_000)
    before, created, refused = theirs.count(), count(), 0

    def create() -> None:
        theirs.create([tryton.party(next(numbers))])
        next(created)

    def page() -> None:
        assert len(theirs.page()) == 25

    def case(work: Callable[[], None], what: str, clients: int) -> Callable[[], float]:
        def asked() -> float:
            nonlocal refused
            found = tryton.load(work, clients, SECONDS[what])
            refused += found.failed
            return found.rate

        return asked

    cases: dict[str, Callable[[], float]] = {}
    for what, work in (("create", create), ("list", page)):
        for clients in CLIENTS:
            cases[f"tryton {what} {clients}"] = case(work, what, clients)
            cases[f"ours {what} {clients}"] = ours.case(what, clients)
    rate = interleaved(cases, rounds)
    assert theirs.count() - before == next(created)  # what it acknowledged is there
    return rate, refused


class _Ours:
    def __init__(self, url: str) -> None:
        self._url, self._port = url, int(url.rpartition(":")[2])
        self._token = data.sign_in(url)
        self._numbers = count(0, 1_000_000)

    def case(self, what: str, clients: int) -> Callable[[], float]:
        """Answers per second, as a function to be asked again and again."""
        return lambda: self._load(what, clients).rate

    def _load(self, what: str, clients: int) -> Load:
        headers = {"Authorization": f"Bearer {self._token}"}
        first, seconds = next(self._numbers), SECONDS[what]
        order = Order(self._port, "GET", PAGE, headers, "", clients, seconds, first)
        if what == "create":
            headers |= {"Content-Type": "application/json", "Idempotency-Key": "bench-{n}"}
            order = Order(self._port, "POST", "/customer/accounts", headers, BODY, clients, seconds, first)
        found = send(order)
        settle(self._url)
        return found


if __name__ == "__main__":
    show("Peers", run())
