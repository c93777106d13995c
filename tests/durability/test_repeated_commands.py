"""Commands sent several times at once, cut off, cancelled or in a race, over HTTP against a running suite."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.durability.history import RESERVED, History, new_history
from tests.durability.load import ACCOUNTS, CONTACTS, DEALS
from tests.durability.scale import LIMIT, REPEATED_COMMANDS
from tests.support.journal import Asked
from tests.support.oracle import assert_agreement
from tests.support.wire import Answer, Wire

SIXTEEN = 16
pytestmark = LIMIT


@dataclass
class Desk:
    history: History
    url: str

    def wire(self) -> Wire:
        return Wire(self.url, self.history.token)

    async def create(self, path: str, **body: Any) -> str:
        done = await self.history.journal.send(self.wire(), "POST", path, body, changes=True)
        assert done.acknowledged
        return done.id

    async def read(self, path: str, version: int = 0) -> Any:
        return (await self.wire().ask("GET", f"{path}?min_version={version}")).json()

    async def examine(self) -> None:
        """Everything of unknown outcome is settled; the log holds each command once; all views agree."""
        await self.history.journal.settle(self.wire(), RESERVED)
        self.history.journal.check(self.history.data / "events.db")
        await assert_agreement(self.wire())


@pytest.fixture
async def desk(tmp_path: Path, template: Path) -> AsyncIterator[Desk]:
    history = new_history(tmp_path, template, 5)
    with history.started() as running:
        assert running.await_ready(), running.said
        await history.check(running.url)
        yield Desk(history, running.url)
        running.terminate()
        running.wait(20)


def bodies(dice: random.Random, account: str) -> tuple[str, str, dict[str, Any]]:
    """A command of any kind: its method, path and body."""
    n = dice.getrandbits(60)
    commands: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", ACCOUNTS, {"name": f"Account {n}", "allow_duplicate": True}),
        ("POST", CONTACTS, {"family_name": f"王 {n}", "email": f"p{n}@example.com"}),
        ("POST", DEALS, {"name": f"Deal {n}", "account": account, "amount": "10.00", "currency": "CNY"}),
        ("PATCH", f"{ACCOUNTS}/{account}", {"description": f"seen {n}"}),
        ("POST", f"{ACCOUNTS}/{account}/tags", {"add": [f"t{n % 20}"]}),
        ("POST", CONTACTS, {"given_name": "nobody", "email": "not an address"}),
    ]
    return dice.choice(commands)


async def send_once(desk: Desk, one: Asked, dice: random.Random) -> Answer | None:
    """Send it over a connection of its own; now and then cut that once the body is sent, or give up waiting."""
    wire, fate = desk.wire(), dice.random()
    try:
        if fate < 0.25:
            await wire.cut(one.method, one.path, one.body, one.headers, after=dice.choice([0, 0.002, 0.02]))
            return None
        if fate < 0.4:
            with suppress(TimeoutError):
                async with asyncio.timeout(dice.uniform(0, 0.02)):
                    await wire.ask(one.method, one.path, one.body, one.headers)
            return None
        return await desk.history.journal.deliver(wire, one)
    finally:
        wire.close()


async def test_each_command_sent_several_times_has_one_effect_and_one_answer(desk: Desk) -> None:
    dice = random.Random(1)
    account = await desk.create(ACCOUNTS, name="Acme")
    sent = cut = 0
    slots = asyncio.Semaphore(8)

    async def repeat() -> None:
        nonlocal sent, cut
        async with slots:
            one = desk.history.journal.note(*bodies(dice, account))
            times = dice.randint(1, 5)
            answers = await asyncio.gather(*(send_once(desk, one, dice) for _ in range(times)))
            heard = [a for a in answers if a is not None]
            wire = desk.wire()
            heard.append(await desk.history.journal.deliver(wire, one))  # and once more, long after
            wire.close()
            distinct = {(a.status, a.headers.get("etag"), a.headers.get("location"), a.content) for a in heard}
            assert len(distinct) == 1, distinct
            sent, cut = sent + times + 1, cut + times + 1 - len(heard)

    await asyncio.gather(*(repeat() for _ in range(REPEATED_COMMANDS)))
    statuses = Counter(one.status for one in desk.history.journal.asked.values())
    assert statuses.keys() == {200, 201, 422}
    assert cut > REPEATED_COMMANDS // 5
    await desk.examine()
    print(f"{REPEATED_COMMANDS} commands sent {sent} times, {cut} of them without waiting for the answer")


async def test_a_key_with_another_body_is_refused_also_at_the_same_moment(desk: Desk) -> None:
    for _ in range(20):
        one = desk.history.journal.note("POST", ACCOUNTS, {"name": "One", "allow_duplicate": True})
        other = {"name": "Other", "allow_duplicate": True}
        answers = await asyncio.gather(
            *(desk.wire().ask("POST", ACCOUNTS, body, one.headers) for body in (one.body, other) * 3)
        )
        assert sorted(a.status for a in answers) == [201] * 3 + [422] * 3
        assert {a.json()["type"] for a in answers if a.status == 422} == {"/problems/idempotency-key-reused"}
        assert len({a.json()["id"] for a in answers if a.status == 201}) == 1
    await desk.examine()


async def test_an_unknown_outcome_is_resolved_by_sending_again(desk: Desk) -> None:
    dice = random.Random(3)
    account = await desk.create(ACCOUNTS, name="Acme")
    for _ in range(60):
        one = desk.history.journal.note(*bodies(dice, account))
        wire = desk.wire()
        await wire.cut(one.method, one.path, one.body, one.headers, after=dice.uniform(0, 0.01))
    await desk.examine()
    assert desk.history.journal.unknown == []


async def test_sixteen_writers_on_one_record_lose_no_update(desk: Desk) -> None:
    account = await desk.create(ACCOUNTS, name="Acme")
    path, journal = f"{ACCOUNTS}/{account}", desk.history.journal
    tagged: set[str] = set()

    async def write(writer: int) -> None:
        wire = desk.wire()
        for n in range(3):
            tag = f"w{writer}n{n}"
            done = await journal.send(wire, "POST", f"{path}/tags", {"add": [tag]})
            assert done.status in (200, 409)
            if done.acknowledged:
                tagged.add(tag)
        wire.close()

    await asyncio.gather(*(write(n) for n in range(SIXTEEN)))
    seen = await desk.read(path, 1 + len(tagged))
    assert set(seen["tags"]) == tagged
    assert seen["version"] == 1 + len(tagged)
    assert len(tagged) > SIXTEEN

    headers = {"If-Match": f'"{seen["version"]}"'}
    for n in range(5):
        answers = await asyncio.gather(
            *(desk.wire().ask("PATCH", path, {"description": f"{n} {w}"}, headers) for w in range(SIXTEEN))
        )
        assert Counter(a.status for a in answers) == {200: 1, 412: SIXTEEN - 1}
        headers = {"If-Match": next(a.headers["etag"] for a in answers if a.status == 200)}
    await desk.examine()


async def test_sixteen_writers_want_one_address(desk: Desk) -> None:
    names = {CONTACTS: "family_name", "/identity/users": "name"}
    for path, name in names.items():
        for n in range(5):
            wanted = [{name: f"N{n} {w}", "email": f"One{n}@example.com"} for w in range(SIXTEEN)]
            answers = await asyncio.gather(*(desk.wire().ask("POST", path, body) for body in wanted))
            assert Counter(a.status for a in answers) == {201: 1, 409: SIXTEEN - 1}, [a.content for a in answers]
    await desk.examine()
